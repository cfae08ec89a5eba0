"""The sidebar and the backend, brought together: the list's news, what is done with conversations, and searching.

On the Qt thread. Nothing is remembered here.
"""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.chat.news import ListNews, ListReplaced, SummariesRemoved, SummaryChanged
from seproj_desktop.window.dialogue import Dialogue
from seproj_desktop.window.sidebar.sidebar import Sidebar

if TYPE_CHECKING:
    from seproj_desktop.app import App
    from seproj_desktop.chat.library import ConversationLibrary
    from seproj_desktop.storage.search import SearchResult

RESULTS = 50
"""Hits that are shown; more words find the others."""


class ListActions(QObject):
    """Brings the sidebar's wishes to the backend, and the list's news to the sidebar."""

    deleted = Signal(list)
    """Conversations have gone to the bin; whoever offers to undo it is told."""

    def __init__(self, backend: Backend, sidebar: Sidebar, dialogue: Dialogue, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._sidebar = sidebar
        self._dialogue = dialogue
        backend.list_changed.connect(self._on_news)
        sidebar.search_changed.connect(self._search)
        sidebar.conversation_chosen.connect(dialogue.show)
        sidebar.hit_chosen.connect(dialogue.show)
        sidebar.new_requested.connect(partial(dialogue.show, None))
        sidebar.renamed.connect(lambda *args: self._post(self._library.rename, *args))
        sidebar.pin_requested.connect(lambda *args: self._post(self._library.pin, *args))
        sidebar.archive_requested.connect(lambda *args: self._post(archive, self._library, *args))
        sidebar.delete_requested.connect(self.delete)
        sidebar.restore_requested.connect(self.restore)
        sidebar.purge_requested.connect(lambda ids: self._post(self._backend.app.chat.purge, ids))
        sidebar.move_requested.connect(lambda *args: self._post(move, self._library, *args))
        sidebar.folder_added.connect(lambda name: self._post(self._library.add_folder, name))
        sidebar.folder_renamed.connect(lambda *args: self._post(self._library.rename_folder, *args))
        sidebar.folder_removed.connect(lambda folder: self._post(self._library.remove_folder, folder))
        sidebar.folding_changed.connect(lambda folded: self._post(self._library.fold, folded))
        dialogue.shown.connect(self._on_shown)

    def delete(self, conversations: Sequence[int]) -> None:
        """Into the bin; the one that is shown gives way to a new one."""
        if self._dialogue.conversation in conversations:
            self._dialogue.show(None)
        self._post(self._backend.app.chat.delete, list(conversations))
        self.deleted.emit(list(conversations))

    def restore(self, conversations: Sequence[int]) -> None:
        self._post(self._backend.app.chat.restore, list(conversations))

    @property
    def _library(self) -> "ConversationLibrary":
        return self._backend.app.library

    def _post(self, verb: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> None:
        self._backend.post(verb, *args)

    def _search(self, text: str) -> None:
        """Of several searches only the newest one is answered."""
        if self._backend.is_started:
            self._backend.post(search, self._backend.app, text, then=partial(self._on_found, text))

    def _on_found(self, text: str, result: "SearchResult | None") -> None:
        if result is not None:
            self._sidebar.show_results(text, result.hits, result.problems, has_more=result.has_more)

    def _on_news(self, news: ListNews) -> None:
        match news:
            case ListReplaced(summaries=summaries, folders=folders, folded=folded):
                self._sidebar.show_folded(folded)
                self._sidebar.show_list(summaries, folders)
                self._sidebar.show_current(self._dialogue.conversation)
            case SummaryChanged(summary=summary):
                self._sidebar.apply(news)
                self._dialogue.take_summary(summary)
            case SummariesRemoved(conversations=conversations):
                self._sidebar.apply(news)
                if self._dialogue.conversation in conversations:
                    self._dialogue.show(None)
            case _:
                self._sidebar.apply(news)

    def _on_shown(self, summary: ConversationSummary | None) -> None:
        self._sidebar.show_current(summary.id if summary is not None else None)
        if summary is not None and summary.is_unread:
            self._post(self._library.mark_read, summary.id)


async def search(app: "App", text: str) -> "SearchResult | None":
    """On the backend's loop."""
    return await app.searcher.search(text, RESULTS)


async def archive(library: "ConversationLibrary", conversations: Sequence[int], is_archived: bool) -> None:
    """On the backend's loop, like what follows."""
    for conversation in conversations:
        await library.archive(conversation, is_archived)


async def move(library: "ConversationLibrary", conversations: Sequence[int], folder: int | None) -> None:
    for conversation in conversations:
        await library.move(conversation, folder)
