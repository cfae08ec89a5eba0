"""A bar that floats over the text and hides it wholly, corners included.

Text that moves below it shows nowhere, so it need not be painted with every line: the view moves the pixels around it.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from seproj_desktop.window.theme import ROUNDING, Theme


class Floating(QFrame):
    """On the Qt thread. What is in it is its subclass's business."""

    def __init__(self, theme: Theme, parent: QWidget, *, hangs: bool = False) -> None:
        """`hangs`: at the upper edge, so that there is nothing of its own upper edge to be seen."""
        super().__init__(parent)
        self._theme = theme
        self._above = ROUNDING if hangs else 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.background)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.line)
        edge = QRectF(self.rect()).adjusted(0.5, 0.5 - self._above, -0.5, -0.5)
        painter.drawRoundedRect(edge, ROUNDING, ROUNDING)
