"""The top of the server's window: its state in words, its address, its switch, and examples to copy.

On the Qt thread. It shows what it is told; the buttons only ask.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.controls import ShortLabel
from seproj_desktop.window.requests.examples import curl_example, environment_example, python_example
from seproj_desktop.window.server_panel import COPIED_MILLISECONDS
from seproj_desktop.window.theme import GRID, Theme

KEY_PLACE = "YOUR_KEY"


class AddressBar(QWidget):
    """State, address, and what to copy."""

    toggle_requested = Signal()
    keys_requested = Signal()
    network_requested = Signal()
    """The step onto the network is asked for."""
    withdraw_requested = Signal()
    """Back from it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._status: ServerStatus = Off()
        self._model = ""
        self._needs_key = False
        self.words = ShortLabel()
        self.words.setObjectName("requestsState")
        self.toggle = PlainButton(theme, "")
        self.toggle.setObjectName("requestsToggle")
        self.toggle.clicked.connect(self.toggle_requested)
        self.keys = PlainButton(theme, self.tr("Keys…"))
        self.keys.setObjectName("showKeys")
        self.keys.setAccessibleName(self.tr("API keys"))
        self.keys.clicked.connect(self.keys_requested)
        self.network = PlainButton(theme, "")
        self.network.setObjectName("showNetwork")
        self.network.clicked.connect(self._on_network)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.words, 1)
        for button in (self.toggle, self.keys, self.network):
            top.addWidget(button)
        self._hint = QLabel(self.tr("Copy for other programs:"))
        self._hint.setMinimumWidth(self._hint.sizeHint().width())  # the buttons stay where they are while it says less
        self._copies = (
            self._copy_button("copyCurl", self.tr("curl command"), curl_example),
            self._copy_button("copyPython", self.tr("Python, openai client"), python_example),
            self._copy_button(
                "copyEnvironment", self.tr("Environment line"), lambda a, _m, k: environment_example(a, k)
            ),
        )
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(self._hint)
        for button in self._copies:
            below.addWidget(button)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addLayout(below)
        self._copied = QTimer(self, interval=COPIED_MILLISECONDS, singleShot=True)
        self._copied.timeout.connect(self._name_hint)
        theme.changed.connect(lambda: self.show_status(self._status))
        self.show_status(Off())

    def show_status(self, status: ServerStatus) -> None:
        self._status = status
        self.words.show_text(self._words(status))
        danger = isinstance(status, Broken)
        self.words.setStyleSheet(f"color: {(self._theme.danger if danger else self._theme.text).name()}")
        is_on = isinstance(status, On)
        self.toggle.setText(self.tr("Turn off") if is_on else self.tr("Turn on"))
        self.toggle.setAccessibleName(self.tr("Turn the server off") if is_on else self.tr("Turn the server on"))
        self.toggle.setEnabled(not isinstance(status, TurningOn | Draining))
        is_reachable = isinstance(status, On) and bool(status.lan)
        words = self.tr("This machine only") if is_reachable else self.tr("Open to the network…")
        self.network.setText(words)
        self.network.setAccessibleName(words)
        self.network.setEnabled(not isinstance(status, TurningOn | Draining))
        for button in self._copies:
            button.setEnabled(is_on)
            button.setToolTip("" if is_on else self.tr("The server has no address while it is off."))

    def show_model(self, model: str) -> None:
        """What the examples ask for."""
        self._model = model

    def show_key_needed(self, needs_key: bool) -> None:
        """Whether the examples have a place for a key."""
        self._needs_key = needs_key

    def _words(self, status: ServerStatus) -> str:
        match status:
            case Off():
                return self.tr("The server is off: only this window uses the model.")
            case TurningOn():
                return self.tr("The server is turning on…")
            case On(lan=()):
                words = self.tr("On at {address}, for this machine only.").format(address=status.address)
                return f"{words} {status.note}".rstrip()
            case On(lan=lan):
                words = self.tr("On at {address}, for every machine on this network that has a key.")
                return words.format(address=" · ".join(lan))
            case Draining():
                return self.tr("Turning off: running answers may end.")
            case Broken(reason=reason, advice=advice):
                return f"{reason} {advice}".rstrip()

    def _copy_button(self, name: str, words: str, example: Callable[[str, str, str | None], str]) -> PlainButton:
        button = PlainButton(self._theme, words)
        button.setObjectName(name)
        button.setAccessibleName(self.tr("Copy: {what}").format(what=words))
        button.clicked.connect(lambda: self._copy(example, words))
        return button

    def _copy(self, example: Callable[[str, str, str | None], str], words: str) -> None:
        if isinstance(self._status, On):
            key = KEY_PLACE if self._needs_key else None
            address = next(iter(self._status.lan), self._status.address)
            QGuiApplication.clipboard().setText(example(address, self._model, key))
            self._hint.setText(self.tr("Copied."))
            self._copied.start()

    def _on_network(self) -> None:
        is_reachable = isinstance(self._status, On) and bool(self._status.lan)
        (self.withdraw_requested if is_reachable else self.network_requested).emit()

    def _name_hint(self) -> None:
        self._hint.setText(self.tr("Copy for other programs:"))
