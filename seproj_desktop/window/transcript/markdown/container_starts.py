"""How quotes, lists' items and footnotes begin. Functions of the open end and a line; no Qt, no Markdown library."""

from seproj_desktop.window.transcript.markdown.containers import DEEPEST, NOTE_INDENT, read_quote_mark
from seproj_desktop.window.transcript.markdown.line import Line
from seproj_desktop.window.transcript.markdown.marks import CODE_INDENT, ITEM, ITEM_STARTS, NOTE, RULE, UNDERLINE
from seproj_desktop.window.transcript.markdown.open_end import OpenEnd


def open_container(end: OpenEnd, line: Line, depth: int) -> bool:
    """Whether a container begins here, inside the first `depth` frames; its mark is read then."""
    if line.indent >= CODE_INDENT:
        return False
    match line.first:
        case ">":
            _open_quote(end, line, depth)
            return True
        case "[":
            return _open_note(end, line, depth)
        case "-" | "*" if _is_rule_or_underline(end, line, depth):
            return False
        case first if first in ITEM_STARTS:
            return _open_item(end, line, depth)
        case _:
            return False


def _open_quote(end: OpenEnd, line: Line, depth: int) -> None:
    if depth <= DEEPEST:
        end.close_to(depth)
        end.open_quote()
    read_quote_mark(line)


def _open_note(end: OpenEnd, line: Line, depth: int) -> bool:
    found = NOTE.match(line.text, line.start)
    if found is None or depth > 1:
        return False
    end.close_to(1)
    end.containers.top.list_mark = ""
    line.skip(len(found[0]))
    line.take(line.indent)
    end.open_item(found[1], NOTE_INDENT)
    return True


def _is_rule_or_underline(end: OpenEnd, line: Line, depth: int) -> bool:
    words = line.words
    return bool(RULE.match(words) or (end.is_in_paragraph(depth) and UNDERLINE.match(words)))


def _open_item(end: OpenEnd, line: Line, depth: int) -> bool:
    found = ITEM.match(line.text, line.start)
    if found is None:
        return False
    is_empty = not line.text[found.end() :].strip(" \t")
    if end.is_in_paragraph(depth) and (is_empty or (found[1] and int(found[1]) != 1)):
        return False
    # An item that is too deep takes the place of the deepest, and its indent counts from the same column.
    deeper = end.containers.frames[DEEPEST].indent if depth > DEEPEST else 0
    end.close_to(min(depth, DEEPEST))
    end.skip(line.claim())
    end.leave_item_empty()
    marker = end.containers.next_marker(found[0][-1], found[1])
    indent = deeper + line.indent + len(found[0])
    line.skip(len(found[0]))
    padding = 1 if is_empty or line.indent > CODE_INDENT else line.indent
    line.take(padding)
    end.open_item(marker, indent + padding, is_bullet=not found[1])
    return True
