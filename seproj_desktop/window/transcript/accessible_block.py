"""A message's blocks as screen readers see them: role, name, text, place on the screen. Parsed when they are asked for.

On the Qt thread. WORKAROUND (PySide6 6.11): a class in Python may override what is abstract and nothing else, above all
not `interface_cast`, which crashes; and Python must keep every interface that Qt has seen until Qt has let go of it.
"""

from weakref import ref

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from shiboken6 import Shiboken

from seproj_desktop.window.transcript.blocks import Code, Formula, Heading, Leaf, Paragraph, Rule, Table
from seproj_desktop.window.transcript.message import Content, Header, Message, Part, Piece, Place, Stub, Summary
from seproj_desktop.window.transcript.segment import Kind
from seproj_desktop.window.transcript.sheet import Sheet
from seproj_desktop.window.transcript.spoken import block_description, block_name
from seproj_desktop.window.transcript.view import TranscriptView

Role = QAccessible.Role
ROLES = {
    Kind.HEADING: Role.Heading,
    Kind.TABLE: Role.Table,
    Kind.FORMULA: Role.Graphic,
    Kind.RULE: Role.Separator,
}
"""Of segments; everything else is text, which readers speak by its name."""


class Scene:
    """The view for as long as it is there, and what of it is where on the screen."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = ref(view)

    @property
    def view(self) -> TranscriptView | None:
        view = self._view()
        return view if view is not None and Shiboken.isValid(view) else None

    def holds(self, message: Message) -> bool:
        """Whether the message is still there."""
        view = self.view
        return view is not None and is_there(view.sheet, message)

    def piece(self, message: Message, place: Place) -> Piece | None:
        """The piece at a place, as far as it is parsed."""
        index = message.index_of(place)
        pieces = message.pieces
        return pieces[index] if index < len(pieces) and pieces[index].place == place else None

    def content(self, message: Message, place: Place) -> Content | None:
        """What stands at a place, parsed; unlike what is laid out it needs nothing of what is above it."""
        view, piece = self.view, self.piece(message, place)
        if view is not None and piece is not None and isinstance(piece.content, Stub):
            index = message.index_of(place)
            message.expand(index)
            view.sheet.grown(message, index)
            piece = self.piece(message, place)
        return None if piece is None else piece.content

    def is_focused(self, message: Message, place: Place) -> bool:
        view = self.view
        if view is None or view.focused is None or not view.hasFocus():
            return False
        return view.focused[0] is message and view.focused[1].place == place

    def rectangle(self, message: Message, place: Place | None = None) -> QRect:
        """Where a message, or one block of it, is on the screen; empty where it is out of sight."""
        view, found = self.view, QRect()
        if view is None:
            return found
        for one in view.scroller.shown:
            if one.message is message and place in (None, one.piece.place):
                found = found.united(view.shown_rectangle(one))
        found = found.intersected(view.viewport().rect())
        return QRect(view.viewport().mapToGlobal(found.topLeft()), found.size()) if not found.isEmpty() else QRect()


class Item(QAccessibleInterface):
    """Something without a widget of its own, and without children unless a subclass has them."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene

    def object(self) -> QObject:
        return None  # type: ignore[return-value]  # Qt means it so; the stubs do not know

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def parent(self) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing can be written here."""

    def let_go(self) -> None:
        """Has Qt forget the interface; only then may Python forget it."""
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(self))

    def state_in(self, rectangle: QRect, *, is_focused: bool) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = state.focusable = True
        state.focused = is_focused
        state.offscreen = rectangle.isEmpty()
        return state


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


def is_there(sheet: Sheet, message: Message) -> bool:
    """Whether a message has not been replaced or removed."""
    return message.number < len(sheet.messages) and sheet.messages[message.number] is message


def is_block(content: Content) -> bool:
    """Whether a piece is to be found among a message's blocks: the header is the message's own name."""
    match content:
        case Header():
            return False
        case Stub(segment):
            return segment.kind is not Kind.BLANK and (segment.kind is not Kind.DEFINITION or bool(segment.marker))
        case _:
            return True


def role_of(content: Content) -> QAccessible.Role:
    """The role, also of what has not been parsed."""
    match content:
        case Summary():
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


def point_in(item: QAccessibleInterface, x: int, y: int) -> bool:
    return item.rect().contains(QPoint(x, y))
