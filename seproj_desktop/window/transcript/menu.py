"""The transcript's context menus: for a selection, a link, a code block, a message.

On the Qt thread. Menus open without a nested event loop and are made anew each time.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu

from seproj_desktop.window.transcript.action_words import action_words, keys_of
from seproj_desktop.window.transcript.commands import Commands
from seproj_desktop.window.transcript.entries import MessageAction
from seproj_desktop.window.transcript.layout.box_maker import CodeLook
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.message import Message, Piece
from seproj_desktop.window.transcript.pointer import Pointer
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.view import TranscriptView

TEMPERATURES = (0.0, 0.3, 1.2)
"""What an answer can be asked anew with, instead of its persona's own."""


class Menus(QObject):
    """Builds a menu for what is under the mouse, or for what the keyboard has moved to."""

    reading_requested = Signal(object)
    """A message that is to be read letter by letter."""
    link_chosen = Signal(object, str)
    """The message, and the address of the link in it."""

    def __init__(self, view: TranscriptView, commands: Commands, pointer: Pointer) -> None:
        super().__init__(view)
        self._view = view
        self._commands = commands
        self._pointer = pointer

    def open_for_message(self, message: Message, place: QPoint) -> None:
        """The message's actions alone; `place` on the screen."""
        menu = self._menu()
        self._add_message(menu, message)
        menu.popup(place)

    def open_for_code(self, message: Message, piece: Piece, place: QPoint) -> None:
        menu = self._menu()
        self._add_code(menu, message, piece)
        menu.popup(place)

    def open(self, event: QContextMenuEvent) -> None:
        """For a place, or for what the keyboard has moved to."""
        point = event.pos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            shown = self._focused()
            if shown is not None:
                point = QPoint(self._view.box_left(shown.piece), max(0, shown.box_top))
        else:
            shown = self._view.shown_at(point.y())
        menu = self._menu()
        link = self._pointer.link_at(point)
        if link and shown is not None:
            message = shown.message
            self._add(menu, self.tr("Open the link"), lambda: self.link_chosen.emit(message, link))
            self._add(menu, self.tr("Copy the link's address"), lambda: self._commands.put(link))
            menu.addSeparator()
        if self._commands.has_selection:
            self._add(menu, self.tr("Copy the selection"), self._commands.copy, "Ctrl+C")
            self._add(menu, self.tr("Copy the selection as Markdown"), self._commands.copy_source, "Ctrl+Shift+C")
            menu.addSeparator()
        if shown is not None and isinstance(shown.box, CodeBox):
            self._add_code(menu, shown.message, shown.piece)
            menu.addSeparator()
        if shown is not None:
            message = shown.message
            self._add_message(menu, message)
            self._add(menu, self.tr("Read letter by letter"), lambda: self.reading_requested.emit(message), "F7")
            menu.addSeparator()
        self._add(menu, self.tr("Select all"), self._commands.select_all, "Ctrl+A")
        menu.popup(self._view.viewport().mapToGlobal(point))

    def _add_message(self, menu: QMenu, message: Message) -> None:
        for action in self._commands.actions_for(message):
            words = self.tr("Copy as Markdown") if action is MessageAction.COPY_MARKDOWN else action_words(action)
            if action is MessageAction.REGENERATE_AS:
                self._add_personas(menu.addMenu(words), message)
                self._add_temperatures(menu.addMenu(self.tr("Regenerate with")), message)
            else:
                self._add(menu, words, partial(self._commands.run, action, message), keys_of(action))

    def _add_personas(self, menu: QMenu, message: Message) -> None:
        menu.setObjectName("personaMenu")
        menu.setAccessibleName(menu.title())
        for persona, name in self._commands.personas:
            # An ampersand in a name is no mark of a shortcut.
            words = name.replace("&", "&&")
            self._add(menu, words, partial(self._commands.regenerate_as, message, persona))

    def _add_temperatures(self, menu: QMenu, message: Message) -> None:
        menu.setObjectName("temperatureMenu")
        menu.setAccessibleName(menu.title())
        choices = (self.tr("The likeliest words"), self.tr("Few surprises"), self.tr("More surprises"))
        for words, temperature in zip(choices, TEMPERATURES, strict=True):
            label = self.tr("{words} (temperature {temperature})").format(words=words, temperature=temperature)
            self._add(menu, label, partial(self._commands.regenerate_at, message, temperature))

    def _add_code(self, menu: QMenu, message: Message, piece: Piece) -> None:
        commands, look = self._commands, self._view.code_look
        self._add(menu, self.tr("Copy the code"), lambda: commands.put(commands.code(message, piece)[0]))
        self._add(menu, self.tr("Save the code…"), lambda: commands.save_code(message, piece))
        wrap = self._add(
            menu,
            self.tr("Wrap long lines"),
            lambda: self._view.set_code_look(CodeLook(not look.is_wrapped, look.has_numbers)),
        )
        numbers = self._add(
            menu,
            self.tr("Line numbers"),
            lambda: self._view.set_code_look(CodeLook(look.is_wrapped, not look.has_numbers)),
        )
        for action, is_on in ((wrap, look.is_wrapped), (numbers, look.has_numbers)):
            action.setCheckable(True)
            action.setChecked(is_on)

    def _focused(self) -> Shown | None:
        focused = self._view.focused
        for one in self._view.scroller.shown:
            if focused is not None and one.piece is focused[1]:
                return one
        return None

    def _menu(self) -> QMenu:
        menu = QMenu(self._view)
        menu.setObjectName("transcriptMenu")
        menu.setAccessibleName(self.tr("Actions"))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _add(self, menu: QMenu, words: str, run: Callable[[], None], shortcut: str = "") -> QAction:
        action = menu.addAction(words)
        if shortcut:
            action.setShortcut(shortcut)
        action.triggered.connect(lambda _=False: run())
        return action
