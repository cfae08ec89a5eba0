"""A message's blocks as screen readers see them: role, name, text, place on the screen. Parsed when they are asked for.

On the Qt thread. The role is known without parsing, so that counting and listing blocks costs next to nothing.
"""

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface

from seproj_desktop.window.transcript.accessibility.accessible_item import Item, Scene
from seproj_desktop.window.transcript.accessibility.spoken import block_description, block_name
from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.markdown.blocks import Code, Formula, Heading, Leaf, Paragraph, Rule, Table
from seproj_desktop.window.transcript.markdown.segment import Kind
from seproj_desktop.window.transcript.message import Content, Header, Message, Part, Place, Stub, Summary

Role = QAccessible.Role
ROLES = {
    Kind.HEADING: Role.Heading,
    Kind.TABLE: Role.Table,
    Kind.FORMULA: Role.Graphic,
    Kind.RULE: Role.Separator,
}
"""Of segments; everything else is text, which readers speak by its name."""


class BlockItem(Item):
    """One block of a message, at a place that stays its own while text arrives."""

    def __init__(self, scene: Scene, parent: Item, message: Message, place: Place) -> None:
        super().__init__(scene)
        self._parent = parent
        self.message = message
        self.place = place

    def isValid(self) -> bool:
        return self.scene.holds(self.message) and self.scene.piece(self.message, self.place) is not None

    def parent(self) -> QAccessibleInterface:
        return self._parent

    def role(self) -> QAccessible.Role:
        piece = self.scene.piece(self.message, self.place)
        return Role.NoRole if piece is None else role_of(piece.content)

    def text(self, kind: QAccessible.Text) -> str:
        content = self.scene.content(self.message, self.place) if self.isValid() else None
        if content is None:
            return ""
        match kind:
            case QAccessible.Text.Name:
                return block_name(content)
            case QAccessible.Text.Description:
                return block_description(content, self.place.part)
            case QAccessible.Text.Value:
                is_code = isinstance(content, Leaf) and isinstance(content.block, Code)
                return block_description(content, Part.BODY) if is_code else ""
            case _:
                return ""

    def rect(self) -> QRect:
        return self.scene.rectangle(self.message, self.place)

    def state(self) -> QAccessible.State:
        state = self.state_in(self.rect(), is_focused=self.scene.is_focused(self.message, self.place))
        piece = self.scene.piece(self.message, self.place)
        if piece is not None and isinstance(piece.content, Summary):
            state.expandable = True
            state.expanded = piece.content.is_open
            state.collapsed = not piece.content.is_open
        return state


def is_block(content: Content) -> bool:
    """Whether a piece is to be found among a message's blocks: the header is the message's own name."""
    return not isinstance(content, Header)


def role_of(content: Content) -> QAccessible.Role:
    """The role, also of what has not been parsed."""
    match content:
        case Summary() | Ending(can_continue=True):
            return Role.Button
        case Stub(segment):
            is_item = segment.kind is Kind.TEXT and bool(segment.marker)
            return Role.ListItem if is_item else ROLES.get(segment.kind, Role.StaticText)
        case Leaf(Heading()):
            return Role.Heading
        case Leaf(Table()):
            return Role.Table
        case Leaf(Formula()):
            return Role.Graphic
        case Leaf(Rule()):
            return Role.Separator
        case Leaf(Paragraph(), marker=marker) if marker:
            return Role.ListItem
        case _:
            return Role.StaticText
