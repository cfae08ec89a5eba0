"""What keeping conversations costs: each token of a growing answer, opening, the list, the file, a backup.

The store as the program uses it, on a real file, without an engine. A token is four characters. No Qt; under a minute.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.crash_imports import conversation
from benchmarks.figures import percentile
from benchmarks.report import Report, Section
from seproj_desktop.chat.conversations import ConversationSummary, StoredMessage
from seproj_desktop.storage.backup import back_up
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.journal import Piece, write_pieces
from seproj_desktop.storage.store import SqliteStore

TOKEN = "word"
MARKS = (1_000, 20_000)
"""Tokens that the answer has when it is measured."""
WRITING = 100
"""Tokens in one writing: 150 ms of an answer at 700 tokens per second."""
MESSAGES = 10
"""Of each conversation."""
LONG = 10_000
"""Messages of a long conversation."""
MOST_GROWTH = 1.5
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many conversations the files have, and how often each thing is done."""

    sizes: tuple[int, ...]
    rounds: int

    @classmethod
    def of(cls, *, quick: bool) -> "Plan":
        return cls((100, 1_000), 20) if quick else cls((100, 1_000, 10_000), 100)


@dataclass(frozen=True, slots=True)
class TokenCost:
    """Seconds per token of an answer with `tokens` tokens: on the loop, and of its writing to the disk."""

    tokens: int
    loop: float
    writing: float


@dataclass(frozen=True, slots=True)
class Shelf:
    """A file of so many conversations: seconds, and bytes."""

    conversations: int
    opening: tuple[float, ...]
    listing: tuple[float, ...]
    backup: float
    text: int
    file: int


def run_store_benchmark(plan: Plan, folder: Path, report: Report, tell: Tell) -> None:
    tell("writing one long answer")
    costs = asyncio.run(measure_tokens(folder / "tokens.sqlite3", plan.rounds))
    shelves = []
    for size in plan.sizes:
        tell(f"opening conversations among {size:,}")
        shelves.append(asyncio.run(measure_shelf(folder / f"store-{size}.sqlite3", size, plan.rounds)))
    long = asyncio.run(measure_long(folder / "long.sqlite3", min(plan.rounds, 20)))
    report.data["store"] = {
        "tokens": [asdict(cost) for cost in costs],
        "shelves": [asdict(shelf) for shelf in shelves],
        "long": long,
    }
    report.add(token_section(costs), shelf_section(shelves, long))


async def measure_tokens(path: Path, rounds: int) -> list[TokenCost]:
    """One answer that grows to the last mark, as it does in the program: added token by token, written in pieces."""
    store = SqliteStore(database := Database.open_file(path))
    await store.save_summary(ConversationSummary(1, "An answer", "developer", 0.0, 0.0))
    await store.add_message(1, StoredMessage(2, None, "assistant", "", 0.0, "streaming"))
    costs, tokens = [], 0
    for mark in MARKS:
        while tokens < mark - rounds * WRITING // 2:
            await _write(database, WRITING)
            tokens += WRITING
        loops, writings = [], []
        for _ in range(rounds):
            loops.append(_append(store, WRITING))
            writings.append(await _write(database, WRITING))
            tokens += WRITING
        costs.append(TokenCost(mark, median(loops) / WRITING, median(writings) / WRITING))
    await store.aclose()
    return costs


def _append(store: SqliteStore, tokens: int) -> float:
    """Seconds on the loop; message 3 is not there, so that nothing of it is written twice."""
    began = time.perf_counter()
    for _ in range(tokens):
        store.append(3, TOKEN)
    return time.perf_counter() - began


async def _write(database: Database, tokens: int) -> float:
    pieces = [Piece(2, TOKEN * tokens, "")]
    began = time.perf_counter()
    await database.write(write_pieces, pieces)
    return time.perf_counter() - began


async def measure_shelf(path: Path, size: int, rounds: int) -> Shelf:
    store = SqliteStore(Database.open_file(path))
    ids = await _fill(store, size)
    openings = [await _time_reading(store, ids[number * 7919 % size]) for number in range(rounds)]
    listings = []
    for _ in range(min(rounds, 20)):
        began = time.perf_counter()
        await store.summaries()
        listings.append(time.perf_counter() - began)
    began = time.perf_counter()
    await asyncio.to_thread(back_up, path, path.with_suffix(".backup"))
    backup = time.perf_counter() - began
    text, file = await store.query(_bytes)
    await store.aclose()
    return Shelf(size, tuple(openings), tuple(listings), backup, text, file)


async def measure_long(path: Path, rounds: int) -> list[float]:
    """Seconds to read a conversation of `LONG` messages."""
    store = SqliteStore(Database.open_file(path))
    await store.add_conversations([long := conversation(0, "long", LONG)])
    seconds = [await _time_reading(store, long.summary.id) for _ in range(rounds)]
    await store.aclose()
    return seconds


async def _fill(store: SqliteStore, size: int) -> list[int]:
    made = [conversation(number, "kept", MESSAGES) for number in range(size)]
    await store.add_conversations(made)
    return [each.summary.id for each in made]


async def _time_reading(store: SqliteStore, conversation: int) -> float:
    began = time.perf_counter()
    await store.read(conversation)
    return time.perf_counter() - began


def _bytes(connection: sqlite3.Connection) -> tuple[int, int]:
    """Of the messages' text, and of the file."""
    text = connection.execute("SELECT sum(length(CAST(text AS BLOB))) FROM messages").fetchone()[0]
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return text, pages * size


def token_section(costs: list[TokenCost]) -> Section:
    rows = [(f"{cost.tokens:,}", f"{cost.loop * 1e6:.2f}", f"{cost.writing * 1e6:.2f}") for cost in costs]
    growth = costs[-1].writing / costs[0].writing
    verdict = "flat" if growth < MOST_GROWTH else "GROWS"
    notes = [
        f"Medians; written {WRITING} tokens at once, in a transaction of their own, on a thread beside the loop.",
        f"Aim: no more at {costs[-1].tokens:,} tokens than at {costs[0].tokens:,}; {growth:.2f} times: {verdict}.",
    ]
    header = ("tokens of the answer", "on the loop µs/token", "written µs/token")
    return Section("An answer is kept as it arrives", header, rows, notes)


def shelf_section(shelves: list[Shelf], long: list[float]) -> Section:
    rows = [
        (
            f"{shelf.conversations:,}",
            *(f"{figure * 1e3:.2f}" for figure in (median(shelf.opening), percentile(shelf.opening, 99))),
            f"{median(shelf.listing) * 1e3:.1f}",
            f"{shelf.backup * 1e3:.0f}",
            f"{shelf.text / 1e6:.2f}",
            f"{shelf.file / shelf.text:.2f}",
        )
        for shelf in shelves
    ]
    notes = [
        f"{MESSAGES} messages of about 70 characters each, so short that a row's own bytes and the index weigh much.",
        f"A conversation of {LONG:,} messages is read in {median(long) * 1e3:.0f} ms.",
    ]
    header = ("conversations", "open ms", "p99 ms", "list ms", "backup ms", "text MB", "file / text")
    return Section("Opening, listing, copying", header, rows, notes)
