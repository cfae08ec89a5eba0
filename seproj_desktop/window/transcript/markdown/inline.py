"""Text as it is seen: runs of one style each.

The words of every block are tuples of runs. Values only: no Markdown, no Qt, any thread.
"""

import enum
from collections.abc import Iterable
from typing import NamedTuple

NOTE_TARGET = "#note-"
"""Begins the target of a footnote's mark; its label follows."""


class Style(enum.IntFlag):
    """How a run looks; styles add up."""

    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    CODE = 8
    MATH = 16
    """The text is TeX, without its dollars."""
    RAISED = 32
    """A footnote's mark; the text is its label."""
    IMAGE = 64
    """The text is the picture's description and its address; a picture is never fetched."""


PLAIN = Style(0)


class Run(NamedTuple):
    """A stretch of one style. A line break inside a paragraph is a newline in its text."""

    text: str
    style: Style = PLAIN
    target: str = ""
    """A checked address or `#note-LABEL`; empty where a click does nothing."""


Runs = tuple[Run, ...]


def runs_text(runs: Iterable[Run]) -> str:
    """What is seen, without styles."""
    return "".join([run.text for run in runs])


def joined(runs: Iterable[Run]) -> Runs:
    """The same text in as few runs as there are styles."""
    found: list[Run] = []
    for run in runs:
        if found and (found[-1].style, found[-1].target) == (run.style, run.target) and Style.MATH not in run.style:
            found[-1] = found[-1]._replace(text=found[-1].text + run.text)
        elif run.text:
            found.append(run)
    return tuple(found)
