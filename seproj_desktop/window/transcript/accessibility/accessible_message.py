"""A message as screen readers see it: a list item whose name is what is said, with its blocks as children.

On the Qt thread. The blocks are counted by the message's segments, so nothing is parsed until a block's text is asked
for.
"""

from bisect import bisect_left
from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface

from seproj_desktop.window.transcript.accessibility.accessible_block import BlockItem, is_block
from seproj_desktop.window.transcript.accessibility.accessible_item import Item, Scene, point_in
from seproj_desktop.window.transcript.accessibility.spoken import message_description, message_name
from seproj_desktop.window.transcript.message import Message, Part, Place

HEADER = Place(Part.HEADER)


class MessageItem(Item):
    """One message of the conversation."""

    def __init__(self, scene: Scene, message: Message) -> None:
        super().__init__(scene)
        self.message = message
        self.unsettled: set[Item] = set()
        """What was asked for while text was still to come: who asked may keep a name that has become too short."""
        self._blocks: dict[Place, BlockItem] = {}
        self._places: list[Place] = []
        self._known: tuple[object, ...] = ()

    def isValid(self) -> bool:
        return self.scene.holds(self.message)

    def parent(self) -> QAccessibleInterface:
        view = self.scene.view
        return super().parent() if view is None else QAccessible.queryAccessibleInterface(view)

    # Blocks

    def childCount(self) -> int:
        return len(self.places())

    def child(self, index: int) -> QAccessibleInterface:
        places = self.places()
        return self.block(places[index]) if 0 <= index < len(places) else super().child(index)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        view = self.scene.view
        shown = () if view is None else [one for one in view.scroller.shown if one.message is self.message]
        for one in shown:
            block = self.block(one.piece.place) if is_block(one.piece.content) else None
            if block is not None and point_in(block, x, y):
                return block
        return super().childAt(x, y)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if not isinstance(child, BlockItem) or child.message is not self.message:
            return -1
        places = self.places()
        index = bisect_left(places, child.place)
        return index if index < len(places) and places[index] == child.place else -1

    def block(self, place: Place) -> BlockItem:
        """The block at a place; always the same object, for Qt knows it by its address."""
        block = self._blocks.get(place)
        if block is None:
            block = self._blocks[place] = BlockItem(self.scene, self, self.message, place)
        if self.message.is_open:
            self.unsettled.add(block)
        return block

    def known_blocks(self) -> Iterator[BlockItem]:
        """Those that were ever asked for."""
        yield from self._blocks.values()

    def places(self) -> list[Place]:
        """Where there are blocks."""
        view = self.scene.view
        if view is None or not self.isValid():
            return []
        view.sheet.split_chapters(self.message)
        pieces = self.message.pieces
        known = (len(pieces), pieces[-1].place, self.message.is_thought_open)
        if known != self._known:
            self._known = known
            self._places = [piece.place for piece in pieces if is_block(piece.content)]
        return self._places

    # The message itself

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        view = self.scene.view
        if view is None or not self.isValid():
            return ""
        if self.message.is_open:
            self.unsettled.add(self)
        match kind:
            case QAccessible.Text.Name:
                return message_name(self.message)
            case QAccessible.Text.Description:
                return message_description(self.message, len(view.sheet.messages))
            case _:
                return ""

    def rect(self) -> QRect:
        return self.scene.rectangle(self.message)

    def state(self) -> QAccessible.State:
        state = self.state_in(self.rect(), is_focused=self.scene.is_focused(self.message, HEADER))
        state.busy = self.message.is_open
        return state
