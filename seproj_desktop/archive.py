"""The doors to what is kept: `backup`, `restore`, `export` and `import`, without a window and without an engine.

Each function is one command. It raises `UserError` when that cannot be done, writes its outcome to `out`, and to
`notes` its progress and what could not be read. The coroutines want a loop to themselves: they block while the data
folder is opened.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from seproj_desktop.chat.conversations import ConversationSummary, IdSource
from seproj_desktop.chat.keeping import NotKept
from seproj_desktop.errors import UserError
from seproj_desktop.storage import backup
from seproj_desktop.storage.data_file import database_in
from seproj_desktop.storage.exchange.exporting import export_file
from seproj_desktop.storage.exchange.file_names import ExportFormat, check_form, kind_of
from seproj_desktop.storage.exchange.importing import ImportReport, import_file
from seproj_desktop.storage.opening import Opened, open_or_read, open_store

MOST_NAMED = 10
"""Conversations that are listed when a title means several."""


def back_up(folder: Path, target: Path, out: TextIO, notes: TextIO, *, may_replace: bool) -> int:
    """Copies what the folder keeps to one file, whether a program uses the folder or not."""
    _refuse_existing(target, may_replace=may_replace)
    with ProgressLine("Backing up", notes) as line:
        backup.back_up(database_in(folder), target, may_replace=may_replace, on_progress=line.show_part)
    out.write(f"Backed up {_counted(backup.check_backup(target))} to {target}.\n")
    return 0


def restore(file: Path, folder: Path, out: TextIO) -> int:
    """Puts a checked copy of a backup in the place of what the folder keeps, which is set aside."""
    contents = backup.check_backup(file)
    aside = backup.restore(file, folder)
    out.write(f"Restored {_counted(contents)} from {file}.\n")
    if aside is not None:
        out.write(f"What was there before is now {aside}.\n")
    return 0


async def export(
    folder: Path,
    target: Path,
    out: TextIO,
    notes: TextIO,
    *,
    kind: ExportFormat | None,
    wanted: Sequence[str],
    may_replace: bool,
) -> int:
    """Writes the conversations whose ids or titles are `wanted`, or all of them, the bin included.

    Without a `kind` the name of the file tells the format; a program may be using the folder.
    """
    kind = kind or kind_of(target)
    _refuse_existing(target, may_replace=may_replace)
    async with _opened(open_or_read(folder), notes) as opened:
        chosen = _chosen(await _summaries(opened), wanted)
        check_form(target, kind, len(chosen))
        with ProgressLine("Exporting", notes) as line:
            await export_file(
                target, kind, chosen, opened.store, lambda at: line.show_part(at.done, at.total), lambda: False
            )
    out.write(f"Exported {_some(len(chosen), 'conversation')} to {target}.\n")
    return 0


async def take_in(folder: Path, file: Path, out: TextIO, notes: TextIO, *, persona: str) -> int:
    """Imports a file; `persona` answers from now on in conversations that name nobody.

    The code is 1 where the file has conversations and none of them could be read.
    """
    async with _opened(open_store(folder), notes) as opened:
        store = opened.store
        if isinstance(store.status, NotKept):
            raise UserError(store.status.reason)
        with ProgressLine("Importing", notes) as line:
            ids = IdSource(await store.newest_id())
            report = await import_file(file, store, ids, lambda at: line.show(at.fraction), lambda: False, persona)
    return _tell_report(report, out, notes)


class ProgressLine:
    """A line that is written over and over, on a terminal only; it is gone when the work ends."""

    def __init__(self, words: str, notes: TextIO) -> None:
        self._words = words
        self._notes = notes
        self._shown = ""

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._notes.write("\r" + " " * len(self._shown) + "\r")
            self._notes.flush()

    def show_part(self, done: int, total: int) -> None:
        self.show(done / max(1, total))

    def show(self, fraction: float) -> None:
        """`fraction` from 0 to 1."""
        text = f"{self._words}: {fraction:4.0%}"
        if self._notes.isatty() and text != self._shown:
            self._shown = text
            self._notes.write(f"\r{text}")
            self._notes.flush()


async def _summaries(opened: Opened) -> tuple[ConversationSummary, ...]:
    """Raises `UserError` where none of it can be read, so that an empty store stands in its place."""
    status = opened.store.status
    if isinstance(status, NotKept) and not opened.is_read_only:
        raise UserError(status.reason)
    return await opened.store.summaries()


@asynccontextmanager
async def _opened(opened: Opened, notes: TextIO) -> AsyncIterator[Opened]:
    """Says what happened at opening, and at the end lets go of store and folder."""
    try:
        told = (f"{notice.title}. {notice.words} {notice.advice}" for notice in opened.notices)
        notes.writelines(f"{line.rstrip()}\n" for line in told)
        yield opened
    finally:
        await opened.aclose()


def _refuse_existing(target: Path, *, may_replace: bool) -> None:
    if target.exists() and not may_replace:
        raise UserError(f"{target} exists already.", "Choose another name; --force replaces the file.")


def _chosen(summaries: Sequence[ConversationSummary], wanted: Sequence[str]) -> list[int]:
    if not summaries:
        raise UserError("There are no conversations to export.")
    if not wanted:
        return [summary.id for summary in summaries]
    return list(dict.fromkeys(_meant(summaries, name) for name in wanted))


def _meant(summaries: Sequence[ConversationSummary], name: str) -> int:
    """The conversation with this id or title; a part of a title will do if no other has it, and none in the bin."""
    title = name.strip().casefold()
    by_id = [each for each in summaries if str(each.id) == title]
    there = [each for each in summaries if each.deleted is None]
    exact = [each for each in there if each.title.casefold() == title]
    found = by_id or exact or [each for each in there if title in each.title.casefold()]
    if not found:
        raise UserError(f"There is no conversation “{name}”.", "Give its title, a part of it, or its id.")
    if len(found) > 1:
        raise _several(name, found)
    return found[0].id


def _several(name: str, found: Sequence[ConversationSummary]) -> UserError:
    lines = [f"  {each.id}  {_day(each.changed)}  {_plain(each.title)}" for each in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        lines.append(f"  and {len(found) - MOST_NAMED:,} more")
    return UserError(f"{len(found):,} conversations are called “{name}”.", "\n".join(["Give an id:", *lines]))


def _tell_report(report: ImportReport, out: TextIO, notes: TextIO) -> int:
    notes.writelines(f"Not read: {_plain(problem.name)}: {problem.reason}\n" for problem in report.problems)
    there = f"; already there: {report.skipped:,}" if report.skipped else ""
    out.write(f"Imported {_some(len(report.imported), 'conversation')}{there}.\n")
    return 1 if report.problems and not (report.imported or report.skipped) else 0


def _counted(contents: backup.Contents) -> str:
    return f"{_some(contents.conversations, 'conversation')} with {_some(contents.messages, 'message')}"


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _plain(text: str) -> str:
    """Other people's text without what a terminal would take for commands."""
    return "".join(character if character.isprintable() else " " for character in text)


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d}"
