"""Makes an API key: its name is asked for, and the key is shown once, to be copied.

On the Qt thread. The making is somebody else's; this only asks and shows.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.fields import ClearingField, FlatField
from seproj_desktop.window.server_panel import COPIED_MILLISECONDS
from seproj_desktop.window.theme import GRID, Theme


class KeyMaker(QWidget):
    """Either the name of a key to make, or the key that was made."""

    create_requested = Signal(str)
    turned = Signal()
    """A key is shown, or is not any more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = ClearingField(theme)
        self.name.setObjectName("keyName")
        self.name.setMaxLength(60)
        self.name.setPlaceholderText(self.tr("Name of the program that will use it"))
        self.name.setAccessibleName(self.tr("Name of the new key"))
        self.create_button = PlainButton(theme, self.tr("Make a key"))
        self.create_button.setObjectName("createKey")
        self.create_button.setAccessibleName(self.tr("Make a key"))
        self.secret = FlatField(theme)
        self.secret.setReadOnly(True)
        self.secret.setObjectName("keySecret")
        self.secret.setAccessibleName(self.tr("The new key"))
        self.copy_button = PlainButton(theme, self.tr("Copy"))
        self.copy_button.setObjectName("copyKey")
        self.copy_button.setAccessibleName(self.tr("Copy the key"))
        self.done_button = PlainButton(theme, self.tr("Done"))
        self.done_button.setObjectName("forgetKey")
        self.done_button.setAccessibleName(self.tr("Done: the key is not shown again"))
        self.words = QLabel()
        self.words.setObjectName("keyWords")
        self.words.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(_line(self.name, self.create_button))
        self._pages.addWidget(_line(self.secret, self.copy_button, self.done_button))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._pages)
        column.addWidget(self.words)
        self._copied = QTimer(self, interval=COPIED_MILLISECONDS, singleShot=True)
        self._copied.timeout.connect(lambda: self.copy_button.setText(self.tr("Copy")))
        self.name.textChanged.connect(lambda: self.show_failure(""))
        self.name.returnPressed.connect(self._ask)
        self.create_button.clicked.connect(self._ask)
        self.copy_button.clicked.connect(self._copy)
        self.done_button.clicked.connect(self.forget)
        self.forget()

    @property
    def shows_key(self) -> bool:
        """Whether a key is on the screen that nobody can show again."""
        return self._pages.currentIndex() == 1

    def show_key(self, name: str, secret: str) -> None:
        self.secret.setText(secret)
        self.secret.setCursorPosition(0)
        self._pages.setCurrentIndex(1)
        words = self.tr("This is the key “{name}”. It is shown only now: copy it to where it is needed.")
        self._tell(words.format(name=name))
        self.turned.emit()
        self.copy_button.setFocus()

    def show_failure(self, words: str) -> None:
        self._tell(words, is_failure=True)
        self.create_button.setEnabled(bool(self.name.text().strip()))

    def forget(self) -> None:
        """Takes the key off the screen."""
        self.secret.clear()
        self.name.clear()
        self._pages.setCurrentIndex(0)
        self.show_failure("")
        self.turned.emit()
        if self.isVisible():
            self.name.setFocus()

    def _ask(self) -> None:
        if name := self.name.text().strip():
            self.create_requested.emit(name)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.secret.text())
        self.copy_button.setText(self.tr("Copied"))
        self._copied.start()

    def _tell(self, words: str, *, is_failure: bool = False) -> None:
        self.words.setText(words)
        self.words.setStyleSheet(f"color: {self._theme.danger.name()}" if is_failure else "")


def _line(*widgets: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 1 if place == 0 else 0)
    return line
