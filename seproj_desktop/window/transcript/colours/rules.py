"""The words in which a grammar is written: modes, their rules, and the moves between modes.

A mode is what the lexer is in (code, a string, a comment) and becomes one regular expression; a rule is one of its
alternatives; a move pushes, pops or replaces a mode on the stack that a line hands to the next one. No Qt, no state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from seproj_desktop.window.transcript.colours.kinds import Kind

# Deeper nesting is not followed: the tuple is copied with every move.
MAX_DEPTH = 24


class Frame(NamedTuple):
    """One mode that the text is in, and the word that ends it where that is not always the same."""

    mode: str
    word: str = ""


State: TypeAlias = tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Push:
    """Enters a mode; `word` is the closing word or makes it out of what was found, `below` is entered before."""

    mode: str | Callable[[str], str]
    word: str | Callable[[str], str] = ""
    below: str = ""

    def after(self, stack: State, found: str) -> State:
        if len(stack) >= MAX_DEPTH:
            return stack
        mode = self.mode if isinstance(self.mode, str) else self.mode(found)
        word = self.word if isinstance(self.word, str) else self.word(found)
        return (*stack, Frame(self.below, word), Frame(mode)) if self.below else (*stack, Frame(mode, word))


@dataclass(frozen=True, slots=True)
class Pop:
    """Leaves modes; the first one stays."""

    count: int = 1

    def after(self, stack: State, found: str) -> State:
        return stack[: -self.count] or stack[:1]


@dataclass(frozen=True, slots=True)
class Switch:
    """Leaves a mode for another."""

    mode: str

    def after(self, stack: State, found: str) -> State:
        return (*stack[:-1], Frame(self.mode))


Move: TypeAlias = Push | Pop | Switch
KindOf: TypeAlias = Callable[[str, Kind], Kind]
# Where in (text, from position on, closing word) a mode ends: start and end of what closes it.
Closer: TypeAlias = Callable[[str, int, str], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A piece of text, of one kind or with a kind for each group of the pattern.

    A pattern that begins with ^ is tried at the beginning of the line only; with one kind it has no groups. `kind_of`
    gets the text found and the kind that it would have; `called` is the (last) kind where a parenthesis follows.
    """

    pattern: str
    kind: Kind | tuple[Kind, ...] = Kind.TEXT
    kind_of: KindOf | None = None
    move: Move | None = None
    called: Kind | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """What may come now; `kind` is what no rule claims, `skip` are characters that no rule begins with."""

    rules: tuple[Rule, ...] = ()
    kind: Kind = Kind.TEXT
    skip: str = ""
    ends_with_line: bool = False  # unless the line ends with a backslash
    closer: Closer | None = None
    guest: str | Callable[[str], str] = ""  # the language spoken inside, or how the closing word tells it


Grammar: TypeAlias = Mapping[str, Mode]  # begins in its first mode


def find_word(text: str, position: int, word: str) -> tuple[int, int] | None:
    """The first place of the closing word."""
    start = text.find(word, position)
    return None if start < 0 else (start, start + len(word))


def whole_line(text: str, position: int, word: str) -> tuple[int, int] | None:
    """The closing word stands alone on its line."""
    return (0, len(text)) if position == 0 and text.strip(" \t\r;,)") == word else None
