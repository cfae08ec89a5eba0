"""Deleted parts of a conversation: shown when somebody asks for them or has found a word in one, and brought back.

On the Qt thread. It brings the panel, the conversation that is shown and the backend together.
"""

from functools import partial

from PySide6.QtCore import QObject

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.chat.news import BinnedBranch
from seproj_desktop.window.deleted_panel import DeletedPanel
from seproj_desktop.window.dialogue import Dialogue


class DeletedParts(QObject):
    """Opens the panel, keeps it up to date, and restores."""

    def __init__(self, backend: Backend, dialogue: Dialogue, panel: DeletedPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._dialogue = dialogue
        self._panel = panel
        self._awaited: int | None = None
        panel.restore_requested.connect(self._restore)
        dialogue.binned_found.connect(self._load)
        dialogue.path_shown.connect(self._refresh)
        dialogue.left.connect(panel.hide)
        dialogue.shown.connect(self._on_shown)

    def open(self, conversation: int | None = None) -> None:
        """Of the conversation that is shown, or of another one, which is shown then."""
        if conversation is None or conversation == self._dialogue.conversation:
            self._load()
        else:
            self._awaited = conversation
            self._dialogue.show(conversation)

    def _load(self, wanted: int | None = None, words: str = "") -> None:
        """With the part that has the message `wanted`, where `words` were found."""
        conversation = self._dialogue.conversation
        if conversation is not None:
            read = self._backend.app.chat.binned_branches
            self._backend.post(read, conversation, wanted, then=partial(self._show, conversation, wanted, words))

    def _show(self, conversation: int, wanted: int | None, words: str, branches: tuple[BinnedBranch, ...]) -> None:
        if conversation == self._dialogue.conversation:
            self._panel.show_branches(branches, wanted, words)
            self._panel.take_keyboard()

    def _refresh(self) -> None:
        """The path has changed, so perhaps the bin as well."""
        conversation = self._dialogue.conversation
        if self._panel.isVisible() and conversation is not None:
            read = self._backend.app.chat.binned_branches
            self._backend.post(read, conversation, self._panel.wanted, then=partial(self._show_again, conversation))

    def _show_again(self, conversation: int, branches: tuple[BinnedBranch, ...]) -> None:
        """An empty bin needs no panel any more."""
        if conversation != self._dialogue.conversation or not self._panel.isVisible():
            return
        if not branches:
            self._panel.close_panel()
        elif branches != self._panel.branches:
            self._panel.show_branches(branches, self._panel.wanted, self._panel.words)

    def _restore(self, message: int) -> None:
        """Brings a part back, and goes to the message."""
        conversation, words = self._dialogue.conversation, self._panel.words if message == self._panel.wanted else ""
        restore = self._backend.app.chat.restore_branch
        go_to = partial(self._dialogue.show, conversation, message, words)
        self._backend.post(restore, conversation, message, then=lambda _: go_to())

    def _on_shown(self, summary: ConversationSummary | None) -> None:
        awaited, self._awaited = self._awaited, None
        if summary is not None and summary.id == awaited:
            self._load()
