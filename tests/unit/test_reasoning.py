"""Thinking parted from the answer, however the stream is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.engine.reasoning import ThinkSplitter, opens_thinking

CASES = [
    ("Hello", False, "", "Hello"),
    ("<think>why</think>Because", False, "why", "Because"),
    ("\n<think>\nwhy\n</think>\n\nBecause", False, "why", "Because"),
    ("why\n</think>\n\nBecause", True, "why", "Because"),
    ("<think>never closed", False, "never closed", ""),
    ("<thin air", False, "", "<thin air"),
    ("<", False, "", "<"),
    ("say <think> later", False, "", "say <think> later"),
    ("<think>a < b </thin c</think>x", False, "a < b </thin c", "x"),
    ("<think></think>", False, "", ""),
    ("", False, "", ""),
    ("\n" * 9 + "far down", False, "", "\n" * 9 + "far down"),
]


def split(pieces: list[str], *, inside: bool) -> tuple[str, str]:
    splitter = ThinkSplitter(inside=inside)
    parts = [splitter.feed(piece) for piece in pieces] + [splitter.finish()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


@pytest.mark.parametrize(("text", "inside", "reasoning", "answer"), CASES)
def test_whole_text_is_parted(text: str, inside: bool, reasoning: str, answer: str) -> None:
    assert split([text], inside=inside) == (reasoning, answer)


@given(st.sampled_from(CASES), st.lists(st.integers(0, 40), max_size=12))
def test_every_cutting_gives_the_same_parts(case: tuple[str, bool, str, str], cuts: list[int]) -> None:
    text, inside, reasoning, answer = case
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(edges)]
    got_reasoning, got_answer = split(pieces, inside=inside)
    assert got_answer == answer
    assert got_reasoning.rstrip("\n") == reasoning


def test_a_template_that_opened_the_thinking_is_seen() -> None:
    assert opens_thinking("<|im_start|>assistant\n<think>\n")
    assert not opens_thinking("<think>\n\n</think>\n\n")
    assert not opens_thinking("assistant\n")
