"""Ruby: interpolated strings, symbols, here-documents, regular expressions where they are plain."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    DOTS,
    ESCAPE,
    HASH_COMMENT,
    NUMBER,
    OPERATOR,
    fields,
    regex,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, whole_line

WORDS = words(
    keyword="""attr_accessor attr_reader attr_writer BEGIN END __FILE__ __LINE__ alias and begin break case class def
        defined? do else elsif end ensure extend false for if in include loop module next nil not or prepend private
        protected public raise redo rescue retry return self super then true undef unless until when while yield""",
    type="""abort binding block_given? caller catch eval exit format freeze gets lambda p pp print printf proc putc
        puts rand require require_relative sleep sprintf throw Array Float Hash Integer Rational String""",
)

FIELD = Rule(r"#\{", Kind.ESCAPE, move=Push("field"))
NAME = r"[^\W\d]\w*+[?!]?+(?!=[^=~])|[^\W\d]\w*+"

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}


def _heredoc_word(opening: str) -> str:
    return opening.lstrip("<-~").strip("'\"`")


def _percent(name: str, prefix: str) -> tuple[Rule, ...]:
    return tuple(Rule(rf"%{prefix}\{begin}", Kind.STRING, move=Push(f"{name} {begin}")) for begin in _CLOSING)


def _constant_or_word(word: str, kind: Kind) -> Kind:
    known = WORDS.get(word)
    return known if known is not None else Kind.TYPE if word[0].isupper() else kind


RULES = (
    Rule(r"(def)(\s++)((?:self\.)?[^\s(;]++)", (Kind.KEYWORD, Kind.TEXT, Kind.FUNCTION)),
    Rule(r"(class|module)(\s++)([A-Z][\w:]*+)", (Kind.KEYWORD, Kind.TEXT, Kind.TYPE)),
    Rule(r"[^\W\d]\w*+[?!]?+:(?!:)(?=[\s,)]|$)", Kind.STRING),
    Rule(rf"(?:{NAME})", Kind.TEXT, _constant_or_word, called=Kind.FUNCTION),
    Rule(r"&?\.([^\W\d]\w*+[?!]?+)", (Kind.TEXT,), called=Kind.FUNCTION),
    DOTS,
    Rule(r"@{1,2}\w++|\$(?:\w++|[!@&~0-9])", Kind.VARIABLE),
    HASH_COMMENT,
    *string('"', "double", without="#"),
    *string("'", "single"),
    *string("`", "command", without="#"),
    Rule(
        r":\"[^\"]*+\"|::|:[^\W\d]\w*+[?!=]?+(?![\w:])|:(?:\[\]=?|[-+*/<>=!]{1,3})",
        Kind.TEXT,
        lambda word, kind: kind if word == "::" else Kind.STRING,
    ),
    Rule(r"<<[~-]?'\w++'", Kind.STRING, move=Push("rest", _heredoc_word, "plain heredoc")),
    Rule(r"<<[~-]?\"?+[A-Z]\w*+\"?+", Kind.STRING, move=Push("rest", _heredoc_word, "heredoc")),
    *_percent("words", "[wiq]"),
    *_percent("text", "[WIQr]?"),
    regex(r"[(,=\[!|&{;~]", "if", "when", "unless"),
    NUMBER,
    OPERATOR,
)
SKIP = r"\s()\[\]{},;"

RUBY: Grammar = {
    "code": Mode((Rule(r"^=begin\b", Kind.COMMENT, move=Push("comment")), *RULES), skip=SKIP),
    "rest": Mode(RULES, skip=SKIP, ends_with_line=True),
    "double": until('"', Kind.STRING, ESCAPE, FIELD),
    "single": until("'", Kind.STRING, Rule(r"\\[\\']", Kind.ESCAPE)),
    "command": until("`", Kind.STRING, ESCAPE, FIELD),
    "heredoc": Mode((ESCAPE, Rule(r"#\{[^}]*+\}", Kind.ESCAPE)), Kind.STRING, closer=whole_line),
    "plain heredoc": Mode(kind=Kind.STRING, closer=whole_line),
    "comment": Mode((Rule(r"^=end\b.*", Kind.COMMENT, move=Pop()),), Kind.COMMENT),
    **{
        f"words {begin}": until(rf"\{end}", Kind.STRING, Rule(rf"\{begin}", Kind.STRING, move=Push(f"words {begin}")))
        for begin, end in _CLOSING.items()
    },
    **{
        f"text {begin}": until(
            rf"\{end}", Kind.STRING, ESCAPE, FIELD, Rule(rf"\{begin}", Kind.STRING, move=Push(f"text {begin}"))
        )
        for begin, end in _CLOSING.items()
    },
    **fields(RULES, r"\s()\[\],;"),
}
