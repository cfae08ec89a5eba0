"""The language of the search field."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.storage.query import LONGEST_QUERY, Named, Phrase, Query, parse_query

TODAY = date(2026, 11, 24)


def parsed(text: str) -> Query:
    return parse_query(text, TODAY)


def midnight(year: int, month: int, day: int) -> float:
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("kafka", [Phrase(("kafka",), is_open=True)]),
        ("kafka ", [Phrase(("kafka",))]),
        ("kafka lag", [Phrase(("kafka",)), Phrase(("lag",), is_open=True)]),
        ('"consumer lag"', [Phrase(("consumer", "lag"))]),
        ('"consumer la', [Phrase(("consumer", "la"), is_open=True)]),
        ("REQ-DEV-001", [Phrase(("REQ", "DEV", "001"), is_open=True)]),
        ("foo.bar()", [Phrase(("foo", "bar"))]),
        ("C++", [Phrase(("C",))]),
        ("std::vector", [Phrase(("std", "vector"), is_open=True)]),
        ("snake_case", [Phrase(("snake", "case"), is_open=True)]),
        ("東京tower", [Phrase(("東", "京", "tower"), is_open=True)]),
        ("東京", [Phrase(("東", "京"))]),
        ("東京。", [Phrase(("東", "京"))]),
        ("cafe\u0301", [Phrase(("café",), is_open=True)]),
        ("http://in:side", [Phrase(("http", "in", "side"), is_open=True)]),
        ("** -> 🙂", []),
        ("", []),
    ],
)
def test_words_and_phrases(typed: str, phrases: list[Phrase]) -> None:
    assert parsed(typed) == Query(tuple(phrases))


def test_a_minus_leaves_out_whole_words() -> None:
    query = parsed('kafka -lag -"dead letter" x-ray')
    assert query.excluded == (Phrase(("lag",)), Phrase(("dead", "letter")))
    assert query.phrases == (Phrase(("kafka",)), Phrase(("x", "ray"), is_open=True))


def test_a_minus_alone_says_that_it_finds_nothing() -> None:
    query = parsed("-lag")
    assert query.is_empty
    assert query.problems == ("A minus only leaves out. Add a word to look for.",)


def test_filters_by_name() -> None:
    query = parsed('persona:Reviewer -model:qwen in:"Side projects" TITLE:kafka')
    assert query.names == (
        Named("persona", "reviewer"),
        Named("model", "qwen", is_excluded=True),
        Named("in", "side projects"),
    )
    assert query.in_title == (Phrase(("kafka",), is_open=True),)
    assert query.has_filters


def test_flags() -> None:
    assert parsed("is:pinned -is:archived IS:Deleted").flags == {"pinned": True, "archived": False, "deleted": True}


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("after:2026-11-03", midnight(2026, 11, 3), None),
        ("before:2026-11", None, midnight(2026, 11, 1)),
        ("before:2025", None, midnight(2025, 1, 1)),
        ("after:today", midnight(2026, 11, 24), None),
        ("after:Yesterday", midnight(2026, 11, 23), None),
        ("-after:2026-1-2", None, midnight(2026, 1, 2)),
        ("after:2026-01 after:2026-02", midnight(2026, 2, 1), None),
    ],
)
def test_dates(typed: str, since: float | None, until: float | None) -> None:
    query = parsed(typed)
    assert (query.since, query.until, query.problems) == (since, until, ())


@pytest.mark.parametrize(
    "typed", ["is:pinnd", "before:soon", "after:2026-13", "before:2026-02-30", "persona:", 'in:""', "is:", "after:0000"]
)
def test_what_is_not_understood_is_told_and_the_rest_counts(typed: str) -> None:
    query = parsed(f"{typed} kafka")
    assert query.phrases == (Phrase(("kafka",), is_open=True),)
    assert len(query.problems) == 1
    assert typed.partition(":")[0] in query.problems[0]


def test_one_or_two_letters_are_broad_while_they_may_go_on() -> None:
    assert all(parsed(typed).phrases[0].is_broad for typed in ("a", "ab", "foo.b"))
    assert not any(parsed(typed).phrases[0].is_broad for typed in ("abc", "a ", "a.foo"))


def test_a_very_long_query_is_cut() -> None:
    assert len(parsed("word " * LONGEST_QUERY).phrases) < 100


@given(st.text())
def test_anything_can_be_typed(text: str) -> None:
    for phrase in parsed(text).phrases:
        assert phrase.words
        assert all(word.isalnum() for word in phrase.words)
