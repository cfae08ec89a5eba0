"""The transcript as screen readers see it: a list of messages, each with its blocks.

On the Qt thread. Interfaces are made for what is asked for and nothing else: ten thousand messages cost nothing until
a reader walks through them. What is said unasked is `speech`.
"""

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from seproj_desktop.window.transcript.accessibility.accessible_item import Item, point_in
from seproj_desktop.window.transcript.accessibility.accessible_items import Items
from seproj_desktop.window.transcript.accessibility.accessible_message import MessageItem
from seproj_desktop.window.transcript.view import TranscriptView


class ConversationItem(Item):
    """The view: its messages, and behind them the viewport with the buttons that lie over the text."""

    def __init__(self, items: Items) -> None:
        super().__init__(items.scene)
        self.items = items
        items.roots.append(self)

    def object(self) -> QObject:
        return self.scene.view or super().object()

    def isValid(self) -> bool:
        return self.scene.view is not None

    def parent(self) -> QAccessibleInterface:
        view = self.scene.view
        above = None if view is None else view.parentWidget() or QApplication.instance()
        return super().parent() if above is None else QAccessible.queryAccessibleInterface(above)

    # Messages

    def childCount(self) -> int:
        view = self.scene.view
        return 0 if view is None else len(view.sheet.messages) + 1

    def child(self, index: int) -> QAccessibleInterface:
        view = self.scene.view
        if view is None or not 0 <= index <= len(view.sheet.messages):
            return super().child(index)
        messages = view.sheet.messages
        return viewport_of(view) if index == len(messages) else self.items.item(messages[index])

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        view = self.scene.view
        if view is None:
            return super().childAt(x, y)
        point = view.viewport().mapFromGlobal(QPoint(x, y))
        if view.viewport().childAt(point) is not None:
            return viewport_of(view)
        shown = view.shown_at(point.y())
        item = None if shown is None else self.items.item(shown.message)
        return item if item is not None and point_in(item, x, y) else super().childAt(x, y)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        view = self.scene.view
        if view is None:
            return -1
        if isinstance(child, MessageItem):
            return child.message.number if child.isValid() else -1
        return len(view.sheet.messages) if child.object() is view.viewport() else -1

    # The list itself

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def text(self, kind: QAccessible.Text) -> str:
        view = self.scene.view
        match kind:
            case QAccessible.Text.Name if view is not None:
                return view.accessibleName()
            case QAccessible.Text.Description if view is not None:
                return view.accessibleDescription()
            case _:
                return ""

    def rect(self) -> QRect:
        view = self.scene.view
        return QRect() if view is None else QRect(view.mapToGlobal(QPoint(0, 0)), view.size())

    def state(self) -> QAccessible.State:
        view = self.scene.view
        state = self.state_in(self.rect(), is_focused=view is not None and view.hasFocus() and view.focused is None)
        state.invisible = state.offscreen = view is None or not view.isVisible()
        return state


class Interfaces:
    """Answers Qt's question what stands for a widget, where that is a transcript."""

    def __init__(self) -> None:
        self._items: list[Items] = []
        """Of views that are gone too: nothing tells when Qt has let go of the last of a view's own interfaces."""

    def __call__(self, _kind: str, watched: QObject) -> QAccessibleInterface | None:
        if not isinstance(watched, TranscriptView):
            return None
        found = next((items for items in self._items if items.scene.view is watched), None)
        if found is None:
            found = Items(watched)
            self._items.append(found)
        return ConversationItem(found)


def install_accessibility() -> None:
    """Once per process, before the first window."""
    QAccessible.installFactory(Interfaces())


def viewport_of(view: TranscriptView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view.viewport())
