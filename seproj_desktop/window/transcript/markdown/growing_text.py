"""Running text that grows: its beginning, which nothing can change any more, is read once. On the Qt thread, no Qt."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seproj_desktop.window.transcript.markdown.healing import heal
from seproj_desktop.window.transcript.markdown.inline import Runs, joined
from seproj_desktop.window.transcript.markdown.marks import MOST_BRACKETS
from seproj_desktop.window.transcript.markdown.reading import read_part, runs_of, tokens_of
from seproj_desktop.window.transcript.markdown.safety import closed_directions

if TYPE_CHECKING:
    from markdown_it.token import Token

AT_ONCE = 120
"""Characters after which the beginning is looked at again."""
WAIT = 1.5
"""How many times as much is looked at the next time, where something in it was open: it may never be closed."""
PAUSE = re.compile(r"(?<=\S) (?=\S)")
"""Where a text may be cut: no mark begins or ends there, and no line."""
OPENER = re.compile(r"(?<![A-Za-z0-9*])\*|\*(?=[^\s!-/:-@\[-`{-~])|[`$\[\\]|~~|(?<!\w)_|_(?!\w)")
"""What stands as text only until something closes it. Stars after a word and before a space or a point open nothing."""


class GrowingText:
    """Reads one text after the other; of those that go on with the text before, only what is new."""

    def __init__(self) -> None:
        self.characters = 0
        """How many have been read so far."""
        self._forget()

    def read(self, text: str) -> Runs:
        """The runs of a text, as if what it has opened were closed."""
        if not text.startswith(self._settled) or text.count("[") > MOST_BRACKETS:
            self._forget()
        if len(text) - len(self._settled) >= max(AT_ONCE, WAIT * self._tried):
            self._settle(text)
        rest = heal(text[len(self._settled) :])
        self.characters += len(rest)
        return closed_directions(joined((*self._runs, *read_part(rest))) if rest or not self._runs else self._ended)

    def _forget(self) -> None:
        self._settled, self._tried = "", 0
        self._runs: Runs = ()
        """Of what is settled; `_tried`: how much was left when something in it was found open."""

    def _settle(self, text: str) -> None:
        """Looks how much of the text can be taken for good."""
        cut = max((found.end() for found in PAUSE.finditer(text, len(self._settled))), default=0)
        part = text[len(self._settled) : cut]
        tokens = tokens_of(part)
        self.characters += len(part)
        if not part or is_open(tokens):
            self._tried = len(text) - len(self._settled)
        else:
            self._settled, self._tried = text[:cut], 0
            self._runs = joined((*self._runs, *runs_of(part, tokens)))

    @property
    def _ended(self) -> Runs:
        """What is settled, without the blank that it ends with."""
        *runs, last = self._runs
        return (*runs, last._replace(text=last.text.removesuffix(" ")))


def is_open(tokens: "Sequence[Token]") -> bool:
    """Whether any of it might be read otherwise once more text has come."""
    return any(
        OPENER.search(token.content) if token.type == "text" else token.type == "text_special" and token.content in "(["
        for token in tokens
    )
