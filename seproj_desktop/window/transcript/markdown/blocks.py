"""What a message consists of once its Markdown is read: leaves, each one block small enough to lay out at once.

Long blocks come in pieces (`first`, `is_first`, `is_last`, `Gap.NONE`) that are drawn without a gap and copied as one.
Values only, compared by value: no Markdown, no Qt, any thread.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seproj_desktop.window.transcript.markdown.inline import Runs, runs_text

MAX_DEPTH = 12
"""Containers around a leaf; deeper ones are flattened."""

Alignment = Literal["", "left", "center", "right"]
Row = tuple[Runs, ...]


class Container(enum.Enum):
    """What indents its leaves."""

    QUOTE = "quote"
    ITEM = "item"


class Gap(enum.IntEnum):
    """The space above a leaf, in steps; how many pixels a step has is the layout's business."""

    NONE = 0
    """Goes on with the leaf above: two pieces of one block."""
    SMALL = 1
    """Items that follow each other without a blank line."""
    NORMAL = 2
    LARGE = 3
    """Headings."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of level 1 to 6."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of a code block: at most 40 lines."""

    language: str
    """The first word after the fence, lower-case; may be empty."""
    lines: tuple[str, ...]
    """Without line ends."""
    first: int = 0
    """The number of its first line within the whole block."""
    is_first: bool = True
    is_last: bool = True
    """Nothing follows, or nothing yet."""
    joins: bool = False
    """Its first line goes on with the last line of the piece before: an endless line was cut."""


@dataclass(frozen=True, slots=True)
class Table:
    """A piece of a table: at most 12 rows, each with as many cells as the header."""

    header: Row
    """In every piece, for the widths of the columns; drawn in the first."""
    alignments: tuple[Alignment, ...]
    rows: tuple[Row, ...]
    first: int = 0
    """The number of its first row within the whole table."""
    is_first: bool = True
    is_last: bool = True
    is_open: bool = False
    """More rows may come."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that stands by itself."""

    tex: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the text."""


Block = Paragraph | Heading | Code | Table | Formula | Rule


@dataclass(frozen=True, slots=True)
class Leaf:
    """A block and its place."""

    block: Block
    path: tuple[Container, ...] = ()
    """The containers around it, from the outside in; at most `MAX_DEPTH`."""
    marker: str = ""
    """What stands before an item's first leaf, in the indent of the innermost item of `path`; empty for all others."""
    gap: Gap = Gap.NORMAL
    glue: str = ""
    """With `Gap.NONE`: what the cut between two pieces of text took away, a space, a line break or nothing."""


def seen_text(leaf: Leaf) -> str:
    """The leaf as plain text, without its marker."""
    match leaf.block:
        case Paragraph(runs) | Heading(_, runs):
            return runs_text(runs)
        case Code(_, lines):
            return "\n".join(lines)
        case Table() as table:
            rows = (table.header, *table.rows) if table.is_first else table.rows
            return "\n".join(["\t".join([runs_text(cell) for cell in row]) for row in rows])
        case Formula(tex):
            return tex
        case Rule():
            return "———"


def text_between(leaf: Leaf) -> str:
    """What stands between the seen text of the leaf above and this leaf's."""
    match leaf:
        case Leaf(block=Code(joins=True)):
            return ""
        case Leaf(block=Code() | Table(), gap=Gap.NONE):
            return "\n"
        case Leaf(gap=Gap.NONE):
            return leaf.glue
        case Leaf(gap=Gap.SMALL):
            return "\n"
        case _:
            return "\n\n"


def code_text(leaves: Iterable[Leaf]) -> str:
    """The code of one block from its pieces: lines that were cut are whole again. Other leaves are passed over."""
    parts: list[str] = []
    for leaf in leaves:
        if isinstance(leaf.block, Code):
            if parts and not leaf.block.joins:
                parts.append("\n")
            parts.append("\n".join(leaf.block.lines))
    return "".join(parts)
