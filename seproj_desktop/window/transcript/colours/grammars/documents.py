"""Diffs and Markdown; fenced code in Markdown is read by its language's lexer."""

from seproj_desktop.window.transcript.colours.grammars.common import until
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

DIFF: Grammar = {
    "line": Mode(
        (
            Rule(
                r"^(?:diff|index|similarity|rename|new file|deleted file|old mode|new mode|Index:|===).*", Kind.HEADING
            ),
            Rule(r"^(?:\+\+\+|---)(?=\s|$).*", Kind.HEADING),
            Rule(r"^(?:@@|\*\*\*).*", Kind.META),
            Rule(r"^[+>].*", Kind.INSERTED),
            Rule(r"^[-<].*", Kind.DELETED),
            Rule(r"^!.*", Kind.META),
        )
    )
}


def _fence_and_language(opening: str) -> str:
    line = opening.lstrip("> -*+\t")
    info = line.lstrip(line[0])
    return f"{line[: len(line) - len(info)]} {info.split(maxsplit=1)[0] if info.strip() else ''}"


def _fence_ends(text: str, position: int, word: str) -> tuple[int, int] | None:
    fence = word.split(" ", 1)[0]
    line = text.strip()
    is_end = position == 0 and line.startswith(fence) and not line.strip(fence[0])
    return (0, len(text)) if is_end else None


INLINE = (
    Rule(r"`[^`]++`|``.{1,200}?``", Kind.STRING),
    Rule(r"!?\[[^\]\[]{1,400}\](?=[(\[])", Kind.TAG),
    Rule(r"(?<=\])\([^()\s]*+(?:\s\"[^\"]*+\")?\)", Kind.ATTRIBUTE),
    Rule(r"<https?:[^<>\s]*+>", Kind.ATTRIBUTE),
    Rule(r"\\[!-/:-@\[-`{-~]", Kind.ESCAPE),
    Rule(r"<!--.*?-->", Kind.COMMENT),
    Rule(r"<!--", Kind.COMMENT, move=Push("comment")),
)

MARKDOWN: Grammar = {
    "text": Mode(
        (
            Rule(r"^\s{0,3}#{1,6}(?:\s.*)?$", Kind.HEADING),
            Rule(r"^(?:={3,}|-{3,}|\*{3,}|_{3,})\s*+$", Kind.META),
            Rule(
                r"^([\s>]*+(?:[-*+]\s)?\s*+)((?:`{3,}+[^`]*+|~{3,}+.*))$",
                (Kind.TEXT, Kind.STRING),
                move=Push("fence", word=_fence_and_language),
            ),
            Rule(
                r"^(\s*+)([-*+]|\d{1,9}[.)])(?=\s)(\s++\[[ xX]\])?",
                (Kind.TEXT, Kind.OPERATOR, Kind.KEYWORD),
            ),
            Rule(r"^(\s*+)(>+)", (Kind.TEXT, Kind.META)),
            *INLINE,
        )
    ),
    "comment": until("-->", Kind.COMMENT),
    "fence": Mode(kind=Kind.STRING, closer=_fence_ends, guest=lambda word: word.split(" ", 1)[1]),
}
