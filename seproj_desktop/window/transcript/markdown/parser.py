"""Segments as leaves: what the view draws. Pure; on the Qt thread, one segment at a time.

markdown-it is imported with the first segment that needs it; `warm_up` does it ahead of time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

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
from seproj_desktop.window.transcript.markdown.healing import heal, heal_task
from seproj_desktop.window.transcript.markdown.inline import Run, Runs
from seproj_desktop.window.transcript.markdown.marks import INLINE_MARK, TASK, alignments, split_row
from seproj_desktop.window.transcript.markdown.safety import closed_directions, readable, visible_controls
from seproj_desktop.window.transcript.markdown.segment import Kind, Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter

if TYPE_CHECKING:
    from seproj_desktop.window.transcript.markdown.markdown import Markdown

Definitions = Mapping[str, str]
NO_DEFINITIONS: Definitions = MappingProxyType({})
AT_ONCE = 16_000
"""Characters that are split in one step."""
MOST_COLUMNS = 64
MOST_ROWS = 128
"""Rows of tables that are remembered."""
BOXES = {" ": "☐", "x": "☑", "X": "☑"}


def leaves(segment: Segment, definitions: Definitions = NO_DEFINITIONS) -> tuple[Leaf, ...]:
    """What a segment shows: one leaf or none."""
    place, content = segment.place, segment.content
    marker = place.marker
    if marker and segment.kind is Kind.TEXT and (task := TASK.match(content)):
        marker, content = BOXES[task[1]], content[task.end() :]
    block = _block(segment, content, definitions)
    if block is None:
        return ()
    return (Leaf(block, place.path, marker, place.gap, place.glue),)


def open_leaves(segment: Segment, definitions: Definitions = NO_DEFINITIONS) -> tuple[Leaf, ...]:
    """What the last segment of a growing text shows, as if what it has opened were closed."""
    content = segment.content
    match segment.kind:
        case Kind.TEXT | Kind.HEADING:
            content = heal(heal_task(content) if segment.marker else content)
        case Kind.TABLE:
            content = _healed_row(content)
        case _:
            pass
    found = leaves(segment._replace(content=content), definitions)
    if found and isinstance(found[0].block, Table):
        return (replace(found[0], block=replace(found[0].block, is_open=True)),)
    return found


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
    for start in range(0, len(text), AT_ONCE):
        splitter.feed(text[start : start + AT_ONCE])
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


def warm_up() -> None:
    """Imports and builds what the first paragraph would have to wait for.

    An address that has not come yet is read in another way than a whole one: its patterns take 7 ms to compile.
    """
    for words in ("https://", "*warm* `code` https://example.org www.example.org $a$"):
        _read(words, NO_DEFINITIONS)


def _block(segment: Segment, content: str, known: Definitions) -> Block | None:
    match segment.kind:
        case Kind.BLANK | Kind.CHAPTER:
            return None
        case Kind.DEFINITION:
            return Paragraph(()) if segment.marker else None
        case Kind.TEXT:
            return Paragraph(_read(content, known))
        case Kind.HEADING:
            return Heading(len(segment.lead), _read(content, known))
        case Kind.LITERAL:
            return Paragraph(_typed(content))
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
    lines = [visible_controls(line) for line in segment.content.split("\n")[:-1]]
    piece = segment.piece
    return Code(segment.lead, tuple(lines), piece.first, piece.is_first, piece.is_last, piece.joins)


def _table(segment: Segment, content: str, known: Definitions) -> Table:
    header, delimiters = segment.lead.split("\n")
    columns = (alignments(header, delimiters) or ())[:MOST_COLUMNS]
    rows = [_row(row, len(columns), known) for row in content.split("\n")] if content else []
    top, piece = _row(header, len(columns), known), segment.piece
    return Table(top, columns, tuple(rows), piece.first, piece.is_first, piece.is_last)


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
    return (*[_read(cell, known) for cell in cells], *[()] * (count - len(cells)))


def _healed_row(rows: str) -> str:
    """The rows, with the last cell of the last one closed."""
    before, pipe, cell = rows.rpartition("|")
    return before + pipe + heal(cell)


def _read(text: str, known: Definitions) -> Runs:
    """Running text as runs."""
    if not INLINE_MARK.search(text):
        return _plain(" ".join([line.strip(" \t") for line in text.split("\n")]))
    return _reader()(text, known)


def _typed(text: str) -> Runs:
    """Text as it was typed; bare addresses are links."""
    if not INLINE_MARK.search(text):
        return _plain(text)
    from seproj_desktop.window.transcript.markdown.runs import joined, linked

    return closed_directions(joined(linked(text, _markdown())))


def _plain(text: str) -> Runs:
    return closed_directions((Run(readable(text)),)) if text else ()


@cache
def _reader() -> Callable[[str, Definitions], Runs]:
    """What reads running text; an import in a function is looked up at every call, with Qt's own look as well."""
    from seproj_desktop.window.transcript.markdown.runs import runs_of

    markdown = _markdown()
    return lambda text, known: runs_of(markdown.read(text, known), markdown)


@cache
def _markdown() -> "Markdown":
    from seproj_desktop.window.transcript.markdown.markdown import Markdown

    return Markdown()
