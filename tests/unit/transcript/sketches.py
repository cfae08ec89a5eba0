"""Leaves in short, for tests: `ii ◦ P some <STRONG:words>` is a paragraph in an item in an item."""

from collections.abc import Iterable, Sequence

from seproj_desktop.window.transcript.markdown.blocks import Code, Formula, Heading, Leaf, Paragraph, Row, Rule, Table
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.inline import Run
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves, open_leaves
from seproj_desktop.window.transcript.markdown.splitter import Segment, Splitter


def split(text: str, *, size: int = 0, is_literal: bool = False) -> list[Segment]:
    """A whole text's segments; `size`: fed in pieces of so many characters."""
    splitter = Splitter(is_literal=is_literal)
    for start in range(0, len(text), size or len(text) or 1):
        splitter.feed(text[start : start + (size or len(text))])
    splitter.finish()
    return splitter.closed


def leaves_of(text: str, *, is_literal: bool = False) -> list[Leaf]:
    segments = split(text, is_literal=is_literal)
    known = definitions(segments)
    return [leaf for segment in segments for leaf in leaves(segment, known)]


def open_leaves_of(splitter: Splitter) -> list[Leaf]:
    """What the view shows of a growing text."""
    tail = splitter.tail()
    found = [leaf for segment in (*splitter.closed, *tail[:-1]) for leaf in leaves(segment)]
    return found + [leaf for segment in tail[-1:] for leaf in open_leaves(segment, GrowingText())]


def sketched(text: str, *, is_literal: bool = False) -> list[str]:
    return [sketch(leaf) for leaf in leaves_of(text, is_literal=is_literal)]


def growing(text: str) -> list[str]:
    """What is shown of a text that may go on."""
    splitter = Splitter()
    splitter.feed(text)
    return [sketch(leaf) for leaf in open_leaves_of(splitter)]


def sketch(leaf: Leaf) -> str:
    path = "".join([container.value[0] for container in leaf.path])
    return " ".join([part for part in (path, leaf.marker, _block(leaf)) if part])


def _block(leaf: Leaf) -> str:
    match leaf.block:
        case Paragraph(runs):
            return f"P {sketch_runs(runs)}".rstrip(" ")
        case Heading(level, runs):
            return f"H{level} {sketch_runs(runs)}".rstrip(" ")
        case Code(language, lines):
            return f"C {language or '-'} {lines!r}"
        case Table() as table:
            return "T " + _row(table.header) + "".join([f" / {_row(row)}" for row in table.rows])
        case Formula(tex):
            return f"F {tex}"
        case Rule():
            return "R"


def _row(row: Row) -> str:
    return " | ".join([sketch_runs(cell) for cell in row])


def sketch_runs(runs: Iterable[Run]) -> str:
    return "".join([_run(run) for run in runs])


def _run(run: Run) -> str:
    text = f"{run.text}→{run.target}" if run.target else run.text
    return f"<{(run.style.name or '') + ':' if run.style else ''}{text}>" if run.style or run.target else text


def total(segments: Sequence[Segment]) -> str:
    return "".join([segment.text for segment in segments])
