"""Segments as leaves: what the view draws. Pure; on the Qt thread, one segment at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from seproj_desktop.window.transcript.markdown.blocks import (
    Block,
    Code,
    Container,
    Formula,
    Heading,
    Leaf,
    Paragraph,
    Row,
    Rule,
    Table,
    seen_text,
    text_between,
)
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.healing import heal, heal_task
from seproj_desktop.window.transcript.markdown.inline import Runs
from seproj_desktop.window.transcript.markdown.marks import TASK, alignments, split_row
from seproj_desktop.window.transcript.markdown.reading import NO_DEFINITIONS, Definitions, read, typed
from seproj_desktop.window.transcript.markdown.safety import visible_controls
from seproj_desktop.window.transcript.markdown.segment import Kind, Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter

MOST_COLUMNS = 64
MOST_ROWS = 128
"""Rows of tables that are remembered."""
MOST_CELLS = 256
"""Cells that are."""
BOXES = {" ": "☐", "x": "☑", "X": "☑"}


def leaves(segment: Segment, definitions: Definitions = NO_DEFINITIONS) -> tuple[Leaf, ...]:
    """What a segment shows: one leaf or none."""
    marker, content = _unmarked(segment, segment.content)
    return _leaf(segment, marker, _block(segment, content, definitions))


def open_leaves(segment: Segment, growing: GrowingText) -> tuple[Leaf, ...]:
    """What the last segment of a growing text shows, as if what it has opened were closed."""
    match segment.kind:
        case Kind.TEXT | Kind.HEADING:
            marker, content = _unmarked(segment, heal_task(segment.content) if segment.marker else segment.content)
            return _leaf(segment, marker, _running_text(segment, growing.read(content)))
        case Kind.TABLE:
            return tuple(map(still_open, leaves(segment._replace(content=_healed_row(segment.content)))))
        case _:
            return leaves(segment)


def still_open(leaf: Leaf) -> Leaf:
    """A table's end is told apart while rows may come: its columns are fitted less often."""
    return replace(leaf, block=replace(leaf.block, is_open=True)) if isinstance(leaf.block, Table) else leaf


def definitions(segments: Iterable[Segment]) -> Definitions:
    """The link definitions of a whole text: normalised labels and addresses. The first of a label holds."""
    lines = [segment.content for segment in segments if segment.kind is Kind.DEFINITION]
    if not lines:
        return NO_DEFINITIONS
    from seproj_desktop.window.transcript.markdown.markdown import definition

    found: dict[str, str] = {}
    for label, target in map(definition, lines):
        found.setdefault(label, target)
    return found


def plain_text(text: str, *, is_literal: bool = False) -> str:
    """A whole message as it is seen, with the markers of its lists."""
    return "".join(plain_parts(text, is_literal=is_literal))


def plain_parts(text: str, *, is_literal: bool = False) -> Iterator[str]:
    """The same in parts, some of them empty, that take a millisecond or two each."""
    splitter = Splitter(is_literal=is_literal)
    for _ in splitter.feed_in_slices(text):
        yield ""
    splitter.finish()
    known = definitions(splitter.closed)
    is_first = True
    for segment in splitter.closed:
        for leaf in leaves(segment, known):
            indent = "  " * max(0, leaf.path.count(Container.ITEM) - 1)
            marker = f"{indent}{leaf.marker} " if leaf.marker else ""
            yield ("" if is_first else text_between(leaf)) + marker + seen_text(leaf)
            is_first = False


def _unmarked(segment: Segment, content: str) -> tuple[str, str]:
    """The item's marker, which a task's box takes the place of, and the text without that box."""
    task = TASK.match(content) if segment.marker and segment.kind is Kind.TEXT else None
    return (BOXES[task[1]], content[task.end() :]) if task else (segment.marker, content)


def _leaf(segment: Segment, marker: str, block: Block | None) -> tuple[Leaf, ...]:
    place = segment.place
    return () if block is None else (Leaf(block, place.path, marker, place.gap, place.glue),)


def _running_text(segment: Segment, runs: Runs) -> Block:
    return Heading(len(segment.lead), runs) if segment.kind is Kind.HEADING else Paragraph(runs)


def _block(segment: Segment, content: str, known: Definitions) -> Block | None:
    match segment.kind:
        case Kind.BLANK | Kind.CHAPTER:
            return None
        case Kind.DEFINITION:
            return Paragraph(()) if segment.marker else None
        case Kind.TEXT | Kind.HEADING:
            return _running_text(segment, read(content, known))
        case Kind.LITERAL:
            return Paragraph(typed(content))
        case Kind.CODE:
            return _code(segment)
        case Kind.TABLE:
            return _table(segment, content, known)
        case Kind.FORMULA:
            return Formula(visible_controls(content))
        case Kind.RULE:
            return Rule()
    assert_never(segment.kind)


def _code(segment: Segment) -> Code:
    lines = segment.content.split("\n")[:-1]
    if not ("".join(lines).isprintable() and segment.content.isascii()):
        lines = list(map(visible_controls, lines))
    piece = segment.piece
    return Code(segment.lead, tuple(lines), piece.first, piece.is_first, piece.is_last, piece.joins)


def _table(segment: Segment, content: str, known: Definitions) -> Table:
    header, delimiters = segment.lead.split("\n")
    columns = (alignments(header, delimiters) or ())[:MOST_COLUMNS]
    rows = [_row(row, len(columns), known) for row in content.split("\n")] if content else []
    top, piece = _row(header, len(columns), known), segment.piece
    return Table(top, columns, tuple(rows), piece.first, piece.is_first, piece.is_last)


@lru_cache(MOST_CELLS)
def _common_cell(text: str) -> Runs:
    """Of a row that grows only the last cell is read again."""
    return read(text)


@lru_cache(MOST_ROWS)
def _common_row(text: str, count: int) -> Row:
    """A growing table's rows are read again with each piece of text: those that are as they were cost nothing."""
    return _read_row(text, count, NO_DEFINITIONS)


def _row(text: str, count: int, known: Definitions) -> Row:
    return _read_row(text, count, known) if known else _common_row(text, count)


def _read_row(text: str, count: int, known: Definitions) -> Row:
    """A row of so many cells; those that are too many stand in the last one, so that nothing is lost."""
    cells = split_row(text)
    if len(cells) > count:
        cells[count - 1 :] = [" | ".join(cells[count - 1 :])]
    runs = [read(cell, known) if known else _common_cell(cell) for cell in cells]
    return (*runs, *[()] * (count - len(cells)))


def _healed_row(rows: str) -> str:
    """The rows, with the last cell of the last one closed."""
    before, pipe, cell = rows.rpartition("|")
    return before + pipe + heal(cell)
