"""Pygments over a whole closed block, as kinds per line: the better colours that come after the quick ones.

Runs in a helper process, because a lexer takes up to 30 ms to load and its time is not bounded; imports Pygments late.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from seproj_desktop.window.transcript.colours.kinds import Kind, Span, Spans
from seproj_desktop.window.transcript.colours.languages import language_name
from seproj_desktop.window.transcript.colours.pygments_kinds import kind_of

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Piece: TypeAlias = tuple[str, Kind]

# Where the line lexer sees as much (JSON, INI) or more: numbers in YAML, nested rules in SCSS, recipes in Makefiles.
_NOT_BETTER = frozenset({"diff", "ini", "json", "makefile", "yaml"})
_NOT_BETTER_ALIASES = frozenset({"less", "scss"})


def is_better(language: str) -> bool:
    """Whether Pygments sees more in a language than the line lexer."""
    return language.strip().lower() not in _NOT_BETTER_ALIASES and language_name(language) not in _NOT_BETTER


def spans(code: str, language: str) -> Iterator[Spans]:
    """The spans of one line after another: none where they would not be better, fewer where Pygments gives up."""
    return every_span(code, language) if is_better(language) else iter(())


def every_span(code: str, language: str) -> Iterator[Spans]:
    """The same for each language that Pygments knows."""
    # Neither changes a position within a line.
    text = code.replace("\r\n", "\n").replace("\r", " ")
    lines = text.count("\n") + 1
    try:
        lexer = _lexer(text, language)
        if lexer is None:
            return
        # Some lexers want their last line to end.
        yield from islice(_lines(_pieces(lexer, f"{text}\n", language_name(language))), lines)
    except Exception:  # noqa: BLE001 - lexers of 500 languages meet any text; what fails leaves the quick colours
        return


def _lexer(text: str, language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    options = {"stripnl": False, "stripall": False, "ensurenl": False, "startinline": "<?" not in text}
    for name in dict.fromkeys((language.strip().lower(), language_name(language))):
        try:
            return get_lexer_by_name(name, **options)
        except ClassNotFound:
            continue
    return None


def _pieces(lexer: "Lexer", text: str, language: str) -> Iterator[Piece]:
    """All of the text in pieces, in order: joined, they are the text exactly."""
    position = 0
    for start, token, value in lexer.get_tokens_unprocessed(text):
        if not value or start < position or not text.startswith(value, start):
            continue
        if start > position:
            yield text[position:start], Kind.TEXT
        position = start + len(value)
        yield value, kind_of(str(token)[6:], value, language, text[position : position + 1])
    if position < len(text):
        yield text[position:], Kind.TEXT


def _lines(pieces: Iterator[Piece]) -> Iterator[Spans]:
    line: list[Span] = []
    position = 0
    for value, kind in pieces:
        first, *others = value.split("\n")
        for number, part in enumerate((first, *others)):
            if number:
                yield tuple(line)
                line, position = [], 0
            if kind and part.strip():
                _add(line, position, len(part), kind)
            position += len(part)
    yield tuple(line)


def _add(line: list[Span], start: int, length: int, kind: Kind) -> None:
    """Adds a span, or makes the one before longer."""
    if line:
        begin, size, before = line[-1]
        if before is kind and begin + size == start:
            line[-1] = (begin, size + length, kind)
            return
    line.append((start, length, kind))
