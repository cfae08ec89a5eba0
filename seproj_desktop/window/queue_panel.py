"""What waits to be sent, above the composer: a line for each message, with what can be done about it.

On the Qt thread. It shows values and tells what is wanted; hidden while nothing waits.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from seproj_desktop.chat.conversations import QueuedMessage
from seproj_desktop.window.buttons import LinkButton
from seproj_desktop.window.controls import ShortLabel
from seproj_desktop.window.theme import GRID, Theme, blend

MOST_ROWS = 4
"""Lines that are shown at once; the others are scrolled to."""
GROUND = 0.04
"""How much of the text's colour is in the ground."""


class QueueRow(QWidget):
    """One message that waits. Arrow keys go from line to line, Del withdraws."""

    edit_requested = Signal()
    withdraw_requested = Signal()
    left = Signal(int)
    """The keyboard wants to go some lines further."""

    def __init__(self, theme: Theme, message: QueuedMessage) -> None:
        super().__init__()
        self.setObjectName("queuedMessage")
        self._words = ShortLabel()
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.edit_button = self._button(theme, self.tr("Edit"), "queueEdit", self.edit_requested.emit)
        self.withdraw_button = self._button(theme, self.tr("Withdraw"), "queueWithdraw", self.withdraw_requested.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self._words, 1)
        row.addWidget(self.edit_button)
        row.addWidget(self.withdraw_button)
        self.show_message(message)

    def show_message(self, message: QueuedMessage) -> None:
        """The text in one line; buttons are told apart by it."""
        words = " ".join(message.text.split())
        self._words.show_text(words)
        self.setAccessibleName(words)
        for button in (self.edit_button, self.withdraw_button):
            button.setAccessibleName(self.tr("{action}: {message}").format(action=button.text(), message=words))

    @property
    def whole_text(self) -> str:
        return self._words.whole_text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The buttons' keys: a button would take an arrow key for Tab."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Delete:
                self.withdraw_requested.emit()
            case Qt.Key.Key_F2:
                self.edit_requested.emit()
            case Qt.Key.Key_Up:
                self.left.emit(-1)
            case Qt.Key.Key_Down:
                self.left.emit(1)
            case _:
                return False
        return True

    def _button(self, theme: Theme, text: str, name: str, act: Callable[[], None]) -> LinkButton:
        button = LinkButton(theme, text)
        button.setObjectName(name)
        button.installEventFilter(self)
        button.clicked.connect(lambda _checked: act())
        return button


class QueuePanel(QWidget):
    """The messages that wait, the next one first."""

    edit_requested = Signal(object)
    """The id of a message; ids are too large for a C integer."""
    withdraw_requested = Signal(object)
    """The id of a message."""
    send_requested = Signal()
    """The queue is to go on."""
    emptied = Signal()
    """The line that had the keyboard was the last one: the keyboard belongs elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[int, QueueRow] = {}
        self.setObjectName("queuePanel")
        self.setAccessibleName(self.tr("Messages that wait to be sent"))
        self._title = QLabel()
        self._title.setObjectName("queueTitle")
        self.send_button = LinkButton(theme, self.tr("Send now"))
        self.send_button.setObjectName("queueSend")
        self.send_button.setAccessibleName(self.tr("Send the next waiting message now"))
        self.send_button.clicked.connect(self.send_requested)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._area = FittingArea(self._list)
        self._arrange()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.setVisible(False)

    @property
    def texts(self) -> tuple[str, ...]:
        """What waits, as it is shown."""
        return tuple(row.whole_text for row in self._rows.values())

    def show_queue(self, queue: Sequence[QueuedMessage], *, is_halted: bool) -> None:
        """What waits, the next one first; `is_halted`: nothing is sent before somebody asks for it."""
        had_focus = self._row_with_focus()
        self._remove_rows({message.id for message in queue})
        for place, message in enumerate(queue):
            row = self._rows.get(message.id)
            if row is None:
                row = self._make_row(message.id, message)
            row.show_message(message)
            self._column.insertWidget(place, row)
        self._rows = {message.id: self._rows[message.id] for message in queue}
        self._order_tabs()
        words = self.tr("Waiting ({count}), not sent by itself") if is_halted else self.tr("Waiting ({count})")
        self._title.setText(words.format(count=len(queue)))
        self.send_button.setVisible(is_halted)
        self.setVisible(bool(queue))
        self._area.updateGeometry()
        if had_focus is not None and queue:
            self._focus(min(had_focus, len(queue) - 1))
        elif had_focus is not None:
            self.emptied.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(self._theme.background, self._theme.text, GROUND))
        painter.drawRoundedRect(self.rect(), GRID, GRID)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.send_button)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        page = QVBoxLayout(self)
        page.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        page.setSpacing(0)
        page.addLayout(head)
        page.addWidget(self._area)

    # Rows

    def _make_row(self, message_id: int, message: QueuedMessage) -> QueueRow:
        row = self._rows[message_id] = QueueRow(self._theme, message)
        row.edit_requested.connect(lambda: self.edit_requested.emit(message_id))
        row.withdraw_requested.connect(lambda: self.withdraw_requested.emit(message_id))
        row.left.connect(lambda lines: self._go(message_id, lines))
        return row

    def _remove_rows(self, kept: set[int]) -> None:
        for message_id in [one for one in self._rows if one not in kept]:
            row = self._rows.pop(message_id)
            self._column.removeWidget(row)
            row.setParent(None)
            row.deleteLater()

    def _order_tabs(self) -> None:
        """From line to line; Qt would put what is new behind everything else in the window."""
        last: QWidget = self.send_button
        for row in self._rows.values():
            for button in (row.edit_button, row.withdraw_button):
                self.setTabOrder(last, button)
                last = button

    def _row_with_focus(self) -> int | None:
        """The number of the row that has the keyboard."""
        for number, row in enumerate(self._rows.values()):
            if row.edit_button.hasFocus() or row.withdraw_button.hasFocus():
                return number
        return None

    def _focus(self, number: int) -> None:
        """Gives the keyboard to a row's button, if no row has it."""
        if self._row_with_focus() is None:
            list(self._rows.values())[number].edit_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, message_id: int, lines: int) -> None:
        """From a row to the same button of another."""
        rows = list(self._rows.values())
        row = self._rows[message_id]
        other = rows[min(max(rows.index(row) + lines, 0), len(rows) - 1)]
        button = other.withdraw_button if row.withdraw_button.hasFocus() else other.edit_button
        button.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(button)

    def _restyle(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.faint.name()};")
        self._title.setFont(self._theme.small_font())
        self.update()


class FittingArea(QScrollArea):
    """As high as its rows, up to a few of them."""

    def __init__(self, rows: QWidget) -> None:
        super().__init__()
        self._rows = rows
        self.setObjectName("queueRows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setWidget(rows)
        # A scroll area paints a ground of its own, also under its rows.
        self.setStyleSheet("QScrollArea { background: transparent; }")
        rows.setObjectName("queueList")
        rows.setStyleSheet("#queueList { background: transparent; }")

    def sizeHint(self) -> QSize:
        rows = self._rows.findChildren(QueueRow)
        return QSize(self._rows.sizeHint().width(), sum(row.sizeHint().height() for row in rows[:MOST_ROWS]))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())
