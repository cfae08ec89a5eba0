"""A sidebar on screen, at a fixed time, and what it has told."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.list_model import ROW_ROLE
from seproj_desktop.window.sidebar.results import ResultsView
from seproj_desktop.window.sidebar.rows import ConversationRow
from seproj_desktop.window.sidebar.search_box import SearchField
from seproj_desktop.window.sidebar.sidebar import Sidebar
from seproj_desktop.window.theme import Theme
from tests.window.sidebar.samples import NOW

TOLD = (
    *("conversation_chosen", "hit_chosen", "renamed", "pin_requested", "archive_requested", "delete_requested"),
    *("restore_requested", "purge_requested", "move_requested", "export_requested", "folder_added", "folder_renamed"),
    *("folder_removed", "folding_changed"),
)
W = TypeVar("W", bound=QObject)
PLAIN = Qt.KeyboardModifier.NoModifier


class Bar:
    """The sidebar and the hands at the keyboard: every key goes to whatever has the focus."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.qtbot = qtbot
        self.now = NOW
        self.sidebar = Sidebar(theme, lambda: self.now)
        self.told: list[tuple[Any, ...]] = []
        for name in TOLD:
            getattr(self.sidebar, name).connect(self._listener(name))
        qtbot.addWidget(self.sidebar)
        self.sidebar.resize(260, 700)
        self.sidebar.show()
        self.sidebar.activateWindow()
        qtbot.waitUntil(self.sidebar.isActiveWindow)

    @property
    def view(self) -> ConversationView:
        return self.find(ConversationView, "conversationList")

    @property
    def field(self) -> SearchField:
        return self.find(SearchField, "searchField")

    @property
    def results(self) -> ResultsView:
        return self.find(ResultsView, "searchResults")

    @property
    def chosen(self) -> list[int]:
        return list(self.view.chosen)

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def texts(self) -> list[str]:
        model = self.view.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def find(self, kind: type[W], name: str) -> W:
        found = self.sidebar.findChild(kind, name)
        assert found is not None, name
        return found

    def index_of(self, conversation: int) -> QModelIndex:
        """The row of a conversation that is listed."""
        model = self.view.model()
        indexes = (model.index(row, 0) for row in range(model.rowCount()))
        return next(index for index in indexes if shown_in(index) == conversation)

    def open_menu(self) -> dict[str, QAction]:
        """The actions of the menu that the menu key opens, by name."""
        QApplication.sendEvent(self.view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint()))
        menu = self.sidebar.findChildren(QMenu, "listMenu")[-1]
        actions = [*menu.actions(), *(action for inner in menu.findChildren(QMenu) for action in inner.actions())]
        menu.close()
        return {action.objectName(): action for action in actions if action.objectName()}

    def has_focus(self, name: str) -> bool:
        return self.focus.objectName() == name

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def enter(self) -> None:
        """Ends renaming: Qt takes the name a moment after the key."""
        assert self.view.is_editing
        self.press(Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: not self.view.is_editing)

    def _listener(self, name: str) -> Callable[..., None]:
        return lambda *args: self.told.append((name, *args))


def shown_in(index: QModelIndex) -> int | None:
    row = index.data(ROW_ROLE)
    return row.summary.id if isinstance(row, ConversationRow) else None


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> Bar:
    return Bar(qtbot, theme)
