"""The line under a message: figures, or the words of a failure, and "Continue" where the answer was cut.

On the Qt thread, no widget. The words can be selected, the control can be clicked.
"""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.layout.box import Control, Look
from seproj_desktop.window.transcript.layout.flow import Picture
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.layout.text_box import TextBox
from seproj_desktop.window.transcript.markdown.inline import Run

SPACE = 1.5
"""Between the words and the control, in units of the grid."""


class EndingBox(TextBox):
    """The words, and behind the last of them the control; on a line of its own where it does not fit."""

    def __init__(self, ending: Ending, style: Style, width: int) -> None:
        ink = style.danger if ending.is_failure else style.faint
        font = style.font if ending.is_failure else style.small_font
        super().__init__((Run(ending.words),), font, style, width, _no_formula, ink)
        self._ending = ending
        self._button = QRectF()
        self._place_button()

    def fit(self, width: int) -> bool:
        if not super().fit(width):
            return False
        self._place_button()
        return True

    def control_at(self, x: float, y: float) -> Control | None:
        around = self.style.grid / 2
        place = self._button.adjusted(-around, -around, around, around)
        return Control.CONTINUE if self._button.isValid() and place.contains(x, y) else None

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        super().draw_behind(painter, at, clip, look)
        if not self._button.isValid():
            return
        font = QFont(self.style.small_font)
        font.setUnderline(look.hovered is Control.CONTINUE)
        painter.setFont(font)
        painter.setPen(self.style.link)
        metrics = self.style.small_metrics
        baseline = self._button.top() + (self._button.height() - metrics.height()) / 2 + metrics.ascent()
        painter.drawText(QPointF(at.x() + self._button.left(), at.y() + baseline), continue_words())

    def _place_button(self) -> None:
        if self._ending.can_continue:
            self._button = self._button_place()
            self.height = round(max(self.placed[0].flow.height, self._button.bottom()))

    def _button_place(self) -> QRectF:
        """Behind the last word, or under it."""
        metrics, flow = self.style.small_metrics, self.placed[0].flow
        wide, high = metrics.horizontalAdvance(continue_words()), flow.lines[-1].height
        left = flow.caret_x(flow.length) + SPACE * self.style.grid if flow.length else 0.0
        is_fitting = left + wide <= self.width
        return QRectF(left, flow.lines[-1].top, wide, high) if is_fitting else QRectF(0.0, flow.height, wide, high)


def continue_words() -> str:
    return QCoreApplication.translate("EndingBox", "Continue")


def _no_formula(_tex: str, _size: float) -> Picture | None:
    """There are none in an ending."""
    return None
