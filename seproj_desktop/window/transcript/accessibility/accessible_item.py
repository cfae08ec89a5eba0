"""What all interfaces for screen readers have in common, and what of the view they may ask.

On the Qt thread. WORKAROUND (PySide6 6.11): a class in Python may override what is abstract and nothing else, above all
not `interface_cast`, which crashes; and Python must keep every interface that Qt has seen until Qt has let go of it.
"""

from weakref import ref

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from shiboken6 import Shiboken

from seproj_desktop.window.transcript.message import Content, Message, Piece, Place, Stub
from seproj_desktop.window.transcript.view import TranscriptView


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
        return view is not None and view.sheet.holds(message)

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


def point_in(item: QAccessibleInterface, x: int, y: int) -> bool:
    return item.rect().contains(QPoint(x, y))
