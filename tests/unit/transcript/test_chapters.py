"""Chapters of a long text: split one by one they give what the whole gives."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks import corpus
from benchmarks.corpus_hostile import HOSTILE
from seproj_desktop.window.transcript.markdown.chapters import CHAPTER, chapter_starts, chapters, is_long
from seproj_desktop.window.transcript.markdown.splitter import Segment, Splitter

LINES = [
    "Words of a paragraph",
    "# Heading",
    "- item",
    "  more of it",
    "1. first",
    "   in it",
    "-",
    "> quote",
    ">",
    "[^1]:",
    "[^ab]: A note",
    "```",
    "```python",
    "  ```",
    "   ```",
    "    ```",
    "- ```",
    "> ```",
    "~~~",
    "````",
    "``` no `fence`",
    "\t```",
    "    code",
    "  less",
    "$$",
    "$$ ab",
    "\\[",
    "<div>",
    "| a | b |",
    "|---|---|",
    "---",
    "[label]: https://example.org",
    "def f(x: list[int]) -> None:",
    "x" * 30,
    "Кириллица и слова",
    "",
    "",
    "",
    " ",
    "with carriage return\r",
    "\r",
]


def segments(text: str) -> list[Segment]:
    splitter = Splitter()
    splitter.feed(text)
    splitter.finish()
    return list(splitter.closed)


def in_chapters(text: str, least: int) -> list[Segment]:
    starts = chapter_starts(text, least)
    ends = [*starts[1:], len(text)]
    return [segment for start, end in zip(starts, ends, strict=True) for segment in segments(text[start:end])]


@given(st.lists(st.sampled_from(LINES), max_size=60).map("\n".join))
@example("```\nwords\n\nWords\n\n```\nwords\n\nWords\n")
@example("- item\n  ```\nwords\n\nWords\n  ```\nwords\n\nWords\n")
@example(" ```\nwords\n\nWords\n ```\nwords\n\nWords\n")
@example("$$\n```\nwords\n\nWords\n```\n\nWords\n")
@example("words\n\n[^ab]:\n\n# Heading\n")
def test_chapters_have_the_segments_of_the_whole(text: str) -> None:
    assert in_chapters(text, 1) == segments(text)


@given(st.text("ab \n`~-#>$1.[]:^|\t", max_size=200))
def test_chapters_of_any_marks_have_the_segments_of_the_whole(text: str) -> None:
    assert in_chapters(text, 1) == segments(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_chapters_of_hostile_texts_have_the_segments_of_the_whole(name: str) -> None:
    text = HOSTILE[name]()[:200_000]
    assert in_chapters(text, 5_000) == segments(text)


def test_a_long_answer_has_chapters_of_a_like_length() -> None:
    text = corpus.answer(50_000)
    starts = chapter_starts(text)
    assert len(starts) > 0.8 * len(text) / CHAPTER
    assert all(CHAPTER <= end - start < 1.5 * CHAPTER for start, end in pairwise(starts))
    assert in_chapters(text, CHAPTER) == segments(text)


def test_short_texts_and_those_that_define_links_are_one_chapter() -> None:
    paragraph = f"{'Some words. ' * 12}\n\n"
    assert chapter_starts(paragraph * 100) == [0]
    assert len(chapter_starts(paragraph * 500)) > 2
    assert chapter_starts(paragraph * 500 + "> - [label]: https://example.org\n") == [0]
    assert len(chapter_starts(paragraph * 500 + "def f(x: list[int]): ...\n")) > 2


def test_a_text_with_a_part_that_would_hold_the_window_is_not_cut() -> None:
    paragraph = f"{'Some words. ' * 12}\n\n"
    fence = "```\n" + "line\n" * 2_000 + "```\n\n"
    assert len(chapters(paragraph * 500)) > 2
    text = paragraph * 250 + fence + paragraph * 250
    assert chapters(text) == [(0, text)]


def test_lines_and_depth_make_a_text_long() -> None:
    assert not is_long("word " * 20_000)
    assert is_long("word " * 40_000)
    assert is_long("word\n" * 2_000)
    assert is_long(f"{'  ' * 24}- item\n" * 400)
    assert not is_long("- item\n" * 400)
    assert is_long(f"{'> ' * 24}words\n" * 400)
