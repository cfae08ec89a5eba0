"""The crash harness finds what is lost: a ledger that was told more than the folder holds says so."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.crash_imports import conversation
from benchmarks.crash_ledger import BrokenPromiseError, Ledger
from benchmarks.crash_wire import Listener, Teller
from seproj_desktop.chat.conversations import ConversationSummary, StoredMessage
from seproj_desktop.storage.data_file import database_in
from seproj_desktop.storage.opening import open_store

KILLED = 100.0
QUESTION, ANSWER = 2, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a question and an answer of ten characters that was cut."""
    asyncio.run(fill(tmp_path))
    return tmp_path


async def fill(folder: Path) -> None:
    opened = open_store(folder)
    store = opened.store
    await store.save_summary(ConversationSummary(1, "Asked", "developer", 0.0, 0.0))
    await store.add_message(1, StoredMessage(QUESTION, None, "user", "Asked", 0.0))
    await store.add_message(1, StoredMessage(ANSWER, QUESTION, "assistant", "", 0.0, "streaming"))
    store.append(ANSWER, "0123456789")
    await store.add_conversations([conversation(number + 100, "kept", 1) for number in range(2)])
    await store.aclose()
    assert opened.lock is not None
    opened.lock.release()


def told(*reports: dict[str, object]) -> Ledger:
    ledger = Ledger()
    for report in reports:
        ledger.hear({"at": KILLED - 1} | report)
    return ledger


def shown(length: int, seconds_before: float) -> dict[str, object]:
    return {"at": KILLED - seconds_before, "shown": ANSWER, "length": length}


def test_what_is_all_there_passes_and_the_loss_is_measured(folder: Path) -> None:
    ledger = told({"said": "Asked"}, {"answering": ANSWER}, {"imports": "kept", "count": 2})
    for report in (shown(8, 0.5), shown(12, 0.2), shown(15, 0.1)):
        ledger.hear(report)
    loss = ledger.check(folder, KILLED)
    assert loss.seconds == pytest.approx(0.2)
    assert (loss.characters, loss.interrupted) == (5, 1)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ({"said": "Never kept"}, "seen as sent"),
        (shown(12, 0.3), "10 characters of 12"),
        ({"answering": 77}, "answer 77"),
        ({"shown": 77, "length": 0}, "answer 77"),
        ({"imports": "kept", "count": 3}, "2 of 3 conversations"),
    ],
)
def test_a_loss_is_found(folder: Path, report: dict[str, object], words: str) -> None:
    with pytest.raises(BrokenPromiseError, match=words):
        told(report).check(folder, KILLED)


def test_what_an_earlier_check_has_found_has_to_stay(folder: Path) -> None:
    ledger = Ledger()
    ledger.check(folder, KILLED)
    with closing(sqlite3.connect(database_in(folder))) as connection, connection:
        connection.execute("UPDATE messages SET text = 'short' WHERE id = ?", (ANSWER,))
    with pytest.raises(BrokenPromiseError, match="5 characters of 10"):
        ledger.check(folder, KILLED)


def test_an_unsound_file_is_found(folder: Path) -> None:
    ledger = Ledger()
    ledger.check(folder, KILLED)
    with closing(sqlite3.connect(database_in(folder))) as connection, connection:
        connection.execute("UPDATE messages SET parent = 77 WHERE id = ?", (ANSWER,))
    with pytest.raises(BrokenPromiseError, match="not sound"):
        ledger.check(folder, KILLED)


def test_what_was_told_before_the_end_is_heard_and_a_cut_line_is_not(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    with closing(Listener(pipe)) as listener:
        teller = Teller(pipe)
        teller.tell(said="ä")
        teller.tell(answering=None)
        assert [report.get("said") for report in listener.listen(0)] == ["ä", None]
        teller.close()
        assert list(listener.listen(1)) == []
        assert listener.has_ended
