"""Stores on a real file and in memory, closed after each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.store import SqliteStore
from tests.storage.memory_store import MemoryStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest_asyncio.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = Database.open_file(path)
    yield database
    await database.aclose()


@pytest_asyncio.fixture(params=["file", "memory", "fake"])
async def store(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[ConversationStore]:
    """Everything that keeps the protocol's promises."""
    made: ConversationStore
    match request.param:
        case "file":
            made = SqliteStore(Database.open_file(path))
        case "memory":
            made = SqliteStore(Database.open_memory())
        case _:
            made = MemoryStore()
    yield made
    await made.aclose()
