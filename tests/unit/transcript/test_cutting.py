"""Where endless text is cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.window.transcript.markdown.cutting import SPACES, boundary, soft_cut, whole_spans
from tests.unit.transcript.sketches import split

LIMIT = 40


def test_cuts_at_the_last_space() -> None:
    text = "word " * 20
    end, start = soft_cut(text, LIMIT)
    assert (text[:end], text[start:]) == (("word " * 8).rstrip(), "word " * 12)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("some words that stand here and `code with spaces` after", "some words that stand here and"),
        ("some words that stand here [a link with words](http://x) x", "some words that stand here"),
        ("some words that stand here ``code ` with spaces`` after", "some words that stand here"),
        ("`code with spaces from the beginning up to the end and on`", "`code with spaces from the beginning up"),
        ("a\u00a0b " + "no\u00a0break" * 6, "a\u00a0b no\u00a0break" + "no\u00a0break" * 3 + "no\u00a0b"),
    ],
)
def test_code_and_links_stay_whole_where_they_can(text: str, before: str) -> None:
    end, _ = soft_cut(text, LIMIT)
    assert text[:end] == before[:LIMIT]


def test_in_a_literal_text_code_and_links_are_cut_like_words() -> None:
    end, start = soft_cut("some words that stand here and `code with spaces` after", LIMIT, is_literal=True)
    assert (end, start) == (36, 37)


@given(st.text(alphabet="a \u00a0\n`[]()", max_size=200), st.integers(1, 150))
def test_the_last_white_space_that_is_in_no_code_or_link(text: str, limit: int) -> None:
    end, start = soft_cut(text, limit)
    head = text[: limit + 1]
    spaces = [match.span() for match in SPACES.finditer(head, limit // 2)]
    kept = [space for space in spaces if not any(first < space[0] < last for first, last in whole_spans(head))]
    assert (end, start) == (kept or spaces or [(boundary(head, limit),) * 2])[-1]


@pytest.mark.parametrize(
    "sign",
    [
        "👩‍👩‍👧‍👦",
        "e\u0301\u0323",
        "🇩🇪",
        "👍🏽",
        "क्ष",
        "❤️",
        "1️⃣",
        "각",
        "\ud83d\ude00",
        "🏴\U000e0067\U000e0062\U000e007f",
    ],
)
def test_signs_stay_whole(sign: str) -> None:
    for shift in range(len(sign)):
        text = "x" * shift + sign * 100
        position = boundary(text, LIMIT)
        assert LIMIT - len(sign) < position <= LIMIT
        assert (position - shift) % len(sign) == 0


def test_endless_signs_are_cut_all_the_same() -> None:
    assert boundary("a" + "\u0301" * 500, 200) == 200


def test_a_limit_that_is_not_reached_cuts_nothing() -> None:
    assert len(split("word " * 239 + "end")) == 1
    assert len(split("word " * 241)) == 2


def test_pieces_of_combining_text_begin_with_letters() -> None:
    for segment in split("a\u0301\u0323" * 2000):
        assert not unicodedata.combining(segment.content[0])
