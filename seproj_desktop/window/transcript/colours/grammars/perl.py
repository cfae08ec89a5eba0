"""Perl: sigils, quote-like operators, documentation between lines."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    DOTS,
    ESCAPE,
    HASH_COMMENT,
    NUMBER,
    OPERATOR,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, whole_line

WORDS = words(
    keyword="""and BEGIN CHECK INIT DESTROY END case cmp continue default do else elsif eq eval for foreach ge given
        goto gt if isa last le local lt my ne next no not or our package redo require return state sub unless until
        use when while xor""",
    type="""abs binmode bless chdir chmod chomp chop chr close closedir cos defined delete die each eof exec exists
        exit exp fork format grep hex index int join keys lc lcfirst length log map mkdir oct open opendir ord pack
        pop pos print printf push quotemeta rand read readdir readline ref rename reverse rindex rmdir say scalar seek
        shift sin sleep sort splice split sprintf sqrt substr system tie time tr truncate uc ucfirst umask undef
        unlink unpack unshift untie utime values wait wantarray warn write""",
)

_NAME = r"[$@%]\{?\^?[^\W\d][\w:]*+\}?|\$(?:#?\$?\w++|[&`'+!@/\\,;.0-9_])|@_|\$#\{?"
VARIABLE = Rule(_NAME, Kind.VARIABLE)
INSIDE = Rule(_NAME, Kind.ESCAPE)
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def _pieces(kind: Kind, operators: str, pieces: int) -> tuple[Rule, ...]:
    """q{...}, m/.../, s{...}{...} where they end on their line."""
    rules = []
    for begin, end in _PAIRS.items():
        piece = rf"\{begin}(?:[^\{begin}\{end}\\]|\\.|\{begin}[^\{begin}\{end}]{{0,200}}\{end}){{0,400}}\{end}"
        rules.append(Rule(rf"(?:{operators})\s?{piece}" + rf"\s?{piece}" * (pieces - 1) + r"[a-z]*+", kind))
    for mark in (r"/", r"\|", "!", "#", ",", "~"):
        piece = rf"(?:[^{mark}\\]|\\.){{0,400}}{mark}"
        rules.append(Rule(rf"(?:{operators}){mark}{piece * pieces}[a-z]*+", kind))
    return tuple(rules)


def _heredoc_word(opening: str) -> str:
    return opening.lstrip("<~").strip("'\"")


RULES = (
    Rule(r"(sub)(\s++)(\w++)", (Kind.KEYWORD, Kind.TEXT, Kind.FUNCTION)),
    Rule(r"(?:qw|q|qq|qr|m|s|tr|y)(?=\s*+=>)"),
    *_pieces(Kind.STRING, "qw|qq|q|qr|m", 1),
    *_pieces(Kind.STRING, "s|tr|y", 2),
    Rule(r"(?:qw|qq|q)([(\[{])", (Kind.STRING,), move=Push("quoted")),
    Rule(r"->([^\W\d]\w*+)", (Kind.TEXT,), called=Kind.FUNCTION),
    Rule(r"[^\W\d]\w*+(?:::\w++)*", Kind.TEXT, WORDS.get, called=Kind.FUNCTION),
    VARIABLE,
    HASH_COMMENT,
    *string('"', "double", without="$@"),
    Rule(r"<\$?\w*+>", Kind.STRING),
    *string("'", "single"),
    Rule(r"<<~?'\w++'", Kind.STRING, move=Push("rest", _heredoc_word, "plain heredoc")),
    Rule(r"<<~?\"?+[A-Z]\w*+\"?+", Kind.STRING, move=Push("rest", _heredoc_word, "heredoc")),
    Rule(r"(?<=[~(,])\s?/(?:[^/\\]|\\.){1,400}/[a-z]*+", Kind.STRING),
    Rule(r"(?<=~\s)/(?:[^/\\]|\\.){1,400}/[a-z]*+", Kind.STRING),
    DOTS,
    NUMBER,
    OPERATOR,
)
SKIP = r"\s()\[\]{},;:"

PERL: Grammar = {
    "code": Mode(
        (
            Rule(r"^__(?:END|DATA)__", Kind.COMMENT, move=Push("end")),
            Rule(r"^=(?:pod|head\d|begin|item|over|encoding|for)\b.*", Kind.COMMENT, move=Push("pod")),
            *RULES,
        ),
        skip=SKIP,
    ),
    "rest": Mode(RULES, skip=SKIP, ends_with_line=True),
    "double": until('"', Kind.STRING, ESCAPE, INSIDE),
    "single": until("'", Kind.STRING, Rule(r"\\[\\']", Kind.ESCAPE)),
    "quoted": until(r"[)\]}]", Kind.STRING, Rule(r"\\.", Kind.STRING)),
    "heredoc": Mode((ESCAPE, INSIDE), Kind.STRING, closer=whole_line),
    "plain heredoc": Mode(kind=Kind.STRING, closer=whole_line),
    "end": Mode(kind=Kind.COMMENT),
    "pod": Mode((Rule(r"^=cut\b.*", Kind.COMMENT, move=Pop()),), Kind.COMMENT),
}
