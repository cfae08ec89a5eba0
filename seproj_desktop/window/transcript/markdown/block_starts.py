"""How blocks begin that are more than running text. Functions of the open end and a line; no Qt, no Markdown library.

Each returns whether its block begins there; the line is read then.
"""

from seproj_desktop.window.transcript.markdown.line import Line
from seproj_desktop.window.transcript.markdown.marks import (
    CODE_INDENT,
    DEFINITION,
    FENCE,
    HEADING,
    HTML,
    RULE,
    UNDERLINE,
    alignments,
    formula_marks,
    heading_text,
    language,
)
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_end import OpenEnd
from seproj_desktop.window.transcript.markdown.open_table import OpenFormula, OpenTable
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import Kind


def begin_block(end: OpenEnd, line: Line, depth: int, *, is_whole: bool) -> bool:
    """Whether a block begins here, inside the first `depth` frames, or a paragraph's underline ends it.

    `is_whole`: the line is known to its end; otherwise it can only be a heading, indented code, or text.
    """
    if line.indent >= CODE_INDENT:
        return _read_indented(end, line, depth)
    match line.first:
        case "#":
            return _begin_heading(end, line, depth, is_whole=is_whole)
        case "<":
            return _begin_html(end, line, depth)
        case _ if not is_whole:
            return False
        case "`" | "~":
            return begin_fence(end, line, depth)
        case "$" | "\\":
            return _begin_formula(end, line, depth)
        case "[":
            return _read_definition(end, line, depth)
        case "-" | "=" | "|" | ":" | "*" | "_":
            return _begin_table(end, line, depth) or _read_underline(end, line, depth) or _read_rule(end, line, depth)
        case _:
            return False


def begin_fence(end: OpenEnd, line: Line, depth: int) -> bool:
    found = FENCE.match(line.words)
    if found is None:
        return False
    fence = found[1] or found[3]
    end.close_to(depth)
    end.block = OpenCode(end.place(), language(found[2] or found[4] or ""), fence[0], len(fence), line.indent)
    end.block.add_source(end.take_pending() + line.source)
    return True


def _read_indented(end: OpenEnd, line: Line, depth: int) -> bool:
    block = end.block
    if isinstance(block, OpenText) and block.is_paragraph:
        return False
    line.take(CODE_INDENT)
    if not (isinstance(block, OpenCode) and depth == end.containers.depth):
        end.close_to(depth)
        block = end.block = OpenCode(end.place())
        block.add_source(end.take_pending())
    block.add(line.source, line.rest, end.closed)
    return True


def _begin_heading(end: OpenEnd, line: Line, depth: int, *, is_whole: bool) -> bool:
    found = HEADING.match(line.text, line.start)
    if found is None:
        return False
    end.close_to(depth)
    line.skip(len(found[0]))
    end.begin_text(Kind.HEADING, line.source, heading_text(line.words) if is_whole else line.words, found[0])
    if is_whole:
        end.close_block()
    return True


def _begin_html(end: OpenEnd, line: Line, depth: int) -> bool:
    if not HTML.match(line.text, line.start):
        return False
    end.close_to(depth)
    end.begin_text(Kind.LITERAL, line.source, line.rest)
    return True


def _begin_formula(end: OpenEnd, line: Line, depth: int) -> bool:
    marks = formula_marks(line.words)
    if marks is None:
        return False
    end.close_to(depth)
    end.block = OpenFormula(end.place(), *marks)
    end.block.add(end.take_pending() + line.source, line.words)
    if end.block.is_closed:
        end.block.close(end.closed)
        end.block = None
    return True


def _read_definition(end: OpenEnd, line: Line, depth: int) -> bool:
    block = end.block
    is_text = isinstance(block, OpenText) and block.is_paragraph
    is_row = isinstance(block, OpenTable) and depth == end.containers.depth
    if is_text or is_row or not DEFINITION.match(line.words):
        return False
    end.close_to(depth)
    end.add(Kind.DEFINITION, line.source, line.words)
    end.has_definitions = True
    return True


def _begin_table(end: OpenEnd, line: Line, depth: int) -> bool:
    """The line below a header makes it one."""
    block = end.block
    if not isinstance(block, OpenText) or not end.is_in_paragraph(depth) or not block.is_last_line_whole:
        return False
    if alignments(block.contents[-1], line.words) is None:
        return False
    source, header = block.take_last_line()
    place = block.place
    if block.contents or block.is_cut:
        end.close_block()
        place = end.place()
    end.block = OpenTable(place, source + line.source, f"{header}\n{line.words}")
    return True


def _read_underline(end: OpenEnd, line: Line, depth: int) -> bool:
    block = end.block
    if not isinstance(block, OpenText) or not end.is_in_paragraph(depth) or block.is_cut:
        return False
    if not UNDERLINE.match(line.words):
        return False
    block.make_heading(1 if line.first == "=" else 2)
    block.add_source(line.source)
    end.close_block()
    return True


def _read_rule(end: OpenEnd, line: Line, depth: int) -> bool:
    if not RULE.match(line.words):
        return False
    end.close_to(depth)
    end.add(Kind.RULE, line.source)
    return True
