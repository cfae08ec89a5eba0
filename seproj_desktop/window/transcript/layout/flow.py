"""Text broken into lines: the one primitive that paragraphs, code and table cells are laid out with.

On the Qt thread, no widget. A thin coat around `QTextLayout` (half the cost of a `QTextDocument`, measured) that adds
an even line height, pictures that sit on the baseline, and the rectangles of a range of text. Positions are Qt's: in
UTF-16 units.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QImage, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

PLACEHOLDER = "x"
"""Stands for a picture: a letter, so that lines break around it as around a letter; it is spaced, never inked."""
LINE_BREAK = "\u2028"
UNBROKEN = 1e6
"""Pixels: the width of a line that is not to be broken."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture within a line, `ascent` pixels of it above the baseline; `source` is what copying gives."""

    image: QImage
    width: float
    height: float
    ascent: float
    source: str

    @property
    def descent(self) -> float:
        return self.height - self.ascent


class Stretch(NamedTuple):
    """A range of the flow's text and its format."""

    start: int
    length: int
    format: QTextCharFormat


class Line(NamedTuple):
    """One line as laid out: top and height with the leading, and the range of text."""

    top: float
    height: float
    start: int
    end: int


class Flow:
    """One text; `lay_out` before anything else is asked."""

    def __init__(
        self,
        text: str,
        stretches: Sequence[Stretch],
        font: QFont,
        option: QTextOption,
        *,
        line_height: float = 1.0,
        pictures: Mapping[int, Picture] | None = None,
    ) -> None:
        """`line_height` is a factor on the font's own; `pictures` stand at the positions of placeholders."""
        self.text = text
        self._line_height = line_height
        self._pictures = dict(pictures or {})
        self._layout = QTextLayout(text, font)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        self._lines: list[Line] = []
        self.height = 0.0
        self.natural_width = 0.0
        self.colour(stretches)

    @property
    def length(self) -> int:
        """In UTF-16 units."""
        return utf16_length(self.text)

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    def colour(self, stretches: Sequence[Stretch]) -> None:
        """Formats instead of those before; where only colours differ the lines stay true."""
        self._layout.setFormats([format_range(stretch) for stretch in stretches])

    def lay_out(self, width: float) -> None:
        """Breaks the text into lines of at most `width` pixels."""
        self._lines.clear()
        top = widest = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            start, end = line.textStart(), line.textStart() + line.textLength()
            height, ascent = self._measure(line, start, end)
            line.setPosition(QPointF(0.0, top + ascent - line.ascent()))
            self._lines.append(Line(top, height, start, end))
            top += height
            widest = max(widest, line.naturalTextWidth())
        self._layout.endLayout()
        self.height, self.natural_width = top, widest

    def fit(self, width: float) -> None:
        """As `lay_out`, where nothing but the width has changed: a line that fits before and after stays as it is."""
        is_one_line = len(self._lines) == 1 and self.natural_width + 1.0 <= width
        if not is_one_line or has_right_to_left(self.text):
            self.lay_out(width)

    def draw(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        """Everything within `clip`, in the painter's coordinates."""
        self._layout.draw(painter, at, [], clip)
        for position, picture in self._pictures.items():
            line = self._layout.lineForTextPosition(position)
            if not line.isValid():
                continue
            left = at.x() + min(self._x(line, position), self._x(line, position + 1))
            baseline = at.y() + line.y() + line.ascent()
            place = QRectF(left, baseline - picture.ascent, picture.width, picture.height)
            if place.intersects(clip):
                painter.drawImage(place, picture.image)

    def position_at(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        if not self._lines:
            return 0
        line = self._layout.lineAt(self.line_number(y))
        return line.xToCursor(x)

    def is_on_text(self, x: float, y: float) -> bool:
        if not self._lines or not 0 <= y < self.height:
            return False
        used = self._layout.lineAt(self.line_number(y)).naturalTextRect()
        return used.left() <= x <= used.right()

    def line_number(self, y: float) -> int:
        """The number of the line at a height, or the nearest one."""
        return max(0, bisect_right(self._lines, y, key=lambda line: line.top) - 1)

    def line_of(self, position: int) -> int:
        """The number of the line that a position is on."""
        return max(0, bisect_right(self._lines, position, key=lambda line: line.start) - 1)

    def changed_top(self, before: "Flow", same: int) -> float:
        """The top of the first line that differs from an earlier flow's, the texts being the same up to a position."""
        if has_right_to_left(self.text) or has_right_to_left(before.text):
            return 0.0  # one letter may turn the direction of them all
        for line, old in zip(self._lines, before.lines, strict=False):
            if line != old or line.end >= same:
                return line.top
        return 0.0

    def rectangles(self, start: int, end: int) -> Iterator[QRectF]:
        """Where a range of the text is, a rectangle or more per line, as high as the line."""
        if start >= end:
            return
        first, last = self.line_of(start), self.line_of(end)
        for number in range(first, min(last, len(self._lines) - 1) + 1):
            line = self._lines[number]
            yield from self._line_rectangles(number, max(start, line.start), min(end, line.end))

    def caret_x(self, position: int) -> float:
        """How far to the right a caret before a position stands."""
        line = self._layout.lineForTextPosition(position)
        return self._x(line, position) if line.isValid() else 0.0

    def next_position(self, position: int, *, by_word: bool = False) -> int:
        mode = QTextLayout.CursorMode.SkipWords if by_word else QTextLayout.CursorMode.SkipCharacters
        return self._layout.nextCursorPosition(position, mode)

    def previous_position(self, position: int, *, by_word: bool = False) -> int:
        mode = QTextLayout.CursorMode.SkipWords if by_word else QTextLayout.CursorMode.SkipCharacters
        return self._layout.previousCursorPosition(position, mode)

    def source(self, start: int, end: int) -> str:
        """The text of a range as it is copied: pictures by their source, line separators as line ends."""
        parts, at = [], start
        for position in sorted(self._pictures):
            if start <= position < end:
                parts += [utf16_cut(self.text, at, position), self._pictures[position].source]
                at = position + 1
        parts.append(utf16_cut(self.text, at, end))
        return "".join(parts).replace(LINE_BREAK, "\n")

    def _measure(self, line: QTextLine, start: int, end: int) -> tuple[float, float]:
        """The line's height with its leading, and how far its baseline is below its top."""
        ascent, descent = line.ascent(), line.descent()
        leading = (ascent + descent) * (self._line_height - 1.0)
        for position, picture in self._pictures.items():
            if start <= position < end:
                ascent, descent = max(ascent, picture.ascent), max(descent, picture.descent)
        return ascent + descent + leading, ascent + leading / 2

    def _line_rectangles(self, number: int, start: int, end: int) -> Iterator[QRectF]:
        line, box = self._layout.lineAt(number), self._lines[number]
        if self._is_left_to_right(box):
            left, right = self._x(line, start), self._x(line, end)
            yield QRectF(min(left, right), box.top, abs(right - left), box.height)
            return
        # Text of both directions: a range may be in several places, so it is gathered letter by letter.
        edges: list[tuple[float, float]] = []
        position = start
        while position < end:
            following = max(position + 1, min(end, self.next_position(position)))
            pair = sorted((self._x(line, position), self._x(line, following)))
            if edges and abs(edges[-1][1] - pair[0]) < 0.5:
                edges[-1] = (edges[-1][0], pair[1])
            elif edges and abs(edges[-1][0] - pair[1]) < 0.5:
                edges[-1] = (pair[0], edges[-1][1])
            else:
                edges.append((pair[0], pair[1]))
            position = following
        for left, right in edges:
            yield QRectF(left, box.top, right - left, box.height)

    def _is_left_to_right(self, line: Line) -> bool:
        return not has_right_to_left(utf16_cut(self.text, line.start, line.end))

    @staticmethod
    def _x(line: QTextLine, position: int) -> float:
        # PySide gives the place and the position it is for; its stubs promise an object.
        at = cast("tuple[float, int]", line.cursorToX(position))
        return at[0]


def is_right_to_left(letter: str) -> bool:
    """Hebrew, Arabic and their neighbours, and marks that turn the direction."""
    return "\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" or letter in "\u200f\u202b\u202e\u2067"


def has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(map(is_right_to_left, set(text)))


def format_range(stretch: Stretch) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = stretch.start, stretch.length, stretch.format
    return made


def utf16_length(text: str) -> int:
    """How many of Qt's positions a text has: characters beyond the first 65,536 count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_cut(text: str, start: int, end: int) -> str:
    """`text[start:end]` for Qt's positions."""
    if text.isascii():
        return text[start:end]
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "replace")
