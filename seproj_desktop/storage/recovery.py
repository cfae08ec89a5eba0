"""Takes what can be read of a damaged data file into a new one, and says in numbers what was and was not.

The rows are found page by page (`pages`) and known by the shape of their table, so a lost page costs its own rows and
no others. What was torn apart is joined again: a message whose parent is lost follows the one before it, and messages
whose conversation is lost get a new one. Only reads the damaged file. Blocks for seconds: on a thread of its own.
"""

import contextlib
import mmap
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seproj_desktop.storage.data_file import companions_of
from seproj_desktop.storage.pages import Pages, Record, Value, read_records
from seproj_desktop.storage.schema import bring_up_to_date

TABLES = ("folders", "conversations", "messages", "pieces", "queued", "state")
"""What the person said and chose; the search's tables are filled by triggers."""

JOIN = """
BEGIN;
-- What only garbled bytes can have made must not be met by whoever reads the new file.
UPDATE messages SET role = 'assistant' WHERE role NOT IN ('system', 'user', 'assistant');
UPDATE messages SET state = 'interrupted'
    WHERE state NOT IN ('complete', 'streaming', 'stopped', 'interrupted', 'failed');
UPDATE messages SET sampling = NULL WHERE NOT json_valid(sampling) OR sampling NOT LIKE '{%';

INSERT INTO conversations (id, persona, created, changed, title_origin, title)
    SELECT conversation, '', min(created), max(created), 'words', 'Recovered conversation' FROM messages
    WHERE conversation NOT IN (SELECT id FROM conversations) GROUP BY conversation;
UPDATE conversations SET folder = NULL WHERE folder NOT IN (SELECT id FROM folders);
DELETE FROM pieces WHERE message NOT IN (SELECT id FROM messages);
DELETE FROM queued WHERE conversation NOT IN (SELECT id FROM conversations);

-- A message without its parent follows the one before it: ids grow with time.
UPDATE messages SET parent = (
    SELECT max(earlier.id) FROM messages AS earlier
    WHERE earlier.conversation = messages.conversation AND earlier.id < messages.id
) WHERE parent IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM messages AS above WHERE above.id = messages.parent AND above.conversation = messages.conversation
);
-- A ring of parents would be reached from no root.
WITH RECURSIVE reached (id) AS (
    SELECT id FROM messages WHERE parent IS NULL
    UNION SELECT messages.id FROM messages JOIN reached ON messages.parent = reached.id
) UPDATE messages SET parent = NULL WHERE id NOT IN reached;

-- Where the chosen version is lost, the newest one is chosen.
UPDATE messages SET chosen = (
    SELECT max(child.id) FROM messages AS child WHERE child.parent = messages.id AND child.deleted IS NULL
) WHERE chosen IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM messages AS child WHERE child.id = messages.chosen AND child.parent = messages.id
);
UPDATE conversations SET chosen = (
    SELECT max(root.id) FROM messages AS root
    WHERE root.conversation = conversations.id AND root.parent IS NULL AND root.deleted IS NULL
) WHERE NOT EXISTS (
    SELECT 1 FROM messages AS root
    WHERE root.id = conversations.chosen AND root.conversation = conversations.id AND root.parent IS NULL
);
COMMIT;
"""
"""Makes one whole of the rows that could be read."""

SCRATCH = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"
"""The new file is made durable as a whole, when it is finished; until then it may break."""

KINDS: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,)}
"""How SQLite keeps the values of a column; it keeps whole numbers as such also where they may have fractions."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a new file holds of a damaged one. `cut`: messages whose end was lost; `lost`: that are known to be gone."""

    conversations: int
    messages: int
    cut: int = 0
    lost: int = 0

    def __str__(self) -> str:
        words = f"{_counted(self.messages, 'message')} in {_counted(self.conversations, 'conversation')} could be read"
        if self.cut:
            words += f", {_counted(self.cut, 'message')} of them without the end"
        return f"{words}; at least {_counted(self.lost, 'message')} could not." if self.lost else f"{words}."


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    is_required: bool
    default: Value

    @classmethod
    def all_of(cls, connection: sqlite3.Connection, table: str) -> "Iterator[_Column]":
        declared = connection.execute('SELECT name, type, "notnull", dflt_value FROM pragma_table_info(?)', (table,))
        for name, kind, is_required, default in declared.fetchall():
            value = connection.execute(f"SELECT {default or 'NULL'}").fetchone()[0]
            yield cls(name, kind, bool(is_required), value)

    def takes(self, value: Value) -> bool:
        if value is None:
            return not self.is_required
        return isinstance(value, KINDS[self.kind])


@dataclass(frozen=True, slots=True)
class _Shape:
    """A table, by which its rows are known. An ordinary one's first column is its rowid, and empty in the record."""

    table: str
    has_rowid: bool
    columns: tuple[_Column, ...]

    @classmethod
    def of(cls, connection: sqlite3.Connection, table: str) -> "_Shape":
        wr = connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()[0]
        return cls(table, not wr, tuple(_Column.all_of(connection, table)))

    @property
    def insert(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        places = ", ".join("?" * len(self.columns))
        return f"INSERT OR IGNORE INTO {self.table} ({names}) VALUES ({places})"  # noqa: S608  from our own schema

    def row(self, record: Record) -> tuple[Value, ...] | None:
        """The record as a row of this table; None if it is none. One of an older version may lack the last columns."""
        if (record.rowid is not None) != self.has_rowid or len(record.values) > len(self.columns):
            return None
        missing = self.columns[len(record.values) :]
        row = (*record.values, *(column.default for column in missing))
        if self.has_rowid:
            if record.values[:1] != (None,):
                return None
            row = (record.rowid, *row[1:])
        return row if all(map(_Column.takes, self.columns, row)) else None


def recover(damaged: Path, rescued: Path) -> Recovered:
    """Writes a new database at `rescued`. Raises `OSError` or `sqlite3.Error` when that cannot be written or read."""
    log = companions_of(damaged)[0]
    with contextlib.closing(sqlite3.connect(rescued, isolation_level=None)) as connection, _mapped(damaged) as database:
        connection.executescript(SCRATCH)
        bring_up_to_date(connection)
        copying = _Copying(connection)
        connection.execute("BEGIN")
        for record in read_records(Pages(database, log.read_bytes() if log.exists() else b"")):
            copying.take(record)
        connection.execute("COMMIT")
        connection.executescript(JOIN)
        return copying.count()


class _Copying:
    """Puts records where they belong, and remembers which messages there must have been."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._shapes = [_Shape.of(connection, table) for table in TABLES]
        self._cut: set[int] = set()
        self._indexed: set[int] = set()
        self._entries: set[tuple[int, int]] = set()

    def take(self, record: Record) -> None:
        for shape in self._shapes:
            if (row := shape.row(record)) is not None:
                self._connection.execute(shape.insert, row)
                if record.is_cut and shape.table == "messages" and record.rowid is not None:
                    self._cut.add(record.rowid)
                return
        match record.rowid, record.values:
            case None, (int(owner), int(id_), *_):
                self._entries.add((owner, id_))
            # `search_places`, before version 6 and since
            case int(), (None, int(message)) | (None, int(message), int(), int() | float()):
                self._indexed.add(message)
            case _:
                pass

    def count(self) -> Recovered:
        """An index entry names a message if it belongs to a conversation; other indexes have entries like it."""
        messages, conversations = (
            {id_ for (id_,) in self._connection.execute(query)}
            for query in ("SELECT id FROM messages", "SELECT id FROM conversations")
        )
        named = self._indexed | {id_ for owner, id_ in self._entries if owner in conversations}
        return Recovered(len(conversations), len(messages), len(self._cut & messages), len(named - messages))


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file without reading it whole; an empty one cannot be mapped."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
