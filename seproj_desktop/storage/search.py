"""Looks through everything that was said: full text over messages and titles, filters, a page of hits with snippets.

`search` blocks and belongs on the thread of its connection; `Searcher` is for the backend's loop. A search reads about
as much as it shows, however much it matches; what filters shut out, though, has to be read to be left out (about 1 µs a
message), unless they can be seen to let nothing through. The order is made in `search_order`.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from seproj_desktop.chat.messages import Role
from seproj_desktop.storage.query import Query, parse_query
from seproj_desktop.storage.search_filters import (
    all_of,
    conversation_conditions,
    match_expression,
    message_conditions,
    requirements,
)
from seproj_desktop.storage.search_order import Counted, Match, Shelf
from seproj_desktop.storage.snippets import Snippet, SnippetCutter
from seproj_desktop.storage.unfinished import hidden

T = TypeVar("T")

PAGE = 50
"""Hits of one answer, unless asked for more or fewer."""
STEPS = 2_000
"""SQLite's instructions between two looks at whether the search is still wanted."""

FIND_MESSAGES = """
SELECT p.message, c.id, c.title, p.created, coalesce(nullif(s.persona, ''), c.persona), c.deleted, c.is_archived,
    {relevance}
FROM message_search CROSS JOIN search_places AS p ON p.place = message_search.rowid
CROSS JOIN conversations AS c ON c.id = p.conversation
CROSS JOIN messages AS s INDEXED BY messages_by_conversation ON s.conversation = p.conversation AND s.id = p.message
WHERE message_search MATCH ? AND {conditions} ORDER BY message_search.rowid DESC
"""
FIND_TITLES = """
SELECT NULL, c.id, c.title, c.changed, c.persona, c.deleted, c.is_archived, 0.0
FROM title_search CROSS JOIN conversations AS c ON c.id = title_search.rowid
WHERE title_search MATCH ? AND {conditions} ORDER BY title_search.rowid DESC
"""
LIST_CONVERSATIONS = """
SELECT NULL, c.id, c.title, c.changed, c.persona, c.deleted, c.is_archived, 0.0
FROM conversations AS c WHERE {conditions} ORDER BY c.changed DESC
"""
MESSAGES_IN_THE_BIN = """
WITH RECURSIVE gone (id) AS (
    SELECT id FROM messages WHERE conversation = ? AND deleted IS NOT NULL
    UNION SELECT m.id FROM messages AS m JOIN gone ON m.parent = gone.id
) SELECT id FROM gone
"""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message, a title, or a conversation that filters let through; the latter two have no `message`.

    `snippet` is one line around what was found, the title itself, or empty where no words were looked for.
    `marks` are (start, end) in the snippet. `time` is when the message was made, or the conversation last changed.
    `role` is None where there is no message. `found`: matches in this conversation, among those that were looked at.
    """

    conversation: int
    message: int | None
    title: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    time: float
    role: Role | None
    persona: str
    found: int = 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, whether more follow, and words for the person about what was not understood."""

    hits: tuple[SearchHit, ...] = ()
    has_more: bool = False
    problems: tuple[str, ...] = ()


def search(connection: sqlite3.Connection, query: Query, limit: int = PAGE, offset: int = 0) -> SearchResult:
    """Raises `sqlite3.Error` only for the database's sake, never for what was typed."""
    if query.is_empty:
        return SearchResult(problems=query.problems)
    end = offset + limit
    matches = _Looking(connection, query).matches(end + 1)
    cutter = SnippetCutter(query.phrases or query.in_title)
    hits = tuple(_hit(connection, match, found, cutter) for match, found in matches[offset:end])
    return SearchResult(hits, len(matches) > end, query.problems)


class Reader(Protocol):
    """Who lends a connection for the time of one function, on a thread of its own."""

    async def query(self, function: Callable[[sqlite3.Connection], T], /) -> T: ...


class Searcher:
    """Searches while somebody types: only the newest search is worth an answer. On the backend's loop."""

    def __init__(self, reader: Reader, today: Callable[[], date] = date.today) -> None:
        self._reader = reader
        self._today = today
        self._newest = 0

    async def search(self, text: str, limit: int = PAGE, offset: int = 0) -> SearchResult | None:
        """None when a newer search came before this one was done: it then ends at once. Raises what `reader` does."""
        self._newest = number = self._newest + 1
        query = parse_query(text, self._today())
        return await self._reader.query(lambda connection: self._search(connection, number, query, limit, offset))

    def _search(
        self, connection: sqlite3.Connection, number: int, query: Query, limit: int, offset: int
    ) -> SearchResult | None:
        """On the reader's thread. Stops itself: `Connection.interrupt` could hit the reading that comes after it."""
        if number != self._newest:
            return None
        connection.set_progress_handler(lambda: number != self._newest, STEPS)
        try:
            return search(connection, query, limit, offset)
        except sqlite3.OperationalError:
            if number == self._newest:
                raise
            return None
        finally:
            connection.set_progress_handler(None, 0)


class _Looking:
    """One search: reads matches, the newest first, until there are enough of them."""

    def __init__(self, connection: sqlite3.Connection, query: Query) -> None:
        self._connection = connection
        self._query = query
        self._in_the_bin: dict[int, set[int]] = {}
        self._hidden = hidden(connection)

    def matches(self, wanted: int) -> list[Counted]:
        """In the order in which they are shown, `wanted` of them or some more; fewer where there are no more."""
        if not self._can_find():
            return []
        first, last = shelves = Shelf(), Shelf()
        if self._query.flags.get("archived"):
            first, last = last, first
        by_title = self._conversations(FIND_TITLES if self._query.phrases else LIST_CONVERSATIONS)
        for match in by_title:
            shelves[match.is_archived].add_title(match)
            if first.has_titles(wanted):
                break
        if self._query.phrases:
            for match in filter(self._is_asked_for, self._messages()):
                shelves[match.is_archived].add_message(match)
                if first.has_all(wanted):
                    break
        return first.in_order() + last.in_order()

    def _can_find(self) -> bool:
        """Whether the filters let anything through at all."""
        condition = all_of(requirements(self._query))
        return bool(self._connection.execute(f"SELECT {condition.sql}", condition.values).fetchone()[0])

    def _messages(self) -> Iterator[Match]:
        query = self._query
        is_broad = any(phrase.is_broad for phrase in query.phrases)
        condition = all_of(message_conditions(query))
        relevance = "1.0" if is_broad else "-bm25(message_search)"
        sql = FIND_MESSAGES.format(relevance=relevance, conditions=condition.sql)
        return self._rows(sql, match_expression(query.phrases, query.excluded), *condition.values)

    def _conversations(self, template: str) -> Iterator[Match]:
        query = self._query
        condition = all_of(conversation_conditions(query))
        expression = [match_expression(query.phrases, query.excluded)] if query.phrases else []
        return self._rows(template.format(conditions=condition.sql), *expression, *condition.values)

    def _rows(self, sql: str, *values: str | float) -> Iterator[Match]:
        matches = (Match(*row) for row in self._connection.execute(sql, values))
        return (match for match in matches if match.conversation not in self._hidden) if self._hidden else matches

    def _is_asked_for(self, match: Match) -> bool:
        """Whether the message is in the bin, by itself or with its conversation, or is not, as was asked for."""
        is_deleted = match.deleted is not None or match.message in self._bin_of(match.conversation)
        return is_deleted == self._query.flags.get("deleted", False)

    def _bin_of(self, conversation: int) -> set[int]:
        if conversation not in self._in_the_bin:
            rows = self._connection.execute(MESSAGES_IN_THE_BIN, (conversation,))
            self._in_the_bin[conversation] = {row[0] for row in rows}
        return self._in_the_bin[conversation]


def _hit(connection: sqlite3.Connection, match: Match, found: int, cutter: SnippetCutter) -> SearchHit:
    role, snippet = _said(connection, match, cutter)
    return SearchHit(
        match.conversation,
        match.message,
        match.title,
        snippet.text,
        snippet.marks,
        match.time,
        role,
        match.persona,
        found,
    )


def _said(connection: sqlite3.Connection, match: Match, cutter: SnippetCutter) -> tuple[Role | None, Snippet]:
    """Who said what was found, and the line around it; only what is shown is read for it."""
    if match.message is not None:
        role, text = connection.execute("SELECT role, text FROM messages WHERE id = ?", (match.message,)).fetchone()
        return role, cutter.cut(text)
    return None, Snippet(match.title, cutter.marks(match.title)) if cutter.has_words else Snippet("")
