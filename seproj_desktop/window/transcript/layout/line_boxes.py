"""The small pieces: the line that stands for the thinking, rules, formulas on lines of their own, text still to come.

On the Qt thread, no widgets. They hold no text that could be selected, the formula excepted.
"""

from collections.abc import Iterator
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QLocale, QPointF, QRectF, QTime
from PySide6.QtGui import QPainter, QPolygonF

from seproj_desktop.window.transcript.layout.box import Box, Control, Look
from seproj_desktop.window.transcript.layout.flow import PLACEHOLDER, Flow, Picture, Stretch
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.layout.text_box import picture_format
from seproj_desktop.window.transcript.message import Summary

BAR_SHARES = (0.97, 0.92, 0.98, 0.89, 0.95, 0.93, 0.54)
"""Of the width, for one bar after the other."""


class LineBox(Box):
    """As high at any width."""

    def fit(self, width: int) -> bool:
        self.width = width
        return True


class SummaryBox(LineBox):
    """One line for all the thinking, with a triangle that says whether it is open."""

    def __init__(self, summary: Summary, style: Style, width: int) -> None:
        super().__init__(style, width)
        self._summary = summary
        self.height = round(style.small_metrics.height() + style.grid / 2)

    @property
    def label(self) -> str:
        return summary_words(self._summary)

    @property
    def is_open(self) -> bool:
        return self._summary.is_open

    def control_at(self, x: float, y: float) -> Control | None:
        end = 2 * self.style.grid + self.style.small_metrics.horizontalAdvance(self.label)
        return Control.TOGGLE_THOUGHT if 0 <= x <= end and 0 <= y < self.height else None

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        style = self.style
        colour = style.text if look.hovered is Control.TOGGLE_THOUGHT else style.faint
        baseline = at.y() + style.grid / 4 + style.small_metrics.ascent()
        side = style.small_metrics.xHeight()
        middle = QPointF(at.x() + style.grid * 0.75, baseline - side / 2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(middle)
        painter.rotate(90 if self._summary.is_open else 0)
        painter.setPen(colour)
        painter.setBrush(colour)
        half = side * 0.45
        painter.drawPolygon(QPolygonF([QPointF(-half * 0.7, -half), QPointF(half, 0), QPointF(-half * 0.7, half)]))
        painter.restore()
        painter.setPen(colour)
        painter.setFont(style.small_font)
        painter.drawText(QPointF(at.x() + 2 * style.grid, baseline), self.label)


class RuleBox(LineBox):
    """A thin line across the column."""

    def __init__(self, style: Style, width: int) -> None:
        super().__init__(style, width)
        self.height = style.grid + 1

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        painter.fillRect(QRectF(at.x(), at.y() + self.height // 2, self.width, 1), self.style.line)


class BacklogBox(Box):
    """Where a long text will be: bars in the place of its lines, for the moment that it takes."""

    def __init__(self, height: int, style: Style, width: int) -> None:
        super().__init__(style, width)
        self.height = height

    @property
    def label(self) -> str:
        return backlog_words()

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        for bar in self._bars(clip.top() - at.y(), clip.bottom() - at.y()):
            painter.fillRect(bar.translated(at), self.style.code_background)

    def _bars(self, top: float, bottom: float) -> Iterator[QRectF]:
        """One for each line between two heights, of unequal length as words make them."""
        line, thickness = self.style.text_line, self.style.text_metrics.xHeight()
        for number in range(max(0, int(top / line)), int(min(bottom, self.height - line) / line) + 1):
            share = BAR_SHARES[number % len(BAR_SHARES)]
            yield QRectF(0, number * line + (line - thickness) / 2, self.width * share, thickness)


class FormulaBox(Box):
    """A formula's picture in the middle of the column; smaller where it would be wider than that."""

    def __init__(self, picture: Picture, style: Style, width: int) -> None:
        super().__init__(style, width)
        scale = min(1.0, width / max(1.0, picture.width))
        fitted = Picture(
            picture.image, picture.width * scale, picture.height * scale, picture.ascent * scale, picture.source
        )
        flow = Flow(
            PLACEHOLDER,
            [Stretch(0, 1, picture_format(fitted, style.font))],
            style.font,
            style.text_option,
            pictures={0: fitted},
        )
        flow.lay_out(2.0 * width)
        self.place(flow, max(0.0, (width - fitted.width) / 2), 0.0)
        self.height = round(flow.height)

    @property
    def label(self) -> str:
        return QCoreApplication.translate("FormulaBox", "Formula")

    def letters_of(self, start: int, end: int) -> tuple[int, int]:
        """The picture, whatever part of the TeX is meant."""
        return 0, 1


def backlog_words() -> str:
    return QCoreApplication.translate("BacklogBox", "A long text is being prepared…")


def time_words(time: datetime) -> str:
    """The time of day as the desktop writes it."""
    return QLocale().toString(QTime(time.hour, time.minute), QLocale.FormatType.ShortFormat)


def summary_words(summary: Summary) -> str:
    """For example "Thought for 4.2 s, 311 tokens"."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("SummaryBox", text)

    tokens = tr("{count} tokens").format(count=f"{summary.tokens:,}") if summary.tokens else ""
    time = tr("{seconds} s").format(seconds=f"{summary.seconds:.1f}") if summary.seconds is not None else ""
    if summary.is_live:
        return ", ".join(part for part in (tr("Thinking…"), time, tokens) if part)
    first = tr("Thought for {time}").format(time=time) if time else tr("Thought")
    return ", ".join(part for part in (first, tokens) if part)
