"""Words in texts: what counts as the same, where it is, and which sources cannot have it."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.finding.matching import Query, fold
from seproj_desktop.window.transcript.finding.sections import searched_text
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves
from seproj_desktop.window.transcript.markdown.splitter import Splitter

COMPOSED = "nai\u0308ve"
"""The two dots as a letter of their own."""


def found(words: str, text: str, *, is_case_sensitive: bool = False, is_whole_word: bool = False) -> list[str]:
    """The places of the words, as they stand in the text."""
    return [text[start:end] for start, end in Query(words, is_case_sensitive, is_whole_word).ranges(text)]


def seen(source: str) -> Iterator[tuple[str, str]]:
    """Each leaf's text as it is seen, and its source."""
    splitter = Splitter()
    splitter.feed(source)
    splitter.finish()
    known = definitions(splitter.closed)
    for segment in splitter.closed:
        for leaf in leaves(segment, known):
            yield searched_text(leaf), segment.text


@pytest.mark.parametrize(
    ("words", "text", "places"),
    [
        ("cat", "A cat, a CAT, concatenated", ["cat", "CAT", "cat"]),
        ("aa", "aaaaa", ["aa", "aa"]),
        ("naive", "naïve, naive, NAÏVE", ["naïve", "naive", "NAÏVE"]),
        ("naïve", "naive", ["naive"]),
        ("naive", COMPOSED, [COMPOSED]),
        ("nai", COMPOSED, [COMPOSED[:4]]),
        ("strasse", "Die Straße!", ["Straße"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("s", "ß", ["ß"]),
        ("as", "aß, as", ["aß", "as"]),
        ("istanbul", "İstanbul", ["İstanbul"]),
        ("x", "İİx", ["x"]),
        ("file", "\ufb01le", ["\ufb01le"]),
        ("x2", "x²", ["x²"]),
        ("σας", "ΣΑΣ", ["ΣΑΣ"]),
        ("漢", "漢字と漢字", ["漢", "漢"]),
        ("か", "がか", ["か"]),
        ("하", "한하", ["하"]),
        ("שלום", "שָׁלוֹם", ["שָׁלוֹם"]),
        ("कि", "कु कि", ["कि"]),
        ("👍", "👍🏽 👍", ["👍", "👍"]),
        ("❤", "❤\ufe0f", ["❤\ufe0f"]),
        ("a b", "a\nb a\tb a\u00a0b", ["a\nb", "a\tb", "a\u00a0b"]),
        ("don't", "don’t", ["don’t"]),
        ("soft", "so\u00adft", ["so\u00adft"]),
        (" ", "a b", []),
        ("", "a b", []),
        ("\u0301", "é", []),
    ],
)
def test_letters_are_found_whatever_their_case_and_accents(words: str, text: str, places: list[str]) -> None:
    assert found(words, text) == places


def test_case_counts_if_it_is_asked_for_accents_do_not() -> None:
    assert found("Éa", "éa Éa Ea EA", is_case_sensitive=True) == ["Éa", "Ea"]


@pytest.mark.parametrize(
    ("words", "text", "count"),
    [
        ("cat", "cat, concatenate, cat_1, cat2, bobcat, (cat)", 2),
        ("a", "a é ab á", 2),
        ("(x", "f(x) (xy", 1),
        ("é", "e\u0301a e\u0301", 1),
        ("product", "product™ products", 1),
        ("ss", "ßa ß", 1),
    ],
)
def test_whole_words(words: str, text: str, count: int) -> None:
    assert len(found(words, text, is_whole_word=True)) == count


@given(st.text(max_size=40), st.text(min_size=1, max_size=4))
def test_ranges_are_in_order_within_the_text_and_have_the_words(text: str, words: str) -> None:
    end_before = 0
    query = fold(words).text
    for start, end in Query(words).ranges(text):
        assert end_before <= start < end <= len(text)
        assert query in fold(text[start:end]).text
        end_before = end


@given(st.text(min_size=1, max_size=30))
def test_a_text_has_each_of_its_stretches(text: str) -> None:
    words = text[len(text) // 3 :]
    ranges = Query(words).ranges(text)
    assert Query(words).is_empty or ranges


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("hello", "he**llo** there"),
        ("hello", "*he*l`lo`"),
        ("hello", "he~~llo~~"),
        ("one two", "one\ntwo"),
        ("one two", "> one\n> two"),
        ("one two", "one  \ntwo"),
        ("AT&T", "AT&amp;T"),
        ("café", "caf&eacute;"),
        ("cafe", "caf&#233;"),
        ("widgets", "[widget](https://example.org/a_(b))s"),
        ("widgets", "[widget][1]s\n\n[1]: https://example.org"),
        ("widgets", "[widget]s\n\n[widget]: https://example.org"),
        ("word1", "word[^1]"),
        ("example", "![picture][1]\n\n[1]: https://example.org"),
        ("%C3%A4", "![a](https://example.org/ä)"),
        ("202E", "a `\u202e` b"),
        ("naive", "nai\u0308ve"),
        ("->", "a -> b"),
        ("👍👍", "👍**👍**"),
        ("x_1", "$x_1$"),
        ("snake_case", "`snake_case` and snake\\_case"),
        ("a b", "| a | b |\n|---|---|\n| c | d |"),
    ],
)
def test_a_source_is_not_rejected_where_the_words_are_seen(words: str, source: str) -> None:
    query = Query(words)
    pieces = [piece for text, piece in seen(source) if query.ranges(text)]
    assert pieces
    assert all(map(query.may_be_in, (source, *pieces)))


PARTS = ("ab", "cd", "ef ", "**", "_", "`", "~~", "[", "](u)", "][1]", "]", "(", ")", "\\", "&amp;", "&", "\n", "> ")
MORE_PARTS = (
    "- ",
    "ß",
    "é",
    "e\u0301",
    "👍",
    "!",
    "$",
    "|",
    "<b>",
    "\u202e",
    "# ",
    "1. ",
    "    ",
    "\n\n[1]: http://u.v\n",
)


@given(st.lists(st.sampled_from(PARTS + MORE_PARTS), max_size=25).map("".join), st.data())
@settings(max_examples=200, deadline=None)
def test_no_stretch_of_what_is_seen_is_rejected(source: str, data: st.DataObject) -> None:
    for text, piece in seen(source):
        start = data.draw(st.integers(0, max(0, len(text) - 1)))
        words = text[start : start + data.draw(st.integers(1, 6))]
        query = Query(words)
        assert query.is_empty or (query.may_be_in(source) and query.may_be_in(piece)), (words, text)


@pytest.mark.parametrize("words", ["zebra", "not there", "->", "漢字", "👍"])
def test_other_sources_are_rejected(words: str) -> None:
    sources = ("Some **bold** words, a [link](https://example.org/zzz) and `code(x)`.", "naïve — “quoted” ünïcode")
    assert not any(Query(words).may_be_in(source) for source in sources)


def test_folded_letters_lead_back_to_those_they_come_from() -> None:
    text = "Aé\u0301ßx"
    folded = fold(text)
    assert folded.text == "aessx"
    assert [text[start] for start in folded.starts[:-1]] == ["A", "é", "ß", "ß", "x"]
    assert unicodedata.is_normalized("NFC", folded.text)
