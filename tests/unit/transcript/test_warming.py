"""What was warmed up has nothing large left to compile, and what is not asked for is not read."""

import re

import pytest

from seproj_desktop.window.transcript.colours import languages
from seproj_desktop.window.transcript.markdown import parser, reading
from seproj_desktop.window.transcript.markdown.markdown import Markdown
from tests.unit.transcript.sketches import growing, split

UNDER_WAY = [
    "See https:",
    "See https://",
    "See https://a.b",
    "www.",
    "www.x.org",
    "me@",
    "me@x.org",
    "*a* **b `c",
    "$x",
]

LARGE = 500
"""Characters of a pattern whose compilation takes a millisecond or more."""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The large patterns that the standard library compiles from now on."""
    re.purge()
    reading.warm_up()
    patterns: list[str] = []
    compile_pattern = re._compiler.compile  # type: ignore[attr-defined]

    def note(pattern: str, flags: int = 0) -> re.Pattern[str]:
        if len(pattern) > LARGE:
            patterns.append(pattern)
        compiled: re.Pattern[str] = compile_pattern(pattern, flags)
        return compiled

    monkeypatch.setattr(re._compiler, "compile", note)  # type: ignore[attr-defined]
    return patterns


@pytest.mark.parametrize("text", UNDER_WAY)
def test_a_warm_parser_compiles_nothing(compiled: list[str], text: str) -> None:
    assert growing(text)
    assert compiled == []


def test_a_warm_lexer_compiles_nothing_for_plain_code(compiled: list[str]) -> None:
    languages.warm_up("python")
    compiled.clear()
    lexer = languages.lexer_for("python")
    assert lexer is not None
    assert lexer.line("return shown(value) + 1", lexer.start)[0]
    assert compiled == []


def test_once_all_steps_are_taken_no_language_compiles_anything(compiled: list[str]) -> None:
    for step in languages.warming_steps():
        step()
    compiled.clear()
    for name in languages.GRAMMARS:
        lexer = languages.lexer_for(name)
        assert lexer is not None
        for mode in lexer.modes:
            lexer.prepare(mode)
    assert compiled == []


def test_an_unknown_language_needs_no_warming() -> None:
    languages.warm_up("no language")


def test_only_definitions_that_are_asked_for_are_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    normalised: list[str] = []

    class Counting(Markdown):
        def normalizeLink(self, url: str) -> str:
            normalised.append(url)
            return str(super().normalizeLink(url))

    segments = split("".join(f"[{number}]: https://example.org/{number}\n" for number in range(500)))
    known = parser.definitions(segments)
    assert len(known) == 500
    tokens = Counting().read("See [this][7].", known)
    assert [token.attrs["href"] for token in tokens if token.type == "link_open"] == ["https://example.org/7"]
    assert set(normalised) == {"https://example.org/7"}
