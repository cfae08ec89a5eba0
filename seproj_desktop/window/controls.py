"""Small controls that several panels use: a switch, a drop-down, a scroll bar, a label that shortens its text.

On the Qt thread. They know their theme and nothing else.
"""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QScrollBar,
    QSizePolicy,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, ROUNDING, Theme, blend

KNOB_INSET = 3


class Switch(QCheckBox):
    """Shows a state that is set from outside; a click only asks for the other one (`clicked`)."""

    TRACK = QSize(5 * GRID, 22)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._place = 0.0
        theme.changed.connect(self.update)

    def show_state(self, place: float) -> None:
        """0 is off, 1 on, between them a change under way."""
        self._place = place
        self.setChecked(place >= 1.0)
        self.update()

    def nextCheckState(self) -> None:
        """Nothing: the state is told, never guessed."""

    def sizeHint(self) -> QSize:
        return QSize(self.TRACK.width() + 6, CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        track = QRectF(3, (self.height() - self.TRACK.height()) / 2, self.TRACK.width(), self.TRACK.height())
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), track.height() / 2 + 2, track.height() / 2 + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(blend(theme.text, theme.background, 0.62), theme.good, self._place))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        size = track.height() - 2 * KNOB_INSET
        left = track.left() + KNOB_INSET + self._place * (track.width() - size - 2 * KNOB_INSET)
        painter.setBrush(QColor("white"))
        painter.drawEllipse(QRectF(left, track.top() + KNOB_INSET, size, size))


class CalmComboBox(QComboBox):
    """A drop-down as flat as the buttons beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.line, 1.0))
        painter.setBrush(blend(theme.background, theme.text, 0.07) if self.underMouse() else theme.background)
        painter.drawRoundedRect(box, ROUNDING, ROUNDING)
        icon = self.iconSize()
        middle = (self.height() - icon.height()) // 2
        self.itemIcon(self.currentIndex()).paint(painter, GRID, middle, icon.width(), icon.height())
        words = self.rect().adjusted(GRID + icon.width() + GRID // 2, 0, -3 * GRID, 0)
        painter.setPen(theme.text if self.isEnabled() else theme.faint)
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QPen(theme.faint, 1.5))
        right, centre = self.width() - 1.5 * GRID, self.height() / 2
        painter.drawPolyline(
            [QPointF(right - 4, centre - 2), QPointF(right, centre + 2), QPointF(right + 4, centre - 2)]
        )


class SlimScrollBar(QScrollBar):
    """Paints only its handle: Fusion's bar costs a millisecond a repaint, and this one is quieter.

    Text that streams changes the range at every line, and the handle hardly ever: `show_place` sees to that.
    """

    WIDTH = 12

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self._handle = (0, 0)
        self._is_placed = False
        """While `show_place` is at work."""
        self.painted = 0
        """How often, for tests."""
        theme.changed.connect(self.update)

    def show_place(self, value: int, maximum: int, page: int) -> None:
        """Where what is in sight is in the whole. Nobody is told, and it is painted only where the handle has moved."""
        blocked = QSignalBlocker(self)
        self._is_placed = True
        self.setPageStep(page)
        self.setRange(0, maximum)
        self.setValue(value)
        self._is_placed = False
        blocked.unblock()
        scale = self.height() / max(1, maximum + page)
        handle = (round(scale * value), round(scale * (value + page)))
        if handle != self._handle:
            self._handle = handle
            self.update()

    def sliderChange(self, change: QScrollBar.SliderChange) -> None:
        if not self._is_placed:
            super().sliderChange(change)

    def sizeHint(self) -> QSize:
        return QSize(self.WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        self.painted += 1
        painter.fillRect(event.rect(), theme.background)
        if self.maximum() > self.minimum():
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            part = QStyle.SubControl.SC_ScrollBarSlider
            handle = self.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, part, self)
            strength = 0.5 if self.isSliderDown() or self.underMouse() else 0.25
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(theme.background, theme.text, strength))
            painter.drawRoundedRect(handle.adjusted(3, 1, -3, -1), 3, 3)


class ShortLabel(QLabel):
    """Shows as much of its text as fits; the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        if text == self._whole:
            return
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self._shorten()
        self.updateGeometry()

    @property
    def whole_text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class SlimBar(QWidget):
    """A line of progress, three pixels high; always there, so that nothing moves when it fills."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fraction: float | None = None
        self.setFixedHeight(3)
        theme.changed.connect(self.update)

    def show_fraction(self, fraction: float | None) -> None:
        """0 to 1, or None where nothing is under way."""
        self._fraction = fraction
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.line)
        if self._fraction is not None:
            done = round(self.width() * min(1.0, max(0.02, self._fraction)))
            painter.fillRect(0, 0, done, self.height(), QBrush(self._theme.accent))


class RoundedFrame(QWidget):
    """A quiet box around what belongs together; its line takes the accent while the focus is inside."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_active = False
        theme.changed.connect(self.update)

    def show_active(self, is_active: bool) -> None:
        self._is_active = is_active
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        field = self.focusProxy()
        if field is not None:
            field.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(QPen(self._theme.accent if self._is_active else self._theme.line, 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), GRID, GRID)
