"""Pygments' colours stand exactly where the source has them, whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.colours.kinds import Kind, Spans
from seproj_desktop.window.transcript.colours.languages import GRAMMARS
from seproj_desktop.window.transcript.colours.pygments_spans import every_span, is_better, spans

LANGUAGES = sorted(GRAMMARS)
NASTY = [
    "\r\n",
    "\r",
    "\n",
    "\t",
    "\n\n\n",
    "😀",
    "é",
    "'",
    '"',
    '"""',
    "/*",
    "*/",
    "#",
    "//",
    "<",
    ">",
    "{",
    "}",
    "\\",
]
texts = st.lists(st.sampled_from([*NASTY, "if ", "x = 1", "def f(a):", "$x", "<a b='c'>", " "]), max_size=25).map(
    "".join
)


def pieces(code: str, found: list[Spans]) -> list[list[tuple[str, Kind]]]:
    return [
        [(line[start : start + length], kind) for start, length, kind in spans]
        for line, spans in zip(code.split("\n"), found, strict=True)
    ]


def test_positions_with_tabs_and_characters_beyond_the_first_plane() -> None:
    code = '\tx = "😀a"  # b\n\n\treturn 1'
    assert pieces(code, list(spans(code, "python"))) == [
        [("=", Kind.OPERATOR), ('"😀a"', Kind.STRING), ("# b", Kind.COMMENT)],
        [],
        [("return", Kind.KEYWORD), ("1", Kind.NUMBER)],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_positions_with_line_ends_of_both_kinds(end: str) -> None:
    code = end.join(["if x:  # a", '    """b', "    c", '    """', "", ""])
    assert list(spans(code, "py")) == list(spans(code.replace("\r", ""), "py"))
    assert len(list(spans(code, "py"))) == 6


@pytest.mark.parametrize("language", ["c", "python", "bash", "sql", "html", "yaml"])
def test_blank_lines_before_and_after_stay(language: str) -> None:
    found = list(every_span("\n\n  \nx = 1\n\n\n", language))
    assert len(found) == 7
    assert [bool(line) for line in found[:3]] == [False] * 3


def test_a_string_over_lines_has_a_span_on_each() -> None:
    code = "x = '''a\n\n  b'''"
    assert pieces(code, list(spans(code, "python"))) == [
        [("=", Kind.OPERATOR), ("'''a", Kind.STRING)],
        [],
        [("  b'''", Kind.STRING)],
    ]


def test_lines_come_one_by_one() -> None:
    lines = spans("import os\n" * 100_000, "python")
    assert next(lines) == ((0, 6, Kind.KEYWORD),)
    assert next(lines) == ((0, 6, Kind.KEYWORD),)


def test_an_unknown_language_gives_nothing() -> None:
    assert list(spans("x = 1", "no such language")) == []
    assert list(spans("x = 1", "")) == []


def test_nothing_where_the_quick_colours_are_as_good() -> None:
    assert not is_better("SCSS")
    assert not is_better("yml")
    assert is_better("css")
    assert list(spans("a: 1", "yaml")) == []


def test_called_names_are_functions_as_in_the_quick_colours() -> None:
    assert pieces("f(x).g(y)", list(spans("f(x).g(y)", "js"))) == [[("f", Kind.FUNCTION), ("g", Kind.FUNCTION)]]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30, deadline=None)
@given(code=texts)
def test_any_text_gives_a_line_for_each_line(language: str, code: str) -> None:
    found = list(every_span(code, language))
    lines = code.split("\n")
    assert len(found) == len(lines)
    for line, line_spans in zip(lines, found, strict=True):
        end = 0
        for start, length, kind in line_spans:
            assert kind
            assert start >= end
            assert length > 0
            end = start + length
        assert end <= len(line)
