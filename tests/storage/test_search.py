"""Search over a real database in memory: what is found, in which order, and that the index keeps in step."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.storage.database import Database
from seproj_desktop.storage.query import parse_query
from seproj_desktop.storage.schema import bring_up_to_date
from seproj_desktop.storage.search import FIND_MESSAGES, Searcher, SearchHit, SearchResult, search
from seproj_desktop.storage.search_order import HITS_OF_ONE, RANKED
from seproj_desktop.storage.store import SqliteStore

TODAY = date(2026, 11, 24)
NOON = 1_795_521_600.0
"""Of that day, in UTC."""
DAY = 86_400.0


class Library:
    """Conversations made for a test; times in days before today's noon."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._ids = count(1)

    def conversation(
        self, title: str, *texts: str, days: float = 0, persona: str = "developer", **columns: object
    ) -> int:
        """A conversation with a chain of messages, the person's and the model's in turn."""
        id_ = next(self._ids)
        values = {"id": id_, "title": title, "persona": persona, "created": NOON - days * DAY, "title_origin": "words"}
        self._insert("conversations", values | {"changed": NOON - days * DAY} | columns)
        parent = None
        for number, text in enumerate(texts):
            role = "assistant" if number % 2 else "user"
            parent = self.message(id_, text, parent=parent, days=days, role=role)
        return id_

    def message(
        self, conversation: int, text: str, *, parent: int | None = None, days: float = 0, **columns: object
    ) -> int:
        id_ = next(self._ids)
        values = {"id": id_, "conversation": conversation, "parent": parent, "text": text, "created": NOON - days * DAY}
        self._insert("messages", {"role": "user", "state": "complete"} | values | columns)
        return id_

    def folder(self, name: str) -> int:
        id_ = next(self._ids)
        self._insert("folders", {"id": id_, "name": name})
        return id_

    def look(self, typed: str, limit: int = 50, offset: int = 0) -> SearchResult:
        return search(self.connection, parse_query(typed, TODAY), limit, offset)

    def found(self, typed: str) -> list[int]:
        """The conversations, in order."""
        return list(dict.fromkeys(hit.conversation for hit in self.look(typed).hits))

    def check(self) -> None:
        """Raises `sqlite3.DatabaseError` where the index is not what the texts make it."""
        for table in ("message_search", "title_search"):
            self.connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")

    def _insert(self, table: str, values: dict[str, object]) -> None:
        places = ", ".join("?" for _ in values)
        self.connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", tuple(values.values()))


@pytest.fixture
def library() -> Iterator[Library]:
    connection = open_connection()
    yield Library(connection)
    connection.close()


def open_connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    bring_up_to_date(connection)
    return connection


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.marks]


# What is found


@pytest.mark.parametrize(
    ("text", "typed", "marks"),
    [
        ("The consumer lags behind", "lag", ["lags"]),
        ("The consumer lags behind", "LAGS ", ["lags"]),
        ("Un café à Liège", "liege cafe", ["café", "Liège"]),
        ("Un cafe\u0301 noir", "café ", ["cafe\u0301"]),
        ("ein Überlauf", '"uber', ["Überlauf"]),
        ("As in REQ-DEV-001: done", "REQ-DEV-001", ["REQ-DEV-001"]),
        ("call foo.bar() twice", "foo.bar()", ["foo.bar"]),
        ("written in C++ and C", "C++", ["C", "C"]),
        ("use std::vector here", "std::vec", ["std::vector"]),
        ("новый Кэш готов", "кэш", ["Кэш"]),
        ("缓存保存最近的结果", "保存", ["保存"]),
        ("使用Python编写的代码", "python 代码", ["Python", "代码"]),
        ("サーバーを再起動", "再起", ["再起"]),
        ("먼저 로그를 확인", "로그", ["로그"]),
        ("ประเทศไทย", "ไทย", ["ไทย"]),
    ],
)
def test_a_message_is_found_and_the_words_are_marked(library: Library, text: str, typed: str, marks: list[str]) -> None:
    library.conversation("Untitled", text)
    (hit,) = library.look(typed).hits
    assert (hit.snippet, marked(hit)) == (text, marks)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The consumer lags", "sumer"),
        ("The consumer lags", "lag "),
        ("The consumer lags", '"lags consumer"'),
        ("The consumer lags", '"cons lags"'),
        ("The consumer lags", "consumer -lags"),
        ("保存", "存保"),
    ],
)
def test_a_message_is_not_found(library: Library, text: str, typed: str) -> None:
    library.conversation("Untitled", text)
    assert library.look(typed).hits == ()


def test_long_texts_without_spaces_keep_the_order_of_their_letters(library: Library) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(1_000))
    library.conversation("Untitled", text)
    for start in range(0, 990, 33):
        (hit,) = library.look(text[start : start + 9]).hits
        assert marked(hit) == [text[start : start + 9]]


def test_all_words_have_to_be_there(library: Library) -> None:
    library.conversation("Untitled", "red apples", "green pears")
    assert library.look("red pears").hits == ()
    assert len(library.look("green pears").hits) == 1


def test_a_hit_says_where_it_is(library: Library) -> None:
    conversation = library.conversation("Brokers", "why?", persona="developer")
    message = library.message(conversation, "Kafka", role="assistant", persona="reviewer", days=2)
    (hit,) = library.look("kafka").hits
    assert (hit.conversation, hit.message, hit.title, hit.role) == (conversation, message, "Brokers", "assistant")
    assert (hit.persona, hit.time, hit.found) == ("reviewer", NOON - 2 * DAY, 1)


def test_a_snippet_is_one_line_around_the_hit(library: Library) -> None:
    library.conversation("Untitled", "before\n\n" * 100 + "* the **needle** is\there\n" + "after " * 100)
    (hit,) = library.look("needle").hits
    assert "* the **needle** is here after" in hit.snippet
    assert hit.snippet.startswith("… before")
    assert hit.snippet.endswith("after …")
    assert marked(hit) == ["needle"]
    assert len(hit.snippet) < 200


# The order


def test_titles_come_first_the_last_changed_before_others(library: Library) -> None:
    said = library.conversation("Other things", "kafka kafka kafka")
    old = library.conversation("Kafka at home", "nothing", days=9)
    new = library.conversation("About Kafka", "kafka indeed", days=3)
    hits = library.look("kafka").hits
    assert [(hit.conversation, hit.message is None) for hit in hits] == [
        (new, True),
        (new, False),
        (old, True),
        (said, False),
    ]
    assert [marked(hit) for hit in hits[:1]] == [["Kafka"]]


def test_better_and_newer_messages_come_first(library: Library) -> None:
    long = library.conversation("1", "kafka " + "and much about other things " * 30)
    old = library.conversation("2", "kafka lag", days=900)
    new = library.conversation("3", "kafka lag", days=1)
    for _ in range(20):
        library.conversation("Filler", "nothing of the kind")
    assert library.found("kafka ") == [new, old, long]


def test_one_or_two_letters_find_the_newest_first(library: Library) -> None:
    old = library.conversation("1", "kafka kafka", days=2)
    new = library.conversation("2", "a long story about other things and then kafka", days=1)
    assert library.found("k") == library.found("ka") == [new, old]


def test_a_conversation_shows_three_hits_at_most_and_counts_all(library: Library) -> None:
    much = library.conversation("1", *("kafka again" for _ in range(7)))
    once = library.conversation("2", "kafka and so on and on and on, with many more words")
    hits = library.look("kafka").hits
    assert [hit.conversation for hit in hits] == [*[much] * HITS_OF_ONE, once]
    assert [hit.found for hit in hits] == [7, 7, 7, 1]


def test_archived_conversations_come_last(library: Library) -> None:
    archived = library.conversation("Kafka", "kafka", is_archived=1)
    other = library.conversation("2", "kafka", days=400)
    assert library.found("kafka") == [other, archived]
    assert library.found("kafka is:archived") == [archived]
    assert library.found("kafka -is:archived") == [other]


def test_one_conversation_full_of_matches_does_not_hide_older_ones(library: Library) -> None:
    old = library.conversation("1", "kafka", days=3)
    big = library.conversation("2", *("kafka" for _ in range(RANKED + 100)))
    assert library.found("kafka") == [big, old]


def test_pages_fit_together(library: Library) -> None:
    for number in range(RANKED + 40):
        title = "Kafka" if number % 9 == 0 else "Other"
        library.conversation(title, f"kafka {number}", days=number % 17, is_archived=number % 5 == 0)
    whole = library.look("kafka", limit=2_000)
    pages = [library.look("kafka", limit=37, offset=offset) for offset in range(0, len(whole.hits), 37)]
    assert tuple(hit for page in pages for hit in page.hits) == whole.hits
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert len({(hit.conversation, hit.message) for hit in whole.hits}) == len(whole.hits)


# Filters


def test_persona_and_model(library: Library) -> None:
    developer = library.conversation("1", "kafka", persona="developer")
    reviewer = library.conversation("2", persona="reviewer")
    library.message(
        reviewer,
        "kafka",
        role="assistant",
        persona="code-reviewer",
        persona_name="Code Reviewer",
        model="Qwen/Qwen3-4B",
    )
    assert library.found("kafka persona:rev") == library.found('kafka persona:"code rev"') == [reviewer]
    assert library.found("kafka -persona:rev") == [developer]
    assert library.found("kafka model:qwen3") == library.found("model:QWEN3") == [reviewer]
    assert library.found("persona:Code") == [reviewer]
    assert library.found("model:100%") == library.found("persona:_") == []


def test_dates(library: Library) -> None:
    old = library.conversation("Kafka", "kafka", days=40)
    new = library.conversation("Kafka", "kafka", days=1)
    assert library.found("kafka before:2026-11") == library.found("before:2026-11") == [old]
    assert library.found("kafka after:yesterday") == library.found("after:2026-11") == [new]
    assert library.found("kafka after:2026-01 before:2026-02") == []


def test_a_filter_that_lets_nothing_through_costs_no_look_at_the_matches(library: Library) -> None:
    for _ in range(100):
        library.conversation("Tea", *["kafka"] * 10)
    steps = 0

    def count_step() -> None:
        nonlocal steps
        steps += 1

    library.connection.set_progress_handler(count_step, 10)
    for typed in ("kafka before:2020", "kafka after:2027", "kafka persona:nobody", "kafka is:pinned"):
        steps = 0
        assert library.found(typed) == []
        assert steps < 100, typed
    assert library.found("kafka before:2027")
    assert steps > 500, "what does look at matches"
    library.connection.set_progress_handler(None, 0)


def test_what_a_filter_shuts_out_is_not_read_among_the_messages(library: Library) -> None:
    """Their rows are long: who spoke, where and when is told by the indexes alone."""
    sql = FIND_MESSAGES.format(relevance="1.0", conditions="p.created < 7 AND s.persona LIKE '%tester%'")
    plan = library.connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("kafka",))
    steps = [row[3] for row in plan]
    assert len(steps) == 4
    assert steps[-1].startswith("SEARCH s USING COVERING INDEX messages_by_conversation")


def test_pinned_folders_and_titles(library: Library) -> None:
    folder = library.folder("Side projects")
    pinned = library.conversation("Kafka lag", "broker", is_pinned=1)
    filed = library.conversation("Other", "broker", folder=folder)
    assert library.found("broker is:pinned") == library.found("is:pinned") == [pinned]
    assert library.found("broker in:side") == library.found('in:"side proj"') == [filed]
    assert library.found("-in:side") == [pinned]
    assert library.found("title:lag broker") == [pinned]
    (hit,) = library.look("title:laG").hits
    assert (hit.message, marked(hit)) == (None, ["lag"])


def test_filters_alone_list_conversations_newest_first(library: Library) -> None:
    ids = [library.conversation(f"Number {number}", "text", days=number) for number in range(4)]
    library.conversation("Another", persona="reviewer")
    result = library.look("persona:developer", limit=3)
    assert [hit.conversation for hit in result.hits] == ids[:3]
    assert result.has_more
    assert {(hit.message, hit.snippet, hit.marks) for hit in result.hits} == {(None, "", ())}


def test_a_query_of_nothing_finds_nothing(library: Library) -> None:
    library.conversation("Kafka", "kafka")
    assert library.look(" -> ") == SearchResult()


def test_a_bad_filter_is_told_beside_what_the_rest_finds(library: Library) -> None:
    id_ = library.conversation("Other", "kafka")
    result = library.look("kafka before:soon")
    assert [hit.conversation for hit in result.hits] == [id_]
    assert result.problems == ("“before:soon” is no date. Write it as 2026-11-24, 2026-11, today or yesterday.",)


# The bin


def test_the_bin_is_only_looked_into_when_asked(library: Library) -> None:
    kept = library.conversation("Kafka", "kafka")
    gone = library.conversation("Kafka", "kafka", deleted=NOON)
    branch = library.message(kept, "kafka, cut off", deleted=NOON)
    below = library.message(kept, "kafka below", parent=library.message(kept, "more", parent=branch))
    assert {hit.message for hit in library.look("kafka").hits}.isdisjoint({branch, below})
    assert library.found("kafka") == [kept]
    in_the_bin = library.look("kafka is:deleted").hits
    assert {hit.conversation for hit in in_the_bin} == {kept, gone}
    assert {branch, below} <= {hit.message for hit in in_the_bin}
    assert library.found("is:deleted") == [gone]


# The index keeps in step


def test_a_streaming_answer_is_found_once_it_is_folded(library: Library) -> None:
    id_ = library.conversation("Other", "question")
    answer = library.message(id_, "", role="assistant", state="streaming")
    library.connection.execute("INSERT INTO pieces VALUES (?, 1, 'kafka', '')", (answer,))
    assert library.found("kafka") == []
    library.connection.execute("UPDATE messages SET text = text || 'kafka 保存' WHERE id = ?", (answer,))
    assert library.found("kafka 保存") == [id_]
    library.connection.execute("UPDATE messages SET text = text || ' lag' WHERE id = ?", (answer,))
    assert library.found("kafka lag") == [id_]
    library.check()


def test_what_is_rewritten_renamed_or_removed_is_no_longer_found(library: Library) -> None:
    id_ = library.conversation("Brokers 北京", "kafka", "lag")
    library.connection.execute("UPDATE messages SET text = 'rabbit' WHERE text = 'kafka'")
    library.connection.execute("UPDATE conversations SET title = 'Queues', is_unread = 1")
    assert library.found("kafka") == library.found("brokers") == library.found("北京") == []
    assert library.found("rabbit") == library.found("queues") == [id_]
    library.check()
    library.connection.execute("DELETE FROM conversations")
    assert library.found("rabbit") == library.found("queues") == []
    assert library.connection.execute("SELECT count(*) FROM search_places").fetchone() == (0,)
    library.check()


def test_an_update_of_anything_else_leaves_the_index_alone(library: Library) -> None:
    library.conversation("Brokers", "kafka")
    before = library.connection.execute("SELECT * FROM message_search_data").fetchall()
    library.connection.execute("UPDATE messages SET text = text, chosen = 1, deleted = 2.0")
    assert library.connection.execute("SELECT * FROM message_search_data").fetchall() == before


def test_what_a_file_of_the_first_version_holds_is_found_after_its_migration() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    bring_up_to_date(connection, 1)
    library = Library(connection)
    id_ = library.conversation("Brokers", "kafka 保存", "")
    bring_up_to_date(connection)
    assert library.found("kafka") == library.found("brokers") == library.found("保存") == [id_]
    library.check()
    connection.close()


TEXTS = st.text(st.one_of(st.sampled_from("ab é保\0-\"*'😀ไ\n"), st.characters(codec="utf-8")), max_size=30)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["add", "rewrite", "rename", "remove"]), TEXTS), max_size=12))
def test_the_index_keeps_in_step_with_any_texts(steps: list[tuple[str, str]]) -> None:
    connection = open_connection()
    library = Library(connection)
    first = library.conversation("First")
    for step, text in steps:
        match step:
            case "add":
                library.message(first, text)
            case "rewrite":
                connection.execute("UPDATE messages SET text = ? WHERE id % 2 = 0", (text,))
            case "rename":
                connection.execute("UPDATE conversations SET title = ?", (text,))
            case _:
                connection.execute("DELETE FROM messages WHERE id = (SELECT min(id) FROM messages)")
    library.check()
    connection.close()


TYPED = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ['"', "*", "NEAR(a b)", "AND", "OR NOT", "title:", "^a", "{text}:", "-", "is:", "a", "-b", "c*"]
        ),
        st.sampled_from(["persona:%", "in:'; DROP TABLE messages; --", "before:9999", "after:today", "is:deleted"]),
    ),
    max_size=6,
).map(" ".join)


@settings(max_examples=200)
@given(TYPED)
def test_nothing_that_is_typed_can_raise(typed: str) -> None:
    connection = open_connection()
    library = Library(connection)
    library.conversation("a title", "a b c", "d")
    library.look(typed)
    assert library.found("title") == [1]
    connection.close()


# While somebody types


async def test_a_search_that_runs_is_ended_by_a_newer_one() -> None:
    database = Database.open_memory()
    await database.write(lambda connection: Library(connection).conversation("Other", *["kafka"] * 2_000))
    searcher = Searcher(SqliteStore(database), lambda: TODAY)
    has_begun, goes_on = threading.Event(), threading.Event()

    def hold(statement: str) -> None:
        if "MATCH" in statement:
            has_begun.set()
            goes_on.wait(10)

    await database.read(lambda connection: connection.set_trace_callback(hold))
    older = asyncio.create_task(searcher.search("kafka"))
    await asyncio.to_thread(has_begun.wait, 10)
    newer = asyncio.create_task(searcher.search("lag"))
    await asyncio.sleep(0)
    goes_on.set()
    assert await older is None
    assert await newer == SearchResult()
    await database.aclose()


async def test_only_the_newest_search_is_answered() -> None:
    database = Database.open_memory()
    await database.write(lambda connection: Library(connection).conversation("Brokers", "kafka"))
    searcher = Searcher(SqliteStore(database), lambda: TODAY)
    results = await asyncio.gather(*(searcher.search("kafka"[:end]) for end in range(1, 6)))
    assert results[:4] == [None] * 4
    assert results[4] is not None
    assert len(results[4].hits) == 1
    await database.aclose()
