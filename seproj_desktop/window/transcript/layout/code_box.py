"""A piece of a code block: a strip with the language and the controls, then one flow per line.

On the Qt thread, no widget. A growing block lays out its new lines only. The lines' colours come from outside and may
come later.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from seproj_desktop.window.theme import ROUNDING
from seproj_desktop.window.transcript.colours.kinds import Span
from seproj_desktop.window.transcript.layout.box import PLAIN, Box, Control, Look, Placed, same_at_start
from seproj_desktop.window.transcript.layout.flow import UNBROKEN, Flow, Stretch, utf16_length
from seproj_desktop.window.transcript.layout.style import CODE_LINE_HEIGHT, Style
from seproj_desktop.window.transcript.markdown.blocks import Code

SpansOfLine = Callable[[int], Sequence[Span]]
"""The colours of a line, by its number in the whole block; empty while they are not known."""


class Side:
    """How far the lines of one block are scrolled to the side, shared by all its pieces."""

    __slots__ = ("shift", "widest")

    def __init__(self) -> None:
        self.shift = 0.0
        self.widest = 0.0

    def overflow(self, room: float) -> float:
        """Pixels of the widest line that do not fit."""
        return max(0.0, self.widest - room)

    def move(self, pixels: float, room: float) -> bool:
        """Scrolls; False where it was at its end."""
        before = self.shift
        self.shift = min(max(0.0, self.shift + pixels), self.overflow(room))
        return self.shift != before


class CodeBox(Box):
    """At most forty lines of one block."""

    def __init__(
        self,
        code: Code,
        style: Style,
        width: int,
        spans: SpansOfLine,
        side: Side,
        *,
        is_wrapped: bool = False,
        has_numbers: bool = False,
    ) -> None:
        super().__init__(style, width)
        self._spans = spans
        self._is_wrapped = is_wrapped
        self._has_numbers = has_numbers
        self._code = Code(code.language, (), code.first, code.is_first, code.is_last)
        self.side = side
        self._padding = round(1.5 * style.grid)
        self._gutter = self._padding + (5 * style.code_width if has_numbers else 0)
        self._strip = self._padding + round(style.small_metrics.height()) if code.is_first else 0
        self.renew(code)

    @property
    def code(self) -> Code:
        return self._code

    @property
    def label(self) -> str:
        return self._language

    @property
    def room(self) -> float:
        """The width there is for a line."""
        return self.width - self._gutter - self._padding

    def renew(self, code: Code) -> bool:
        """Takes the block as it has grown; False where it is another one."""
        before = self._code
        if (code.language, code.first, code.is_first) != (before.language, before.first, before.is_first):
            return False
        same = same_at_start(code.lines, before.lines)
        del self.placed[same:], self._starts[same:]
        self._code = code
        self._place_lines([self._flow(number) for number in range(same, len(code.lines))])
        self.changed_top = self.placed[same].top if same < len(self.placed) else self.height
        return True

    def fit(self, width: int) -> bool:
        self.width = width
        if self._is_wrapped:
            flows = [placed.flow for placed in self.placed]
            del self.placed[:], self._starts[:]
            self._place_lines(flows)
        self.side.move(0.0, self.room)
        return True

    def _place_lines(self, flows: Sequence[Flow]) -> None:
        """Under those that are there."""
        top = self._top_of_lines if not self.placed else _bottom(self.placed[-1])
        for flow in flows:
            flow.lay_out(self._line_width)
            self.place(flow, self._gutter, top, "\n" if self.placed else "")
            top += flow.height
            if not self._is_wrapped:
                self.side.widest = max(self.side.widest, flow.natural_width)
        self.height = round(top + (self._padding if self._code.is_last else 0))

    def colour(self, first: int, end: int) -> None:
        """Takes the colours of some lines, by their numbers in the whole block."""
        for number in range(max(first - self._code.first, 0), min(end - self._code.first, len(self.placed))):
            flow = self.placed[number].flow
            flow.colour(self._stretches(number))
            flow.lay_out(self._line_width)

    def control_at(self, x: float, y: float) -> Control | None:
        if not self._code.is_first or not 0 <= y < self._strip:
            return None
        if x >= self.width - self._menu_width:
            return Control.CODE_MENU
        copying = max(self._words_width(words) for words in (self._copy_words, self._copied_words))
        if x >= self.width - self._menu_width - copying - 2 * self._padding:
            return Control.COPY_CODE
        return None

    def position_at(self, x: float, y: float) -> int:
        return super().position_at(x + self.side.shift, y)

    def is_on_text(self, x: float, y: float) -> bool:
        return super().is_on_text(x + self.side.shift, y)

    def draw(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look = PLAIN) -> None:
        self.draw_behind(painter, at, clip, look)
        inside = clip.intersected(QRectF(at.x() + self._gutter - 2, at.y(), self.width - self._gutter, self.height))
        painter.save()
        painter.setClipRect(inside, Qt.ClipOperation.IntersectClip)
        shifted = QPointF(at.x() - self.side.shift, at.y())
        for mark in look.marks:
            for rectangle in self.rectangles(mark.start, mark.end):
                painter.fillRect(rectangle.translated(shifted), mark.colour)
        painter.setPen(self.ink)
        for placed in self._between(clip.top() - at.y(), clip.bottom() - at.y()):
            placed.flow.draw(painter, QPointF(shifted.x() + placed.left, shifted.y() + placed.top), inside)
        painter.restore()

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        frame = QRectF(at.x(), at.y(), self.width, self.height)
        self._fill_frame(painter, frame)
        if self._code.is_first and clip.top() < at.y() + self._strip:
            self._draw_strip(painter, at, look)
        if self._has_numbers:
            self._draw_numbers(painter, at, clip)
        if self._code.is_last and not self._is_wrapped and self.side.overflow(self.room):
            self._draw_bar(painter, frame)

    def _fill_frame(self, painter: QPainter, frame: QRectF) -> None:
        colour, code = self.style.code_background, self._code
        if not code.is_first and not code.is_last:
            painter.fillRect(frame, colour)
            return
        path = QPainterPath()
        # A piece that goes on is drawn longer than it is, so that only its own corners are round.
        path.addRoundedRect(
            frame.adjusted(0, 0 if code.is_first else -2 * ROUNDING, 0, 0 if code.is_last else 2 * ROUNDING),
            ROUNDING,
            ROUNDING,
        )
        painter.save()
        painter.setClipRect(frame, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.fillPath(path, colour)
        painter.restore()

    def _draw_strip(self, painter: QPainter, at: QPointF, look: Look) -> None:
        style, words = self.style, self._copied_words if look.is_copied else self._copy_words
        painter.setFont(style.small_font)
        baseline = at.y() + self._padding / 2 + style.small_metrics.ascent() + 1
        painter.setPen(style.faint)
        painter.drawText(QPointF(at.x() + self._padding, baseline), self._language)
        right = at.x() + self.width - self._menu_width
        painter.setPen(style.text if look.hovered is Control.COPY_CODE else style.faint)
        painter.drawText(QPointF(right - self._words_width(words) - self._padding / 2, baseline), words)
        painter.setPen(style.text if look.hovered is Control.CODE_MENU else style.faint)
        painter.drawText(QPointF(right + self._padding / 2, baseline), "⋯")

    def _draw_numbers(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        painter.setFont(self.style.code_font)
        painter.setPen(self.style.faint)
        for number, placed in enumerate(self.placed):
            top = at.y() + placed.top
            if top + placed.flow.height < clip.top() or top > clip.bottom():
                continue
            if self._code.joins and number == 0:
                continue
            place = QRectF(at.x(), top, self._gutter - self.style.code_width, placed.flow.lines[0].height)
            words = str(self._code.first + number + 1)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)

    def _draw_bar(self, painter: QPainter, frame: QRectF) -> None:
        """How far the lines are scrolled to the side."""
        track = frame.width() - 2 * self._padding
        overflow = self.side.overflow(self.room)
        share = track / (track + overflow)
        left = frame.left() + self._padding + (track - track * share) * self.side.shift / overflow
        painter.fillRect(QRectF(left, frame.bottom() - self._padding / 2 - 2, track * share, 3), self.style.line)

    @property
    def ink(self) -> QColor:
        return self.style.text

    @property
    def _top_of_lines(self) -> float:
        if self._code.is_first:
            return float(self._strip)
        return 0.0

    @property
    def _line_width(self) -> float:
        return self.room if self._is_wrapped else UNBROKEN

    @property
    def _language(self) -> str:
        return self._code.language or QCoreApplication.translate("CodeBox", "code")

    @property
    def _copy_words(self) -> str:
        return QCoreApplication.translate("CodeBox", "Copy")

    @property
    def _copied_words(self) -> str:
        return QCoreApplication.translate("CodeBox", "Copied")

    @property
    def _menu_width(self) -> float:
        return 3 * self.style.grid + self._padding / 2

    def _words_width(self, words: str) -> float:
        return self.style.small_metrics.horizontalAdvance(words)

    def _flow(self, number: int) -> Flow:
        style = self.style
        option = style.wrapped_code_option if self._is_wrapped else style.code_option
        return Flow(
            self._code.lines[number], self._stretches(number), style.code_font, option, line_height=CODE_LINE_HEIGHT
        )

    def _stretches(self, number: int) -> list[Stretch]:
        if self._code.joins and number == 0:
            return []
        line = self._code.lines[number]
        spans, formats = self._spans(self._code.first + number), self.style.code_formats
        if line.isascii():
            return [Stretch(start, length, formats[kind]) for start, length, kind in spans]
        return [
            Stretch(utf16_length(line[:start]), utf16_length(line[start : start + length]), formats[kind])
            for start, length, kind in spans
        ]


def _bottom(placed: Placed) -> float:
    return placed.top + placed.flow.height
