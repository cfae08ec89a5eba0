"""A long text is split in slices, and comes to what it would be if it was split at once."""

from datetime import UTC, datetime

import pytest

from benchmarks.corpus_hostile import HOSTILE
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.markdown.chapters import is_long
from seproj_desktop.window.transcript.markdown.segment import Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter
from seproj_desktop.window.transcript.message import BACKLOG, Message, Part, Stub
from seproj_desktop.window.transcript.message_text import GROUP

AT_ONCE = 0.0
"""A moment that is over: one slice, and no more."""
ALICE, YOU = Speaker("assistant", "Alice"), Speaker("user", "You")
LOG = "".join(f"10:00 worker {number} is ready\n" for number in range(4_000))
PARAGRAPHS = "words\n\n" * 2_000
DEFINED = PARAGRAPHS + "[a]\n\n[a]: https://example.org\n"


def message(text: str, *, speaker: Speaker = ALICE, is_open: bool = False) -> Message:
    return Message(Entry("m", speaker, text, time=datetime(2026, 1, 1, tzinfo=UTC)), is_open=is_open)


def split_in_slices(one: Message) -> int:
    """How many there were."""
    slices = 1
    while one.work_off(AT_ONCE) is None:
        slices += 1
    return slices


def segments_at_once(text: str, *, is_literal: bool = False) -> list[Segment]:
    splitter = Splitter(is_literal=is_literal)
    splitter.feed(text)
    splitter.finish()
    return list(splitter.closed)


def expanded(one: Message) -> list[tuple[int, Segment]]:
    """What the pieces of a text stand for, chapters taken apart."""
    return [
        found
        for piece in one.pieces
        if piece.place.part is Part.BODY and isinstance(piece.content, Stub)
        for found in one.segments_of(piece)
        if not found[1].is_silent
    ]


LONG_ONES = [name for name, make in HOSTILE.items() if is_long(make()[:200_000])]


@pytest.mark.parametrize("name", LONG_ONES)
def test_slices_come_to_the_segments_of_the_whole(name: str) -> None:
    text = HOSTILE[name]()[:200_000]
    one = message(text)
    one.split()
    assert split_in_slices(one) > 2
    assert one.index_of(BACKLOG) == len(one.pieces)
    whole = [found for found in enumerate(segments_at_once(text)) if not found[1].is_silent]
    assert expanded(one) == whole
    assert one.text == text


def test_until_then_one_piece_stands_for_the_text_and_nothing_is_lost() -> None:
    one = message(LOG, speaker=YOU)
    one.split()
    assert [piece.place.part for piece in one.pieces] == [Part.HEADER, Part.BODY]
    assert one.pieces[1].place == BACKLOG
    while one.backlog is not None:
        assert (one.text, one.length) == (LOG, len(LOG))
        one.work_off(AT_ONCE)
    assert expanded(one) == list(enumerate(segments_at_once(LOG, is_literal=True)))
    assert one.text == LOG


def test_many_segments_are_groups_that_are_taken_apart_when_they_are_looked_at() -> None:
    one = message(PARAGRAPHS)
    one.split()
    split_in_slices(one)
    groups = [piece for piece in one.pieces if isinstance(piece.content, Stub) and piece.content.is_chapter]
    assert len(groups) == 2_000 // GROUP
    assert len(one.pieces) < 2 * GROUP
    before = expanded(one)
    index = one.last_chapter()
    assert index is not None
    one.expand(index)
    assert one.pieces[index].place.segment == groups[-1].place.segment
    assert expanded(one) == before


def test_no_code_block_is_in_two_groups() -> None:
    one = message("words\n\n" * 400 + "```\n" + "line\n" * 20_000 + "```\n")
    one.split()
    split_in_slices(one)
    for piece in one.pieces[1:]:
        assert isinstance(piece.content, Stub)
        _, first = next(iter(one.segments_of(piece)))
        assert first.piece.is_first or not piece.content.is_chapter


def test_text_that_comes_meanwhile_waits_its_turn() -> None:
    one, other = message("Begin.\n\n", is_open=True), message("Begin.\n\n", is_open=True)
    one.add_text(PARAGRAPHS)
    assert one.backlog is not None
    one.work_off(AT_ONCE)
    one.add_text("And *more*")
    assert one.text == f"Begin.\n\n{PARAGRAPHS}And *more*"
    split_in_slices(one)
    one.add_text(".\n\nThe end")
    for piece in ("Begin.\n\n", *(PARAGRAPHS[start : start + 500] for start in range(0, len(PARAGRAPHS), 500))):
        other.add_text(piece.removeprefix("Begin.\n\n"))
    other.add_text("And *more*")
    other.add_text(".\n\nThe end")
    assert one.text == other.text
    assert one.pieces[-1].content == other.pieces[-1].content
    assert list(one.segments()) == list(other.segments())


def test_an_answer_may_end_before_it_is_split() -> None:
    one = message("", is_open=True)
    one.add_text(DEFINED)
    one.finish(Ending("the end"))
    assert not one.is_open
    assert one.backlog is not None
    assert one.pieces[-1].content == Ending("the end")
    assert one.text == DEFINED
    split_in_slices(one)
    assert expanded(one) == [found for found in enumerate(segments_at_once(DEFINED)) if not found[1].is_silent]
    assert dict(one.definitions) == {"A": "https://example.org"}
    assert one.pieces[-1].content == Ending("the end")


def test_what_was_shown_before_a_long_piece_came_stays_until_that_is_split() -> None:
    one = message("", is_open=True)
    one.add_text("First.\n\nSecond")
    before = [piece.place for piece in one.pieces]
    one.add_text(PARAGRAPHS)
    assert [piece.place for piece in one.pieces] == [*before, BACKLOG]


def test_short_texts_are_split_at_once() -> None:
    one = message("words\n\n" * 100)
    one.split()
    assert one.backlog is None
    assert len(one.pieces) == 101


def test_what_draws_nothing_has_no_piece() -> None:
    one = message("\n" * 1_000 + "words\n\n" + "[a]: https://example.org\n" * 10)
    one.split()
    assert len(one.pieces) == 2
