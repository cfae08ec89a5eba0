"""The marks that begin Markdown's blocks, and what they say. Functions of one line's text; no state, no Qt."""

import re

from seproj_desktop.window.transcript.markdown.blocks import Alignment

STARTS = frozenset(">#`~*-_+=|:[<$\\0123456789")
"""What a line has to begin with to be anything but text."""
CODE_INDENT = 4
"""Columns from which on a line is no mark but code, or goes on with a paragraph."""
ITEM_STARTS = frozenset("-+*0123456789")

FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
HEADING = re.compile(r"(#{1,6})(?=[ \t]|$)")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
ITEM = re.compile(r"(?:([0-9]{1,9})([.)])|[-+*])(?=[ \t]|$)")
NOTE = re.compile(r"\[\^([^\[\]\s]{1,64})\]:")
DEFINITION = re.compile(
    r"\[(?![\^\s])((?:[^\[\]\\]|\\.){1,500})\]:[ \t]*"
    r"(?:<([^<>]*)>|(?!<)(?=\S*[:/.#])(\S++))"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*$"
)
"""On one line; what does not look like an address is text, so that `[note]: later` is not lost."""
FORMULA = re.compile(
    r"(\$\$|\\\[)|"
    r"\\begin\{((?:equation|align|alignat|aligned|gather|gathered|multline|flalign|eqnarray|split|cases"
    r"|[pbvBV]?matrix)\*?)\}"
)
FORMULA_ENDS = {"$$": "$$", "\\[": "\\]"}
AFTER_FORMULA = ".,;:"
"""Punctuation that may follow a formula's end; it is shown with it."""
DOLLARS = re.compile(
    r"\$\$((?:[^$\\]|\\.)+)\$\$"
    # A price is no formula: no word before or after, no space inside the dollars.
    r"|(?<![A-Za-z0-9$\\])\$(?![\s$])((?:[^$\\]|\\.)+)(?<!\s)\$(?![A-Za-z0-9$])",
    re.DOTALL,
)
BRACKETS = {"\\(": "\\)", "\\[": "\\]"}
HTML = re.compile(
    r"<(?:!--|\?|![A-Za-z]|!\[CDATA\[|(?:script|pre|style|textarea)(?=[\s>]|$)|/?(?:address|article|aside|base|basefont"
    r"|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer"
    r"|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup"
    r"|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?=[\s>]|/>|$))",
    re.IGNORECASE,
)
DELIMITERS = re.compile(r"(?:[|:]|-(?![ \t]))[-|: \t]+$")
DELIMITER = re.compile(r":?-+:?$")
TASK = re.compile(r"\[([ xX])\][ \t]")
INLINE_MARK = re.compile(r"[\\`*_~\[<&$@]|://|www\.| {2}\n", re.IGNORECASE)
"""Text without any of them needs no reading."""
MOST_BRACKETS = 64
"""A paragraph with more of them is no prose; reading it as links takes time in their square."""
LANGUAGE = re.compile(r"[\w+#.-]{1,32}")


def language(info: str) -> str:
    """The first word after a fence, in lower case; `{.python}`, `python:file.py` and `python,ignore` say python."""
    found = LANGUAGE.match(info.strip().lstrip("{.").lower())
    return found[0] if found else ""


def heading_text(text: str) -> str:
    """What follows the number signs, without those that close it."""
    text = text.strip(" \t")
    open_text = text.rstrip("#")
    return open_text.rstrip(" \t") if not open_text or open_text[-1] in " \t" else text


def formula_marks(text: str) -> tuple[str, str, bool] | None:
    """The marks of a formula that a line begins: opening, closing, and whether they are TeX themselves.

    None where more than the formula stands in the line: `$$a$$ and more` is text.
    """
    found = FORMULA.match(text)
    if found is None:
        return None
    closing = FORMULA_ENDS[found[1]] if found[1] else f"\\end{{{found[2]}}}"
    body, end, after = text[found.end() :].partition(closing)
    if end and (after.strip(" \t" + AFTER_FORMULA) or not body.strip()):
        return None
    return found[0], closing, not found[1]


def formula_at(text: str, start: int, limit: int) -> tuple[str, int] | None:
    """A formula inside a line, from `start` on: its TeX and its end."""
    if text[start] == "$":
        found = DOLLARS.match(text, start, limit)
        return (found[1] or found[2], found.end()) if found else None
    closing = BRACKETS.get(text[start : start + 2], "")
    end = text.find(closing, start + 2, limit) if closing else -1
    # Escaped brackets may also stand for themselves, as in \[text\](address).
    if end < 0 or text[end + 2 : end + 3] in {"(", "["} or not text[start + 2 : end].strip():
        return None
    return text[start + 2 : end], end + 2


def closes_fence(text: str, character: str, length: int) -> bool:
    """Whether a line's text, without its indent, ends a code block that so many characters began."""
    bare = text.rstrip(" \t")
    return len(bare) >= length and bare == character * len(bare)


def split_row(text: str) -> list[str]:
    """A row's cells; a pipe after a backslash belongs to its cell, also inside code."""
    cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", text.strip(" \t"))]
    if not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return cells


def alignments(header: str, delimiters: str) -> tuple[Alignment, ...] | None:
    """The columns of a table that these two lines begin; None if they begin none."""
    if "|" not in header or not DELIMITERS.match(delimiters):
        return None
    parts = [part.strip(" \t") for part in delimiters.split("|")]
    parts = parts[not parts[0] : len(parts) - (not parts[-1])]
    if not parts or len(parts) != len(split_row(header)) or not all(map(DELIMITER.match, parts)):
        return None
    return tuple([_alignment(part) for part in parts])


def _alignment(part: str) -> Alignment:
    match part[0] == ":", part[-1] == ":":
        case True, True:
            return "center"
        case False, True:
            return "right"
        case True, False:
            return "left"
        case _:
            return ""
