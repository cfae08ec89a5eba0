"""Conversations out of the program and into it: export, import, backup and restore, with a file dialog and a cancel.

On the Qt thread; the work is the backend's. One of these runs at a time, and a notice tells how far it is.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDateTime, QLocale, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.storage.exchange.file_names import ExportFormat, check_form, ending_of, kind_of, proposed_name
from seproj_desktop.window.announcements import Announcements
from seproj_desktop.window.operations import Operations

if TYPE_CHECKING:
    from seproj_desktop.app import App
    from seproj_desktop.storage.backup import Contents
    from seproj_desktop.storage.exchange.importing import ImportReport

EXCHANGE = "exchange"
MOST_PROBLEMS = 20
"""Lines about what could not be read; the rest is counted."""

Tell = Callable[[float], None]
"""Takes the part that is done, from 0 to 1."""


class Exchange(QObject):
    """Asks for files, starts the work, and tells its progress and its end."""

    replacing = Signal()
    """All conversations are about to be replaced: what is shown has to be left."""

    def __init__(self, backend: Backend, operations: Operations, said: Announcements, window: QWidget) -> None:
        super().__init__(window)
        self._backend = backend
        self._operations = operations
        self._said = said
        self._window = window

    def export(self, conversations: Sequence[int]) -> None:
        """Some conversations; more than one as Markdown or web pages go into a .zip file, a page each."""
        if conversations:
            self._ask_where(self.tr("Export"), list(conversations))

    def export_everything(self) -> None:
        """The archive and the bin included."""
        everything = [summary.id for summary in self._backend.app.library.summaries]
        self._ask_where(self.tr("Export everything"), everything)

    def import_(self) -> None:
        """From our own JSON, ChatGPT's or Open WebUI's export."""
        dialog = QFileDialog(self._window, self.tr("Import conversations"))
        dialog.setObjectName("importFile")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Conversations (*.json *.zip)"), self.tr("All files (*)")])
        self._open(dialog, self.take_in)

    def take_in(self, path: Path) -> None:
        """Imports one file."""
        words = self.tr("Importing {file}…").format(file=path.name)
        self._run(words, partial(take_in, path=path), self._tell_import)

    def back_up(self) -> None:
        """A copy of everything, while the program runs."""
        today = datetime.now().astimezone().date()
        dialog = self._saving(self.tr("Back up the conversations"), f"conversations-{today}.sqlite3")
        dialog.setObjectName("backupFile")
        self._open(dialog, self._back_up)

    def restore(self) -> None:
        """A backup in the place of everything; it is checked first, and then the person is asked."""
        dialog = QFileDialog(self._window, self.tr("Restore a backup"))
        dialog.setObjectName("restoreFile")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Backups (*.sqlite3)"), self.tr("All files (*)")])
        self._open(dialog, self._check)

    def _check(self, path: Path) -> None:
        async def run() -> None:
            self._said.tell(EXCHANGE, self.tr("Checking {file}…").format(file=path.name))
            try:
                contents = await self._backend.call(check, path)
            except BaseException:
                self._said.withdraw(EXCHANGE)
                raise
            self._ask_restore(path, contents)

        self._operations.run(EXCHANGE, run)

    def _ask_restore(self, path: Path, contents: "Contents") -> None:
        """What the backup holds, what it takes the place of, and that this is not deleted."""
        words = self.tr("{file}: {held}, last changed {day}.") if contents.changed else self.tr("{file}: {held}.")
        day = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(contents.changed or 0)).date())
        held = self._held_words(contents.conversations, contents.messages)
        replaced = self.tr(
            "They take the place of all {count} conversations that are here now. Those are not deleted:"
            " they stay in a file of their own in {folder}. Running answers end."
        )
        app = self._backend.app
        advice = replaced.format(count=f"{len(app.library.summaries):,}", folder=app.paths.data)
        self._said.ask(
            EXCHANGE,
            words.format(file=path.name, held=held, day=day),
            advice,
            self.tr("Restore"),
            partial(self._restore, path, held),
        )

    def _restore(self, path: Path, held: str) -> None:
        self.replacing.emit()
        self._run(self.tr("Restoring…"), partial(restore, path=path), partial(self._tell_restored, path, held))

    def _tell_restored(self, path: Path, held: str, aside: "Path | None") -> None:
        self.replacing.emit()
        words = self.tr("{held} restored from {file}.").format(held=held, file=path.name)
        kept = self.tr("What was there before is now {file}.").format(file=aside) if aside else ""
        self._said.tell(EXCHANGE, words, kept)

    def _held_words(self, conversations: int, messages: int) -> str:
        words = self.tr("{conversations} conversations with {messages} messages")
        return words.format(conversations=f"{conversations:,}", messages=f"{messages:,}")

    def _back_up(self, path: Path) -> None:
        done = self.tr("Everything is in {file}.").format(file=path.name)
        self._run(self.tr("Backing up…"), partial(back_up, path=path), lambda _: self._said.tell(EXCHANGE, done))

    def _export(self, conversations: list[int], kind: ExportFormat, path: Path) -> None:
        done = self.tr("Exported to {file}.").format(file=path.name)
        work = partial(export, path=path, kind=kind, conversations=conversations)
        self._run(self.tr("Exporting…"), work, lambda _: self._said.tell(EXCHANGE, done))

    def _ask_where(self, title: str, conversations: list[int]) -> None:
        library = self._backend.app.library
        count = len(conversations)
        names = [library.get(conversations[0]).title] if count == 1 else [""] * count
        dialog = self._saving(title, proposed_name("markdown", names))
        dialog.setObjectName("exportFile")
        kinds = {f"{words} (*{ending_of(kind, count)})": kind for kind, words in self._kinds()}
        dialog.setNameFilters(list(kinds))

        def suit(chosen: str) -> None:
            dialog.setDefaultSuffix(ending_of(kinds[chosen], count))
            dialog.selectFile(proposed_name(kinds[chosen], names))

        dialog.filterSelected.connect(suit)
        suit(next(iter(kinds)))
        self._open(
            dialog, lambda path: self._export(conversations, kind_of(path, kinds[dialog.selectedNameFilter()]), path)
        )

    def _kinds(self) -> tuple[tuple[ExportFormat, str], ...]:
        words = self.tr("Markdown"), self.tr("JSON, complete"), self.tr("Web pages")
        return ("markdown", words[0]), ("json", words[1]), ("html", words[2])

    def _saving(self, title: str, name: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        return dialog

    def _open(self, dialog: QFileDialog, then: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _run(
        self, words: str, work: Callable[..., Coroutine[Any, Any, Any]], tell_end: Callable[[Any], object]
    ) -> None:
        """`work(app, tell, is_cancelled)` on the backend's loop, while a notice tells its progress."""
        cancelled, is_over = threading.Event(), threading.Event()

        def show(fraction: float) -> None:
            if not is_over.is_set():  # the last figure comes after the end
                self._said.show_progress(EXCHANGE, f"{words} {fraction:.0%}", cancelled.set)

        async def run() -> None:
            self._said.withdraw(EXCHANGE)
            show(0.0)
            try:
                result = await self._backend.call(
                    work, self._backend.app, self._backend.hand_over(show), cancelled.is_set
                )
            except BaseException:
                self._said.withdraw(EXCHANGE)
                raise
            finally:
                is_over.set()
            if result is False:
                self._said.tell(EXCHANGE, self.tr("Cancelled; nothing was changed."))
            else:
                tell_end(result)

        self._operations.run(EXCHANGE, run)

    def _tell_import(self, report: "ImportReport") -> None:
        if report.is_cancelled:
            self._said.tell(EXCHANGE, self.tr("Cancelled; nothing was imported."))
            return
        words = self.tr("{count} conversations imported.").format(count=f"{len(report.imported):,}")
        if report.skipped:
            words += " " + self.tr("{count} were there already.").format(count=f"{report.skipped:,}")
        lines = [f"{problem.name}: {problem.reason}" for problem in report.problems[:MOST_PROBLEMS]]
        if len(report.problems) > MOST_PROBLEMS:
            lines.append(self.tr("… and {count} more.").format(count=len(report.problems) - MOST_PROBLEMS))
        if lines:
            lines.insert(0, self.tr("Not read:"))
        self._said.tell(EXCHANGE, words, "\n".join(lines))


async def export(
    app: "App",
    tell: Tell,
    is_cancelled: Callable[[], bool],
    *,
    path: Path,
    kind: ExportFormat,
    conversations: list[int],
) -> bool:
    """On the backend's loop, like what follows."""
    from seproj_desktop.storage.exchange.exporting import ExportProgress, export_file

    check_form(path, kind, len(conversations))

    def on_progress(progress: ExportProgress) -> None:
        tell(progress.done / max(1, progress.total))

    return await export_file(path, kind, conversations, app.memory.store, on_progress, is_cancelled)


async def take_in(app: "App", tell: Tell, is_cancelled: Callable[[], bool], *, path: Path) -> "ImportReport":
    from seproj_desktop.storage.exchange.importing import import_file

    persona = app.settings.window.persona
    report = await import_file(
        path, app.memory.store, app.library.ids, lambda progress: tell(progress.fraction), is_cancelled, persona
    )
    await app.library.load()
    return report


async def check(path: Path) -> "Contents":
    """Reads all of a backup. Raises `UserError` where it must not be restored."""
    from seproj_desktop.storage.backup import check_backup

    return await asyncio.to_thread(check_backup, path)


async def restore(app: "App", tell: Tell, is_cancelled: Callable[[], bool], *, path: Path) -> "Path | bool | None":
    """Where the conversations are now that were here before; False where it was cancelled."""
    from seproj_desktop.storage.backup import BackupCancelledError

    loop = asyncio.get_running_loop()

    def on_progress(done: int, total: int) -> None:
        loop.call_soon_threadsafe(tell, done / max(1, total))

    try:
        return await app.chat.exchange(partial(app.memory.restore, path, on_progress, is_cancelled))
    except BackupCancelledError:
        return False


async def back_up(app: "App", tell: Tell, is_cancelled: Callable[[], bool], *, path: Path) -> bool:
    from seproj_desktop.storage import backup
    from seproj_desktop.storage.data_file import database_in

    loop = asyncio.get_running_loop()

    def on_progress(done: int, total: int) -> None:
        loop.call_soon_threadsafe(tell, done / max(1, total))

    work = partial(backup.back_up, database_in(app.paths.data), path, may_replace=True)
    try:
        await asyncio.to_thread(work, on_progress=on_progress, is_cancelled=is_cancelled)
    except backup.BackupCancelledError:
        return False
    return True
