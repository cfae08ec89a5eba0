"""All interfaces of one view: made for what is asked for, kept as long as Qt knows them, let go of in order.

On the Qt thread. Qt holds interfaces by their addresses and Python owns them: one that Python forgets first crashes the
next question of a screen reader. So they go only through `release`.
"""

from collections import deque

from PySide6.QtGui import QAccessibleInterface

from seproj_desktop.window.transcript.accessibility.accessible_item import Item, Scene
from seproj_desktop.window.transcript.accessibility.accessible_message import HEADER, MessageItem
from seproj_desktop.window.transcript.message import Message, Place
from seproj_desktop.window.transcript.view import TranscriptView


class Items:
    """The messages' interfaces, and through them the blocks'."""

    def __init__(self, view: TranscriptView) -> None:
        self.scene = Scene(view)
        self.roots: list[QAccessibleInterface] = []
        """What stands for the view itself. Qt asks for another one whenever PySide has given the view a new slot."""
        self._items: dict[Message, MessageItem] = {}
        self._gone: deque[Item] = deque()
        view.destroyed.connect(self._on_destroyed)

    def item(self, message: Message) -> MessageItem:
        """The message's interface; always the same one."""
        item = self._items.get(message)
        if item is None:
            item = self._items[message] = MessageItem(self.scene, message)
        return item

    def known(self, message: Message) -> MessageItem | None:
        """The message's interface, if it was ever asked for."""
        return self._items.get(message)

    def item_at(self, message: Message, place: Place) -> Item:
        """What stands for a piece: its block, or the message itself for the header."""
        item = self.item(message)
        return item if place == HEADER else item.block(place)

    def retire(self) -> bool:
        """Sets aside what belongs to messages that are gone; whether there is anything to `release`."""
        for message in [message for message in self._items if not self.scene.holds(message)]:
            item = self._items.pop(message)
            self._gone.extend(item.known_blocks())
            self._gone.append(item)
        return bool(self._gone)

    def release(self, count: int) -> bool:
        """Lets go of some of what was set aside; whether there is more."""
        for _ in range(min(count, len(self._gone))):
            self._gone.popleft().let_go()
        return bool(self._gone)

    def _on_destroyed(self) -> None:
        self.retire()
        self.release(len(self._gone))
