"""The tables, as a list of migrations: step N brings a file from version N - 1 to version N.

A step that was released is never changed; a change is a new step. Runs on whichever thread owns the connection, which
has to be in autocommit mode (`isolation_level=None`). Nothing is written to a file that is not ours or that is newer.
"""

import sqlite3

from seproj_desktop.errors import UserError
from seproj_desktop.storage.search_schema import (
    CREATE_FILTER_INDEXES,
    CREATE_FILTERED_PLACES,
    CREATE_SEARCH,
    CREATE_SPEAKERS,
)

APPLICATION_ID = 0x5345506A
"""`SEPj`: stands in the file's header and tells our files from other programs' databases."""

CREATE_TABLES = """
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    folder INTEGER REFERENCES folders ON DELETE SET NULL,
    persona TEXT NOT NULL,
    created REAL NOT NULL,
    changed REAL NOT NULL,
    title_origin TEXT NOT NULL,
    is_pinned INTEGER NOT NULL DEFAULT 0,
    is_archived INTEGER NOT NULL DEFAULT 0,
    is_unread INTEGER NOT NULL DEFAULT 0,
    deleted REAL,
    chosen INTEGER,
    title TEXT NOT NULL,
    draft TEXT NOT NULL DEFAULT ''
);
CREATE INDEX conversations_by_change ON conversations (changed);

-- A parent is checked when the transaction ends, so that whole trees can come and go in any order. It must not cascade:
-- SQLite follows such a chain to a depth of 1,000 only.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    parent INTEGER REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
    chosen INTEGER,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    deleted REAL,
    is_edited INTEGER NOT NULL DEFAULT 0,
    persona TEXT NOT NULL DEFAULT '',
    persona_name TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    sampling TEXT,
    finish_reason TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cached_tokens INTEGER,
    first_token REAL,
    total_seconds REAL,
    error TEXT NOT NULL DEFAULT '',
    thought_seconds REAL,
    thought_tokens INTEGER,
    -- What can be long comes last: SQLite has to walk over it to reach what follows.
    text TEXT NOT NULL,
    thinking TEXT NOT NULL DEFAULT ''
);
CREATE INDEX messages_by_conversation ON messages (conversation);
CREATE INDEX messages_by_parent ON messages (parent);
CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming';

-- What has arrived of streaming answers, after the text of the message itself; empty when nothing streams.
CREATE TABLE pieces (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    thinking TEXT NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

CREATE TABLE queued (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number INTEGER NOT NULL,
    id INTEGER NOT NULL,
    persona TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;

CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
"""

CREATE_IMPORTING = """
-- Conversations and folders of imports that have not come to their end: nobody sees them before.
CREATE TABLE importing (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    import INTEGER NOT NULL
);
"""

MIGRATIONS = (
    CREATE_TABLES,
    CREATE_SEARCH,
    CREATE_IMPORTING,
    CREATE_SPEAKERS,
    CREATE_FILTER_INDEXES,
    CREATE_FILTERED_PLACES,
)
VERSION = len(MIGRATIONS)


class NewerSchemaError(UserError):
    """The file was written by a newer version of the program."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"Your conversations were saved by a newer version of SEproj Desktop (format {version}, "
            f"this program knows {VERSION}).",
            "Install the newer version again. The file was left as it is.",
        )


class OlderSchemaError(UserError):
    """The file has to be converted before it can be used, and may only be read."""

    def __init__(self) -> None:
        super().__init__(
            "Your conversations were saved by an older version of SEproj Desktop and have to be converted first.",
            "Open them once where they can be written to.",
        )


class ForeignFileError(UserError):
    """The file is an SQLite database, but another program's."""

    def __init__(self) -> None:
        super().__init__(
            "The file where conversations are kept is another program's database.",
            "Move it elsewhere, or choose another data folder. The file was left as it is.",
        )


def version_of(connection: sqlite3.Connection) -> int:
    """The file's version, 0 when it is empty. Only reads; raises `NewerSchemaError` or `ForeignFileError`."""
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == APPLICATION_ID:
        if version > VERSION:
            raise NewerSchemaError(version)
        return version
    is_empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]
    if application or version or not is_empty:
        raise ForeignFileError
    return 0


def bring_up_to_date(connection: sqlite3.Connection, target: int = VERSION) -> None:
    """Takes the missing steps up to `target`, each in one transaction; a failed step leaves the file as it was."""
    for version in range(version_of(connection) + 1, target + 1):
        _take_step(connection, version)


def _take_step(connection: sqlite3.Connection, version: int) -> None:
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[version - 1]};"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT;"
        )
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise
