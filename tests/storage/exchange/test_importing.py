"""Whole imports: into a store, at once or not at all, without what is there already."""

import asyncio
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seproj_desktop.chat.conversations import Folder, IdSource, StoredConversation
from seproj_desktop.errors import UserError
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.exchange import file_reader, sources
from seproj_desktop.storage.exchange.importing import ImportProgress, ImportReport, ImportStore, import_file
from seproj_desktop.storage.store import SqliteStore
from seproj_desktop.storage.unfinished import Part
from tests.storage import samples
from tests.storage.exchange.samples import FOLDER, chatgpt, chatgpt_node, open_webui, our_json, said
from tests.storage.memory_store import MemoryStore


class RefusingStore(MemoryStore):
    """Cannot write conversations, as on a full disk."""

    async def add_parts(self, number: int, folders: Sequence[Folder], parts: Sequence[Part]) -> None:
        if any(not part.is_first for part in parts):
            raise UserError("The disk is full.")
        await super().add_parts(number, folders, parts)


def numbered(number: int, text: str = "Hello") -> dict[str, Any]:
    nodes = chatgpt_node("q", None, "user", text), chatgpt_node("a", "q", "assistant", f"Answer {number}")
    return chatgpt(*nodes, title=f"Number {number}", create_time=1.7e9 + number, update_time=1.7e9 + number)


def written(folder: Path, *records: dict[str, Any], name: str = "export.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


async def bring_in(path: Path, store: ImportStore, persona: str = "") -> ImportReport:
    return await import_file(path, store, IdSource(await store.newest_id()), lambda _: None, lambda: False, persona)


async def test_everything_comes_in_with_its_branches(tmp_path: Path, store: ImportStore) -> None:
    tree = chatgpt(
        chatgpt_node("q", None, "user", "Trees?"),
        chatgpt_node("a", "q", "assistant", "Oaks.", create_time=2e9),
        chatgpt_node("b", "q", "assistant", "Elms.", create_time=2.1e9),
        current_node="a",
    )
    report = await bring_in(written(tmp_path, tree, numbered(1)), store, persona="developer")
    assert (len(report.imported), report.skipped, report.problems) == (2, 0, ())
    found = await store.read(report.imported[-1])
    assert said(found) == [("user", "Trees?"), ("assistant", "Oaks.")]
    assert [message.text for message in found.messages] == ["Trees?", "Oaks.", "Elms."]
    assert found.summary.persona == "developer"


async def test_formats_may_stand_in_one_file(tmp_path: Path) -> None:
    store = MemoryStore()
    chat = open_webui({"q": {"role": "user", "content": "x"}}, "q")
    report = await bring_in(written(tmp_path, numbered(1), chat, {"title": "Strange"}), store)
    assert len(report.imported) == 2
    assert [problem.name for problem in report.problems] == ["Strange"]


async def test_one_conversation_alone_is_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    for record in (numbered(1), open_webui({"q": {"role": "user", "content": "x"}}, "q")):
        path.write_text(json.dumps(record), encoding="utf-8")
        assert len((await bring_in(path, MemoryStore())).imported) == 1


async def test_the_same_file_again_brings_nothing(tmp_path: Path, store: ImportStore) -> None:
    path = written(tmp_path, *map(numbered, range(5)))
    await bring_in(path, store)
    again = await bring_in(path, store)
    assert (again.imported, again.skipped) == ((), 5)
    grown = numbered(1) | {"update_time": 1.8e9}
    assert len((await bring_in(written(tmp_path, numbered(0), grown), store)).imported) == 1


async def test_what_is_in_the_bin_can_be_brought_back(tmp_path: Path) -> None:
    store = MemoryStore()
    path = written(tmp_path, numbered(1))
    await bring_in(path, store)
    [summary] = await store.summaries()
    await store.save_summary(replace(summary, deleted=1.8e9))
    assert len((await bring_in(path, store)).imported) == 1


async def test_the_oldest_come_first(tmp_path: Path) -> None:
    store = MemoryStore()
    report = await bring_in(written(tmp_path, *map(numbered, (3, 1, 2))), store)
    assert sorted(report.imported) == list(report.imported)
    assert [(await store.read(each)).summary.title for each in report.imported] == ["Number 1", "Number 2", "Number 3"]


async def test_ids_are_new_and_none_is_there_twice(tmp_path: Path) -> None:
    store = MemoryStore()
    await store.add_conversations([samples.dialogue(1, 3)])
    path = tmp_path / "ours.json"
    renamed = replace(samples.dialogue(1, 4), summary=samples.summary(1, "Another"))
    path.write_bytes(our_json([samples.dialogue(1, 2), renamed, renamed]))
    ids = IdSource(await store.newest_id(), clock=lambda: 0.0)
    report = await import_file(path, store, ids, lambda _: None, lambda: False)
    known = [await store.read(summary.id) for summary in await store.summaries()]
    every = [each.summary.id for each in known] + [message.id for each in known for message in each.messages]
    assert len(set(every)) == len(every)
    assert (len(report.imported), report.skipped, len(known)) == (2, 1, 3)


async def test_folders_are_made_once(tmp_path: Path, store: ImportStore) -> None:
    def in_folder(number: int) -> StoredConversation:
        plain = samples.dialogue(1, 1)
        return replace(plain, summary=replace(plain.summary, title=f"Number {number}", folder=FOLDER))

    path = tmp_path / "ours.json"
    for number in (1, 2):
        path.write_bytes(our_json([in_folder(number)]))
        await bring_in(path, store)
    [folder] = await store.folders()
    assert folder.name == "Work"
    assert {summary.folder for summary in await store.summaries()} == {folder.id}


async def test_chatgpt_s_archive_is_read(tmp_path: Path) -> None:
    store = MemoryStore()
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations-000.json", json.dumps([numbered(1)]))
        archive.writestr("conversations-001.json", json.dumps([numbered(2), numbered(3)]))
        archive.writestr("chat.html", "<html>")
    assert len((await bring_in(path, store)).imported) == 3


async def test_a_damaged_archive_gives_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("conversations.json", json.dumps([numbered(1), numbered(2, "x" * 600_000)]))
    data = bytearray(path.read_bytes())
    data[500_000] ^= 1
    path.write_bytes(data)
    report = await bring_in(path, MemoryStore())
    assert len(report.imported) == 1
    assert "CRC" in report.problems[0].reason


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(18), b"no zip"])
async def test_an_archive_without_conversations_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"export\.zip"):
        await bring_in(path, MemoryStore())


async def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.json cannot be read"):
        await bring_in(tmp_path / "gone.json", MemoryStore())


async def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_BYTES", 100)
    with pytest.raises(UserError, match="GB"):
        await bring_in(written(tmp_path, numbered(1)), MemoryStore())


async def test_progress_grows_and_ends_with_storing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reader, "SLICE", 1)
    told: list[ImportProgress] = []
    path = written(tmp_path, *(numbered(number, "x" * 100_000) for number in range(20)))
    await import_file(path, MemoryStore(), IdSource(), told.append, lambda: False)
    assert [each.fraction for each in told] == sorted(each.fraction for each in told)
    assert len(told) > 3
    assert 0 < told[0].fraction < told[-1].fraction == 1.0
    storing = [each.is_storing for each in told]
    assert storing == sorted(storing)
    assert storing.count(True) > 3, "what is long is stored part by part"


@pytest.mark.parametrize("polls", [1, 3, 1_000_000])
async def test_a_cancel_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: ImportStore, polls: int
) -> None:
    monkeypatch.setattr(file_reader, "SLICE", 1)
    path = written(tmp_path, *(numbered(number, "x" * 100_000) for number in range(20)))
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked >= polls

    report = await import_file(path, store, IdSource(), lambda _: None, is_cancelled)
    assert report.is_cancelled == (polls < 1000)
    assert len(await store.summaries()) == (0 if report.is_cancelled else 20)


async def test_a_cancel_in_the_midst_of_storing_leaves_nothing(tmp_path: Path, store: ImportStore) -> None:
    """The last conversation is longer than a part."""
    path = tmp_path / "ours.json"
    path.write_bytes(our_json([titled(1, 100), titled(2, 100), titled(3, 400)]))
    told: list[ImportProgress] = []
    seen: list[int] = []

    def is_cancelled() -> bool:
        return any(each.is_storing and each.fraction > 0.5 for each in told)

    watching = asyncio.create_task(watch(store, seen))
    report = await import_file(path, store, IdSource(), told.append, is_cancelled)
    watching.cancel()
    await asyncio.wait([watching])
    assert report.is_cancelled
    assert set(seen) == {0}, "nobody has seen any of it"
    assert not await store.summaries()
    assert not await store.folders()
    assert await store.newest_id() == 0, "nothing of it is hidden anywhere"
    report = await import_file(path, store, IdSource(), told.append, lambda: False)
    assert sorted([len((await store.read(each)).messages) for each in report.imported]) == [200, 200, 800]
    assert {summary.folder for summary in await store.summaries()} == {(await store.folders())[0].id}


def titled(number: int, turns: int) -> StoredConversation:
    plain = samples.dialogue(10_000 * number, turns)
    return replace(plain, summary=replace(plain.summary, title=f"Number {number}", folder=FOLDER))


async def watch(store: ImportStore, seen: list[int]) -> None:
    while True:
        seen.append(len(await store.summaries()))
        await asyncio.sleep(0)


async def test_what_is_said_meanwhile_does_not_wait_for_the_end(tmp_path: Path, path: Path) -> None:
    store = SqliteStore(Database.open_file(path))
    (tmp_path / "ours.json").write_bytes(our_json([titled(number, 400) for number in range(1, 5)]))
    is_storing = asyncio.Event()

    def on_progress(progress: ImportProgress) -> None:
        if progress.is_storing:
            is_storing.set()

    ids = IdSource()
    task = asyncio.create_task(import_file(tmp_path / "ours.json", store, ids, on_progress, lambda: False))
    await is_storing.wait()
    await store.save_summary(replace(samples.summary(), id=1))
    assert [summary.id for summary in await store.summaries()] == [1]
    assert not task.done()
    assert len((await task).imported) == 4
    await store.aclose()


async def test_a_cancelled_task_leaves_nothing_and_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reader, "SLICE", 1)
    store = MemoryStore()
    path = written(tmp_path, *(numbered(number, "x" * 100_000) for number in range(20)))
    started = asyncio.Event()
    task = asyncio.create_task(import_file(path, store, IdSource(), lambda _: started.set(), lambda: False))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await store.summaries()


async def test_a_store_that_cannot_write_leaves_no_folder_behind(tmp_path: Path) -> None:
    store = RefusingStore()
    path = tmp_path / "ours.json"
    path.write_bytes(our_json([samples.dialogue(1, 400)]))
    with pytest.raises(UserError, match="full"):
        await bring_in(path, store)
    assert not await store.folders()
    assert not await store.summaries()


async def test_a_folder_that_is_there_is_used(tmp_path: Path) -> None:
    store = MemoryStore()
    await store.save_folder(Folder(3, "Work"))
    path = tmp_path / "ours.json"
    path.write_bytes(our_json([samples.dialogue(1, 1)]))
    await bring_in(path, store)
    assert await store.folders() == (Folder(3, "Work"),)
