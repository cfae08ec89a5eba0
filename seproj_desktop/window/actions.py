"""Every command of the window in one table: text, shortcut, and in which menu it stands.

On the Qt thread. The table names commands; the window connects them.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


def later(text: str) -> str:
    """Marks a text for lupdate; it is translated when the action is made."""
    return text


@dataclass(frozen=True, slots=True)
class Command:
    """One row. `begins_group` draws a line above it in the menu."""

    name: str
    text: str
    shortcut: str = ""
    begins_group: bool = False


COMMANDS = (
    Command("newConversation", later("New conversation"), "Ctrl+N"),
    Command("searchConversations", later("Search all conversations"), "Ctrl+K"),
    Command("toggleList", later("Show or hide the conversations"), "F9"),
    Command("stopAnswer", later("Stop the answer"), "Esc"),
    Command("focusComposer", later("Write a message"), "Ctrl+L", begins_group=True),
    Command("readConversation", later("Go to the conversation"), "Ctrl+Shift+L"),
    Command("findInConversation", later("Find in the conversation"), "Ctrl+F"),
    Command("olderVersion", later("Older version of a message"), "Alt+Left"),
    Command("newerVersion", later("Newer version of a message"), "Alt+Right"),
    Command("deletedParts", later("Deleted parts of the conversation…")),
    Command("largerText", later("Larger text"), "Ctrl++", begins_group=True),
    Command("smallerText", later("Smaller text"), "Ctrl+-"),
    Command("normalText", later("Normal text size"), "Ctrl+0"),
    Command("choosePersona", later("Choose the persona"), "Ctrl+P", begins_group=True),
    Command("chooseModel", later("Choose the model"), "Ctrl+M"),
    Command("exportConversation", later("Export this conversation…"), "Ctrl+E", begins_group=True),
    Command("exportEverything", later("Export everything…")),
    Command("importConversations", later("Import conversations…")),
    Command("backUp", later("Back up the conversations…")),
    Command("restoreBackup", later("Restore a backup…")),
    Command("restartEngine", later("Restart the engine"), begins_group=True),
    Command("toggleServer", later("Switch the server on or off"), "Ctrl+Shift+S"),
    Command("showRequests", later("Server, requests and keys…"), "Ctrl+Shift+R"),
    Command("openMenu", later("Open this menu"), "F10", begins_group=True),
    Command("quit", later("Quit"), "Ctrl+Q"),
)
NOT_IN_MENU = frozenset({"openMenu"})


class Actions:
    """The table's commands as QActions of `window`, and the menu that holds them."""

    def __init__(self, window: QWidget) -> None:
        self._actions: dict[str, QAction] = {}
        self.menu = QMenu(QCoreApplication.translate("actions", "Menu"), window)
        self.menu.setObjectName("mainMenu")
        self.menu.setAccessibleName(QCoreApplication.translate("actions", "Menu"))
        for command in COMMANDS:
            action = QAction(QCoreApplication.translate("actions", command.text), window)
            action.setObjectName(command.name)
            action.setShortcut(command.shortcut)
            window.addAction(action)
            self._actions[command.name] = action
            if command.name not in NOT_IN_MENU:
                if command.begins_group:
                    self.menu.addSeparator()
                self.menu.addAction(action)
        self.menu.insertSeparator(self["quit"])

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]
