"""Running text as runs. On the Qt thread, no Qt.

markdown-it is imported with the first text that needs it; `warm_up` does it ahead of time.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from seproj_desktop.window.transcript.markdown.inline import Run, Runs, joined
from seproj_desktop.window.transcript.markdown.marks import INLINE_MARK
from seproj_desktop.window.transcript.markdown.safety import closed_directions, readable

if TYPE_CHECKING:
    from markdown_it.token import Token

    from seproj_desktop.window.transcript.markdown.markdown import Markdown

Definitions = Mapping[str, str]
"""Normalised labels of links, and their addresses as written."""
NO_DEFINITIONS: Definitions = MappingProxyType({})
LINE_END = re.compile(r"[ \t]*\n[ \t]*")
WARMING_TEXTS = ("https://", "*warm* `code` https://example.org www.example.org $a$")
"""An address that has not come yet is read in another way than a whole one: its patterns take 7 ms to compile."""


def read(text: str, known: Definitions = NO_DEFINITIONS) -> Runs:
    """The runs of a whole leaf."""
    return closed_directions(read_part(text, known))


def read_part(text: str, known: Definitions = NO_DEFINITIONS) -> Runs:
    """The runs of a text that others follow: the directions that it opens stay open."""
    return runs_of(text, tokens_of(text, known))


def runs_of(text: str, tokens: "Sequence[Token]") -> Runs:
    """The same from its tokens."""
    return _to_runs()(tokens) if tokens else _plain(text)


def tokens_of(text: str, known: Definitions = NO_DEFINITIONS) -> "Sequence[Token]":
    """What the text is made of; nothing if it has no marks."""
    return _markdown().read(text, known) if INLINE_MARK.search(text) else ()


def typed(text: str) -> Runs:
    """Text as it was typed; bare addresses are links."""
    if not INLINE_MARK.search(text):
        return closed_directions((Run(readable(text)),)) if text else ()
    from seproj_desktop.window.transcript.markdown.runs import linked

    return closed_directions(joined(linked(text, _markdown())))


def warm_up() -> None:
    """Imports and builds what the first paragraph would have to wait for."""
    for text in WARMING_TEXTS:
        read(text)


def _plain(text: str) -> Runs:
    """Text without marks: its line breaks are spaces."""
    return (Run(readable(LINE_END.sub(" ", text))),) if text else ()


@cache
def _to_runs() -> "Callable[[Sequence[Token]], Runs]":
    """What makes runs of tokens; an import in a function is looked up at every call, with Qt's own look as well."""
    from seproj_desktop.window.transcript.markdown.runs import runs

    markdown = _markdown()
    return lambda tokens: joined(runs(tokens, markdown))


@cache
def _markdown() -> "Markdown":
    from seproj_desktop.window.transcript.markdown.markdown import Markdown

    return Markdown()
