"""A text that grows is read as if it were read anew each time, and costs no more than what is new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.window.transcript.entries import Entry, Speaker
from seproj_desktop.window.transcript.markdown.growing_text import AT_ONCE, GrowingText
from seproj_desktop.window.transcript.markdown.healing import heal
from seproj_desktop.window.transcript.markdown.inline import runs_text
from seproj_desktop.window.transcript.markdown.reading import read
from seproj_desktop.window.transcript.markdown.segment import TEXT_LIMIT
from seproj_desktop.window.transcript.message import Message

SAMPLES = r"""
end*. end**, end* *. (**)
word the answer of is and **bold** *it* ***both*** __strong__ snake_case a*b*c `code` ``a`b`` `open $5 $a+b$ $$x$$
\(a+b\) \( \[x\] [link](http://a.b) [half](ht [words [^1] [^ ] ![img](x.png) <https://a.b/c> <b> ** * _ __x
http://e.org/x?a=b www.a.de a@b.de ~~gone~~ ~~ ~5 \* \ &amp; & 漢字**强**调 日本 ](x) ( **a *b* c** f(x)*g
"""
BLANKS = st.sampled_from([" ", " ", " ", " ", "\n", "  \n", "\\\n"])
TEXTS = st.lists(st.tuples(st.sampled_from(SAMPLES.split()), BLANKS), min_size=1, max_size=120)


@given(TEXTS, st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_at_every_cut_it_is_read_as_if_it_were_read_anew(parts: list[tuple[str, str]], sizes: list[int]) -> None:
    text = "".join(word + blank for word, blank in parts).strip()
    growing, end, number = GrowingText(), 0, 0
    while end < len(text):
        end += sizes[number % len(sizes)]
        number += 1
        so_far = text[:end].strip(" \t\r\n")
        assert growing.read(so_far) == read(heal(so_far))


@pytest.mark.parametrize("text", ["", "the end of what was emphasised*. And "])
def test_what_cannot_change_any_more_is_read_once(text: str) -> None:
    """Not even a mark that only closes holds up the rest."""
    growing = GrowingText()
    for _ in range(40):
        text += "Some **bold** words and `code` in a paragraph. "
        growing.read(text.strip())
    assert growing.characters < 40 * 2 * AT_ONCE


def test_a_line_so_long_that_it_is_cut_is_read_once_as_well() -> None:
    message = Message(Entry("a", Speaker("assistant", "Developer")), is_open=True)
    for _ in range(40):
        message.add_text("Some **bold** words and `code`, all in one line. ")
    assert len(message.pieces) > 2, "it was cut"
    assert message.take_parsed() < 40 * 2 * AT_ONCE + TEXT_LIMIT


@pytest.mark.parametrize("opener", ["**bold", "`code", "$5", "[words", r"\(x", "~~s", "_em"])
def test_what_is_open_may_still_be_closed(opener: str) -> None:
    growing = GrowingText()
    text = f"It begins with {opener} " + "and goes on " * 40
    growing.read(text.strip())
    closed = text + "to the end**`$](x)\\)~~_"
    assert growing.read(closed) == read(heal(closed))


def test_another_text_has_nothing_of_the_one_before() -> None:
    growing = GrowingText()
    growing.read("One thing after the other " * 20)
    assert runs_text(growing.read("Another thing")) == "Another thing"


def test_a_direction_that_is_opened_ends_with_the_text() -> None:
    growing, text = GrowingText(), "\u2067opened " + "and more " * 40
    for end in range(1, len(text), 30):
        assert growing.read(text[:end].strip()) == read(text[:end].strip())
