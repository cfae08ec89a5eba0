"""Ways to write many short texts without a fence of quotes: one a line, separated by semicolons, or single words."""

from __future__ import annotations


def lines(text: str) -> tuple[str, ...]:
    """One text a line; a backslash at a line's end joins it to the next one."""
    return tuple(" ".join(line.split()) for line in text.strip().splitlines())


def phrases(text: str) -> tuple[str, ...]:
    """Texts separated by a semicolon and a space or line break."""
    return tuple(" ".join(text.split()).split("; "))


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
