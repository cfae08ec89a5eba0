"""The transcript with everything that belongs to it, put together: what the rest of the window uses.

On the Qt thread. It builds the parts and connects them, and opens what the person asked to open.
"""

import math
from collections.abc import Generator
from time import perf_counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.reader import ReaderDoor
from seproj_desktop.window.transcript.accessibility.reading import whole_text
from seproj_desktop.window.transcript.accessibility.speech import Speech
from seproj_desktop.window.transcript.commands import Commands
from seproj_desktop.window.transcript.finding.find import Find
from seproj_desktop.window.transcript.finding.find_bar import FindBar
from seproj_desktop.window.transcript.finding.hits import Hit, first_hit, letters_of, show, words_to_find
from seproj_desktop.window.transcript.keys import Keys
from seproj_desktop.window.transcript.layout.box import Control
from seproj_desktop.window.transcript.markdown.blocks import Leaf
from seproj_desktop.window.transcript.markdown.chapters import is_long
from seproj_desktop.window.transcript.markdown.inline import NOTE_TARGET
from seproj_desktop.window.transcript.menu import Menus
from seproj_desktop.window.transcript.message import Message, Part, Piece, Place
from seproj_desktop.window.transcript.overlays import ActionBar, AddressLabel, EndButton
from seproj_desktop.window.transcript.pointer import Pointer
from seproj_desktop.window.transcript.selection import Position, Selection
from seproj_desktop.window.transcript.view import TranscriptView
from seproj_desktop.window.transcript.workshop.workshop import Workshop

MARKED_MILLISECONDS = 1500
"""How long a message is marked that somebody was led to."""
SLICE_SECONDS = 0.004


class Transcript(TranscriptView):
    """The view with mouse, keys, menus and overlays."""

    link_opened = Signal(str)
    """An address that the person has clicked and seen."""

    def __init__(self, theme: Theme, workshop: Workshop | None = None, parent: QWidget | None = None) -> None:
        super().__init__(theme, workshop, parent)
        self.commands = Commands(self)
        self.pointer = Pointer(self)
        self.menus = Menus(self, self.commands, self.pointer)
        self.keys = Keys(self, self.commands)
        self.end_button = EndButton(theme, self)
        self.address_label = AddressLabel(theme, self)
        self.action_bar = ActionBar(theme, self, self.commands)
        self.finding = Find(self)
        self.find_bar = FindBar(theme, self, self.finding)
        self.reader_door = ReaderDoor(self)
        self.menus.reading_requested.connect(self.reader_door.open)
        self.speech = Speech(self)
        self._mark_timer = QTimer(self, interval=MARKED_MILLISECONDS, singleShot=True)
        self._mark_timer.timeout.connect(lambda: self.point_out(None))
        self._seeking: tuple[Message, Generator[None, None, Hit | None]] | None = None
        self._seek_timer = QTimer(self, interval=0)
        self._seek_timer.timeout.connect(self._seek)
        self.pointer.link_hovered.connect(self.address_label.show_address)
        self.pointer.link_clicked.connect(self.open_link)
        self.menus.link_chosen.connect(self.open_link)
        self.pointer.message_hovered.connect(self.action_bar.show_for)
        self.pointer.control_clicked.connect(self._on_control)
        self.action_bar.menu_requested.connect(self.menus.open_for_message)
        self.focus_moved.connect(self._on_focus)

    @property
    def whole_text(self) -> str:
        """Everything that is written, figures and passing words included."""
        return whole_text(self.sheet)

    def open_link(self, message: Message, target: str) -> None:
        """A footnote's mark leads to the footnote; anything else is told to who opens addresses."""
        if target.startswith(NOTE_TARGET):
            self._show_note(message, target.removeprefix(NOTE_TARGET))
        else:
            self.link_opened.emit(target)

    def show_message(self, key: str, words: str = "") -> None:
        """Leads to a message, as from a search: to the first place of some words, or to its beginning.

        A key that is not on the path is a `KeyError`.
        """
        message = self.message(key)
        self._seek_timer.stop()
        self._seeking = (message, first_hit(self, message, words))
        self._seek(SLICE_SECONDS if is_long(message.text) else math.inf)
        if self._seeking is not None:
            self.show_top(message, Place(Part.HEADER))
            self._seek_timer.start()
        self.point_out(message)
        self._mark_timer.start()

    @property
    def is_seeking(self) -> bool:
        """Whether the words that the person was led to are still being looked for."""
        return self._seeking is not None

    def open_find(self) -> None:
        """Shows the bar for finding, with the words that are selected."""
        self.find_bar.open(words_to_find(self.sheet, self.moment.selection))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menus.open(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Finding; all other keys have been tried before."""
        if event.matches(QKeySequence.StandardKey.Find):
            self.open_find()
        elif not self.find_bar.press(event):
            super().keyPressEvent(event)

    def _seek(self, seconds: float = SLICE_SECONDS) -> None:
        """Looks for the words in the message that the person is led to, for a moment; a long one takes several."""
        assert self._seeking is not None
        message, steps = self._seeking
        until = perf_counter() + seconds
        try:
            while self.sheet.holds(message) and perf_counter() < until:
                next(steps)
        except StopIteration as end:
            self._end_seeking(message, end.value)
        else:
            if not self.sheet.holds(message):
                self._end_seeking(message, None)

    def _end_seeking(self, message: Message, hit: Hit | None) -> None:
        was_waiting = self._seek_timer.isActive()
        self._seek_timer.stop()
        self._seeking = None
        if was_waiting and not any(one.message is message for one in self.scroller.shown):
            return  # the person has gone elsewhere meanwhile
        if hit is not None:
            show(self, hit, self.finding.covered)
            first, last = letters_of(self, hit)
            self.set_selection(Selection(Position(message, hit.place, first), Position(message, hit.place, last)))
        elif not was_waiting:
            self.show_top(message, Place(Part.HEADER))

    def _show_note(self, message: Message, label: str) -> None:
        """Brings a footnote's text into sight."""
        spot = self.sheet.first_in(message)
        while spot is not None and spot.message is message:
            content = spot.piece.content
            if isinstance(content, Leaf) and content.marker == label and content.path:
                self.show_position(message, spot.place, 0)
                return
            spot = self.sheet.next(spot)

    def _on_control(self, message: Message, piece: Piece, control: Control) -> None:
        if control is Control.CODE_MENU:
            self.menus.open_for_code(message, piece, QCursor.pos())
        else:
            self.commands.run_control(message, piece, control)

    def _on_focus(self) -> None:
        if self.focused is not None:
            self.action_bar.show_for(self.focused[0])
