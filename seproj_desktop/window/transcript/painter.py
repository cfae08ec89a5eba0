"""Paints the pieces in sight: ground, what is around each piece, the piece itself with its marks.

On the Qt thread, no widget. It lays nothing out and changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from seproj_desktop.window.theme import blend
from seproj_desktop.window.transcript.layout.box import PLAIN, Control, Look, Mark
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.message import Message, Part, Piece, Place
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.selection import Selection

FOCUS_WIDTH = 2
POINTED_OUT = 0.1
"""How much of the links' colour is in the ground of a message that somebody was led to."""


class Hits(Protocol):
    """Where a search has found its words."""

    def in_piece(self, message: Message, place: Place) -> Iterable[tuple[int, int, bool]]:
        """First and last letter of each hit, and whether it is the current one."""
        ...


class NoHits:
    """While nothing is searched."""

    def in_piece(self, message: Message, place: Place) -> Iterable[tuple[int, int, bool]]:
        return ()


@dataclass(slots=True)
class Moment:
    """What is painted beside the text: it changes without any layout."""

    selection: Selection | None = None
    hits: Hits = field(default_factory=NoHits)
    hovered: tuple[Piece, Control] | None = None
    copied: Piece | None = None
    focused: tuple[Message, Piece] | None = None
    pointed_out: Message | None = None
    """The message that somebody was led to, for a short while."""

    def renew(self, sheet: Sheet) -> None:
        """Lets go of what belongs to messages that are gone; the focus goes to what has come in its message's place."""
        if self.selection is not None and not all(sheet.holds(one.message) for one in self.selection.ends):
            self.selection = None
        if self.focused is not None and not sheet.holds(self.focused[0]):
            self.focused = in_stead_of(self.focused, sheet)
        if self.pointed_out is not None and not sheet.holds(self.pointed_out):
            self.pointed_out = None


def in_stead_of(focused: tuple[Message, Piece], sheet: Sheet) -> tuple[Message, Piece] | None:
    """The same piece of a message that was read anew, or the header of the message that has taken its place."""
    gone, piece = focused
    if gone.number >= len(sheet.messages):
        return None
    message = sheet.messages[gone.number]
    spot = sheet.spot(message, piece.place if message.key == gone.key else Place(Part.HEADER))
    return None if spot is None else (message, spot.piece)


def paint(painter: QPainter, region: QRect, shown: Sequence[Shown], maker: BoxMaker, left: int, moment: Moment) -> int:
    """Paints what is shown within a region, the column's left edge given; returns how many pieces were touched."""
    painter.fillRect(region, maker.style.background)
    clip = QRectF(region)
    touched = 0
    for one in shown:
        if one.bottom <= region.top() or one.top > region.bottom():
            continue
        touched += 1
        indent = maker.indent(one.piece)
        place = QRectF(left + indent, one.box_top, one.box.width, one.box.height)
        if one.message is moment.pointed_out:
            paint_ground(painter, one, maker, left)
        maker.draw_around(painter, one.piece, one.before, left, place)
        one.box.draw(painter, place.topLeft(), clip.intersected(place.adjusted(-2, 0, 2, 0)), look(one, maker, moment))
        if moment.focused is not None and moment.focused[1] is one.piece:
            bar = QRectF(left - maker.style.grid, one.box_top, FOCUS_WIDTH, one.box.height)
            painter.fillRect(bar, maker.style.link)
    return touched


def paint_ground(painter: QPainter, shown: Shown, maker: BoxMaker, left: int) -> None:
    """What marks a piece of the message that is pointed out; above a header there is less room than between pieces."""
    grid = maker.style.grid
    top = shown.box_top - grid // 2 if shown.piece.place.part is Part.HEADER else shown.top
    ground = QRectF(left - grid, top, maker.width + 2 * grid, shown.bottom - top)
    painter.fillRect(ground, blend(maker.style.background, maker.style.link, POINTED_OUT))


def look(shown: Shown, maker: BoxMaker, moment: Moment) -> Look:
    """What of a piece depends on the moment."""
    marks: list[Mark] = []
    style = maker.style
    for start, end, is_current in moment.hits.in_piece(shown.message, shown.piece.place):
        marks.append(Mark(start, end, style.current_hit if is_current else style.hit))
    if moment.selection is not None:
        found = moment.selection.range_in(shown.message, shown.piece, shown.box.length)
        if found is not None:
            marks.append(Mark(*found, style.selection))
    hovered = moment.hovered[1] if moment.hovered is not None and moment.hovered[0] is shown.piece else None
    is_copied = moment.copied is shown.piece
    return Look(marks, hovered, is_copied) if marks or hovered or is_copied else PLAIN
