"""Whole exports: whole files or none, every format, names that every system takes."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import Folder, IdSource, StoredConversation
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.exporting import ExportProgress, export_file
from seproj_desktop.storage.exchange.file_names import (
    LONGEST,
    RESERVED,
    ExportFormat,
    FileNames,
    proposed_name,
    safe_name,
)
from seproj_desktop.storage.exchange.importing import ImportStore, import_file
from tests.storage import samples
from tests.storage.exchange.samples import patient, with_plain_ids
from tests.storage.memory_store import MemoryStore


async def filled(store: ConversationStore, titles: Sequence[str]) -> list[int]:
    conversations = []
    for place, title in enumerate(titles):
        plain = samples.dialogue(1 + 10 * place, 2)
        conversations.append(replace(plain, summary=replace(plain.summary, title=title)))
    await store.add_conversations(conversations)
    return [conversation.summary.id for conversation in conversations]


async def export(path: Path, kind: ExportFormat, chosen: Sequence[int], store: ConversationStore) -> bool:
    return await export_file(path, kind, chosen, store, lambda _: None, lambda: False)


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_json_goes_out_and_comes_in_elsewhere(tmp_path: Path, store: ImportStore) -> None:
    await store.save_folder(Folder(500, "Work"))
    chosen = await filled(store, ["One", "Two"])
    third = replace(samples.summary(600, "Three"), folder=500)
    answer = replace(samples.FULL_ANSWER, id=602, parent=601, chosen=None)
    await store.add_conversations([StoredConversation(third, (samples.question(601), answer), 601, "a draft")])
    path = tmp_path / "all.json"
    assert await export(path, "json", [*chosen, 600], store)
    other = MemoryStore()
    report = await import_file(path, other, IdSource(), lambda _: None, lambda: False)
    there = [with_plain_ids(await other.read(each)) for each in report.imported]
    here = [with_plain_ids(await store.read(each)) for each in [*chosen, 600]]
    without_folders = [replace(each, summary=replace(each.summary, folder=None)) for each in (*there, *here)]
    assert without_folders[: len(there)] == without_folders[len(there) :]
    assert [folder.name for folder in await other.folders()] == ["Work"]
    again = await import_file(path, store, IdSource(10_000), lambda _: None, lambda: False)
    assert (again.imported, again.skipped) == ((), 3)


@pytest.mark.parametrize(("kind", "ending"), [("markdown", ".md"), ("html", ".html")])
async def test_many_go_into_an_archive(tmp_path: Path, kind: ExportFormat, ending: str) -> None:
    store = MemoryStore()
    chosen = await filled(store, ["Same", "same", "a/b\\c: d?", "", "../../etc"])
    path = tmp_path / "all.zip"
    assert await export(path, kind, chosen, store)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == f"2023-11-14 Same{ending}"
        assert names[1] == f"2023-11-14 same (2){ending}"
        assert len(names) == 5
        assert not any("/" in name or "\\" in name for name in names)
        assert "Some words." in archive.read(names[2]).decode()
        assert archive.testzip() is None


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
async def test_one_goes_into_a_file(tmp_path: Path, kind: ExportFormat) -> None:
    store = MemoryStore()
    [chosen] = await filled(store, ["One"])
    path = tmp_path / "one"
    path.write_text("what was there before")
    assert await export(path, kind, [chosen], store)
    assert path.read_text("utf-8").count("Some words.") == 4
    assert names_in(tmp_path) == ["one"]


async def test_what_was_purged_meanwhile_is_passed_over(tmp_path: Path) -> None:
    store = MemoryStore()
    chosen = await filled(store, ["One", "Two"])
    await store.purge(chosen[:1])
    path = tmp_path / "all.json"
    assert await export(path, "json", chosen, store)
    assert [each["title"] for each in json.loads(path.read_bytes())["conversations"]] == ["Two"]


async def test_an_empty_export_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    assert await export(path, "json", [], MemoryStore())
    assert json.loads(path.read_bytes())["conversations"] == []


async def test_a_cancel_leaves_what_was_there(tmp_path: Path) -> None:
    store = MemoryStore()
    chosen = await filled(store, ["One", "Two", "Three"])
    path = tmp_path / "all.json"
    path.write_text("what was there before")
    told: list[ExportProgress] = []
    assert not await export_file(path, "json", chosen, store, told.append, lambda: len(told) == 2)
    assert told == [ExportProgress(0, 3), ExportProgress(1, 3)]
    assert path.read_text() == "what was there before"
    assert names_in(tmp_path) == ["all.json"]


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"all\.json cannot be written"):
        await export(tmp_path / "gone" / "all.json", "json", [], MemoryStore())
    (tmp_path / "all.json").mkdir()
    with pytest.raises(UserError, match=r"all\.json cannot be written"):
        await export(tmp_path / "all.json", "json", [], MemoryStore())
    assert names_in(tmp_path) == ["all.json"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Plain", "Plain"),
        ("con", "_con"),
        ("COM1.txt", "_COM1.txt"),
        ("nul ", "_nul"),
        ("...", "Untitled conversation"),
        (".hidden. ", "hidden"),
        ("a/b\0c\nd", "a b c d"),
        ("x\u202egnp.exe", "x gnp.exe"),
        ("é" * 200, "é" * 50),
        ("Käse 🧀", "Käse 🧀"),
    ],
)
def test_titles_become_names(title: str, name: str) -> None:
    assert safe_name(title) == name


@patient
@given(st.lists(st.text(max_size=80) | st.sampled_from(["a", "A", "a (2)", "aux", "lpt¹"]), max_size=8))
def test_names_are_safe_and_each_is_there_once(titles: list[str]) -> None:
    names = FileNames(".md")
    made = [names.name_for(samples.summary(1, title)) for title in titles]
    assert len({name.casefold() for name in made}) == len(made)
    for name, title in zip(made, titles, strict=True):
        assert not set(name) & set('<>:"/\\|?*\0\n\r')
        assert len(name.encode()) <= LONGEST + 32
        assert not RESERVED.match(safe_name(title))
        assert not safe_name(title).startswith(".")


def test_names_are_proposed() -> None:
    assert proposed_name("html", ["A: b"]) == "A b.html"
    assert proposed_name("markdown", ["a", "b"]) == "Conversations.zip"
    assert proposed_name("json", ["a", "b"]) == "Conversations.json"
