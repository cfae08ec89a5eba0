"""The import benchmark: how fast conversations come in from each format, into a real store, and go out again.

Files are made of words that are drawn as often as in natural text. While an import runs, a task on the same loop
beats every millisecond: its longest pause is how long the loop was held up, and the process's memory is read at every
beat. No Qt, no engine; about a minute.
"""

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from benchmarks.report import Report, Section
from benchmarks.search_bench import Words
from seproj_desktop.chat.conversations import IdSource
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.exchange.exporting import export_file
from seproj_desktop.storage.exchange.file_names import ExportFormat
from seproj_desktop.storage.exchange.importing import import_file
from seproj_desktop.storage.store import SqliteStore
from tests.storage.memory_store import MemoryStore

SEED = 20_262
MESSAGES = 20
"""In a conversation; every fifth answer is there in two versions."""
BEAT = 0.001
FIRST_MOMENT = 1_700_000_000.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """Conversations in each file, and those in the large one (0: none)."""

    conversations: int
    large: int

    @classmethod
    def of(cls, *, quick: bool) -> "Plan":
        return cls(300, 0) if quick else cls(1_000, 7_000)


@dataclass(frozen=True, slots=True)
class Measured:
    """One import or export. Bytes and seconds; `pause` is the loop's longest, `memory` what the process grew by."""

    what: str
    conversations: int
    messages: int
    size: int
    seconds: float
    pause: float
    memory: int


@dataclass(slots=True)
class Watch:
    """What the beating task sees."""

    pause: float = 0.0
    memory: int = 0


def run_import_benchmark(plan: Plan, folder: Path, report: Report, tell: Callable[[str], None]) -> None:
    measured = asyncio.run(_measure(plan, folder, tell))
    report.data["import"] = [asdict(each) for each in measured]
    report.add(section(measured))


async def _measure(plan: Plan, folder: Path, tell: Callable[[str], None]) -> list[Measured]:
    chatgpt, open_webui, ours = folder / "chatgpt.json", folder / "open-webui.json", folder / "all.json"
    tell(f"writing {plan.conversations:,} conversations in two formats")
    write(chatgpt, chatgpt_records(plan.conversations))
    write(open_webui, open_webui_records(plan.conversations))
    found = []
    for name, path in (("ChatGPT", chatgpt), ("Open WebUI", open_webui)):
        tell(f"reading {name}'s file")
        found.append(await bring_in(f"in: {name}, read only", path, MemoryStore()))
        found.append(await _bring_in_for_good(f"in: {name}", path, folder))
    store = SqliteStore(Database.open_file(folder / "export.sqlite3"))
    await bring_in("", chatgpt, store)
    kinds: tuple[tuple[ExportFormat, str], ...] = (("json", ".json"), ("markdown", ".zip"), ("html", ".zip"))
    for kind, ending in kinds:
        tell(f"writing {kind}")
        found.append(await send_out(f"out: {kind}", kind, folder / f"all{ending}", store))
    await store.aclose()
    found.insert(4, await _bring_in_for_good("in: our JSON", ours, folder))
    if plan.large:
        tell(f"writing and reading {plan.large:,} conversations")
        write(chatgpt, chatgpt_records(plan.large))
        found.append(await _bring_in_for_good("in: ChatGPT, large", chatgpt, folder))
    return found


async def _bring_in_for_good(what: str, path: Path, folder: Path) -> Measured:
    database = folder / "import.sqlite3"
    store = SqliteStore(Database.open_file(database))
    measured = await bring_in(what, path, store)
    await store.aclose()
    remove(database)
    return measured


def remove(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()


async def bring_in(what: str, path: Path, store: SqliteStore | MemoryStore) -> Measured:
    size = size_of(path)
    async with watched() as watch:
        report, seconds = await timed(import_file(path, store, IdSource(), lambda _: None, lambda: False))
    messages = sum([len((await store.read(each)).messages) for each in report.imported])
    return Measured(what, len(report.imported), messages, size, seconds, watch.pause, watch.memory)


async def send_out(what: str, kind: ExportFormat, path: Path, store: SqliteStore) -> Measured:
    chosen = [summary.id for summary in await store.summaries()]
    messages = sum([len((await store.read(each)).messages) for each in chosen])
    async with watched() as watch:
        _, seconds = await timed(export_file(path, kind, chosen, store, lambda _: None, lambda: False))
    return Measured(what, len(chosen), messages, size_of(path), seconds, watch.pause, watch.memory)


def size_of(path: Path) -> int:
    return path.stat().st_size


async def timed(work: Awaitable[T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = await work
    return result, time.perf_counter() - started


@asynccontextmanager
async def watched() -> Any:
    """Beats on this loop for as long as the block runs."""
    gc.collect()
    watch, process = Watch(), psutil.Process()
    before = process.memory_info().rss

    async def beat() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT)
            watch.memory = max(watch.memory, process.memory_info().rss - before)
            now = time.perf_counter()
            watch.pause, last = max(watch.pause, now - last - BEAT), now

    task = asyncio.create_task(beat())
    try:
        yield watch
    finally:
        task.cancel()


def write(path: Path, records: Iterator[dict[str, Any]]) -> None:
    """A list of records, as both programs write it, one at a time."""
    with path.open("w", encoding="utf-8") as stream:
        for place, record in enumerate(records):
            stream.write("[" if place == 0 else ",")
            json.dump(record, stream)
        stream.write("]")


def turns(number: int, words: Words) -> Iterator[tuple[str, str | None, str, str, float]]:
    """Key, parent, role, text and time of each message of a conversation."""
    topic = words.draw(60)
    parent: str | None = None
    for place in range(MESSAGES):
        role = "assistant" if place % 2 else "user"
        moment = FIRST_MOMENT + 1000.0 * number + 10 * place
        if place % 10 == 1:
            yield f"{number}-{place}-old", parent, role, words.text(place, topic), moment - 5
        yield f"{number}-{place}", parent, role, words.text(place, topic), moment
        parent = f"{number}-{place}"


def chatgpt_records(count: int) -> Iterator[dict[str, Any]]:
    words = Words(SEED)
    for number in range(count):
        mapping: dict[str, Any] = {}
        for key, parent, role, text, moment in turns(number, words):
            about = {"model_slug": "gpt-4o", "request_id": key, "timestamp_": "absolute", "message_type": None}
            message = {
                "id": key,
                "author": {"role": role, "name": None, "metadata": {}},
                "create_time": moment,
                "content": {"content_type": "text", "parts": [text]},
                "status": "finished_successfully",
                "weight": 1.0,
                "metadata": about,
                "recipient": "all",
            }
            mapping[key] = {"id": key, "message": message, "parent": parent, "children": []}
        times = {"create_time": FIRST_MOMENT + number, "update_time": FIRST_MOMENT + number}
        yield {"title": f"Talk {number}", "mapping": mapping, "current_node": list(mapping)[-1], **times}


def open_webui_records(count: int) -> Iterator[dict[str, Any]]:
    words = Words(SEED)
    for number in range(count):
        messages: dict[str, Any] = {
            key: {
                "id": key,
                "parentId": parent,
                "childrenIds": [],
                "role": role,
                "content": text,
                "timestamp": int(moment),
                "model": "qwen3:4b",
            }
            for key, parent, role, text, moment in turns(number, words)
        }
        chat = {"title": f"Talk {number}", "history": {"messages": messages, "currentId": list(messages)[-1]}}
        times = {"created_at": FIRST_MOMENT + number, "updated_at": FIRST_MOMENT + number}
        yield {"id": str(number), "title": f"Talk {number}", "chat": chat, **times}


def section(measured: list[Measured]) -> Section:
    rows = [
        (
            each.what,
            f"{each.conversations:,}",
            f"{each.messages:,}",
            f"{each.size / 1e6:.1f}",
            f"{each.seconds:.2f}",
            f"{each.conversations / each.seconds:,.0f}",
            f"{each.messages / each.seconds:,.0f}",
            f"{1e3 * each.pause:.0f}",
            f"{each.memory / each.size:.1f}",
        )
        for each in measured
    ]
    notes = [
        "MB: of the file. Pause: the longest time that the backend's loop was held up meanwhile.",
        "Memory: what the process grew by at most, in multiples of the file.",
        "Read only: everything but the database, whose full-text index takes most of the time otherwise.",
    ]
    header = (
        "what",
        "conversations",
        "messages",
        "MB",
        "s",
        "conversations/s",
        "messages/s",
        "pause ms",
        "memory / file",
    )
    return Section("Conversations in and out", header, rows, notes)
