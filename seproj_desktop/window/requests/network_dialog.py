"""The one step by which other machines get in: what it means, at which address, with which key, and for how long.

On the Qt thread. It shows what it is told, and tells what is wanted; nothing is opened by showing it.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import PlainButton, PrimaryButton
from seproj_desktop.window.controls import Switch
from seproj_desktop.window.requests.key_maker import KeyMaker
from seproj_desktop.window.theme import GRID, Theme

WIDTH = 560


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where this machine is: its addresses as others would write them, and its network in words, if it can be told."""

    addresses: tuple[str, ...]
    network: str = ""
    is_secure: bool = False
    """Whether what is said is encrypted on its way."""


class NetworkDialog(QDialog):
    """Opens the server to the network."""

    open_requested = Signal(bool)
    """Whether to remember it for this network."""
    create_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys = 0
        self._around = Surroundings(())
        self.setObjectName("networkDialog")
        self.setWindowTitle(self.tr("Open the server to the network"))
        self.address = self._label("networkAddress")
        self.address.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.address.setAccessibleName(self.tr("Address for other machines"))
        self.warning = self._label("networkWarning")
        self.key_words = self._label("networkKeys")
        self.maker = KeyMaker(theme)
        self.maker.create_requested.connect(self.create_requested)
        self.maker.turned.connect(self._show)
        self.remember = Switch(theme)
        self.remember.setObjectName("rememberNetwork")
        self.remember.clicked.connect(lambda: self.show_remembered(not self.remember.isChecked()))
        self.remember_words = self._label("rememberWords")
        self.remember_words.setBuddy(self.remember)
        choice = QHBoxLayout()
        choice.setSpacing(GRID)
        choice.addWidget(self.remember)
        choice.addWidget(self.remember_words, 1)
        self.accept_button = PrimaryButton(theme, self.tr("Open to the network"))
        self.accept_button.setObjectName("openNetwork")
        self.accept_button.setAccessibleName(self.tr("Open to the network"))
        self.accept_button.clicked.connect(self._open)
        cancel = PlainButton(theme, self.tr("Cancel"))
        cancel.setObjectName("cancelNetwork")
        cancel.setAccessibleName(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        for widget in (self.address, self.warning, self.key_words, self.maker):
            column.addWidget(widget)
        column.addLayout(choice)
        column.addStretch(1)
        column.addLayout(foot)
        self.setMinimumWidth(WIDTH)
        self.finished.connect(self.maker.forget)
        theme.changed.connect(self._show)
        self._show()

    def show_surroundings(self, around: Surroundings) -> None:
        self._around = around
        self._show()
        self.adjustSize()

    def show_remembered(self, is_remembered: bool) -> None:
        self.remember.show_state(1.0 if is_remembered else 0.0)

    def show_keys(self, count: int) -> None:
        self._keys = count
        self._show()

    def _show(self) -> None:
        around = self._around
        places = " · ".join(around.addresses)
        self.address.setText(
            self.tr("Other machines would reach it at {address}").format(address=places)
            if places
            else self.tr("This machine has no address on a network now.")
        )
        self.warning.setText(self._warning())
        self.warning.setStyleSheet(f"color: {self._theme.danger.name()}")
        self.key_words.setText(
            self.tr("Only with an API key. Keys so far: {count}.").format(count=self._keys)
            if self._keys
            else self.tr("Only with an API key, and there is none yet. Make the first one here:")
        )
        self.maker.setVisible(not self._keys or self.maker.shows_key)
        self.remember_words.setText(
            self.tr("Remember for this network ({network})").format(network=around.network)
            if around.network
            else self.tr("Remember for this network (it cannot be told from others)")
        )
        self.remember.setAccessibleName(self.remember_words.text())
        self.remember_words.setEnabled(bool(around.network))
        self.remember.setEnabled(bool(around.network))
        self.accept_button.setEnabled(bool(self._keys and places))

    def _warning(self) -> str:
        words = self.tr("Whoever on this network has a key can then use the model of this machine.")
        if not self._around.is_secure:
            words += " " + self.tr(
                "Keys and everything that is said cross the network unencrypted, unless you set a certificate:"
                " do this only on a network that you trust."
            )
        return words

    def _open(self) -> None:
        self.open_requested.emit(self.remember.isEnabled() and self.remember.isChecked())
        self.accept()

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setWordWrap(True)
        return label
