"""The keyboard on the transcript: moving, selecting, copying, zooming, and going from block to block.

On the Qt thread. One table of keys; what they do lives in the view, the scroller and `commands`.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from seproj_desktop.window.transcript.action_words import SHORTCUTS
from seproj_desktop.window.transcript.commands import Commands
from seproj_desktop.window.transcript.entries import Ending, MessageAction
from seproj_desktop.window.transcript.layout.box import Control
from seproj_desktop.window.transcript.layout.sheet import Spot, is_selectable
from seproj_desktop.window.transcript.message import Part, Summary
from seproj_desktop.window.transcript.selection import Position, Selection
from seproj_desktop.window.transcript.view import TranscriptView

LINES = 3
"""Lines that an arrow key scrolls by."""

Key = tuple[Qt.Key, Qt.KeyboardModifier]


class Keys(QObject):
    """Turns the view's key presses into what they mean."""

    def __init__(self, view: TranscriptView, commands: Commands) -> None:
        super().__init__(view)
        self._view = view
        self._commands = commands
        none, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
        shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
        self._table: dict[Key, Callable[[], None]] = {
            (Qt.Key.Key_Up, none): lambda: self._scroll_lines(-LINES),
            (Qt.Key.Key_Down, none): lambda: self._scroll_lines(LINES),
            (Qt.Key.Key_PageUp, none): lambda: self._scroll_pages(-1),
            (Qt.Key.Key_PageDown, none): lambda: self._scroll_pages(1),
            (Qt.Key.Key_Space, none): lambda: self._scroll_pages(1),
            (Qt.Key.Key_Space, shift): lambda: self._scroll_pages(-1),
            (Qt.Key.Key_Home, none): view.scroll_to_start,
            (Qt.Key.Key_End, none): view.scroll_to_end,
            (Qt.Key.Key_Home, control): view.scroll_to_start,
            (Qt.Key.Key_End, control): view.scroll_to_end,
            (Qt.Key.Key_Up, control): lambda: self._move_focus(-1, is_header),
            (Qt.Key.Key_Down, control): lambda: self._move_focus(1, is_header),
            (Qt.Key.Key_PageUp, control): lambda: self._move_focus(-1, is_block),
            (Qt.Key.Key_PageDown, control): lambda: self._move_focus(1, is_block),
            (Qt.Key.Key_Return, none): self._activate,
            (Qt.Key.Key_Enter, none): self._activate,
            (Qt.Key.Key_C, control | shift): commands.copy_source,
            (Qt.Key.Key_0, control): lambda: view.set_zoom(1.0),
            (Qt.Key.Key_Left, alt): lambda: commands.step_version(-1),
            (Qt.Key.Key_Right, alt): lambda: commands.step_version(1),
            (Qt.Key.Key_Enter, control): lambda: commands.act(MessageAction.CONTINUE),
            (Qt.Key.Key_E, none): lambda: commands.act(MessageAction.EDIT),
            (Qt.Key.Key_Left, shift): lambda: self._extend(-1, by_word=False),
            (Qt.Key.Key_Right, shift): lambda: self._extend(1, by_word=False),
            (Qt.Key.Key_Left, control | shift): lambda: self._extend(-1, by_word=True),
            (Qt.Key.Key_Right, control | shift): lambda: self._extend(1, by_word=True),
            (Qt.Key.Key_Up, shift): lambda: self._extend_line(-1),
            (Qt.Key.Key_Down, shift): lambda: self._extend_line(1),
        }
        self._table |= {
            (keys.key(), keys.keyboardModifiers()): partial(commands.act, action) for action, keys in SHORTCUTS.items()
        }
        self._standard: tuple[tuple[QKeySequence.StandardKey, Callable[[], None]], ...] = (
            (QKeySequence.StandardKey.Copy, commands.copy),
            (QKeySequence.StandardKey.SelectAll, commands.select_all),
            (QKeySequence.StandardKey.ZoomIn, lambda: view.zoom_by(1)),
            (QKeySequence.StandardKey.ZoomOut, lambda: view.zoom_by(-1)),
        )
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._press(event)
        return False

    def _press(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self._commands.has_selection:
            self._commands.clear_selection()
            return True
        for standard, action in self._standard:
            if event.matches(standard):
                action()
                return True
        if event.key() == Qt.Key.Key_Equal and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_by(1)
            return True
        pad = Qt.KeyboardModifier.KeypadModifier
        found = self._table.get((Qt.Key(event.key()), event.modifiers() & ~pad))
        if found is None:
            return False
        found()
        return True

    # Moving

    def _scroll_lines(self, lines: int) -> None:
        self._view.glide.push(round(lines * self._view.sheet.maker.style.text_line))

    def _scroll_pages(self, pages: int) -> None:
        line = self._view.sheet.maker.style.text_metrics.height() * 2
        self._view.glide.finish()
        self._view.scroll_by(round(pages * (self._view.viewport().height() - line)))

    def _move_focus(self, step: int, is_wanted: Callable[[Spot], bool]) -> None:
        """To the next piece of a kind; the first time to the one in sight."""
        sheet, focused = self._view.sheet, self._view.focused
        if focused is None:
            shown = self._view.scroller.shown
            spot = sheet.spot(shown[0].message, shown[0].piece.place) if shown else None
            while spot is not None and not is_wanted(spot):
                spot = sheet.previous(spot) if is_wanted is is_header else sheet.next(spot)
        else:
            start = sheet.spot(focused[0], focused[1].place)
            spot = None if start is None else self._next(start, step)
            while spot is not None and not is_wanted(spot):
                spot = self._next(spot, step)
        if spot is not None:
            self._view.focus_piece(spot.message, spot.piece)

    def _next(self, spot: Spot, step: int) -> Spot | None:
        return self._view.sheet.next(spot) if step > 0 else self._view.sheet.previous(spot)

    def _activate(self) -> None:
        """Enter on the focused piece: opens the thinking, or goes on with an answer that was cut."""
        focused = self._view.focused
        if focused is None:
            return
        message, piece = focused
        match piece.content:
            case Summary():
                self._commands.run_control(message, piece, Control.TOGGLE_THOUGHT)
            case Ending():
                self._commands.run_control(message, piece, Control.CONTINUE)
            case _:
                pass

    # Selecting

    def _head(self) -> Position | None:
        """The end of the selection that moves; without a selection the first letter of what is focused or in sight."""
        if self._view.moment.selection is not None:
            return self._view.moment.selection.head
        focused = self._view.focused
        if focused is not None and is_selectable(focused[1]):
            return Position(focused[0], focused[1].place, 0)
        for one in self._view.scroller.shown:
            if is_selectable(one.piece) and one.box_top >= 0:
                return Position(one.message, one.piece.place, 0)
        return None

    def _extend(self, step: int, *, by_word: bool) -> None:
        head = self._head()
        spot = None if head is None else self._view.sheet.spot(head.message, head.place)
        if head is None or spot is None:
            return
        box = self._view.sheet.box(spot)
        move = box.next_position if step > 0 else box.previous_position
        letter = move(head.letter, by_word=by_word)
        if letter is not None:
            self._set_head(head, Position(head.message, head.place, letter))
            return
        beyond = self._text_beyond(spot, step)
        if beyond is not None:
            end = 0 if step > 0 else self._view.sheet.box(beyond).length
            self._set_head(head, Position(beyond.message, beyond.place, end))

    def _extend_line(self, step: int) -> None:
        head = self._head()
        spot = None if head is None else self._view.sheet.spot(head.message, head.place)
        if head is None or spot is None:
            return
        box = self._view.sheet.box(spot)
        x, top = box.caret_x(head.letter), box.line_top(head.letter)
        y = top + self._view.sheet.maker.style.text_line * (1.5 if step > 0 else -0.5)
        if 0 <= y < box.height:
            self._set_head(head, Position(head.message, head.place, box.position_at(x, y)))
            return
        beyond = self._text_beyond(spot, step)
        if beyond is not None:
            other = self._view.sheet.box(beyond)
            letter = other.position_at(x, 0 if step > 0 else other.height - 1)
            self._set_head(head, Position(beyond.message, beyond.place, letter))

    def _text_beyond(self, spot: Spot, step: int) -> Spot | None:
        found = self._next(spot, step)
        while found is not None and not is_selectable(found.piece):
            found = self._next(found, step)
        return found

    def _set_head(self, before: Position, head: Position) -> None:
        selection = self._view.moment.selection
        anchor = before if selection is None else selection.anchor
        self._view.set_selection(Selection(anchor, head))
        self._view.show_position(head.message, head.place, head.letter)


def is_header(spot: Spot) -> bool:
    return spot.place.part is Part.HEADER


def is_block(spot: Spot) -> bool:
    return spot.place.part is not Part.HEADER
