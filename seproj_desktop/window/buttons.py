"""The window's buttons: one that matters, plain ones, words that can be clicked, and one that opens a menu.

On the Qt thread. They know their theme and nothing else.
"""

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from seproj_desktop.window.theme import CONTROL_HEIGHT, ROUNDING, Theme, blend

SIGN = (16, 13)
"""Pixels."""


class MenuButton(QToolButton):
    """Opens its menu without a nested event loop, as QToolButton's own menu would need."""

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._menu = menu
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(CONTROL_HEIGHT)
        self.clicked.connect(self.open_menu)
        theme.changed.connect(self._restyle)
        self._restyle()

    def open_menu(self) -> None:
        """Below the button, and inwards where it stands at the window's right edge."""
        width = self._menu.sizeHint().width()
        is_right = self.mapTo(self.window(), QPoint(0, 0)).x() + width > self.window().width()
        self._menu.popup(self.mapToGlobal(QPoint(self.width() - width if is_right else 0, self.height())))

    def _restyle(self) -> None:
        theme = self._theme
        hover = blend(theme.background, theme.text, 0.12).name()
        self.setStyleSheet(
            f"QToolButton {{ border: 1px solid transparent; border-radius: {ROUNDING}px; padding: 0 6px; }}"
            f"QToolButton:hover, QToolButton:pressed {{ background: {hover}; }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
        )


class SignButton(QToolButton):
    """A square with a sign that is drawn, as fonts have none for it; a subclass draws into a frame of `SIGN` pixels."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
        theme.changed.connect(self.update)

    def draw_sign(self, painter: QPainter, frame: QRectF) -> None:
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse() or self.hasFocus():
            painter.setPen(theme.accent if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(blend(theme.background, theme.text, 0.12 if self.underMouse() else 0.0))
            painter.drawRoundedRect(box, ROUNDING, ROUNDING)
        frame = QRectF(0, 0, *SIGN)
        frame.moveCenter(box.center())
        painter.setPen(QPen(theme.text, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)
        self.draw_sign(painter, frame)


class SideButton(SignButton):
    """A window with its left part set off: shows and hides what stands there."""

    def draw_sign(self, painter: QPainter, frame: QRectF) -> None:
        painter.drawLine(frame.topLeft() + QPointF(5, 0), frame.bottomLeft() + QPointF(5, 0))


class TableButton(SignButton):
    """A window with lines in it: opens a list."""

    def draw_sign(self, painter: QPainter, frame: QRectF) -> None:
        for row in range(1, 3):
            height = QPointF(0, frame.height() * row / 3)
            painter.drawLine(frame.topLeft() + height, frame.topRight() + height)


class LinkButton(QPushButton):
    """A word that can be clicked."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        colour, line = self._theme.accent.name(), self._theme.line.name()
        self.setStyleSheet(
            f"QPushButton {{ color: {colour}; border: 1px solid transparent; border-radius: 4px; padding: 3px 6px; }}"
            f"QPushButton:hover {{ text-decoration: underline; }}"
            f"QPushButton:focus {{ border-color: {colour}; }}"
            f"QPushButton:pressed {{ background: {line}; }}"
        )


class PrimaryButton(QPushButton):
    """The one button that matters, in the persona's colour."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._colour: QColor | None = None
        self.setAutoDefault(False)
        self.setMinimumHeight(CONTROL_HEIGHT)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_colour(self, colour: QColor) -> None:
        self._colour = colour
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        fill = theme.readable(self._colour) if self._colour else theme.accent
        ink, off, faint = theme.on(fill).name(), theme.line.name(), theme.faint.name()
        self.setStyleSheet(
            f"QPushButton {{ background: {fill.name()}; color: {ink}; border: 2px solid {fill.name()};"
            f" border-radius: {ROUNDING}px; padding: 3px 14px; font-weight: 600; }}"
            f"QPushButton:hover, QPushButton:pressed {{ background: {blend(fill, theme.text, 0.15).name()}; }}"
            f"QPushButton:focus {{ border-color: {theme.text.name()}; }}"
            f"QPushButton:disabled {{ background: {off}; border-color: {off}; color: {faint}; }}"
        )


class PlainButton(QPushButton):
    """Any other button: a quiet outline."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setAutoDefault(False)
        self.setMinimumHeight(CONTROL_HEIGHT)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        hover = blend(theme.background, theme.text, 0.07).name()
        self.setStyleSheet(
            f"QPushButton {{ background: transparent; color: {theme.text.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: {ROUNDING}px; padding: 4px 14px; }}"
            f"QPushButton:hover, QPushButton:pressed {{ background: {hover}; }}"
            f"QPushButton:focus {{ border-color: {theme.accent.name()}; }}"
            f"QPushButton:disabled {{ color: {theme.faint.name()}; }}"
        )
