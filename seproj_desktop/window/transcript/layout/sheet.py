"""All messages with their heights, and the boxes of those pieces that are or were in sight.

On the Qt thread, no widget. Only what is asked for is split, parsed and laid out. Another width breaks the lines of
what is in sight anew, another style forgets the boxes; the heights stay as guesses.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple
from weakref import WeakSet

from seproj_desktop.window.transcript.code_blocks import CodeBlocks
from seproj_desktop.window.transcript.layout.adapting import fit, renew
from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker, Setting
from seproj_desktop.window.transcript.layout.heights import HeightTree
from seproj_desktop.window.transcript.layout.shelf import Kept, Shelf
from seproj_desktop.window.transcript.markdown.blocks import Code, Leaf, Table
from seproj_desktop.window.transcript.message import BACKLOG, Content, Message, Part, Piece, Place, Stub

SLICE_SECONDS = 0.004


@dataclass(slots=True)
class Counters:
    """What was done, for benchmarks and tests: it tells what a clock tells, without the noise."""

    boxes_made: int = 0
    boxes_renewed: int = 0
    boxes_fitted: int = 0
    """To another width."""
    characters_parsed: int = 0


class Spot(NamedTuple):
    """A piece and its way back to the message; it stays true while stubs above it are parsed.

    Every frame makes some for each piece in sight: a named tuple costs a fifth of a frozen dataclass.
    """

    message: Message
    piece: Piece
    hint: int
    """The piece's index when it was found."""

    @property
    def number(self) -> int:
        pieces, hint = self.message.pieces, self.hint
        return hint if hint < len(pieces) and pieces[hint] is self.piece else self.message.index_of(self.place)

    @property
    def place(self) -> Place:
        return self.piece.place

    @property
    def before(self) -> Piece | None:
        """The piece above it in the same message."""
        index = self.number
        return self.message.pieces[index - 1] if index else None


class Sheet:
    """The messages from top to bottom."""

    def __init__(self, maker: BoxMaker, code_blocks: CodeBlocks) -> None:
        self.maker = maker
        self.counters = Counters()
        self.messages: list[Message] = []
        self.code_blocks = code_blocks
        self._heights = HeightTree()
        self.shelf = Shelf()
        self._whole_pieces: WeakSet[Piece] = WeakSet()
        self.effort = 0
        """The weight of all segments that were ever parsed because somebody looked at them."""
        self._behind: list[Message] = []
        """Messages that somebody has looked at and that are not wholly split."""

    # Messages

    def load(self, messages: Sequence[Message]) -> None:
        """These instead of all before."""
        self.messages = list(messages)
        heights = self.maker.guess_messages(message.length for message in self.messages)
        for number, (message, height) in enumerate(zip(self.messages, heights, strict=True)):
            message.number, message.height = number, height
        self._heights = HeightTree(heights)
        self._behind.clear()
        self.shelf.clear()

    def append(self, message: Message) -> None:
        message.number = len(self.messages)
        self.messages.append(message)
        [message.height] = self.maker.guess_messages([message.length])
        self._heights.append(message.height)

    def replace_from(self, number: int, messages: Sequence[Message]) -> None:
        """These in the place of all messages from `number` on. The list is another one if any are gone."""
        if number < len(self.messages):
            self.messages = self.messages[:number]
            self._heights.cut(number)
        for message in messages:
            self.append(message)

    def holds(self, message: Message) -> bool:
        """Whether a message has not been replaced or removed."""
        return message.number < len(self.messages) and self.messages[message.number] is message

    def use(self, maker: BoxMaker) -> None:
        """Another style or width: everything is laid out anew when it comes into sight."""
        if not maker.looks_like(self.maker):
            self.shelf.clear()
            self.code_blocks.forget_widths()
        self.maker = maker

    @property
    def height(self) -> int:
        """Of all messages, guesses included."""
        return self._heights.total

    def grown(self, message: Message, change: int) -> None:
        """Takes note of what has changed in a message from the piece `change` on."""
        self._guess_pieces(message, max(0, change))
        self._note_height(message)
        self.counters.characters_parsed += message.take_parsed()
        self._note_backlog(message)

    # Spots

    def first(self) -> Spot | None:
        return self._first_in(0)

    def last(self) -> Spot | None:
        return self._last_in(len(self.messages) - 1)

    def first_in(self, message: Message) -> Spot | None:
        """The message's first piece."""
        return self._first_in(message.number)

    def spot(self, message: Message, place: Place) -> Spot | None:
        """The piece at a place, or the nearest one there is."""
        self.split(message)
        if place.part is Part.BODY and place != BACKLOG:
            backlog = message.backlog
            if backlog is not None and place.segment >= backlog.first:
                self.split_on(message)
        index = message.index_of(place)
        while index and (index == len(message.pieces) or message.pieces[index].place != place):
            # A place within a segment or chapter that has not been parsed is behind its stub.
            if not is_behind(place, message.pieces[index - 1]):
                break
            self._expand(message, index - 1)
            index = message.index_of(place)
        return self._solid(message, index) or self._previous_solid(message, len(message.pieces) - 1)

    def next(self, spot: Spot) -> Spot | None:
        return self._solid(spot.message, spot.number + 1) or self._first_in(spot.message.number + 1)

    def previous(self, spot: Spot) -> Spot | None:
        return self._previous_solid(spot.message, spot.number - 1) or self._last_in(spot.message.number - 1)

    def is_next_parsed(self, spot: Spot) -> bool:
        """Whether `next` has nothing to parse."""
        pieces, index = spot.message.pieces, spot.number + 1
        if index == len(pieces):
            following = self.messages[spot.message.number + 1 :][:1]
            pieces, index = following[0].pieces if following else [spot.piece], 0
        return bool(pieces) and not isinstance(pieces[index].content, Stub)

    def is_previous_parsed(self, spot: Spot) -> bool:
        """Whether `previous` has nothing to parse: also what is above that piece, on which the room between depends."""
        pieces, index, number = spot.message.pieces, spot.number, spot.message.number
        if index == 0:
            pieces = self.messages[number - 1].pieces if number else [spot.piece]
            index = len(pieces)
        return bool(pieces) and not any(isinstance(piece.content, Stub) for piece in pieces[max(0, index - 2) : index])

    def last_of_text(self, message: Message) -> Spot | None:
        """The last piece of a message's text, or of what is before it."""
        return self._previous_solid(message, message.index_of(Place(Part.NOTE)) - 1)

    def spot_at(self, height: int) -> tuple[Spot, int] | None:
        """The piece at a height from the top, by the heights as they are known, and how far into it the height is."""
        if not self.messages:
            return None
        number = self._heights.at(height)
        message = self.messages[number]
        self.split(message)
        rest, index, last = height - self._heights.above(number), 0, len(message.pieces) - 1
        while index < last and rest >= message.pieces[index].height:
            rest -= message.pieces[index].height
            index += 1
        content = message.pieces[index].content
        if isinstance(content, Stub) and content.is_chapter:
            self._expand(message, index)
            return self.spot_at(height)
        spot = self._solid(message, index) or self._previous_solid(message, index - 1)
        return None if spot is None else (spot, max(0, min(rest, spot.piece.height)))

    def above(self, spot: Spot) -> int:
        """The height of everything before a piece."""
        pieces, index = spot.message.pieces, spot.number
        if 2 * index <= len(pieces):
            inside = sum(piece.height for piece in pieces[:index])
        else:
            inside = spot.message.height - sum(piece.height for piece in pieces[index:])
        return self._heights.above(spot.message.number) + inside

    def walk(self, first: Spot, last: Spot) -> Iterator[Spot]:
        """All pieces from one to another, both included."""
        end = (last.message.number, last.place)
        spot: Spot | None = first
        while spot is not None and (spot.message.number, spot.place) <= end:
            yield spot
            spot = self.next(spot)

    # Boxes

    def box(self, spot: Spot) -> Box:
        """The piece's box, laid out if it was not; its real height takes the place of the guess."""
        piece = spot.piece
        known = self.shelf.find(piece)
        if known is not None and self._is_true(known, piece):
            self.shelf.use(piece)
            return known.box
        setting = self._setting(spot)
        box = self._adapted(known, piece, setting) if known is not None else None
        if box is None:
            box = self.maker.make(piece, setting)
            self.counters.boxes_made += 1
        self.shelf.put(piece, Kept(box, piece.content, self.maker))
        self._set_height(spot.message, piece, self.gap(spot) + box.height)
        return box

    def is_laid_out(self, piece: Piece) -> bool:
        """Whether `box` has nothing to do."""
        known = self.shelf.find(piece)
        return known is not None and self._is_true(known, piece)

    def known_box(self, piece: Piece) -> Box | None:
        """The box as it was last laid out, if there is one."""
        known = self.shelf.find(piece)
        return None if known is None else known.box

    def forget_formulas(self, arrived: frozenset[str]) -> bool:
        """Has everything laid out anew that shows one of these formulas as its source; False if nothing does."""
        outdated = [piece for piece, box in self.shelf if not arrived.isdisjoint(box.formulas)]
        for piece in outdated:
            self.shelf.remove(piece)
        return bool(outdated)

    def forget_colours(self, message: Message, start: Place, first: int, end: int, in_sight: Collection[Piece]) -> None:
        """Lets go of the boxes out of sight that show some lines of a block, which have other colours now."""
        for piece in message.pieces[message.index_of(start) :]:
            code = piece.content.block if isinstance(piece.content, Leaf) else None
            if isinstance(code, Code) and (piece.place == start or not code.is_first):
                if code.first < end and code.first + len(code.lines) > first and piece not in in_sight:
                    self.shelf.set_aside(piece)
            elif not isinstance(piece.content, Stub):
                return

    def gap(self, spot: Spot) -> int:
        """The room above a piece, part of its height."""
        if spot.number == 0 and spot.message.number == 0:
            return 2 * self.maker.style.grid
        return self.maker.gap(spot.piece, spot.before)

    def evict(self) -> None:
        """Lets go of a few boxes that are not needed."""
        self.shelf.let_go()

    def _is_true(self, known: Kept, piece: Piece) -> bool:
        return known.content is piece.content and known.maker is self.maker

    def _adapted(self, known: Kept, piece: Piece, setting: Setting) -> Box | None:
        """The box, where it can stay: its piece has grown, or the width is another one."""
        if known.maker is self.maker:
            is_kept = renew(known.box, piece, setting, self.maker)
            self.counters.boxes_renewed += is_kept
        else:
            is_kept = known.content is piece.content and fit(known.box, piece, setting, self.maker)
            self.counters.boxes_fitted += is_kept
        return known.box if is_kept else None

    def _setting(self, spot: Spot) -> Setting:
        content = spot.piece.content
        table = None
        if isinstance(content, Leaf) and isinstance(content.block, Table) and not content.block.is_first:
            table = self._first_of_table(spot)
        return Setting(spot.before, table, self.code_blocks.block(spot.message, spot.number))

    def _first_of_table(self, spot: Spot) -> Table | None:
        """The piece that a table begins with: its rows decide the widths of all."""
        for index in range(spot.number - 1, -1, -1):
            content = spot.message.pieces[index].content
            if isinstance(content, Leaf) and isinstance(content.block, Table) and content.block.is_first:
                return content.block
        return None

    # Bookkeeping

    def split(self, message: Message) -> None:
        """Has the message's pieces made, if they were not."""
        if message.is_split:
            return
        message.height = 0
        message.split()
        self._guess_pieces(message, 0)
        self._note_height(message)
        self._note_backlog(message)

    @property
    def has_backlog(self) -> bool:
        """Whether there is text that somebody has looked at and that is not split yet."""
        return bool(self._behind)

    def work_off(self, until: float) -> None:
        """Splits some of that text, until a moment of `perf_counter`; what was looked at last comes first."""
        message = self._behind[-1]
        if not self.holds(message) or not self.split_on(message, until):
            self._behind.remove(message)

    def split_on(self, message: Message, until: float = math.inf) -> bool:
        """Splits a message's text until a moment of `perf_counter`; whether anything is left."""
        self.split(message)
        if message.backlog is None:
            return False
        change = message.work_off(until)
        if change is not None:
            self.grown(message, change)
        return change is None

    def split_in_slices(self, message: Message, seconds: float = SLICE_SECONDS) -> Iterator[None]:
        """As `split_on` without end, with a rest whenever so much time has gone by."""
        while self.split_on(message, perf_counter() + seconds):
            yield

    def split_chapters(self, message: Message) -> None:
        """Has all of a message's segments made, for who has to count them."""
        self.split_on(message)
        while self.split_chapter(message):
            pass

    def split_chapter(self, message: Message) -> bool:
        """One of the chapters that are left, the last one first; whether there was any."""
        self.split(message)
        index = message.last_chapter()
        if index is None:
            return False
        self._expand(message, index)
        return True

    def _guess_pieces(self, message: Message, start: int, end: int | None = None) -> None:
        for index in range(start, len(message.pieces) if end is None else end):
            piece = message.pieces[index]
            if not piece.height:
                piece.height = self.maker.estimate(piece, message.pieces[index - 1] if index else None)
                message.height += piece.height

    def _expand(self, message: Message, index: int) -> None:
        content = message.pieces[index].content
        if isinstance(content, Stub):
            self.effort += 0 if content.is_chapter else content.segment.weight
            after = len(message.pieces) - index - 1
            message.expand(index)
            self.counters.characters_parsed += message.take_parsed()
            self._guess_pieces(message, index, len(message.pieces) - after)
            self._note_height(message)

    def _note_backlog(self, message: Message) -> None:
        if message.backlog is not None and message not in self._behind:
            self._behind.append(message)

    def _note_height(self, message: Message) -> None:
        """A message that is gone may still be walked through, by who copies it: its number is another's now."""
        if self.holds(message):
            self._heights.set(message.number, message.height)

    def _set_height(self, message: Message, piece: Piece, height: int) -> None:
        if height != piece.height:
            message.height += height - piece.height
            piece.height = height
            self._note_height(message)

    def _solid(self, message: Message, index: int) -> Spot | None:
        """The first piece from `index` on in its message that is parsed; stubs on the way are."""
        while index < len(message.pieces):
            if not isinstance(message.pieces[index].content, Stub):
                return self._whole(message, index)
            self._expand(message, index)
        return None

    def _previous_solid(self, message: Message, index: int) -> Spot | None:
        while index >= 0:
            if not isinstance(message.pieces[index].content, Stub):
                return self._whole(message, index)
            index = self._expand_back(message, index)
        return None

    def _whole(self, message: Message, index: int) -> Spot:
        """A spot whose block's beginning is parsed: colours and columns depend on what is above."""
        piece = message.pieces[index]
        if is_continued(piece.content) and piece not in self._whole_pieces:
            self._whole_pieces.add(piece)
            before = index - 1
            while before >= 0:
                content = message.pieces[before].content
                if is_continued(content):
                    before -= 1
                elif isinstance(content, Stub):
                    before = self._expand_back(message, before)
                else:
                    break
            index = message.index_of(piece.place)
        while index and isinstance(message.pieces[index - 1].content, Stub):
            # The room above a piece depends on the one before it.
            index = self._expand_back(message, index - 1) + 1
        return Spot(message, piece, index)

    def _expand_back(self, message: Message, index: int) -> int:
        """Parses a stub and returns the index of its last piece, or of the piece before it if it has none."""
        count = len(message.pieces)
        self._expand(message, index)
        return index + len(message.pieces) - count

    def _first_in(self, number: int) -> Spot | None:
        if not 0 <= number < len(self.messages):
            return None
        message = self.messages[number]
        self.split(message)
        return self._solid(message, 0)

    def _last_in(self, number: int) -> Spot | None:
        if not 0 <= number < len(self.messages):
            return None
        message = self.messages[number]
        self.split(message)
        return self._previous_solid(message, len(message.pieces) - 1)


def is_behind(place: Place, stub: Piece) -> bool:
    """Whether a place may be in what a piece stands for, which ends before that place or with it."""
    if not isinstance(stub.content, Stub) or place.part is not stub.place.part:
        return False
    return stub.content.is_chapter or stub.place.segment == place.segment


def is_continued(content: Content) -> bool:
    """Whether a piece goes on with the code block or table above it."""
    if isinstance(content, Stub):
        return content.is_continued
    return isinstance(content, Leaf) and isinstance(content.block, Code | Table) and not content.block.is_first


def is_selectable(piece: Piece) -> bool:
    """Whether a piece has text that can be selected."""
    return piece.place.part in (Part.THOUGHT, Part.BODY, Part.ENDING)
