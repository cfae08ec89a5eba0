"""Words and where a text has them, with case and accents passed over. No Qt, no Markdown, any thread.

A text is folded letter by letter, so that every match leads back to the letters as they are seen: "ß" is found as
"ss", "naïve" as "naive", and neither shifts what comes behind it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from seproj_desktop.window.transcript.markdown.safety import IN_CODE

Ranges = tuple[tuple[int, int], ...]
"""First letter and end of each match, from first to last; they do not overlap."""

NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
NOT_WORDS = re.compile(r"[^\w\s]+|_+")
ASCII_NOT_WORDS = {code: None for code in range(128) if not (chr(code).isalnum() or chr(code).isspace())}
SPACES = str.maketrans("\t\n\v\f\r", " " * 5)
ALIKE = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-"}
"""What is typed in one way and set in another. The hyphen that does not break is a form of U+2010."""
ENTITY = re.compile(r"&#?\w+;")
MARKS_BEFORE_WORDS = re.compile(r"(?<![^\w\s])[^\w\s]++(?=\w)")


@dataclass(frozen=True)
class Query:
    """What is looked for."""

    words: str = ""
    is_case_sensitive: bool = False
    is_whole_word: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for: blanks alone are nothing."""
        return not self._folded.strip()

    def ranges(self, text: str) -> Ranges:
        """Where a text as it is seen has the words, in its letters."""
        if self.is_empty:
            return ()
        folded = fold(text, keeps_case=self.is_case_sensitive)
        found: list[tuple[int, int]] = []
        at = folded.text.find(self._folded)
        while at >= 0:
            end = folded.whole(at + len(self._folded))
            match = folded.starts[at], folded.starts[end]
            if not self.is_whole_word or is_whole_word(text, *match):
                found.append(match)
                at = folded.text.find(self._folded, end)
            else:
                at = folded.text.find(self._folded, at + 1)
        return tuple(found)

    def may_be_in(self, source: str) -> bool:
        """False only where a Markdown source cannot be seen to have the words: a quick look instead of a parser's."""
        if self._runs:
            letters = bare(source)
            is_there = all(run in letters for run in self._runs)
        else:
            folded = fold(source).text
            is_there = all(letter in folded for letter in self._letters)
        return is_there or is_doubtful(source)

    @cached_property
    def _folded(self) -> str:
        return fold(self.words, keeps_case=self.is_case_sensitive).text

    @cached_property
    def _runs(self) -> Sequence[str]:
        """Stretches of letters and digits, the longest first: marks may cut a word, but they do not change it."""
        return sorted(bare(self.words).split(), key=len, reverse=True)

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset(fold(self.words).text) - {" "}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared, and for each of its letters the one it comes from; at the end the text's end."""

    text: str
    starts: Sequence[int]

    def whole(self, end: int) -> int:
        """The end moved behind the letter that it would cut: half an "ß" is shown as all of it."""
        while self.starts[end] == self.starts[end - 1]:
            end += 1
        return end


def fold(text: str, *, keeps_case: bool = False) -> Folded:
    """The text without accents, without case if wanted, every blank a space."""
    if text.isascii():
        return Folded(_fold_ascii(text, keeps_case), range(len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for match in NOT_ASCII.finditer(text):
        parts.append(_fold_ascii(text[at : match.start()], keeps_case))
        starts += range(at, match.start())
        for index, letter in enumerate(match[0], match.start()):
            part = fold_letter(letter, keeps_case)
            parts.append(part)
            starts += [index] * len(part)
        at = match.end()
    parts.append(_fold_ascii(text[at:], keeps_case))
    starts += range(at, len(text) + 1)
    return Folded("".join(parts), starts)


@cache
def fold_letter(letter: str, keeps_case: bool) -> str:
    """One letter as it is compared: none, one or several letters."""
    kept = "".join(part for part in unicodedata.normalize("NFKD", letter) if not is_passed_over(part))
    kept = "".join(ALIKE.get(part, part) for part in kept)
    # Put together again, or a Korean syllable would be found by its beginning and a Japanese letter without its mark.
    return unicodedata.normalize("NFC", kept if keeps_case else kept.casefold())


def is_passed_over(letter: str) -> bool:
    """Accents and points, and what is not seen. Marks that make another letter (of Indian and Thai script) count."""
    mark = unicodedata.combining(letter)
    if mark:
        return mark == 1 or 10 <= mark <= 36 or mark >= 200
    return unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f"


def bare(text: str) -> str:
    """Letters, digits and blanks only, without case and accents: coarser than `fold`, and quick."""
    parts: list[str] = []
    at = 0
    for match in NOT_ASCII.finditer(text):
        parts.append(text[at : match.start()].translate(ASCII_NOT_WORDS))
        parts.append(NOT_WORDS.sub("", unicodedata.normalize("NFKD", match[0])))
        at = match.end()
    parts.append(text[at:].translate(ASCII_NOT_WORDS))
    return "".join(parts).casefold()


def is_doubtful(source: str) -> bool:
    """Whether a source may be seen with letters that it does not have, or hide some inside a word."""
    return (
        "![" in source  # an image's address is shown as the parser writes it
        or ("&" in source and ENTITY.search(source) is not None)
        or (("](" in source or "][" in source) and _has_word_behind_bracket(source))
        or IN_CODE.search(source) is not None
    )


def _has_word_behind_bracket(source: str) -> bool:
    """Whether a word may go on behind a link, whose address is not seen."""
    behind = (marks.rpartition("](")[2] for marks in MARKS_BEFORE_WORDS.findall(source))
    return any(")" in marks or "]" in marks for marks in behind)


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether no word goes on across either end."""
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) and _is_word(text[at - 1]) and _is_word(text[at])


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.combining(letter) != 0


def _fold_ascii(text: str, keeps_case: bool) -> str:
    spaced = text.translate(SPACES)
    return spaced if keeps_case else spaced.casefold()
