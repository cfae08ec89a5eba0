"""The texts that the transcript is measured on: Markdown as language models write it, the same for the same seed.

Paragraphs with inline styles, nested lists, code, tables, quotes, formulas, links, and other scripts. A token stands
for four characters. No Qt, and nothing of the transcript's.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from benchmarks.corpus_words import CODE, FORMULAS, INLINE_FORMULAS, SENTENCES, WORDS

SEED = 20_261
TOKEN = 4
"""Characters."""
POOL = 600
"""Blocks that a conversation's messages are put together from."""
WORD_LIST = WORDS.split()
PLACES = re.compile("NAME|OTHER|NUMBER")


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    role: Literal["user", "assistant"]
    text: str


class Writer:
    """Writes blocks of Markdown; each ends without a line break."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._languages = cycle(CODE)
        self._kinds: dict[Callable[[], str], int] = {
            self.paragraph: 40,
            self.bullets: 14,
            self.steps: 8,
            self.code: 15,
            self.heading: 9,
            self.table: 6,
            self.quote: 4,
            self.formula: 4,
            self.tasks: 2,
            self.rule: 1,
        }

    def block(self) -> str:
        """Any of the others, as often as models write them."""
        return self._random.choices(list(self._kinds), list(self._kinds.values()))[0]()

    def words(self, least: int, most: int) -> str:
        return " ".join(self._random.choices(WORD_LIST, k=self._random.randint(least, most)))

    def name(self) -> str:
        return "_".join(self._random.choices(WORD_LIST, k=2))

    def styled(self) -> str:
        """A few words of running text, some with a style."""
        words = self.words(2, 7)
        match self._random.randrange(16):
            case 0:
                return f"**{words}**"
            case 1:
                return f"*{words}*"
            case 2 | 3:
                return f"`{self.name()}()`"
            case 4:
                return f"[{words}](https://example.org/{self.name()})"
            case 5:
                return f"${self._random.choice(INLINE_FORMULAS)}$"
            case 6:
                return self._random.choice((f"~~{words}~~", f"https://example.org/{self.name()}", "***both***"))
            case _:
                return words

    def sentence(self) -> str:
        if self._random.random() < 0.06:
            return self._random.choice(SENTENCES)
        styled = " ".join(self.styled() for _ in range(self._random.randint(2, 5)))
        return f"{self.words(1, 3).capitalize()} {styled}."

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self._random.randint(2, 6)))

    def heading(self) -> str:
        return f"{'#' * self._random.randint(2, 4)} {self.words(2, 6).capitalize()}"

    def item(self, mark: str, depth: int = 0) -> str:
        """A list's item, now and then with a list of its own."""
        text = f"{'   ' * depth}{mark} **{self.words(1, 3)}**: {self.sentence()}"
        if depth < 2 and self._random.random() < 0.25:
            inner = (self.item("-", depth + 1) for _ in range(self._random.randint(1, 3)))
            text = "\n".join([text, *inner])
        return text

    def bullets(self) -> str:
        return "\n".join(self.item("-") for _ in range(self._random.randint(3, 7)))

    def steps(self) -> str:
        return "\n".join(self.item(f"{number}.") for number in range(1, self._random.randint(4, 8)))

    def tasks(self) -> str:
        marks = self._random.choices(("- [ ]", "- [x]"), k=4)
        return "\n".join(f"{mark} {self.words(3, 8)}" for mark in marks)

    def snippet(self, language: str) -> str:
        """Some lines of code, with names and numbers that are not always the same."""
        found = {"NAME": self.name(), "OTHER": self.name(), "NUMBER": str(self._random.randint(2, 4096))}
        return PLACES.sub(lambda place: found[place[0]], CODE[language])

    def code(self) -> str:
        language = next(self._languages)
        lines = "\n".join(self.snippet(language) for _ in range(self._random.randint(1, 3)))
        return f"```{language}\n{lines}```"

    def row(self, columns: int) -> str:
        cells = (self._random.choice((self.words(1, 4), f"`{self.name()}`", "**yes**", "12.5")) for _ in range(columns))
        return f"| {' | '.join(cells)} |"

    def table(self) -> str:
        columns = self._random.randint(2, 5)
        rows = [self.row(columns) for _ in range(self._random.randint(3, 9))]
        return "\n".join([self.row(columns), "|" + " :-- |" * columns, *rows])

    def quote(self) -> str:
        return "\n".join(f"> {self.sentence()}" for _ in range(self._random.randint(1, 3)))

    def formula(self) -> str:
        return f"$$\n{self._random.choice(FORMULAS)}\n$$"

    def rule(self) -> str:
        return "---"

    def question(self) -> str:
        """What a person asks."""
        return f"{self.words(6, 30).capitalize()}?"


def answer(tokens: int, seed: int = SEED) -> str:
    """One answer with everything in it."""
    return _filled(tokens, Writer(seed).block, "\n\n")


def of_one_kind(kind: str, tokens: int) -> str:
    """One block without end: a paragraph, a list, a block of code (lines of about 42 characters) or a table."""
    writer = Writer(SEED)
    match kind:
        case "paragraph":
            return _filled(tokens, writer.sentence, " ")
        case "list":
            return _filled(tokens, lambda: writer.item("-"), "\n")
        case "code":
            return _filled(tokens, lambda: writer.snippet("python"), "\n", "```python\n")
        case "table":
            return _filled(tokens, lambda: writer.row(4), "\n", f"{writer.row(4)}\n|{' --- |' * 4}\n")
        case _:
            raise ValueError(kind)


def conversation(count: int) -> Sequence[Said]:
    """Questions and answers in turn, about 200 tokens each on average."""
    writer = Writer(SEED)
    dice = random.Random(SEED)
    pool = [writer.block() for _ in range(min(POOL, 8 * count))]
    said: list[Said] = []
    for number in range(count):
        if number % 2:
            said.append(Said("assistant", "\n\n".join(dice.choices(pool, k=dice.randint(1, 5)))))
        else:
            said.append(Said("user", f"{writer.question()} {number}"))
    return said


def _filled(tokens: int, make: Callable[[], str], between: str, start: str = "") -> str:
    """What `make` gives, again and again, until there is enough; cut to the exact length."""
    length = TOKEN * tokens
    parts: list[str] = []
    missing = length - len(start)
    while missing > 0:
        parts.append(make())
        missing -= len(parts[-1]) + len(between)
    return (start + between.join(parts))[:length].ljust(length, "x")
