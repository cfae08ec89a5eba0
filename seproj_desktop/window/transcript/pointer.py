"""The mouse on the transcript: selecting, dragging out, painted controls, links, and what lies under it.

On the Qt thread. It listens to the viewport's events; what a click means for a message is told by signals.
"""

from enum import Enum, auto

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDrag, QEnterEvent, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip
from shiboken6 import isValid

from seproj_desktop.window.transcript.action_words import control_words
from seproj_desktop.window.transcript.layout.box import Control
from seproj_desktop.window.transcript.layout.sheet import is_selectable
from seproj_desktop.window.transcript.message import Message, Piece
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.selection import Position, Selection, selected_text
from seproj_desktop.window.transcript.view import TranscriptView

SCROLL_MILLISECONDS = 16
LOOK_MILLISECONDS = 50
"""After which text that has moved is looked at under a mouse that has not: in every frame it would cost too much."""
HEARD = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.Enter,
        QEvent.Type.Leave,
        QEvent.Type.ToolTip,
    }
)
"""Events of the viewport; it has others in every frame."""
FASTEST_SCROLL = 40
"""Pixels per frame while a selection is drawn beyond an edge."""


class Grain(Enum):
    """What a selection grows by: letters, words after a double click, paragraphs after a triple click."""

    LETTER = auto()
    WORD = auto()
    PARAGRAPH = auto()


class Pointer(QObject):
    """Turns the viewport's mouse events into selections and signals."""

    control_clicked = Signal(object, object, object)
    """Message, piece, and the `Control`."""
    link_hovered = Signal(str)
    """The address under the mouse, or nothing."""
    link_clicked = Signal(object, str)
    """The message, and the address of the link in it."""
    message_hovered = Signal(object)
    """The message under the mouse, or None."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._pressed: tuple[Piece, Control] | None = None
        self._link = ""
        self._origin: Selection | None = None
        """What was selected by the press itself: a place, a word or a paragraph."""
        self._grain = Grain.LETTER
        self._drag_from: QPoint | None = None
        self._last_double = QPoint()
        self._triple_timer = QTimer(self, interval=QApplication.doubleClickInterval(), singleShot=True)
        self._scroll_timer = QTimer(self, interval=SCROLL_MILLISECONDS)
        self._scroll_timer.timeout.connect(self._scroll_along)
        self._at = QPoint()
        self._is_selecting = False
        self._hovered: Message | None = None
        view.viewport().installEventFilter(self)
        self._will_look = False
        self._look_timer = QTimer(self, interval=LOOK_MILLISECONDS, singleShot=True)
        self._look_timer.timeout.connect(self._look)
        view.scrolled.connect(self._on_scrolled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in HEARD:
            return False
        if not isValid(self._view):  # a view that is deleted under the mouse is told that the mouse has left
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                return self._press(event)
            case QEvent.Type.MouseButtonDblClick if isinstance(event, QMouseEvent):
                return self._double_click(event)
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                return self._move(event)
            case QEvent.Type.MouseButtonRelease if isinstance(event, QMouseEvent):
                return self._release(event)
            case QEvent.Type.Enter if isinstance(event, QEnterEvent):
                self._at = event.position().toPoint()
            case QEvent.Type.Leave:
                self._leave()
            case QEvent.Type.ToolTip if isinstance(event, QHelpEvent):
                return self._tell_control(event)
            case _:
                pass
        return False

    def position_at(self, point: QPoint) -> Position | None:
        """The letter nearest to a point of the viewport."""
        shown = self._nearest_text(point.y())
        if shown is None:
            return None
        if point.y() < shown.top:
            letter = 0
        elif point.y() >= shown.bottom:
            letter = shown.box.length
        else:
            letter = shown.box.position_at(point.x() - self._view.box_left(shown.piece), point.y() - shown.box_top)
        return Position(shown.message, shown.piece.place, letter)

    # Events

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        point = event.position().toPoint()
        self._at = point
        control = self._control_at(point)
        if control is not None:
            self._pressed = control
            return True
        self._link = self.link_at(point)
        if self._triple_timer.isActive() and (point - self._last_double).manhattanLength() < 8:
            self._begin(point, Grain.PARAGRAPH)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._view.moment.selection is not None:
            self._origin = Selection(self._view.moment.selection.anchor, self._view.moment.selection.anchor)
            self._grain, self._is_selecting = Grain.LETTER, True
            self._extend(point)
        elif self._is_on_selection(point):
            self._drag_from = point
        else:
            self._begin(point, Grain.LETTER)
        return True

    def _double_click(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        point = event.position().toPoint()
        control = self._control_at(point)
        if control is not None:
            self._pressed = control
            return True
        self._last_double = point
        self._triple_timer.start()
        self._begin(point, Grain.WORD)
        return True

    def _move(self, event: QMouseEvent) -> bool:
        self._at = event.position().toPoint()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(self._at)
        else:
            self._hover(self._at)
        return True

    def _release(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        self._scroll_timer.stop()
        self._is_selecting = False
        point = event.position().toPoint()
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            shown = self._view.shown_at(point.y())
            if shown is not None and self._control_at(point) == pressed:
                self.control_clicked.emit(shown.message, *pressed)
            return True
        if self._drag_from is not None:
            self._drag_from = None
            self._begin(point, Grain.LETTER)
            self._is_selecting = False
        selection = self._view.moment.selection
        if self._link and (selection is None or selection.is_empty) and self.link_at(point) == self._link:
            shown = self._view.shown_at(point.y())
            if shown is not None:
                self.link_clicked.emit(shown.message, self._link)
        self._link = ""
        return True

    def _leave(self) -> None:
        self._show_hover(None, "", None)
        if self._hovered is not None:
            self._hovered = None
            self.message_hovered.emit(None)

    # Selecting

    def _begin(self, point: QPoint, grain: Grain) -> None:
        position = self.position_at(point)
        if position is None:
            return
        self._grain, self._is_selecting = grain, True
        self._origin = self._grown(position)
        self._view.set_selection(self._origin)

    def _extend(self, point: QPoint) -> None:
        position = self.position_at(point)
        if position is None or self._origin is None or not self._view.sheet.holds(self._origin.anchor.message):
            return
        here, origin = self._grown(position), self._origin
        if here.start.order < origin.start.order:
            self._view.set_selection(Selection(origin.end, here.start))
        else:
            self._view.set_selection(Selection(origin.start, max(here.end, origin.end, key=lambda one: one.order)))

    def _grown(self, position: Position) -> Selection:
        """The letter, word or paragraph at a position."""
        if self._grain is Grain.LETTER:
            return Selection(position, position)
        spot = self._view.sheet.spot(position.message, position.place)
        if spot is None:
            return Selection(position, position)
        box = self._view.sheet.box(spot)
        is_word = self._grain is Grain.WORD
        start, end = box.word_at(position.letter) if is_word else box.paragraph_at(position.letter)
        return Selection(
            Position(position.message, position.place, start), Position(position.message, position.place, end)
        )

    def _drag(self, point: QPoint) -> None:
        if self._drag_from is not None:
            if (point - self._drag_from).manhattanLength() >= QApplication.startDragDistance():
                self._drag_from = None
                self._drag_out()
            return
        if not self._is_selecting:
            return
        self._extend(point)
        is_outside = not 0 <= point.y() < self._view.viewport().height()
        if is_outside and not self._scroll_timer.isActive():
            self._scroll_timer.start()
        elif not is_outside:
            self._scroll_timer.stop()

    def _scroll_along(self) -> None:
        height = self._view.viewport().height()
        beyond = self._at.y() if self._at.y() < 0 else self._at.y() - height
        self._view.scroll_by(max(-FASTEST_SCROLL, min(FASTEST_SCROLL, beyond // 2 or (1 if beyond >= 0 else -1))))
        self._extend(self._at)

    def _drag_out(self) -> None:
        selection = self._view.moment.selection
        if selection is None:
            return
        data = QMimeData()
        data.setText(selected_text(self._view.sheet, selection))
        drag = QDrag(self._view.viewport())
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

    # Under the mouse

    def _hover(self, point: QPoint) -> None:
        shown = self._view.shown_at(point.y())
        message = None if shown is None else shown.message
        if message is not self._hovered:
            self._hovered = message
            self.message_hovered.emit(message)
        self._show_hover(self._control_at(point), self.link_at(point), shown)

    def _show_hover(self, control: tuple[Piece, Control] | None, link: str, shown: Shown | None) -> None:
        moment = self._view.moment
        if control != moment.hovered:
            moment.hovered = control
            self._view.viewport().update()
        is_text = shown is not None and is_selectable(shown.piece)
        shape = Qt.CursorShape.IBeamCursor if is_text else Qt.CursorShape.ArrowCursor
        if control is not None or link:
            shape = Qt.CursorShape.PointingHandCursor
        if self._view.viewport().cursor().shape() is not shape:
            self._view.viewport().setCursor(shape)
        self.link_hovered.emit(link)

    def _tell_control(self, event: QHelpEvent) -> bool:
        found = self._control_at(event.pos())
        words = "" if found is None else control_words(found[1])
        QToolTip.showText(event.globalPos(), words, self._view.viewport())
        return True

    def _on_scrolled(self) -> None:
        if not self._will_look:
            self._will_look = True
            self._look_timer.start()

    def _look(self) -> None:
        """The text has moved under the mouse, which is where it was last: to ask where is to wait for the display."""
        self._will_look = False
        if self._view.viewport().underMouse() and not self._is_selecting:
            self._hover(self._at)

    def _control_at(self, point: QPoint) -> tuple[Piece, Control] | None:
        shown = self._view.shown_at(point.y())
        if shown is None or point.y() < shown.box_top:
            return None
        control = shown.box.control_at(point.x() - self._view.box_left(shown.piece), point.y() - shown.box_top)
        return None if control is None else (shown.piece, control)

    def link_at(self, point: QPoint) -> str:
        """The address of the link at a point of the viewport, or nothing."""
        shown = self._view.shown_at(point.y())
        if shown is None or point.y() < shown.box_top:
            return ""
        return shown.box.target_at(point.x() - self._view.box_left(shown.piece), point.y() - shown.box_top)

    def _is_on_selection(self, point: QPoint) -> bool:
        selection, position = self._view.moment.selection, self.position_at(point)
        if selection is None or selection.is_empty or position is None:
            return False
        shown = self._view.shown_at(point.y())
        if shown is None or not selection.start.order <= position.order < selection.end.order:
            return False
        return shown.box.is_on_text(point.x() - self._view.box_left(shown.piece), point.y() - shown.box_top)

    def _nearest_text(self, y: int) -> Shown | None:
        """The piece of text at a height, or the one nearest to it."""
        texts = [one for one in self._view.scroller.shown if is_selectable(one.piece)]
        return min(texts, key=lambda one: max(one.top - y, 0, y - one.bottom + 1), default=None)
