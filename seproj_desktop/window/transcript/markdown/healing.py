"""Closes what a half-written paragraph has opened, so that it looks as it will when it is complete.

Open emphasis and code are closed, a half link shows its words, an unfinished formula is shown as typed. Functions of
the text alone; no Qt, no Markdown library.
"""

import re
from dataclasses import dataclass, field

from seproj_desktop.window.transcript.markdown.marks import BRACKETS, formula_at

MARK = re.compile(r"\\[\s\S]|`+|\$\$?|!?\[|\]|\*+|_+|~+|<(?=https?:|mailto:)")
TARGET = re.compile(r"\(\s*(?:<[^<>\n]*>|(?>[^\s()]|\([^\s()]*+\))*+)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
HALF_TARGET = re.compile(r"\(\s*<?(?>[^\s()]|\([^\s()]*+\)?+)*+(?:\s+(?:\"[^\"]*\"?|'[^']*'?)?)?\s*$")
NOTE = re.compile(r"\[\^[^\[\]\s]{1,64}\]")
HALF_NOTE = re.compile(r"\[\^[^\[\]\s]{0,64}$")
HALF_TASK = re.compile(r"\[(?:[ xX]\]?)?$")
TEX = re.compile(r"[\\^_={}]")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")

LONGEST_LINK = 100
LONGEST_FORMULA = 300
LONGEST_EMPHASIS = 400
"""Characters after which an opening mark is taken for what it is: a mark that nothing closes."""
MOST_OPENERS = 16


@dataclass(slots=True)
class Opener:
    """A run of marks that nothing has closed yet."""

    mark: str
    length: int
    position: int


@dataclass(slots=True)
class Healer:
    """One reading of a half-written text."""

    text: str
    openers: list[Opener] = field(default_factory=list)
    brackets: list[re.Match[str]] = field(default_factory=list)
    end: int = 0
    """How far the text has been read."""

    def heal(self) -> str:
        while found := MARK.search(self.text, self.end):
            self.end = found.end()
            match found[0][0]:
                case "`" if (healed := self._read_code(found)) is not None:
                    return healed
                case "$" | "\\" if (healed := self._read_formula(found)) is not None:
                    return healed
                case "[" | "!":
                    self.brackets.append(found)
                case "]" if self.brackets:
                    self._read_bracket(found)
                case "*" | "_" | "~":
                    self._read_run(found)
                case "<" if not re.search(r"[<>\s]", self.text[found.end() :]):
                    self.text = self.text[: found.start()] + self.text[found.end() :]
                case _:
                    pass
        self._open_bracket()
        return self._closed(self.text)

    def _read_code(self, found: re.Match[str]) -> str | None:
        """The healed text if the code is open; else reads to its end."""
        closing = re.compile(rf"(?<!`){found[0]}(?!`)").search(self.text, found.end())
        if closing:
            self.end = closing.end()
            return None
        if self._is_in_word(found) and found[0] == "`":
            return None
        code = self.text[found.end() :].rstrip("`").rstrip()
        before = self.text[: found.start()]
        return self._closed(before + found[0] + code + found[0] if code else before)

    def _read_formula(self, found: re.Match[str]) -> str | None:
        """The healed text if a formula is open; else reads to its end."""
        formula = formula_at(self.text, found.start(), len(self.text))
        if formula:
            self.end = formula[1]
            return None
        rest = self.text[found.start() :]
        if not _may_be_formula(rest) or self._is_in_word(found):
            return None
        return self._closed(self.text[: found.start()] + PUNCTUATION.sub(r"\\\g<0>", rest))

    def _read_bracket(self, found: re.Match[str]) -> None:
        opening = self.brackets.pop()
        if NOTE.match(self.text, opening.start()):
            return
        target = TARGET.match(self.text, found.end())
        if target:
            self.end = target.end()
        elif HALF_TARGET.match(self.text, found.end()) or (found.end() == len(self.text) and self._is_link(opening)):
            self.text = self.text[: opening.start()] + self.text[opening.end() : found.start()]
            self.end = len(self.text)

    def _open_bracket(self) -> None:
        """The words of a link whose end has not come."""
        opening = self.brackets[-1] if self.brackets else None
        if opening and HALF_NOTE.match(self.text, opening.start()):
            self.text = self.text[: opening.start()]
        elif opening and self._is_link(opening):
            self.text = self.text[: opening.start()] + self.text[opening.end() :]

    def _is_link(self, opening: re.Match[str]) -> bool:
        words = self.text[opening.end() :]
        return len(words) <= LONGEST_LINK and "\n" not in words and not self._is_in_word(opening)

    def _read_run(self, found: re.Match[str]) -> None:
        """A run of emphasis marks: closes what is open, or opens."""
        count = len(found[0])
        if found.start() and not self.text[found.start() - 1].isspace():
            count = self._close(found)
        if found.end() == len(self.text) and count:
            self.text = self.text[: len(self.text) - count]
        elif count and self._may_open(found):
            self.openers.append(Opener(found[0][0], min(count, 3), found.start()))
            del self.openers[:-MOST_OPENERS]

    def _may_open(self, found: re.Match[str]) -> bool:
        if found[0][0] == "~" and len(found[0]) != 2:
            return False
        return not self.text[found.end()].isspace() and not self._is_in_word(found)

    def _close(self, found: re.Match[str]) -> int:
        """Closes open runs with the marks of this one; how many are left."""
        count, after = len(found[0]), self.text[found.end() : found.end() + 1]
        while count:
            index = max((i for i, opener in enumerate(self.openers) if opener.mark == found[0][0]), default=-1)
            # At the end the closing marks may not all have come; inside a word three do not part into one and two.
            if index < 0 or (not after and count < self.openers[index].length):
                return count
            opener = self.openers[index]
            if after.isalnum() and count % 3 and (count + opener.length) % 3 == 0:
                return count
            used = min(count, opener.length)
            opener.length -= used
            count -= used
            del self.openers[index + 1 if opener.length else index :]
        return 0

    def _closed(self, text: str) -> str:
        """The text with the marks that close what is open."""
        text = text.rstrip()
        if (len(text) - len(text.rstrip("\\"))) % 2:
            text = text[:-1]
        for opener in reversed(self.openers):
            marks = opener.mark * opener.length
            if len(text) <= opener.position + opener.length:
                text = text[: opener.position].rstrip()
            elif len(text) - opener.position <= LONGEST_EMPHASIS:
                text += marks
        return text

    def _is_in_word(self, found: re.Match[str]) -> bool:
        before = self.text[found.start() - 1 : found.start()]
        return before.isascii() and before.isalnum()


def heal(text: str) -> str:
    """The text as it can be read although its end has not come."""
    return Healer(text).heal() if MARK.search(text) or text.endswith("\\") else text


def heal_task(text: str) -> str:
    """The beginning of an item: nothing, as long as it may become a task's box."""
    return "" if HALF_TASK.match(text) else text


def _may_be_formula(text: str) -> bool:
    """Whether a text that begins with a formula's opening mark goes on like one."""
    if len(text) > LONGEST_FORMULA:
        return False
    if text[0] == "\\":
        closing = BRACKETS.get(text[:2])
        return closing is not None and closing not in text
    body = text.lstrip("$")
    if not body or body[0].isspace():
        return False
    return not re.search(r"\s", body) or TEX.search(body) is not None
