"""What is selected: two positions, and what lies between them, across pieces and messages.

On the Qt thread, no widget. A position is a message, a place in it and a letter there, so it holds while text is added
and parsed around it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from seproj_desktop.window.transcript.layout.sheet import Sheet, Spot, is_selectable
from seproj_desktop.window.transcript.markdown.blocks import Leaf, seen_text, text_between
from seproj_desktop.window.transcript.message import Header, Message, Part, Piece, Place

Order = tuple[int, Place, int]


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two letters."""

    message: Message
    place: Place
    letter: int

    @property
    def order(self) -> Order:
        return self.message.number, self.place, self.letter


@dataclass(frozen=True, slots=True)
class Selection:
    """From where it was begun to where it has come; either may be the upper one."""

    anchor: Position
    head: Position

    @property
    def start(self) -> Position:
        return min(self.anchor, self.head, key=lambda one: one.order)

    @property
    def end(self) -> Position:
        return max(self.anchor, self.head, key=lambda one: one.order)

    @property
    def ends(self) -> tuple[Position, Position]:
        return self.anchor, self.head

    @property
    def is_empty(self) -> bool:
        return self.anchor.order == self.head.order

    def range_in(self, message: Message, piece: Piece, length: int) -> tuple[int, int] | None:
        """The selected letters of a piece that has `length`."""
        start, end = self.start, self.end
        here = (message.number, piece.place)
        if here < start.order[:2] or here > end.order[:2] or not is_selectable(piece):
            return None
        first = start.letter if here == start.order[:2] else 0
        last = end.letter if here == end.order[:2] else length
        return (first, last) if first < last else None


def everything(sheet: Sheet) -> Selection | None:
    """From the first letter to the last."""
    first, last = sheet.first(), sheet.last()
    if first is None or last is None:
        return None
    return Selection(
        Position(first.message, first.place, 0), Position(last.message, last.place, sheet.box(last).length)
    )


def selected_text(sheet: Sheet, selection: Selection) -> str:
    """What is selected as it is seen."""
    return "".join(seen_parts(sheet, selection)).strip("\n")


def seen_parts(sheet: Sheet, selection: Selection) -> Iterator[str]:
    """The selected text piece by piece, so that a long one can be gathered in slices."""
    yield from split_between(sheet, selection)
    is_first = True
    for spot in spots(sheet, selection):
        content = spot.piece.content
        if isinstance(content, Header):
            yield "" if is_first else "\n\n"
            yield f"{content.speaker.name}:"
            is_first = False
        elif is_selectable(spot.piece):
            words, is_from_start = words_in(sheet, selection, spot)
            if words is None:
                continue
            if not is_first:
                yield text_between(content) if isinstance(content, Leaf) else "\n\n"
            if isinstance(content, Leaf) and content.marker and is_from_start:
                yield f"{content.marker} "
            yield words
            is_first = False


def words_in(sheet: Sheet, selection: Selection, spot: Spot) -> tuple[str | None, bool]:
    """The selected text of one piece, if any is, and whether it begins at the piece's beginning.

    Only the first and the last piece need a layout to know where they are cut.
    """
    content, place = spot.piece.content, spot.place
    is_cut = any(edge.message is spot.message and edge.place == place for edge in (selection.start, selection.end))
    if not is_cut and isinstance(content, Leaf):
        return seen_text(content), True
    box = sheet.box(spot)
    found = selection.range_in(spot.message, spot.piece, box.length)
    return (None, False) if found is None else (box.source(*found), found[0] == 0)


def source_parts(sheet: Sheet, selection: Selection) -> Iterator[str]:
    """The selected text as its Markdown source, in whole segments, message by message."""
    start, end = selection.start, selection.end
    for edge in selection.ends:  # of the messages between them nobody asks where their segments are
        yield from ("" for _ in sheet.split_in_slices(edge.message))
    for message in sheet.messages[start.message.number : end.message.number + 1]:
        first = start.place if message is start.message else Place(Part.HEADER)
        last = end.place if message is end.message else Place(Part.ENDING)
        yield "\n\n" if message is not start.message else ""
        if first.part is Part.THOUGHT and last.part is Part.THOUGHT:
            yield message.thinking.strip("\n")
            continue
        if first.part is not Part.BODY and last.part is not Part.BODY:
            yield message.text.strip("\n")
            continue
        begin = first.segment if first.part is Part.BODY else 0
        stop = last.segment if last.part is Part.BODY else sys.maxsize
        yield "".join(segment.text for number, segment in message.segments() if begin <= number <= stop).strip("\n")


def split_between(sheet: Sheet, selection: Selection) -> Iterator[str]:
    """Splits what of the selected messages is not split yet; yields nothing, for a moment's rest."""
    for message in sheet.messages[selection.start.message.number : selection.end.message.number + 1]:
        yield from ("" for _ in sheet.split_in_slices(message))


def spots(sheet: Sheet, selection: Selection) -> Iterator[Spot]:
    """The pieces that a selection goes through."""
    first = sheet.spot(selection.start.message, selection.start.place)
    last = sheet.spot(selection.end.message, selection.end.place)
    if first is not None and last is not None:
        yield from sheet.walk(first, last)
