"""The server's switch, its address or in words why there is none, and a button for everything else about it.

On the Qt thread. The switch shows the state it is told; a click only asks.
"""

from typing import assert_never

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.window.buttons import LinkButton, TableButton
from seproj_desktop.window.controls import ShortLabel, Switch
from seproj_desktop.window.theme import GRID, Theme
from seproj_desktop.window.words import server_words

COPIED_MILLISECONDS = 1500
WIDEST_ADDRESS = "http://127.0.0.1:65535"


class ServerPanel(QWidget):
    """Server [switch] address [details]."""

    toggle_requested = Signal()
    details_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._status: ServerStatus = Off()
        self.toggle = Switch(theme)
        self.toggle.setObjectName("serverToggle")
        self.address = LinkButton(theme)
        self.address.setObjectName("serverAddress")
        self.words = ShortLabel()
        self.words.setObjectName("serverWords")
        self.words.setIndent(GRID - 1)
        self.details = TableButton(theme)
        self.details.setObjectName("serverDetails")
        self.details.setAccessibleName(self.tr("Server, requests and keys"))
        self.details.setToolTip(self.tr("What other programs ask of the model, and how they get in (Ctrl+Shift+R)"))
        self.details.clicked.connect(self.details_requested)
        self._place = QStackedWidget()
        self._place.addWidget(self.words)
        self._place.addWidget(self.address)
        title = QLabel(self.tr("Server"))
        title.setBuddy(self.toggle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(title)
        row.addWidget(self.toggle)
        row.addWidget(self._place)
        row.addWidget(self.details)
        self._copied = QTimer(self, interval=COPIED_MILLISECONDS, singleShot=True)
        self._copied.timeout.connect(lambda: self.show_status(self._status))
        self.toggle.clicked.connect(self.toggle_requested)
        self.address.clicked.connect(self._copy)
        theme.changed.connect(lambda: self.show_status(self._status))
        self.show_status(Off())

    def show_status(self, status: ServerStatus) -> None:
        self._status = status
        self._copied.stop()
        words = server_words(status)
        self.toggle.show_state(_place(status))
        self.toggle.setAccessibleName(self.tr("Server: {state}").format(state=words))
        self.toggle.setToolTip(self._switch_help(status))
        self.words.show_text(words)
        self.words.setStyleSheet(f"color: {self._colour(status)}")
        if isinstance(status, Broken):
            self.words.setToolTip(f"{status.reason} {status.advice}".rstrip())
        if isinstance(status, On):
            self.address.setText(self._shown(status))
            spoken = self.tr("Copy the server's address {address}").format(address=words)
            self.address.setAccessibleName(f"{spoken}, {self._reach(status)}")
            self.address.setToolTip(self.tr("For {whom}. Click to copy").format(whom=self._reach(status)))
        self._place.setCurrentWidget(self.address if isinstance(status, On) else self.words)
        shown = self._shown(status) if isinstance(status, On) else WIDEST_ADDRESS
        self._place.setFixedWidth(self.fontMetrics().horizontalAdvance(max(shown, WIDEST_ADDRESS, key=len)) + 2 * GRID)

    def _shown(self, status: On) -> str:
        """The address, with a mark where others can reach it."""
        words = server_words(status)
        return self.tr("{address} ⇄ network").format(address=words) if status.lan else words

    def _reach(self, status: On) -> str:
        return self.tr("the whole network, with a key") if status.lan else self.tr("this machine only")

    def _copy(self) -> None:
        if isinstance(self._status, On):
            QGuiApplication.clipboard().setText(server_words(self._status))
            self.address.setText(self.tr("Copied"))
            self._copied.start()

    def _colour(self, status: ServerStatus) -> str:
        return (self._theme.danger if isinstance(status, Broken) else self._theme.faint).name()

    def _switch_help(self, status: ServerStatus) -> str:
        if isinstance(status, On):
            return self.tr("Turn the server off (Ctrl+Shift+S)")
        if isinstance(status, TurningOn | Draining):
            return server_words(status)
        return self.tr("Let other programs use this engine over HTTP (Ctrl+Shift+S)")


def _place(status: ServerStatus) -> float:
    """Where the knob is: 0 off, 1 on."""
    match status:
        case Off() | Broken():
            return 0.0
        case TurningOn() | Draining():
            return 0.5
        case On():
            return 1.0
    assert_never(status)
