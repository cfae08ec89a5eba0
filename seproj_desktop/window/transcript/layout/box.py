"""A piece as laid out: flows of text at their places, what is painted behind them, and what can be clicked.

On the Qt thread, no widget. Coordinates are the box's own, from its upper left corner. Positions count through all
flows of the box, with one position between two of them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from seproj_desktop.window.transcript.layout.flow import Flow, utf16_length
from seproj_desktop.window.transcript.layout.style import Style


class Control(Enum):
    """What a painted control does when it is clicked."""

    COPY_CODE = auto()
    CODE_MENU = auto()
    TOGGLE_THOUGHT = auto()
    OLDER_VERSION = auto()
    NEWER_VERSION = auto()
    CONTINUE = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked range of a box's text."""

    start: int
    end: int
    colour: QColor


@dataclass(frozen=True, slots=True)
class Look:
    """What of a box depends on the moment: marks behind the text, the control under the mouse, a passing word."""

    marks: Sequence[Mark] = ()
    hovered: Control | None = None
    is_copied: bool = False


PLAIN = Look()


class Placed(NamedTuple):
    """A flow in its box: where it is, its first position, and what copying puts before it."""

    flow: Flow
    left: float
    top: float
    start: int
    separator: str = ""
    letter: int = 0
    """The first letter of what it shows in the text as it is seen, `letters` of them."""
    letters: int = 0

    @property
    def end(self) -> int:
        return self.start + self.flow.length

    @property
    def rectangle(self) -> QRectF:
        return QRectF(self.left, self.top, self.flow.natural_width, self.flow.height)

    def reaches(self, top: float, bottom: float) -> bool:
        """Whether any of it is between two heights."""
        return self.top <= bottom and self.top + self.flow.height >= top


class Box:
    """One laid-out piece; subclasses place the flows and paint what is around them."""

    def __init__(self, style: Style, width: int) -> None:
        self.style = style
        self.width = width
        self.height = 0
        self.formulas: set[str] = set()
        """The TeX of formulas that stand here as their source, until there is a picture."""
        self.changed_top = 0.0
        """Where what the last renewal has changed begins."""
        self.placed: list[Placed] = []
        self._starts: list[int] = []

    # Layout

    def place(self, flow: Flow, left: float, top: float, separator: str = "", letters: int | None = None) -> Placed:
        """Adds a flow behind those before it; `letters` are those of what it shows, if they are not its own."""
        last = self.placed[-1] if self.placed else None
        start, letter = (last.end + 1, last.letter + last.letters + 1) if last is not None else (0, 0)
        placed = Placed(flow, left, top, start, separator, letter, len(flow.text) if letters is None else letters)
        self.placed.append(placed)
        self._starts.append(start)
        return placed

    @property
    def length(self) -> int:
        """The last position."""
        return self.placed[-1].end if self.placed else 0

    @property
    def label(self) -> str:
        """For a screen reader: the kind of thing, where the text does not say it."""
        return ""

    def fit(self, width: int) -> bool:
        """Takes another width: what is there is placed anew. False where the box has to be made again."""
        return False

    def changed_since(self, before: "Box") -> float:
        """How far below the top what looks different begins; `before` is the same piece's box as it was painted."""
        return self.changed_top if before is self else 0.0

    # Painting

    def draw(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look = PLAIN) -> None:
        """Paints the part within `clip`, both in the painter's coordinates."""
        self.draw_behind(painter, at, clip, look)
        for mark in look.marks:
            for rectangle in self.rectangles(mark.start, mark.end):
                painter.fillRect(rectangle.translated(at), mark.colour)
        painter.setPen(self.ink)
        for placed in self._between(clip.top() - at.y(), clip.bottom() - at.y()):
            placed.flow.draw(painter, QPointF(at.x() + placed.left, at.y() + placed.top), clip)

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        """What lies under the text."""

    @property
    def ink(self) -> QColor:
        """The text's colour where it has none of its own."""
        return self.style.text

    # What is where

    def position_at(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        if not self.placed:
            return 0
        placed = min(self.placed, key=lambda one: _distance(one.rectangle, x, y))
        return placed.start + placed.flow.position_at(x - placed.left, y - placed.top)

    def is_on_text(self, x: float, y: float) -> bool:
        return any(one.flow.is_on_text(x - one.left, y - one.top) for one in self._between(y, y))

    def control_at(self, x: float, y: float) -> Control | None:
        """The painted control under a point."""
        return None

    def target_at(self, x: float, y: float) -> str:
        """The link's address under a point, or nothing."""
        return ""

    def rectangles(self, start: int, end: int) -> Iterator[QRectF]:
        """Where a range of the text is."""
        for index in range(self._index(start), len(self.placed)):
            placed = self.placed[index]
            if placed.start >= end:
                break
            for rectangle in placed.flow.rectangles(max(0, start - placed.start), min(end, placed.end) - placed.start):
                yield rectangle.translated(placed.left, placed.top)

    def position_of_line(self, y: float) -> int:
        """The first position of the line at a height."""
        if not self.placed:
            return 0
        placed = self.placed[max(0, bisect_right(self.placed, y, key=lambda one: one.top) - 1)]
        line = placed.flow.line_number(y - placed.top)
        return placed.start + (placed.flow.lines[line].start if placed.flow.lines else 0)

    def line_top(self, position: int) -> float:
        """How far the line of a position is below the box's top."""
        if not self.placed:
            return 0.0
        placed = self.placed[self._index(position)]
        lines = placed.flow.lines
        return placed.top + (lines[placed.flow.line_of(position - placed.start)].top if lines else 0.0)

    def caret_x(self, position: int) -> float:
        """How far to the right a caret before a position stands."""
        if not self.placed:
            return 0.0
        placed = self.placed[self._index(position)]
        return placed.left + placed.flow.caret_x(position - placed.start)

    # Text

    def source(self, start: int, end: int) -> str:
        """What copying a range gives."""
        parts: list[str] = []
        for index in range(self._index(start), len(self.placed)):
            placed = self.placed[index]
            if placed.start > end or (placed.start == end and start < end):
                break
            if parts:
                parts.append(placed.separator)
            parts.append(placed.flow.source(max(0, start - placed.start), min(end, placed.end) - placed.start))
        return "".join(parts)

    def letters_of(self, start: int, end: int) -> tuple[int, int]:
        """The positions of a range of the text as it is seen (`seen_text`), whose letters are Python's."""
        return self._position_of(start, is_end=False), self._position_of(end, is_end=True)

    def _position_of(self, letter: int, *, is_end: bool) -> int:
        if not self.placed:
            return 0
        index = max(0, bisect_right(self.placed, letter, key=lambda one: one.letter) - 1)
        placed = self.placed[index]
        inside = min(letter - placed.letter, placed.letters)
        return placed.start + self._position_in(index, inside, is_end=is_end)

    def _position_in(self, index: int, letter: int, *, is_end: bool) -> int:
        """The position in the flow with a number; `is_end` tells the two sides of a picture apart."""
        return utf16_length(self.placed[index].flow.text[:letter])

    def word_at(self, position: int) -> tuple[int, int]:
        """The range of the word at a position."""
        if not self.placed:
            return 0, 0
        placed = self.placed[self._index(position)]
        inside = position - placed.start
        end = placed.flow.next_position(inside, by_word=True)
        start = placed.flow.previous_position(end, by_word=True)
        text = placed.flow.source(start, end)
        length = len(text.rstrip()) if text.isascii() else end - start
        return placed.start + start, placed.start + start + max(1, length)

    def paragraph_at(self, position: int) -> tuple[int, int]:
        """The range of the flow at a position: a paragraph, a line of code, a table's cell."""
        if not self.placed:
            return 0, 0
        placed = self.placed[self._index(position)]
        return placed.start, placed.end

    def next_position(self, position: int, *, by_word: bool = False) -> int | None:
        """The position behind, or None at the end."""
        if position >= self.length:
            return None
        placed = self.placed[self._index(position)]
        if position >= placed.end:
            return placed.end + 1
        return placed.start + placed.flow.next_position(position - placed.start, by_word=by_word)

    def previous_position(self, position: int, *, by_word: bool = False) -> int | None:
        """The position before, or None at the start."""
        if position <= 0:
            return None
        placed = self.placed[self._index(position)]
        if position <= placed.start:
            return placed.start - 1
        return placed.start + placed.flow.previous_position(position - placed.start, by_word=by_word)

    def _index(self, position: int) -> int:
        return max(0, bisect_right(self._starts, position) - 1)

    def _between(self, top: float, bottom: float) -> Iterator[Placed]:
        return (placed for placed in self.placed if placed.reaches(top, bottom))


def same_at_start(one: Sequence[object], other: Sequence[object]) -> int:
    """How many things two rows of them begin with that are the same: what has grown need not be laid out from there."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def fill_rounded(painter: QPainter, rectangle: QRectF, colour: QColor, radius: float) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rectangle, radius, radius)
    painter.restore()


def _distance(rectangle: QRectF, x: float, y: float) -> float:
    """How far a point is from a rectangle; a line above or below counts more than the way along the line."""
    aside = max(rectangle.left() - x, 0.0, x - rectangle.right())
    above = max(rectangle.top() - y, 0.0, y - rectangle.bottom())
    return aside + 1000.0 * above
