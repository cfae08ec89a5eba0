"""Paints the pieces in sight: ground, what is around each piece, the piece itself with its marks.

On the Qt thread, no widget. It lays nothing out and changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from seproj_desktop.window.transcript.layout.box import Control, Look, Mark
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker
from seproj_desktop.window.transcript.message import Message, Piece, Place
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.selection import Selection

FOCUS_WIDTH = 2


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
        maker.draw_around(painter, one.piece, one.before, left, place)
        one.box.draw(painter, place.topLeft(), clip.intersected(place.adjusted(-2, 0, 2, 0)), look(one, maker, moment))
        if moment.focused is not None and moment.focused[1] is one.piece:
            bar = QRectF(left - maker.style.grid, one.box_top, FOCUS_WIDTH, one.box.height)
            painter.fillRect(bar, maker.style.link)
    return touched


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
    return Look(marks, hovered, moment.copied is shown.piece)
