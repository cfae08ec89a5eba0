"""What a killed program had told of its screen, against what the next start finds in its data folder.

Told are: `said` (a message that the person saw as sent), `shown` with `length` (characters of an answer on the
screen), `answering` (the answer that streams, or None) and `imports` with `count` (an import that was begun). The
ledger goes over all kills of one data folder: what was there once must be there ever after.
"""

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.processes import BenchmarkError
from seproj_desktop.chat.keeping import Kept
from seproj_desktop.storage.data_file import database_in
from seproj_desktop.storage.opening import Opened, open_store

PROMISE = 0.25
"""Seconds of text that a kill may cost."""
INDEXES = ("message_search", "title_search")


class BrokenPromiseError(BenchmarkError):
    """Something was lost, or the file is not sound."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one kill has cost of the answer that lost most; `interrupted` answers were cut by it."""

    seconds: float = 0.0
    characters: int = 0
    interrupted: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file holds: every message with its text and state, the texts that wait, and all titles."""

    messages: dict[int, tuple[str, str]]
    waiting: frozenset[str]
    titles: tuple[str, ...]
    interrupted: int


@dataclass
class Ledger:
    """What was told until now."""

    said: set[str] = field(default_factory=set)
    imports: dict[str, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    """Characters of answers that earlier checks have found."""
    shown: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    """Of the run that goes on: when so many characters of an answer were first on the screen."""
    answering: int | None = None

    def hear(self, told: dict[str, Any]) -> None:
        match told:
            case {"said": text}:
                self.said.add(text)
            case {"at": at, "shown": message, "length": length}:
                self.shown.setdefault(message, []).append((at, length))
            case {"answering": message}:
                self.answering = message
            case {"imports": tag, "count": count}:
                self.imports[tag] = count
            case _:
                pass  # what it does, and what the engine does

    def check(self, folder: Path, killed: float) -> Loss:
        """Opens the folder as the next start would. `killed` is when the kill was sent. Raises `BrokenPromiseError`."""
        found = asyncio.run(read_contents(folder))
        check_soundness(database_in(folder))
        texts = {text for text, _ in found.messages.values()} | found.waiting
        if missing := self.said - texts:
            raise BrokenPromiseError(f"{len(missing)} messages seen as sent are not there: {sorted(missing)[:3]}.")
        self._check_states(found)
        self._check_imports(found)
        loss = self._worst_loss(found, killed)
        self.kept = {message: len(text) for message, (text, _) in found.messages.items()}
        self.shown, self.answering = {}, None
        return Loss(loss.seconds, loss.characters, found.interrupted)

    def _check_states(self, found: Contents) -> None:
        if streaming := [message for message, (_, state) in found.messages.items() if state == "streaming"]:
            raise BrokenPromiseError(f"Answers {streaming} still stream after the program has ended.")
        if self.answering is not None and self.answering not in found.messages:
            raise BrokenPromiseError(f"The answer {self.answering}, which was on the screen, is not there.")

    def _check_imports(self, found: Contents) -> None:
        for tag, count in self.imports.items():
            there = len({title for title in found.titles if title.startswith(f"{tag} ")})  # a fork has the same
            if there not in {0, count}:
                raise BrokenPromiseError(f"{there} of {count} conversations of the import {tag} are there.")

    def _worst_loss(self, found: Contents, killed: float) -> Loss:
        losses = [Loss()]
        for message, length in self.kept.items():
            self._check_length(found, message, length)
        for message, growth in self.shown.items():
            told = [length for at, length in growth if at <= killed - PROMISE]
            there = self._check_length(found, message, max(told, default=0))
            late = [(at, length) for at, length in growth if length > there]
            if late:
                losses.append(Loss(max(0.0, killed - late[0][0]), max(length for _, length in late) - there))
        return max(losses, key=lambda loss: (loss.seconds, loss.characters))

    def _check_length(self, found: Contents, message: int, least: int) -> int:
        if message not in found.messages:
            raise BrokenPromiseError(f"The answer {message}, which was on the screen, is not there.")
        text, state = found.messages[message]
        if len(text) < least:
            raise BrokenPromiseError(f"The answer {message} ({state}) has {len(text)} characters of {least}.")
        return len(text)


async def read_contents(folder: Path) -> Contents:
    """Through the program's own opening, which has to find nothing to complain of."""
    opened = open_store(folder)
    try:
        _check_opening(opened)
        return await opened.store.query(_contents, opened.interrupted)
    finally:
        await opened.store.aclose()
        if opened.lock is not None:
            opened.lock.release()


def check_soundness(database: Path) -> None:
    """SQLite's own checks, those of the search's indexes included."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
        if found != ["ok"] or strays:
            raise BrokenPromiseError(f"The database is not sound: {found[:3]}, {strays[:3]}.")
        for index in INDEXES:
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def _check_opening(opened: Opened) -> None:
    if opened.lock is None or opened.is_read_only or opened.notices or not isinstance(opened.store.status, Kept):
        raise BrokenPromiseError(f"The next start has something to say: {opened.notices}, {opened.store.status}.")


def _contents(connection: sqlite3.Connection, interrupted: int) -> Contents:
    messages = {row[0]: (row[1], row[2]) for row in connection.execute("SELECT id, text, state FROM messages")}
    waiting = frozenset(row[0] for row in connection.execute("SELECT text FROM queued"))
    titles = tuple(row[0] for row in connection.execute("SELECT title FROM conversations"))
    return Contents(messages, waiting, titles, interrupted)
