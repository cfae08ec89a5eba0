"""The splitter's promises: nothing is lost, nothing is undone, and no input makes a segment or the work grow."""

from collections.abc import Iterator
from itertools import cycle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.markdown.block_reader import BlockReader
from seproj_desktop.window.transcript.markdown.line_reader import LineReader
from seproj_desktop.window.transcript.markdown.literal_reader import LiteralReader
from seproj_desktop.window.transcript.markdown.segment import CODE_LINES, SOURCE_LIMIT, TABLE_ROWS, TEXT_LIMIT
from seproj_desktop.window.transcript.markdown.splitter import Kind, Segment, Splitter
from tests.unit.transcript.sketches import split, total

MARKS = st.sampled_from(
    [
        *["- ", "* ", "1. ", "2) ", "> ", ">", "# ", "```", "~~~", "$$", "\\[", "\\]", "|", "|-|-", "---", "==="],
        *["[^1]: ", "[a]: http://x", "\\begin{align}", "\\end{align}", "<div>", "``` math", "\\", "*", "**", "`", "["],
        *["\n", "\n", "\n", "\n\n", "\r\n", "\t", "    ", "  ", " ", "a", "word ", "é", "👩‍👩‍👧", "漢字"],
    ]
)
LONG = st.sampled_from(["x" * 1300, "word " * 300, "y" * 2300, "|cell" * 500, "> " * 900, "> a\n" * 30, "é" * 1500])
TEXTS = st.lists(st.one_of(*[MARKS] * 8, st.text(max_size=4), LONG), max_size=40).map("".join)

slow_machine = settings(deadline=None, max_examples=60)

HOSTILE = {
    "endless line": "x" * 1_000_000,
    "endless words": "word " * 200_000,
    "endless line of code": "```\n" + "x" * 1_000_000,
    "endless paragraph": "some words here\n" * 20_000,
    "nested quotes": ">" * 100_000,
    "ever deeper quotes": "".join([">" * (number % 60) + " a\n" for number in range(3000)]),
    "deep list": "".join([" " * (2 * number) + "- a\n" for number in range(700)]),
    "items in items": "- " * 5000,
    "cells in one row": "|a|b|\n|-|-|\n" + "|x" * 50_000 + "|\n",
    "cells in the header": "|x" * 50_000 + "|\n" + "|-" * 50_000 + "|\n",
    "cells in many rows": "|a|b|\n|-|-|\n" + "|`x|**y|\n" * 25_000,
    "list": "- a\n" * 100_000,
    "blank lines": "\n" * 100_000,
    "spaces": " " * 1_000_000,
    "fences": "```\n" * 10_000,
    "formulas": "$$\n" * 10_000,
    "open formulas": "$$x\n" * 10_000,
    "indented code": "    a\n\n" * 10_000,
    "marks upon letters": "a" + "\u0301" * 100_000,
    "families": "👩‍👩‍👧‍👦" * 20_000,
    "brackets": "[" * 10_000,
    "backticks": "` " * 10_000,
    "stars": "*a **b " * 10_000,
    "pictures": "![" * 10_000,
    "angles": "<" * 10_000,
}


def pieces(text: str, sizes: list[int]) -> Iterator[str]:
    """The text in pieces of these sizes, over and over."""
    position = 0
    for size in cycle(sizes):
        if position >= len(text):
            return
        yield text[position : position + size]
        position += size


@slow_machine
@given(TEXTS, st.lists(st.integers(1, 3000), min_size=1, max_size=20))
@example("- a\r\n\r\n  b\r\n", [1])
@example("a | b\n" + "x" * 2400 + "\r\n", [7])
def test_any_cutting_gives_the_same_segments(text: str, sizes: list[int]) -> None:
    whole, parts = Splitter(), Splitter()
    whole.feed(text)
    for piece in pieces(text, sizes):
        parts.feed(piece)
    assert parts.closed == whole.closed
    assert parts.tail() == whole.tail()
    assert total([*parts.closed, *parts.tail()]) == text


class LongWayBlocks(BlockReader):
    def read(self, source: str) -> None:
        LineReader.read(self, source)


class LongWayLiteral(LiteralReader):
    def read(self, source: str) -> None:
        LineReader.read(self, source)


COUNTED = st.sampled_from(
    ["2 words\n", "12", "1.", "7) ", "3.5 is\n", "2026-11-27 12:30 [a]: b\n", "123456789. x\n", "0"]
)


@slow_machine
@given(st.lists(st.one_of(MARKS, MARKS, COUNTED, LONG), max_size=40).map("".join))
@pytest.mark.parametrize(("short", "long"), [(BlockReader, LongWayBlocks), (LiteralReader, LongWayLiteral)])
def test_the_short_way_of_common_lines_leads_to_the_same(
    short: type[LineReader], long: type[LineReader], text: str
) -> None:
    readers = short(), long()
    for reader in readers:
        for line in text.splitlines(keepends=True):
            reader.read(line)
        reader.end.finish()
    one, other = readers
    assert one.end.closed == other.end.closed


def test_an_empty_quote_that_is_too_deep_leaves_the_source_in_order() -> None:
    text = "> " * 60 + "words\n" + "> " * 200
    splitter = Splitter()
    splitter.feed(text)
    assert total([*splitter.closed, *splitter.tail()]) == text
    splitter.finish()
    assert total(splitter.closed) == text


@slow_machine
@given(TEXTS, st.lists(st.integers(1, 300), min_size=1, max_size=20))
def test_what_is_closed_stays(text: str, sizes: list[int]) -> None:
    splitter, fed = Splitter(), ""
    before: list[Segment] = []
    for piece in pieces(text, [*sizes, 300]):
        splitter.feed(piece)
        fed += piece
        assert splitter.closed[: len(before)] == before
        assert total([*splitter.closed, *splitter.tail()]) == fed
        before = splitter.closed.copy()


@slow_machine
@given(TEXTS, st.booleans())
def test_an_end_closes_everything(text: str, is_literal: bool) -> None:
    splitter = Splitter(is_literal=is_literal)
    splitter.feed(text)
    splitter.finish()
    assert splitter.tail() == ()
    assert total(splitter.closed) == text
    assert splitter.closed == split(text, size=3, is_literal=is_literal)


@slow_machine
@given(TEXTS)
def test_segments_are_bounded(text: str) -> None:
    for segment in split(text * 3):
        assert_bounded(segment)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_bounded(name: str) -> None:
    text = HOSTILE[name]
    splitter = Splitter()
    for start in range(0, len(text), 50_000):
        splitter.feed(text[start : start + 50_000])
        assert sum(len(segment.text) for segment in splitter.tail()) < 3 * SOURCE_LIMIT
    splitter.finish()
    assert total(splitter.closed) == text
    for segment in splitter.closed:
        assert_bounded(segment)
    # What is parsed in all is no more than the text, and a table's header for each of its pieces.
    assert sum(len(segment.content) + len(segment.lead) for segment in splitter.closed) <= 2 * len(text) + SOURCE_LIMIT


def assert_bounded(segment: Segment) -> None:
    assert len(segment.text) < 2 * SOURCE_LIMIT
    match segment.kind:
        case Kind.CODE:
            assert segment.content.count("\n") <= CODE_LINES
            assert len(segment.content) < SOURCE_LIMIT
        case Kind.TABLE:
            assert segment.content.count("\n") < TABLE_ROWS
            assert len(segment.content) < SOURCE_LIMIT
        case Kind.FORMULA:
            assert len(segment.content) < 2 * SOURCE_LIMIT
        case _:
            assert len(segment.content) <= max(TEXT_LIMIT, 0)


def test_definitions_are_noticed() -> None:
    splitter = Splitter()
    splitter.feed("A [word].\n\n")
    assert not splitter.has_definitions
    splitter.feed("[word]: https://example.org\n")
    assert splitter.has_definitions
