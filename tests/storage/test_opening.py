"""Opening a data folder in every state it can be in: the program starts, and nothing that is stored is harmed."""

import asyncio
import contextlib
import errno
import os
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.chat.keeping import Kept, NotKept
from seproj_desktop.storage import conversations as tables
from seproj_desktop.storage.data_file import companions_of, database_in, draft_of, mark_of
from seproj_desktop.storage.journal import Piece, write_pieces
from seproj_desktop.storage.lock import LOCK_NAME, FolderHeldError, FolderLock, NoLocksError
from seproj_desktop.storage.opening import Opened, open_store, open_to_read
from seproj_desktop.storage.schema import VERSION
from seproj_desktop.storage.trouble import DAMAGED
from seproj_desktop.storage.unfinished import add_parts, finish, hidden, in_parts, remove_some
from tests.storage.damage import (
    PAGE,
    connect,
    content_of,
    cut_in_half,
    fill_with,
    ids_by_page,
    make_conversation,
    make_database,
    make_message,
    mode_of,
    overwrite,
    set_mode,
)
from tests.storage.rights import read_only

Use = Callable[[Opened], Opened]


@pytest.fixture
async def use() -> AsyncIterator[Use]:
    """Closes what a test has opened, as the program does: the store, then the lock."""
    async with contextlib.AsyncExitStack() as stack:

        def keep(opened: Opened) -> Opened:
            stack.push_async_callback(opened.aclose)
            return opened

        yield keep


@pytest.fixture
def filled(folder: Path) -> Path:
    """A data folder with eight conversations; its database."""
    make_database(database_in(folder))
    return database_in(folder)


async def count(opened: Opened) -> int:
    return len(await opened.store.summaries())


async def says(opened: Opened) -> NotKept:
    """Why nothing is kept; and the conversation goes on."""
    assert isinstance(opened.store.status, NotKept)
    await opened.store.save_summary(make_conversation(90_000, 1).summary)
    await opened.store.add_message(90_000, make_message(90_001, None))
    assert (await opened.store.read(90_000)).messages[0].id == 90_001
    return opened.store.status


async def test_a_fresh_folder(folder: Path, use: Use) -> None:
    folder = folder / "in" / "folders"
    opened = use(open_store(folder))
    assert opened.store.status == Kept()
    assert opened.notices == []
    assert await count(opened) == 0
    assert mode_of(folder) == 0o700
    files = {path.name: mode_of(path) for path in folder.iterdir()}
    assert set(files.values()) == {0o600}
    assert {database_in(folder).name, LOCK_NAME} <= set(files)


async def test_what_was_kept_is_there_again(folder: Path, use: Use) -> None:
    first = open_store(folder)
    await first.store.add_conversations([make_conversation(1000, 3)])
    await first.store.aclose()
    assert first.lock is not None
    first.lock.release()
    second = use(open_store(folder))
    assert (await second.store.read(1000)).messages == make_conversation(1000, 3).messages
    assert not second.is_read_only


async def test_a_file_that_others_could_read_becomes_private(filled: Path, use: Use) -> None:
    set_mode(filled, 0o644)
    use(open_store(filled.parent))
    assert mode_of(filled) == 0o600


async def test_another_program_has_the_folder(filled: Path, use: Use) -> None:
    first = use(open_store(filled.parent))
    with pytest.raises(FolderHeldError):
        open_store(filled.parent)
    second = use(open_to_read(filled.parent))
    assert second.is_read_only
    assert second.lock is None
    assert "Another program" in (await says(second)).reason
    await first.store.add_conversations([make_conversation(50_000, 3)])
    assert await count(first) == 9


async def test_the_second_program_sees_what_the_first_one_writes(filled: Path, use: Use) -> None:
    first = use(open_store(filled.parent))
    second = use(open_to_read(filled.parent))
    await first.store.add_conversations([make_conversation(50_000, 3)])
    assert len((await second.store.read(50_000)).messages) == 3


async def test_answers_that_a_killed_program_left(filled: Path, use: Use) -> None:
    with connect(filled) as connection:
        streaming = replace(make_message(5, None), text="The answer ", state="streaming")
        tables.add_message(connection, 1000, streaming)
        write_pieces(connection, [Piece(5, "is forty-", "")])
    opened = use(open_store(filled.parent))
    assert opened.interrupted == 1
    message = next(each for each in (await opened.store.read(1000)).messages if each.id == 5)
    assert (message.text, message.state) == ("The answer is forty-", "interrupted")


async def test_an_import_that_a_killed_program_left(filled: Path, use: Use) -> None:
    """What is named as unfinished goes, however far its removal had got; everything else stays."""
    long = make_conversation(50_000, 600)
    with connect(filled) as connection:
        for place, parts in enumerate(in_parts([long, make_conversation(60_000, 2)])):
            add_parts(connection, 77, [Folder(49_000, "Brought")] if not place else [], parts)
        add_parts(connection, 78, [], next(in_parts([make_conversation(70_000, 5)])))
        finish(connection, 78)
        assert remove_some(connection)
    opened = use(open_store(filled.parent))
    assert opened.store.status == Kept()
    assert await count(opened) == 9
    assert len((await opened.store.read(70_000)).messages) == 5
    assert await opened.store.folders() == (Folder(7, "Work"),)
    assert await opened.store.query(hidden) == frozenset()
    assert await opened.store.newest_id() == 70_005


@pytest.mark.parametrize("with_log", [False, True])
async def test_a_newer_programs_file_is_left_alone(filled: Path, use: Use, with_log: bool) -> None:
    script = f"PRAGMA journal_mode = WAL; PRAGMA user_version = {VERSION + 1}; DELETE FROM queued;"
    run_and_die(filled, script) if with_log else run(filled, script)
    before = {path: content_of(path) for path in (filled, companions_of(filled)[0]) if path.exists()}
    assert len(before) == 1 + with_log
    opened = use(open_store(filled.parent))
    assert "newer version" in (await says(opened)).reason
    assert await count(opened) == 1
    assert {path: content_of(path) for path in before} == before
    FolderLock.take(filled.parent).release()


async def test_another_programs_database_is_left_alone(folder: Path, use: Use) -> None:
    run(database_in(folder), "CREATE TABLE other (thing)")
    before = content_of(database_in(folder))
    opened = use(open_store(folder))
    assert "another program" in (await says(opened)).reason
    assert content_of(database_in(folder)) == before


async def test_a_file_of_zeros_is_set_aside(filled: Path, use: Use) -> None:
    zeros = bytes(len(content_of(filled)))
    fill_with(filled, zeros)
    opened = use(open_store(filled.parent))
    assert opened.store.status == Kept()
    (notice,) = opened.notices
    assert "0 messages in 0 conversations" in notice.words
    (aside,) = filled.parent.glob("conversations-damaged-*.sqlite3")
    assert content_of(aside) == zeros
    assert str(aside) in notice.advice
    await opened.store.add_conversations([make_conversation(1000, 3)])
    assert await count(opened) == 1


async def test_what_can_be_read_of_a_damaged_file_is_there(filled: Path, use: Use) -> None:
    page, lost = next((page, ids) for page, ids in ids_by_page(filled).items() if ids)
    overwrite(filled, [page], random.Random(1))
    damaged = content_of(filled)
    opened = use(open_store(filled.parent))
    found = [message.id for each in range(1000, 9000, 1000) for message in (await opened.store.read(each)).messages]
    assert set(found) == {each + n for each in range(1000, 9000, 1000) for n in range(1, 10)} - lost
    assert f"at least {len(lost)} message" in opened.notices[0].words
    assert [content_of(path) for path in filled.parent.glob("*damaged*")] == [damaged]
    assert mode_of(filled) == 0o600
    assert not draft_of(filled).exists()


async def test_a_truncated_file_with_its_log(filled: Path, use: Use) -> None:
    """The log is set aside with its database, for beside the new file it would be taken for the new one's."""
    run_and_die(filled, "PRAGMA journal_mode = WAL; UPDATE conversations SET title = 'Changed' WHERE id = 8000;")
    log = content_of(companions_of(filled)[0])
    cut_in_half(filled)
    opened = use(open_store(filled.parent))
    assert len(opened.notices) == 1
    (aside,) = filled.parent.glob("conversations-damaged-*.sqlite3")
    assert content_of(companions_of(aside)[0]) == log
    assert "Changed" in [summary.title for summary in await opened.store.summaries()]


async def test_an_emptied_file_whose_log_is_left(folder: Path, use: Use) -> None:
    database = database_in(folder)
    make_database(database)
    run_and_die(database, "PRAGMA journal_mode = WAL; UPDATE conversations SET title = 'Changed';")
    fill_with(database, b"")
    opened = use(open_store(folder))
    assert {summary.title for summary in await opened.store.summaries()} == {"Changed"}


async def test_a_second_damage_gets_a_name_of_its_own(filled: Path, use: Use) -> None:
    for number in (1, 2):
        fill_with(filled, b"garbage")
        opened = open_store(filled.parent)
        await opened.store.aclose()
        assert opened.lock is not None
        opened.lock.release()
        assert len(list(filled.parent.glob("*damaged*.sqlite3"))) == number


async def test_damage_that_only_use_shows_is_mended_at_the_next_start(filled: Path, use: Use) -> None:
    """SQLite's check does not look into the tables of the search, which every message is written to."""
    run(filled, "UPDATE message_search_data SET block = x'ffffffffffff' WHERE id = 10")
    first = open_store(filled.parent)
    assert first.notices == []
    await first.store.add_message(1000, make_message(50_001, 1009))
    assert first.store.status == DAMAGED
    await first.store.aclose()
    assert first.lock is not None
    first.lock.release()
    second = use(open_store(filled.parent))
    assert "72 messages in 8 conversations" in second.notices[0].words
    await second.store.save_summary(make_conversation(50_000, 1).summary)
    await second.store.add_message(50_000, make_message(50_001, None))
    assert second.store.status == Kept()
    assert not mark_of(filled).exists()


@pytest.mark.parametrize(
    "script",
    [
        "PRAGMA user_version = -5",
        "PRAGMA user_version = 1",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE rubbish' WHERE name = 'messages'",
    ],
    ids=["negative version", "wrong version", "schema"],
)
async def test_a_header_or_schema_that_makes_no_sense(filled: Path, use: Use, script: str) -> None:
    run(filled, script)
    opened = use(open_store(filled.parent))
    assert opened.store.status == Kept()
    assert "72 messages in 8 conversations" in opened.notices[0].words


async def test_a_header_that_would_make_the_file_read_only_for_ever(filled: Path, use: Use) -> None:
    header = bytearray(content_of(filled))
    header[18] = 77
    fill_with(filled, bytes(header))
    opened = use(open_store(filled.parent))
    assert opened.store.status == Kept()
    assert await count(opened) == 8


async def test_an_index_that_names_what_is_not_there(filled: Path, use: Use) -> None:
    index = "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master"
    run(filled, f"{index} WHERE name = 'messages_by_parent') WHERE name = 'messages_by_conversation'")
    opened = use(open_store(filled.parent))
    assert len(opened.notices) == 1
    assert len((await opened.store.read(1000)).messages) == 9


@pytest.mark.parametrize("is_old_aside", [False, True])
async def test_an_end_in_the_midst_of_a_replacement(filled: Path, use: Use, is_old_aside: bool) -> None:
    """The new file was complete: it takes its place at the next start, and what is in the way is set aside."""
    shutil.move(filled, f"{filled}.new")
    if not is_old_aside:
        fill_with(filled, b"old")
        fill_with(companions_of(filled)[0], b"log")
    opened = use(open_store(filled.parent))
    assert await count(opened) == 8
    assert [notice.title for notice in opened.notices] == ["Your conversations were put back"]
    asides = [content_of(aside) for aside in sorted(filled.parent.glob("*-replaced-*"))]
    assert asides == ([] if is_old_aside else [b"old", b"log"])


async def test_half_a_replacement_is_dropped(filled: Path, use: Use) -> None:
    fill_with(draft_of(filled), b"half")
    opened = use(open_store(filled.parent))
    assert await count(opened) == 8
    assert opened.notices == []
    assert not draft_of(filled).exists()


async def test_a_read_only_folder(filled: Path, use: Use) -> None:
    with read_only(filled, filled.parent):
        opened = use(open_store(filled.parent))
        assert opened.is_read_only
        assert opened.lock is None
        assert "cannot be written" in (await says(opened)).reason
        assert await count(opened) == 9
        assert len((await opened.store.read(1000)).messages) == 9


async def test_a_read_only_file(filled: Path, use: Use) -> None:
    with read_only(filled):
        opened = use(open_store(filled.parent))
        assert opened.is_read_only
        assert "cannot be written" in (await says(opened)).reason
        assert await count(opened) == 9


async def test_a_damaged_file_in_a_read_only_folder(filled: Path, use: Use) -> None:
    fill_with(filled, b"garbage" * 1000)
    with read_only(filled, filled.parent):
        opened = use(open_store(filled.parent))
        assert not opened.is_read_only
        assert await count(opened) == 0
        await says(opened)
    assert content_of(filled) == b"garbage" * 1000


async def test_a_file_that_nobody_may_read(filled: Path, use: Use) -> None:
    with read_only(filled):
        set_mode(filled, 0)
        opened = use(open_store(filled.parent))
        assert str(filled.parent) in (await says(opened)).reason


async def test_a_folder_that_cannot_be_made(tmp_path: Path, use: Use) -> None:
    (tmp_path / "file").touch()
    opened = use(open_store(tmp_path / "file" / "data"))
    assert "Not a directory" in (await says(opened)).reason
    with read_only(tmp_path):
        opened = use(open_store(tmp_path / "data"))
        assert "cannot be written" in (await says(opened)).reason


async def test_a_file_system_without_locks(filled: Path, use: Use) -> None:
    def take(folder: Path) -> FolderLock:
        raise NoLocksError(folder)

    opened = use(open_store(filled.parent, take))
    assert opened.is_read_only
    assert "cannot lock" in (await says(opened)).reason
    assert await count(opened) == 9


async def test_no_room_for_the_lock(filled: Path, use: Use) -> None:
    def take(folder: Path) -> FolderLock:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    opened = use(open_store(filled.parent, take))
    assert "disk is full" in (await says(opened)).reason
    assert await count(opened) == 9


async def test_a_file_that_becomes_writable_keeps_what_was_said_meanwhile(filled: Path, use: Use) -> None:
    with read_only(filled):
        opened = open_store(filled.parent)
        await says(opened)
        assert not is_lasting(opened)
    heard: list[int] = []

    async def hear() -> None:
        heard.append(len(await opened.store.summaries()))

    opened.store.when_opened(hear)
    kept = asyncio.Event()
    opened.store.subscribe(lambda status: kept.set() if status == Kept() else None)
    await kept.wait()
    assert len((await opened.store.read(90_000)).messages) == 1
    await opened.store.add_message(90_000, make_message(90_002, 90_001))
    assert heard == [9]
    await opened.aclose()
    again = use(open_store(filled.parent))
    assert len((await again.store.read(90_000)).messages) == 2


async def test_closing_writes_what_was_said_if_there_is_room_by_then(filled: Path, use: Use) -> None:
    with read_only(filled):
        opened = open_store(filled.parent)
        await says(opened)
    await opened.aclose()
    again = use(open_store(filled.parent))
    assert len((await again.store.read(90_000)).messages) == 1


async def test_a_file_that_is_damaged_by_then_is_recovered_and_keeps_what_was_said(filled: Path, use: Use) -> None:
    with read_only(filled):
        opened = use(open_store(filled.parent))
        await says(opened)
    fill_with(filled, b"garbage" * 1000)
    kept = asyncio.Event()
    opened.store.subscribe(lambda status: kept.set() if status == Kept() else None)
    await kept.wait()
    assert "0 messages in 0 conversations" in opened.notices[0].words
    assert await count(opened) == 1
    (aside,) = filled.parent.glob("conversations-damaged-*.sqlite3")
    assert content_of(aside) == b"garbage" * 1000


async def test_another_programs_file_in_its_place_lasts(filled: Path, use: Use) -> None:
    with read_only(filled):
        opened = use(open_store(filled.parent))
        await says(opened)
    run(filled, "PRAGMA application_id = 7")
    lasting = asyncio.Event()
    opened.store.subscribe(lambda status: lasting.set() if is_lasting(opened) else None)
    await lasting.wait()
    assert "another program" in (await says(opened)).reason


def is_lasting(opened: Opened) -> bool:
    return isinstance(opened.store.status, NotKept) and opened.store.status.is_lasting


IN_A_FULL_DISK = """
import asyncio, sys
from pathlib import Path
from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.chat.keeping import Kept
from seproj_desktop.storage.opening import open_store

def fill(folder):
    with open(folder / "filling", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return

async def main():
    folder = Path(sys.argv[1])
    fill(folder)
    opened = open_store(folder)
    print(len(await opened.store.summaries()), opened.is_read_only, opened.store.status.reason, flush=True)
    await opened.store.save_summary(ConversationSummary(90_000, "Said meanwhile", "developer", 1.0, 2e9))
    print((await opened.store.summaries())[0].title, flush=True)
    (folder / "filling").unlink()
    decided = asyncio.Event()
    opened.store.subscribe(lambda status: decided.set() if status == Kept() or status.is_lasting else None)
    await decided.wait()
    await opened.aclose()
    again = open_store(folder)
    print(again.store.status, [summary.title for summary in await again.store.summaries()][0], flush=True)
    await again.aclose()

asyncio.run(main())
"""


def may_mount() -> bool:
    return (
        shutil.which("unshare") is not None and not subprocess.run(["unshare", "-rm", "true"], check=False).returncode
    )


@pytest.mark.skipif(not may_mount(), reason="users may not mount a file system of their own here")
@pytest.mark.parametrize(("state", "said"), [("fresh", "0 True"), ("filled", "8 True"), ("damaged", "0 False")])
def test_a_full_disk(filled: Path, tmp_path: Path, state: str, said: str) -> None:
    source = tmp_path / "source.sqlite3"
    shutil.move(filled, source)
    if state == "damaged":
        fill_with(source, bytes(20 * PAGE))
    copy = "" if state == "fresh" else f"cp {source} {filled} &&"
    mounted = f"mount -t tmpfs -o size=700k none {filled.parent} && {copy} exec {sys.executable} -c '{IN_A_FULL_DISK}'"
    command = ["unshare", "-rm", "sh", "-c", f"{mounted} {filled.parent}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    first, *rest = done.stdout.splitlines()
    assert first.startswith(f"{said} The disk is full"), done.stderr
    assert rest == ["Said meanwhile", "Kept() Said meanwhile"], done.stderr
    assert done.returncode == 0


def run(database: Path, script: str) -> None:
    with connect(database) as connection:
        connection.executescript(script)


def run_and_die(database: Path, script: str) -> None:
    """The script's changes stay in the log."""
    code = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); os._exit(0)"
    subprocess.run([sys.executable, "-c", code, str(database), script], check=True)
    assert companions_of(database)[0].stat().st_size > 0
