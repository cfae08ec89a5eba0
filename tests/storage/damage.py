"""A data file with known contents, and ways to break it."""

import contextlib
import os
import random
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from seproj_desktop.chat.conversations import ConversationSummary, Folder, StoredConversation, StoredMessage
from seproj_desktop.storage import conversations as tables
from seproj_desktop.storage.schema import bring_up_to_date

PAGE = 4096
LONG = 3
"""Every so many messages one is longer than a page."""


def connect(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))


def make_database(path: Path, conversations: int = 8, messages: int = 9) -> None:
    """Conversations 1000, 2000, ... with messages 1001, 1002, ..., each the child of the one before."""
    with connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        bring_up_to_date(connection)
        connection.execute("BEGIN")
        tables.save_folder(connection, Folder(7, "Work"))
        for number in range(1, conversations + 1):
            tables.add_conversation(connection, make_conversation(number * 1000, messages))
        tables.save_draft(connection, None, "half a thought")
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def make_conversation(id_: int, messages: int) -> StoredConversation:
    ids = range(id_ + 1, id_ + messages + 1)
    tree = [make_message(each, None if each == ids[0] else each - 1, is_last=each == ids[-1]) for each in ids]
    summary = ConversationSummary(id_, f"Title {id_}", "helper", 1.5, 2.5, folder=7)
    return StoredConversation(summary, tuple(tree), chosen=ids[0])


def make_message(id_: int, parent: int | None, *, is_last: bool = False) -> StoredMessage:
    """Its text begins with a mark that stands in the page where the row stands."""
    text = f"<{id_}> " + "".join(f"{number} größer\n" for number in range(900 if id_ % LONG == 0 else 10))
    return StoredMessage(
        id_, parent, "user" if id_ % 2 else "assistant", text, id_ / 10, chosen=None if is_last else id_ + 1
    )


def texts_in(path: Path) -> dict[int, str]:
    with connect(path) as connection:
        return dict(connection.execute("SELECT id, text FROM messages"))


def ids_by_page(path: Path) -> dict[int, set[int]]:
    """The messages whose rows stand in each page, from 0."""
    data = path.read_bytes()
    pages = range(len(data) // PAGE)
    return {page: {int(id_) for id_ in re.findall(rb"<(\d+)> ", page_of(data, page))} for page in pages}


def page_of(data: bytes, page: int) -> bytes:
    return data[page * PAGE : (page + 1) * PAGE]


def overwrite(path: Path, pages: Iterable[int], noise: random.Random | None = None) -> None:
    """Replaces pages by zeros, or by random bytes."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(noise.randbytes(PAGE) if noise else bytes(PAGE))


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def fill_with(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def cut_in_half(path: Path) -> None:
    """After a whole page."""
    os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE)


def set_mode(path: Path, mode: int) -> None:
    path.chmod(mode)
