"""Tells screen readers what happens in a transcript: where the focus has gone, what has come, what is new to hear.

On the Qt thread. All of it waits until somebody listens; until then a change costs one question.
"""

from time import perf_counter

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)

from seproj_desktop.window.transcript.accessibility.accessibility import ConversationItem
from seproj_desktop.window.transcript.accessibility.accessible_item import Item
from seproj_desktop.window.transcript.accessibility.accessible_items import Items
from seproj_desktop.window.transcript.accessibility.announcer import Announcer
from seproj_desktop.window.transcript.message import Message, Piece, Summary
from seproj_desktop.window.transcript.view import TranscriptView

MOST_NEW = 4
"""Messages that are told one by one; more of them at once are a conversation that was opened."""
RELEASED_AT_ONCE = 20
SLICE_SECONDS = 0.004


class Speech(QObject):
    """Listens to the view and speaks to whoever listens to Qt."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._items: Items | None = None
        self._messages = view.sheet.messages
        self._count = 0
        self._summary: tuple[Piece, bool] | None = None
        self._in_sight: set[Message] = set()
        """Their blocks will be counted."""
        self._unsplit: list[Message] = []
        self._split_timer = QTimer(self, interval=0)
        self._split_timer.timeout.connect(self._split)
        self._release_timer = QTimer(self, interval=0)
        self._release_timer.timeout.connect(self._release)
        self.announcer = Announcer(view, QAccessible.isActive)
        self.announcer.told.connect(self._announce)
        view.focus_moved.connect(self._tell_focus)
        view.scrolled.connect(self._on_change)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn:
            # Once Qt itself has told of the view.
            QTimer.singleShot(0, self, self._tell_focus)
        return False

    @property
    def items(self) -> Items | None:
        """The view's interfaces, from the first listener on."""
        if self._items is None and QAccessible.isActive():
            found = QAccessible.queryAccessibleInterface(self._view)
            self._items = found.items if isinstance(found, ConversationItem) else None
        return self._items

    def _tell_focus(self) -> None:
        items, focused = self.items, self._view.focused
        if items is None or focused is None or not self._view.hasFocus():
            return
        message, piece = focused
        self._summary = (piece, piece.content.is_open) if isinstance(piece.content, Summary) else None
        tell(items.item_at(message, piece.place), QAccessible.Event.Focus)

    def _announce(self, message: Message, words: str) -> None:
        self._say(words)
        items = self.items
        item = None if items is None else items.known(message)
        if item is not None:
            unsettled, item.unsettled = item.unsettled, set()
            for one in unsettled:
                if one.isValid():
                    tell(one, QAccessible.Event.NameChanged)

    def _say(self, words: str) -> None:
        event = QAccessibleAnnouncementEvent(self._view, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)

    # What has changed

    def _on_change(self) -> None:
        items = self.items
        if items is None:
            return
        messages = self._view.sheet.messages
        if messages is not self._messages:
            self._messages, self._count = messages, len(messages)
            self._in_sight, self._unsplit = set(), []
            if items.retire():
                self._release_timer.start()
        elif len(messages) != self._count:
            self._tell_new(items, messages[self._count :])
            self._count = len(messages)
        if self._summary is not None:
            self._tell_summary(items, *self._summary)
        in_sight = {one.message for one in self._view.scroller.shown}
        if fresh := in_sight - self._in_sight:
            self._unsplit += fresh
            self._split_timer.start()
        self._in_sight = in_sight

    def _tell_new(self, items: Items, messages: list[Message]) -> None:
        if len(messages) <= MOST_NEW:
            for message in messages:
                tell(items.item(message), QAccessible.Event.ObjectCreated)

    def _tell_summary(self, items: Items, piece: Piece, was_open: bool) -> None:
        """The thinking under the focus was opened or closed."""
        content, focused = piece.content, self._view.focused
        if focused is None or focused[1] is not piece:
            self._summary = None
        elif isinstance(content, Summary) and content.is_open != was_open:
            self._summary = (piece, content.is_open)
            state = QAccessible.State()
            state.expanded = state.collapsed = True
            item = items.item_at(focused[0], piece.place)
            QAccessible.updateAccessibility(QAccessibleStateChangeEvent(item, state))
            # WORKAROUND (Qt 6.11): its AT-SPI bridge does not pass this change of state on.
            self._say(self.tr("Thinking is shown") if content.is_open else self.tr("Thinking is hidden"))

    def _split(self) -> None:
        """Makes a long message's segments a chapter at a time, before a reader counts its blocks and waits for all."""
        sheet = self._view.sheet
        while self._unsplit:
            message = self._unsplit[-1]
            until = perf_counter() + SLICE_SECONDS
            if sheet.holds(message) and (sheet.split_on(message, until) or sheet.split_chapter(message)):
                return
            self._unsplit.pop()
        self._split_timer.stop()

    def _release(self) -> None:
        """Lets go of what is gone in slices: each one is told to the readers."""
        if self._items is None or not self._items.release(RELEASED_AT_ONCE):
            self._release_timer.stop()


def tell(item: Item | QAccessibleInterface, event: QAccessible.Event) -> None:
    QAccessible.updateAccessibility(QAccessibleEvent(item, event))
