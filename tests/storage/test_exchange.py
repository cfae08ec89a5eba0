"""Another file in the place of the one that is in use: nothing waits, nothing is mixed, whatever happens is opened."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from seproj_desktop.chat.keeping import Kept, NotKept
from seproj_desktop.errors import UserError
from seproj_desktop.storage import backup
from seproj_desktop.storage.backup import BackupCancelledError
from seproj_desktop.storage.conversations import read_summaries
from seproj_desktop.storage.data_file import database_in, draft_of
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.memory import Memory, open_memory
from seproj_desktop.storage.opening import open_to_read
from tests.storage.damage import connect, fill_with
from tests.storage.samples import question, summary


@pytest_asyncio.fixture
async def memory(folder: Path, tmp_path: Path) -> AsyncIterator[Memory]:
    """Two conversations; the first one is all that `saved` has."""
    memory = open_memory(folder, tmp_path)
    await memory.store.save_summary(summary(1, "Saved"))
    await memory.store.add_message(1, question(2))
    backup.back_up(database_in(folder), saved(folder))
    await memory.store.save_summary(summary(5, "Said later"))
    yield memory
    await memory.aclose()


def saved(folder: Path) -> Path:
    return folder.parent / "saved.sqlite3"


async def restore(memory: Memory, file: Path) -> Path | None:
    return await memory.restore(file, lambda _done, _total: None, lambda: False)


async def titles(memory: Memory) -> set[str]:
    return {each.title for each in await memory.store.summaries()}


def titles_in(file: Path) -> set[str]:
    with connect(file) as connection:
        return {each.title for each in read_summaries(connection)}


async def test_a_backup_takes_the_place_while_the_program_runs(memory: Memory, folder: Path) -> None:
    aside = await restore(memory, saved(folder))
    assert await titles(memory) == {"Saved"}
    await memory.store.add_message(1, question(3, parent=2))
    assert len((await memory.store.read(1)).messages) == 2
    assert aside is not None
    assert titles_in(aside) == {"Saved", "Said later"}
    assert memory.store.status == Kept()
    assert memory.notices == ()
    await restore(memory, aside)
    assert await titles(memory) == {"Saved", "Said later"}


async def test_reading_and_writing_meanwhile(memory: Memory, folder: Path) -> None:
    """Whoever reads gets the one or the other; a change that was meant for what was there is refused."""
    begun, may_go_on = threading.Event(), threading.Event()

    def replace_slowly() -> None:
        begun.set()
        may_go_on.wait(10)

    exchange = asyncio.create_task(
        memory.store.exchange(replace_slowly, lambda: Database.open_file(database_in(folder)))
    )
    await asyncio.to_thread(begun.wait, 10)
    reading = asyncio.create_task(titles(memory))
    change = asyncio.create_task(memory.store.save_summary(summary(9, "Meanwhile")))
    await asyncio.sleep(0)
    may_go_on.set()
    await exchange
    assert await reading == {"Saved", "Said later"}
    with pytest.raises(UserError, match="just been replaced"):
        await change
    await memory.store.save_summary(summary(9, "Afterwards"))
    assert "Afterwards" in await titles(memory)


async def test_nothing_is_replaced_while_something_waits_for_the_disk(memory: Memory, folder: Path) -> None:
    with connect(database_in(folder)) as other:
        other.execute("BEGIN IMMEDIATE")
        await memory.store.save_summary(summary(7, "Waits"))
        assert isinstance(memory.store.status, NotKept)
        with pytest.raises(UserError, match="Another program"):
            await restore(memory, saved(folder))
        other.execute("ROLLBACK")
    assert await titles(memory) == {"Saved", "Said later", "Waits"}
    assert not draft_of(database_in(folder)).exists()


async def test_what_cannot_be_put_in_place_leaves_everything(memory: Memory, folder: Path) -> None:
    def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await memory.store.exchange(fail, lambda: Database.open_file(database_in(folder)))
    await memory.store.save_summary(summary(7, "Goes on"))
    assert await titles(memory) == {"Saved", "Said later", "Goes on"}


async def test_a_file_that_cannot_be_opened_at_once_is_opened_later(memory: Memory, folder: Path) -> None:
    attempts = iter((False, True))

    def open_file() -> Database:
        if next(attempts):
            return Database.open_file(database_in(folder))
        raise OSError("not yet")

    await memory.store.exchange(lambda: None, open_file)
    assert isinstance(memory.store.status, NotKept)
    kept = asyncio.Event()
    memory.store.subscribe(lambda status: kept.set() if status == Kept() else None)
    await memory.store.save_summary(replace(summary(7, "Said meanwhile")))
    await kept.wait()
    assert await titles(memory) == {"Saved", "Said later", "Said meanwhile"}


async def test_what_is_no_backup_changes_nothing(memory: Memory, folder: Path) -> None:
    fill_with(saved(folder), b"garbage" * 1000)
    with pytest.raises(UserError, match="damaged"):
        await restore(memory, saved(folder))
    with pytest.raises(UserError, match="the very file"):
        await restore(memory, database_in(folder))
    assert await titles(memory) == {"Saved", "Said later"}


async def test_cancelling_leaves_no_copy(memory: Memory, folder: Path) -> None:
    with pytest.raises(BackupCancelledError):
        await memory.restore(saved(folder), lambda _done, _total: None, lambda: True)
    assert not draft_of(database_in(folder)).exists()
    assert await titles(memory) == {"Saved", "Said later"}


async def test_who_only_reads_restores_nothing(memory: Memory, folder: Path, tmp_path: Path) -> None:
    second = Memory(open_to_read(folder), folder, tmp_path)
    with pytest.raises(UserError, match="only be restored where"):
        await restore(second, saved(folder))
    await second.aclose()
