"""Texts that are made to freeze a window: each is cheap to send and dear to a careless reader. The same every time."""

import random
from collections.abc import Callable, Mapping

from benchmarks.corpus import SEED

CELLS = 50_000


def no_spaces() -> str:
    dice = random.Random(SEED)
    return "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=40_000))


def deep_lists() -> str:
    """Deeper by a step with every item, as far as 40,000 characters go; then from the margin again."""
    return "".join(f"{'  ' * depth}- item {depth}\n" for _ in range(4) for depth in range(90))


def cells() -> str:
    columns = 10
    head = "| a |" + " b |" * (columns - 1) + "\n|" + "-|" * columns + "\n"
    return head + "".join(f"|{' 12 |' * columns}\n" for _ in range(CELLS // columns))


def wide_table() -> str:
    """A header, its rule and one row of a thousand columns each."""
    columns = 1_000
    return f"|{' a |' * columns}\n|{'-|' * columns}\n|{' b |' * columns}\n"


HOSTILE: Mapping[str, Callable[[], str]] = {
    "no spaces": no_spaces,
    "40,000 opening brackets": lambda: "[" * 40_000,
    "half links": lambda: "[a](b" * 8_000,
    "half emphasis": lambda: "*a **b " * 6_000,
    "10,000 unclosed markers": lambda: "**a `b ~~c [d](e $f " * 2_000,
    "deep lists": deep_lists,
    "100,000 nested quotes": lambda: ">" * 100_000 + " end\n",
    "fences": lambda: "```\n~~~\ncode\n" * 3_000,
    "one line without end in a fence": lambda: "```python\n" + "value = value + 1; " * 2_100,
    "a line of 1 MB": lambda: "word " * 200_000,
    "50,000 table cells": cells,
    "1,000 columns": wide_table,
    "half tables": lambda: "| a | b\n|---\n" * 3_000,
    "formula marks": lambda: "$a$b$$c$ " * 4_500,
    "combining marks": lambda: ("a" + "\u0301" * 400 + " ") * 100,
    "bidirectional controls": lambda: "\u202eabc\u2066def\u202c " * 3_600,
    "HTML": lambda: "<div><b onclick='x'><!-- <script>alert(1)</script>\n" * 800,
    "definitions": lambda: "".join(f"[{number}]: https://example.org/{number}\n" for number in range(1_200)),
    "one-letter paragraphs": lambda: "a\n\n" * 13_000,
    "line breaks": lambda: "\n" * 40_000,
}
