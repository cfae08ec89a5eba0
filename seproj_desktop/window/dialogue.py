"""The conversation that is shown: opens it, sends, stops, and leads its news into the view.

On the Qt thread. It holds which conversation is shown and the channel of its news; everything that was said is the
backend's. What is typed is kept as a draft wherever the person goes.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.bridge.feed import Channel
from seproj_desktop.chat.conversations import ConversationSummary, QueuedMessage
from seproj_desktop.chat.news import AnswerEnded, OpenConversation, PathChanged, PathEntry, QueueChanged
from seproj_desktop.chat.personas import Persona
from seproj_desktop.engine.status import EngineStatus, Ready
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.path_entries import EntryMaker, key_of
from seproj_desktop.window.queue_panel import QueuePanel

if TYPE_CHECKING:
    from seproj_desktop.app import App
    from seproj_desktop.window.transcript.entries import Entry

DRAFT_DELAY = 400
"""Milliseconds after the last key before a draft is written."""

Opened = tuple[OpenConversation, EntryMaker, "list[Entry]"]


class Dialogue(QObject):
    """Composer, queue, transcript and backend, brought together."""

    shown = Signal(object)
    """The `ConversationSummary` that is shown from now on, or None for one that has not begun."""
    summary_changed = Signal(object)
    """What the list says of the conversation that is shown."""
    left = Signal()
    """A conversation is not shown any more; what was begun in it is to be set aside."""
    answering_changed = Signal(bool)
    path_shown = Signal()
    """Another path, or another part of it, is shown of the same conversation."""
    binned_found = Signal(object, str)
    """A message that was asked for is in the bin: its id, and the words that it was found by."""

    def __init__(
        self, backend: Backend, composer: Composer, queue: QueuePanel, view: Conversation, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._composer = composer
        self._queue_panel = queue
        self._view = view
        self._persona: Persona | None = None
        self._summary: ConversationSummary | None = None
        self._channel: Channel | None = None
        self._maker: EntryMaker | None = None
        self._path: tuple[PathEntry, ...] = ()
        self._answering: int | None = None
        self._queue: tuple[QueuedMessage, ...] = ()
        self._wanted: tuple[int, str] | None = None
        self._wants_to_send = False
        self._is_beginning = False
        """Whether the first message of a conversation is on its way: what is sent then waits for it."""
        self._draft_timer = QTimer(self, interval=DRAFT_DELAY, singleShot=True)
        self._draft_timer.timeout.connect(self._keep_draft)
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.text_changed.connect(self._on_typed)
        view.example_chosen.connect(composer.fill)
        backend.engine_changed.connect(self._on_engine)
        backend.start_failed.connect(self._on_start_failed)

    @property
    def conversation(self) -> int | None:
        """The id of the conversation that is shown; None for one that has not begun."""
        return self._summary.id if self._summary is not None else None

    @property
    def path(self) -> tuple[PathEntry, ...]:
        return self._path

    @property
    def queue(self) -> tuple[QueuedMessage, ...]:
        return self._queue

    @property
    def persona(self) -> Persona | None:
        """Who answers next."""
        return self._persona

    # Which conversation

    def start(self) -> None:
        """Once the backend is there: what was not sent the last time stands in the composer again."""
        self._backend.post(self._backend.app.chat.draft, then=self._show_first_draft)

    def show(self, conversation: int | None, message: int | None = None, words: str = "") -> None:
        """Opens a conversation, or a new one; at `message`, where `words` were found, or at its end."""
        self._wanted = (message, words) if message is not None else None
        if conversation is not None and conversation == self.conversation and self._channel is not None:
            self._show_wanted()
            return
        self.keep_draft()
        self._leave()
        if conversation is None:
            self._begin()
        else:
            self._open(conversation)

    def take_summary(self, summary: ConversationSummary) -> None:
        """What the list says of the conversation that is shown has changed."""
        if summary.id == self.conversation:
            self._summary = summary
            self.summary_changed.emit(summary)

    def keep_draft(self) -> None:
        """Writes what stands in the composer."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._keep_draft()

    def _keep_draft(self) -> None:
        if self._backend.is_started:
            self._backend.post(self._backend.app.chat.save_draft, self.conversation, self._composer.text)

    # What the person does

    def choose_persona(self, persona: Persona) -> None:
        """Who answers from the next question on. Sends what was sent before the personas were known."""
        is_other = self._persona is None or self._persona.id != persona.id
        self._persona = persona
        self._composer.show_persona(persona.name, persona.colour)
        self._view.empty_state.show_persona(persona)
        if is_other and self._summary is not None and self._summary.persona != persona.id:
            self._backend.post(self._backend.app.chat.set_persona, self._summary.id, persona.id)
        if self._wants_to_send:
            self.send()

    def send(self) -> None:
        """Asks what the composer holds; during an answer it waits for its turn."""
        text = self._composer.text.strip("\n")
        if not text.strip():
            return
        if self._persona is None or self._is_beginning:
            self._wants_to_send = True
            return
        self._wants_to_send = False
        conversation = self.conversation
        self._is_beginning = conversation is None
        self._composer.clear()
        self._draft_timer.start()
        self._backend.post(
            self._backend.app.chat.send,
            conversation,
            text,
            self._persona.id,
            then=partial(self._on_sent, conversation),
            otherwise=partial(self._give_back, text),
        )

    def stop(self) -> None:
        if self._summary is not None and self._answering is not None:
            self._backend.post(self._backend.app.chat.stop, self._summary.id)

    # Opening and leaving

    def _begin(self) -> None:
        self._view.clear()
        self._on_queue(QueueChanged(()))
        self._composer.setFocus()
        self.shown.emit(None)
        if self._backend.is_started:
            self.start()

    def _show_first_draft(self, draft: str) -> None:
        if self._summary is None and not self._composer.text:
            self._show_draft(draft)

    def _open(self, conversation: int) -> None:
        channel = self._channel = self._backend.open_channel()
        self._backend.post(open_conversation, self._backend.app, conversation, channel, then=self._on_opened)

    def _on_opened(self, opened: tuple[Channel, Opened]) -> None:
        channel, (conversation, maker, entries) = opened
        if channel is not self._channel:  # another one was chosen meanwhile
            self._backend.post(self._backend.app.chat.close, conversation.summary.id, channel.tell)
            return
        self._view.clear()
        self._summary, self._maker = conversation.summary, maker
        self._path, self._answering = conversation.path, conversation.answering
        self._view.show_path(entries, conversation.answering)
        self._view.transcript.scroll_to_end()
        self._show_draft(conversation.draft or self._composer.text)
        self._on_queue(QueueChanged(conversation.queue))
        self._show_answering()
        channel.path_changed.connect(self._on_path)
        channel.text_added.connect(self._view.add)
        channel.answer_ended.connect(self._on_ended)
        channel.queue_changed.connect(self._on_queue)
        channel.start()
        self.shown.emit(conversation.summary)
        self._show_wanted()
        if self._wants_to_send:
            self.send()

    def _leave(self) -> None:
        self.left.emit()
        channel, self._channel = self._channel, None
        if channel is not None:
            if self._summary is not None:
                self._backend.post(self._backend.app.chat.close, self._summary.id, channel.tell)
            channel.close()
        self._summary = self._maker = None
        self._path, self._answering = (), None
        self._show_draft("")
        self._show_answering()

    def _show_draft(self, draft: str) -> None:
        """In the composer; it need not be written again."""
        if draft != self._composer.text:
            self._composer.show_text(draft)
        self._draft_timer.stop()

    def _show_wanted(self) -> None:
        """Goes to the message that was asked for, on whichever branch it is."""
        if self._wanted is None or self._summary is None:
            return
        message, words = self._wanted
        if any(entry.message.id == message for entry in self._path):
            self._wanted = None
            self._view.transcript.show_message(key_of(message), words)
        else:
            choose = self._backend.app.chat.choose_version
            self._backend.post(choose, self._summary.id, message, then=partial(self._on_chosen, message))

    def _on_chosen(self, message: int, is_there: bool) -> None:
        """The news of the path go on with what is there; what is in the bin is for whoever can bring it back."""
        if not is_there and self._wanted is not None and self._wanted[0] == message:
            words, self._wanted = self._wanted[1], None
            self.binned_found.emit(message, words)

    # News

    def _on_sent(self, asked_in: int | None, conversation: int) -> None:
        self._is_beginning = False
        if asked_in is None and self._summary is None and self._channel is None:
            self._open(conversation)

    def _give_back(self, text: str) -> None:
        """What could not be sent stands in the composer again, before what has been typed since."""
        self._is_beginning = False
        self._composer.fill("\n".join(part for part in (text, self._composer.text) if part))

    def _on_path(self, news: PathChanged) -> None:
        self._show_path(news.path, news.answering)
        self.path_shown.emit()
        self._show_wanted()

    def _show_path(self, path: tuple[PathEntry, ...], answering: int | None) -> None:
        has_begun = answering is not None and answering != self._answering
        self._path, self._answering = path, answering
        if self._maker is not None:
            self._view.show_path(self._maker.entries(path), answering)
            if has_begun:
                self._view.transcript.scroll_to_end()
        self._show_answering()

    def _on_ended(self, news: AnswerEnded) -> None:
        message = news.entry.message
        self._path = tuple(news.entry if entry.message.id == message.id else entry for entry in self._path)
        if self._maker is not None:
            is_last = message.id == self._path[-1].message.id
            self._view.end_answer(self._maker.entry(news.entry, is_last=is_last))
        if self._answering == message.id:
            self._answering = None
        self._show_answering()

    def _on_queue(self, news: QueueChanged) -> None:
        self._queue = news.queue
        self._show_queue()

    def _show_queue(self) -> None:
        self._queue_panel.show_queue(self._queue, is_halted=self._answering is None)

    def _on_typed(self) -> None:
        is_first_key = not self._draft_timer.isActive()
        self._draft_timer.start()
        if is_first_key and self._composer.text and self._backend.is_started:
            self._backend.post(self._backend.app.chat.person_is_typing)

    def _on_engine(self, status: EngineStatus) -> None:
        self._view.show_model_ready(isinstance(status, Ready))

    def _on_start_failed(self) -> None:
        self._wants_to_send = False

    def _show_answering(self) -> None:
        is_answering = self._answering is not None
        self._composer.show_answering(is_answering)
        self.answering_changed.emit(is_answering)
        self._show_queue()


async def open_conversation(app: "App", conversation: int, channel: Channel) -> tuple[Channel, Opened]:
    """On the backend's loop: the conversation with its entries, ready to be shown."""
    opened = await app.chat.open(conversation, channel.tell)
    maker = EntryMaker(app.personas)
    return channel, (opened, maker, await maker.prepare(opened.path))
