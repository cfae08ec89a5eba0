"""The part of a text that a search result shows, with the places of the words that were looked for. Pure.

Works on the text itself and not through the index, which only knows whole words; where the two should ever disagree
over what a letter is, a snippet lacks a mark, and nothing worse.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from seproj_desktop.storage.query import Phrase
from seproj_desktop.storage.search_schema import LONE_LETTERS

LENGTH = 180
"""Characters of a snippet, roughly: it begins and ends with whole words."""
LEAD = 50
"""Characters before the word that was found."""

_LONE = re.compile(f"[{LONE_LETTERS}]")
_WORD = rf"(?:(?![{LONE_LETTERS}])[^\W_])"
_BEGIN = rf"(?<![^\W_{LONE_LETTERS}])"
_ACCENTS = "[\u0300-\u036f]*"
_FIRST_WITHOUT_ACCENTS = 0x2E80
"""From here on marks make other letters, as in Japanese; the index leaves them alone too."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text on one line; `marks` are (start, end) within it, in order."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class SnippetCutter:
    """Finds a query's phrases in texts, accents and case ignored. For one query; keeps what it learns of letters."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._folds = _Folds()
        by_length = sorted(phrases, key=lambda phrase: len("".join(phrase.words)), reverse=True)
        self._patterns = [re.compile(self._pattern(phrase)) for phrase in by_length]
        self._any = re.compile("|".join(pattern.pattern for pattern in self._patterns)) if phrases else None

    @property
    def has_words(self) -> bool:
        return bool(self._patterns)

    def cut(self, text: str, length: int = LENGTH) -> Snippet:
        """Around the longest phrase that the text has, else the text's beginning."""
        start = self._first_place(text)
        shown = _window(text, start, length)
        return Snippet(shown, self.marks(shown))

    def marks(self, text: str) -> tuple[tuple[int, int], ...]:
        if self._any is None:
            return ()
        return tuple(match.span() for match in self._any.finditer(self._fold(text)))

    def _first_place(self, text: str) -> int:
        folded = self._fold(text)
        for pattern in self._patterns:
            found = pattern.search(folded)
            if found is not None:
                return found.start()
        return 0

    def _fold(self, text: str) -> str:
        """As long as the text itself, so that places in the one are places in the other."""
        return text.lower() if text.isascii() else text.translate(self._folds)

    def _pattern(self, phrase: Phrase) -> str:
        words = [self._fold(word) for word in phrase.words]
        pattern = ""
        for place, word in enumerate(words):
            is_lone = bool(_LONE.match(word))
            if place:
                pattern += r"[\W_]*" if is_lone or _LONE.match(words[place - 1]) else r"[\W_]+"
            elif not is_lone:
                pattern += _BEGIN
            pattern += "".join(re.escape(letter) + _ACCENTS for letter in word)
        if not _LONE.match(words[-1]):
            pattern += f"(?:{_WORD}|[\u0300-\u036f])*" if phrase.is_open else f"(?!{_WORD})"
        return pattern


class _Folds(dict[int, str]):
    """A letter's code to the letter in lower case and without accents: always one character."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = unicodedata.normalize("NFD", letter)[0] if code < _FIRST_WITHOUT_ACCENTS else letter
        lower = plain.lower()
        self[code] = folded = lower if len(lower) == 1 else plain
        return folded


def _window(text: str, start: int, length: int) -> str:
    """About `length` characters from a little before `start`, in one line, with an ellipsis where something is cut."""
    begin = max(0, min(start - LEAD, len(text) - length))
    if begin:
        begin = _after_space(text, begin, start)
    end = min(len(text), begin + length)
    if end < len(text):
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space if space > end - LEAD else end
    line = " ".join(text[begin:end].split())
    return ("… " if begin else "") + line + (" …" if end < len(text) else "")


def _after_space(text: str, begin: int, start: int) -> int:
    """The beginning of a word between the two, `begin` where there is none."""
    for place in range(begin, start):
        if text[place].isspace():
            return place + 1
    return begin
