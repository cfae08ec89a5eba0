"""What is in sight: the pieces between the viewport's edges, reckoned from an anchor, so that nothing jumps.

On the Qt thread, no widget. The anchor is a piece and how far it is scrolled out above; heights elsewhere may be
guesses and turn real without moving what is seen. At the end the end is the anchor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker
from seproj_desktop.window.transcript.layout.sheet import Sheet, Spot
from seproj_desktop.window.transcript.message import BACKLOG, Backlog, Message, Part, Piece, Place

AT_THE_END = 4
"""Pixels from the end that still count as the end."""
MOST_AHEAD = 100
"""Pieces out of sight that are laid out ahead, above and below each: with what is in sight less than is kept."""
MOST_AT_ONCE = 24_000
"""Weight of the segments that are parsed for one frame: a page of ordinary text on a large screen has less."""
LOWER_MARGIN = 3
"""Room under the last message, in units of the grid."""


class Shown(NamedTuple):
    """A piece in sight; `top` is where its gap begins, in pixels below the viewport's upper edge."""

    message: Message
    piece: Piece
    before: Piece | None
    box: Box
    content: object
    """The piece's content at the time, to tell whether it has changed since."""
    top: int
    gap: int

    @property
    def box_top(self) -> int:
        return self.top + self.gap

    @property
    def bottom(self) -> int:
        return self.box_top + self.box.height

    def moved(self, step: int) -> "Shown":
        return Shown(self.message, self.piece, self.before, self.box, self.content, self.top + step, self.gap)

    def top_of_change(self, before: "Shown") -> int:
        """Where what looks different begins; `before` is the same piece as it was painted."""
        inside = self.box.changed_since(before.box) if before.gap == self.gap else 0.0
        return self.box_top + int(inside) if inside else self.top


@dataclass(frozen=True, slots=True)
class Hold:
    """A line of text and where it is, to be found there again after everything was laid out anew."""

    message: Message
    place: Place
    position: int
    y: float


class Scroller:
    """The way through the sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.shown: Sequence[Shown] = ()
        self.is_following = True
        """Whether the end stays in sight as text arrives."""
        self.is_incomplete = False
        """Whether there is more in sight than one frame had the time for: the next `arrange` goes on."""
        self._effort = 0
        self._height = 0
        self._is_heading_up = True
        self._anchor: tuple[Message, Place, int] | None = None

    # Reading

    @property
    def margin(self) -> int:
        return LOWER_MARGIN * self.sheet.maker.style.grid

    @property
    def total(self) -> int:
        return self.sheet.height + self.margin

    @property
    def value(self) -> int:
        """Pixels above the viewport, by the heights as they are known."""
        if self._anchor is None:
            return 0
        message, place, offset = self._anchor
        spot = self.sheet.spot(message, place)
        return 0 if spot is None else max(0, self.sheet.above(spot) + offset)

    @property
    def is_at_end(self) -> bool:
        if not self.shown:
            return True
        last = self.shown[-1]
        return last.bottom + self.margin <= self._height + AT_THE_END and self._is_last(last)

    # Moving

    def reset(self) -> None:
        self._anchor, self.shown, self.is_following = None, (), True

    def resize(self, height: int) -> None:
        self._height = height

    def scroll(self, pixels: int) -> None:
        """Down by so many pixels, up if negative."""
        if self._anchor is None or not pixels:
            return
        message, place, offset = self._anchor
        self.is_following, self._is_heading_up = False, pixels < 0
        self._anchor = (message, place, offset + pixels)
        self.arrange()
        self.is_following = pixels > 0 and self.is_at_end

    def scroll_to_value(self, value: int) -> None:
        """To a height of the whole, as a scroll bar means it."""
        if value >= self.total - self._height:
            self.scroll_to_end()
            return
        found = self.sheet.spot_at(max(0, value))
        if found is not None:
            spot, offset = found
            self.is_following = False
            self._anchor = (spot.message, spot.place, offset)
            self.arrange()

    def scroll_to_start(self) -> None:
        spot = self.sheet.first()
        if spot is not None:
            self.is_following = False
            self._anchor = (spot.message, spot.place, 0)
            self.arrange()

    def scroll_to_end(self) -> None:
        self.is_following = True
        self.arrange()

    def show(self, message: Message, place: Place, position: int, *, margin: int) -> None:
        """Brings a line into sight, if it is not, with some room to the edge."""
        spot = self.sheet.spot(message, place)
        if spot is None:
            return
        for shown in self.shown:
            if shown.piece is spot.piece:
                y = shown.box_top + shown.box.line_top(position)
                if margin <= y <= self._height - 2 * margin:
                    return
        inside = self.sheet.gap(spot) + round(self.sheet.box(spot).line_top(position))
        self.is_following = False
        self._anchor = (spot.message, spot.place, inside - self._height // 3)
        self.arrange()

    def show_top(self, message: Message, place: Place) -> None:
        """Has a piece at the upper edge, as far as the end allows."""
        spot = self.sheet.spot(message, place)
        if spot is not None:
            self.is_following = False
            self._anchor = (spot.message, spot.place, 0)
            self.arrange()
            self.is_following = self.is_at_end

    def renew(self, number: int) -> None:
        """The messages from `number` on are others now; what is in sight stays where nothing above it has changed.

        Where the place itself is gone, what has come in its stead is at the upper edge.
        """
        if self._anchor is not None and not self.sheet.holds(self._anchor[0]):
            self._anchor = self._anchor_like(*self._anchor, number)
        self.is_following = False
        self.arrange()
        self.is_following = self.is_at_end

    def _anchor_like(self, gone: Message, place: Place, offset: int, number: int) -> tuple[Message, Place, int] | None:
        """The same place in a message that was read anew, or the beginning of what is new."""
        messages = self.sheet.messages
        if gone.number < len(messages) and messages[gone.number].key == gone.key:
            return messages[gone.number], place, offset
        return (messages[number], Place(Part.HEADER), 0) if number < len(messages) else None

    @property
    def is_outdated(self) -> bool:
        """Whether text has been split that stands in sight as a backlog."""
        return any(isinstance(one.content, Backlog) and one.message.backlog is None for one in self.shown)

    def _anchor_in_split(self, message: Message, offset: int) -> tuple[Message, Place, int]:
        """Where a message is now whose backlog was scrolled out by so much: at its beginning or end, if that was in
        sight, or as far into its text."""
        backlog = next((one for one in self.shown if one.piece.place == BACKLOG and one.message is message), None)
        if backlog is None or not isinstance(backlog.content, Backlog):
            return message, Place(Part.HEADER), 0
        first = self.sheet.spot(message, Place(Part.BODY, backlog.content.first))
        last = self.sheet.last_of_text(message)
        height = backlog.bottom - backlog.top
        if offset <= 0 or first is None or last is None:
            return message, Place(Part.BODY, backlog.content.first), offset
        if height - offset <= self._height:
            return message, last.place, self._measured(last) - (height - offset)
        above = self.sheet.above(first)
        within = self.sheet.above(last) + last.piece.height - above
        found = self.sheet.spot_at(above + within * offset // height)
        return (message, first.place, 0) if found is None else (message, found[0].place, found[1])

    # Looking ahead

    def lay_out_ahead(self) -> bool:
        """Lays out one piece that is less than a viewport away from what is in sight; False if there is none left.

        What is in sight stays where it is. Where the last step went comes first.
        """
        sides = (self._above(), self._below())
        for spot in chain.from_iterable(sides if self._is_heading_up else reversed(sides)):
            if not self.sheet.is_laid_out(spot.piece):
                self.sheet.box(spot)
                return True
        return False

    def _below(self) -> Iterator[Spot]:
        if self.shown:
            last = self.shown[-1]
            yield from self._near(last, self.sheet.next, 2 * self._height - last.bottom)

    def _above(self) -> Iterator[Spot]:
        if self.shown:
            first = self.shown[0]
            yield from self._near(first, self.sheet.previous, self._height + first.top)

    def _near(self, start: Shown, step: Callable[[Spot], Spot | None], rest: int) -> Iterator[Spot]:
        """The pieces beside one, step by step, until they fill a height."""
        spot = self.sheet.spot(start.message, start.piece.place)
        for _ in range(MOST_AHEAD):
            spot = step(spot) if spot is not None and rest > 0 else None
            if spot is None:
                return
            yield spot
            rest -= spot.piece.height

    # Holding the place while everything is laid out anew

    def hold(self) -> Hold | None:
        """The first line in sight."""
        for shown in self.shown:
            if shown.piece.place.part in (Part.HEADER, Part.SUMMARY) or shown.bottom <= 0:
                continue
            position = shown.box.position_of_line(max(0.0, -shown.box_top))
            y = shown.box_top + shown.box.line_top(position)
            if y < -2:  # the line is cut by the edge: the next one, if there is one
                following = shown.box.position_of_line(shown.box.line_top(position) - y + 1)
                if following != position or len(self.shown) == 1:
                    position, y = following, shown.box_top + shown.box.line_top(following)
            return Hold(shown.message, shown.piece.place, position, y)
        return None

    def restyle(self, maker: BoxMaker) -> None:
        """Another width or style; the line at the top stays where it is, or the end does."""
        hold = None if self.is_following else self.hold()
        self.sheet.use(maker)
        if hold is not None:
            spot = self.sheet.spot(hold.message, hold.place)
            if spot is not None:
                box = self.sheet.box(spot)
                inside = self.sheet.gap(spot) + box.line_top(min(hold.position, box.length))
                self._anchor = (spot.message, spot.place, round(inside - hold.y))
        was_following = self.is_following
        self.arrange()
        self.is_following = was_following or self.is_at_end

    # Arranging

    def arrange(self) -> None:
        """Reckons what is in sight and lays it out; everything else is left alone."""
        self._begin()
        self._arrange()

    def _begin(self) -> None:
        self._effort = self.sheet.effort
        self.is_incomplete = False

    def _must_wait(self, spot: Spot, is_parsed: Callable[[Spot], bool]) -> bool:
        """Whether the piece beside one would take more than a frame's time, as far as can be told without a clock."""
        self.is_incomplete = self.sheet.effort - self._effort > MOST_AT_ONCE and not is_parsed(spot)
        return self.is_incomplete

    def _arrange(self) -> None:
        start = None if self.is_following else self._start()
        shown = self._fill_down(*start) if start is not None else self._fill_from_end()
        is_short = not shown or shown[-1].bottom + self.margin < self._height
        if start is not None and is_short and not self.is_incomplete:
            shown = self._fill_from_end()
        self._take(shown)

    def grow(self, message: Message, change: int) -> None:
        """As `arrange`, after a message has changed from its piece `change` on: what is above that is as it was."""
        self._begin()
        is_last = message.number == len(self.sheet.messages) - 1
        shown = None
        if self.is_following and is_last and change < len(message.pieces):
            shown = self._grown(message, message.pieces[change].place)
        if shown is None:
            self._arrange()
        else:
            self._take(shown)

    def _take(self, shown: Sequence[Shown]) -> None:
        self.shown = shown
        if shown:
            self._anchor = (shown[0].message, shown[0].piece.place, -shown[0].top)
        self.sheet.evict()

    def _start(self) -> tuple[Spot, int] | None:
        """The first piece in sight and its top, found from the anchor."""
        if self._anchor is None:
            return None
        message, place, offset = self._anchor
        if place == BACKLOG and message.backlog is None:
            message, place, offset = self._anchor_in_split(message, offset)
        spot = self.sheet.spot(message, place)
        if spot is None:
            return None
        top = -offset
        while top > 0 and (before := self.sheet.previous(spot)) is not None:
            spot = before
            top -= self._measured(spot)
        while top + self._measured(spot) <= 0 and (after := self.sheet.next(spot)) is not None:
            top += self._measured(spot)
            spot = after
        return spot, min(top, 0)

    def _fill_down(self, spot: Spot, top: int) -> list[Shown]:
        shown: list[Shown] = []
        following: Spot | None = spot
        while following is not None:
            shown.append(self._shown(following, self.sheet.box(following), top))
            top = shown[-1].bottom
            if top >= self._height or self._must_wait(following, self.sheet.is_next_parsed):
                break
            following = self.sheet.next(following)
        return shown

    def _fill_from_end(self) -> list[Shown]:
        """Upwards from the last piece; a sheet that is lower than the viewport begins at its top."""
        found: list[tuple[Spot, Box]] = []
        rest = self._height - self.margin
        spot = self.sheet.last()
        while spot is not None:
            found.append((spot, self.sheet.box(spot)))
            rest -= spot.piece.height
            if rest <= 0 or self._must_wait(spot, self.sheet.is_previous_parsed):
                break
            spot = self.sheet.previous(spot)
        top = rest if self.is_incomplete else min(rest, 0)
        shown: list[Shown] = []
        for spot, box in reversed(found):
            shown.append(self._shown(spot, box, top))
            top += spot.piece.height
        return shown

    def _grown(self, message: Message, start: Place) -> list[Shown] | None:
        """What stood above a place, moved; from there on anew. None where that does not fill the viewport."""
        found: list[tuple[Spot, Box]] = []
        rest = self._height - self.margin
        spot = self.sheet.last()
        while spot is not None and spot.message is message and spot.place >= start and rest > 0:
            found.append((spot, self.sheet.box(spot)))
            rest -= spot.piece.height
            if rest > 0 and self._must_wait(spot, self.sheet.is_previous_parsed):
                return None
            spot = self.sheet.previous(spot)
        above = [one for one in self.shown if one.message is not message or one.piece.place < start]
        if not above or not found:
            return None
        step = rest - above[-1].bottom
        if above[0].top + step > 0:
            return None
        shown = [one.moved(step) for one in above if one.bottom + step > 0] if step else above
        for spot, box in reversed(found):
            shown.append(self._shown(spot, box, rest))
            rest += spot.piece.height
        return shown

    def _shown(self, spot: Spot, box: Box, top: int) -> Shown:
        piece = spot.piece
        return Shown(spot.message, piece, spot.before, box, piece.content, top, piece.height - box.height)

    def _measured(self, spot: Spot) -> int:
        self.sheet.box(spot)
        return spot.piece.height

    def _is_last(self, shown: Shown) -> bool:
        last = self.sheet.last()
        return last is not None and last.piece is shown.piece
