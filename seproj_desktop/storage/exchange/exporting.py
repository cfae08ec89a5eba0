"""Writing conversations out: one or all of them, in a format, to a file.

On the backend's loop; formatting and writing are done on a worker thread. The file appears under its name once it is
whole: until then it is written beside its place, and a cancel or a failure removes it. Conversations are read one
after the other, so that thousands of them are never in memory together.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.export_writers import ExportWriter, writer_for
from seproj_desktop.storage.exchange.file_names import ExportFormat
from seproj_desktop.storage.exchange.workers import on_worker


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Conversations written, and conversations in all."""

    done: int
    total: int


async def export_file(
    path: Path,
    kind: ExportFormat,
    conversations: Sequence[int],
    store: ConversationStore,
    on_progress: Callable[[ExportProgress], None],
    is_cancelled: Callable[[], bool],
) -> bool:
    """Writes the conversations to `path`; False when it was cancelled, and then nothing is there.

    A single Markdown or HTML file takes one conversation; where `path` ends in .zip, it holds a file for each one.
    Conversations that have been purged meanwhile are passed over. Raises `UserError`.
    """
    folders = await store.folders()
    try:
        draft = await on_worker(lambda: Draft(path))
        try:
            writer = await on_worker(lambda: writer_for(kind, path, draft.stream, folders))
            for done, conversation in enumerate(conversations):
                if is_cancelled():
                    return False
                on_progress(ExportProgress(done, len(conversations)))
                await _add(conversation, store, writer)
            await on_worker(lambda: draft.keep(writer))
        finally:
            await on_worker(draft.discard)
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be written: {error.strerror or error}.", "Choose another folder, or make room there."
        ) from error
    on_progress(ExportProgress(len(conversations), len(conversations)))
    return True


async def _add(conversation: int, store: ConversationStore, writer: ExportWriter) -> None:
    try:
        found = await store.read(conversation)
    except KeyError:
        return
    await on_worker(lambda: writer.add(found))


class Draft:
    """A file that is written beside its place. Blocking; `OSError` where the disk says no."""

    def __init__(self, path: Path) -> None:
        self._path = path
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
        self._draft = Path(name)
        self.stream = os.fdopen(handle, "wb")

    def keep(self, writer: ExportWriter) -> None:
        """Ends the file, and puts it into its place once it is on the disk."""
        writer.end()
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()
        self._draft.replace(self._path)

    def discard(self) -> None:
        """Removes what was written, unless it was kept."""
        with suppress(OSError):  # a full disk refuses the last bytes once more
            self.stream.close()
        self._draft.unlink(missing_ok=True)
