"""What is done with one message: edited, asked again, gone on with, forked, deleted; and with what waits to be sent.

On the Qt thread. Each is one verb of the backend's chat service, whose news change the view.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never

from PySide6.QtCore import QObject, Signal

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.messages import Sampling
from seproj_desktop.window.dialogue import Dialogue
from seproj_desktop.window.editing import MessageEditor
from seproj_desktop.window.path_entries import key_of, message_of
from seproj_desktop.window.queue_panel import QueuePanel
from seproj_desktop.window.transcript.entries import MessageAction

if TYPE_CHECKING:
    from seproj_desktop.chat.service import ChatService
    from seproj_desktop.window.transcript.transcript import Transcript

OFFERED = frozenset(MessageAction)


class MessageActions(QObject):
    """Brings what is wanted of messages to the backend."""

    forked = Signal(object)
    """The id of a conversation that was made of another one's beginning."""
    branch_deleted = Signal(object, object)
    """The ids of conversation and message, for whoever offers to undo it."""

    def __init__(
        self, backend: Backend, dialogue: Dialogue, editor: MessageEditor, queue: QueuePanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._dialogue = dialogue
        self._editor = editor
        self._queue = queue
        editor.edited.connect(self._on_edited)
        editor.queued_edited.connect(lambda queued, text: self._do(self._chat.edit_queued, queued, text))
        queue.edit_requested.connect(self._edit_queued)
        queue.withdraw_requested.connect(lambda queued: self._do(self._chat.withdraw_queued, queued))
        queue.send_requested.connect(lambda: self._do(self._chat.send_queued))

    def follow(self, transcript: "Transcript") -> None:
        """From when there is a transcript."""
        commands = transcript.commands
        commands.offer(OFFERED)
        commands.action_requested.connect(self._run)
        commands.regenerate_as_requested.connect(
            lambda key, persona: self._do(self._chat.regenerate, message_of(key), persona)
        )
        commands.regenerate_at_requested.connect(self._regenerate_at)
        commands.version_requested.connect(lambda key, step: self._do(self._chat.step_version, message_of(key), step))

    def restore_branch(self, conversation: int, message: int) -> None:
        self._backend.post(self._chat.restore_branch, conversation, message)

    @property
    def _chat(self) -> "ChatService":
        return self._backend.app.chat

    def _do(
        self,
        verb: Callable[..., Coroutine[Any, Any, Any]],
        *args: Any,
        then: Callable[[Any], object] | None = None,
    ) -> None:
        """A verb of the conversation that is shown."""
        if self._dialogue.conversation is not None:
            self._backend.post(verb, self._dialogue.conversation, *args, then=then)

    def _run(self, action: MessageAction, key: str) -> None:
        message = message_of(key)
        match action:
            case MessageAction.EDIT:
                self._edit(message)
            case MessageAction.REGENERATE:
                self._do(self._chat.regenerate, message)
            case MessageAction.CONTINUE:
                self._do(self._chat.continue_answer, message)
            case MessageAction.FORK:
                self._do(self._chat.fork, message, then=self.forked.emit)
            case MessageAction.DELETE:
                conversation = self._dialogue.conversation
                told = lambda _: self.branch_deleted.emit(conversation, message)  # noqa: E731
                self._do(self._chat.delete_branch, message, then=told)
            case MessageAction.COPY_MARKDOWN | MessageAction.COPY_TEXT | MessageAction.REGENERATE_AS:
                pass  # done by the transcript itself, or told by a signal of its own
            case _:
                assert_never(action)

    def _edit(self, message: int) -> None:
        if known := self._message(message):
            self._editor.edit_message(key_of(message), known.text, is_user=known.role != "assistant")

    def _regenerate_at(self, key: str, temperature: float) -> None:
        """By the same persona, with everything but the temperature as it was."""
        if known := self._message(message_of(key)):
            sampling = replace(known.sampling or Sampling(), temperature=temperature)
            self._do(self._chat.regenerate, known.id, None, sampling)

    def _message(self, message: int) -> StoredMessage | None:
        """A message that is shown."""
        return next((entry.message for entry in self._dialogue.path if entry.message.id == message), None)

    def _edit_queued(self, queued: int) -> None:
        for waiting in self._dialogue.queue:
            if waiting.id == queued:
                self._editor.edit_queued(queued, waiting.text)

    def _on_edited(self, key: str, text: str) -> None:
        self._do(self._chat.edit, message_of(key), text)
