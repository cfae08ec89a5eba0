"""C#: verbatim, raw and interpolated strings."""

from seproj_desktop.window.transcript.colours.grammars.c_like import code
from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    defined,
    fields,
    quoted,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule, find_word

WORDS = words(
    keyword="""abstract add alias and as ascending async await base break by case catch checked class const continue
        default delegate descending do else enum equals event explicit extern file finally fixed for foreach from get
        global goto group if implicit in init interface internal into is join let lock managed nameof namespace new
        not notnull null on operator or orderby out override params partial private protected public readonly record
        ref remove required return scoped sealed select set sizeof stackalloc static struct switch this throw true
        false try typeof unchecked unmanaged unsafe using value virtual void volatile when where while with yield""",
    type="""bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong
        ushort var""",
)

FIELD = (Rule(r"\{\{|\}\}", Kind.ESCAPE), Rule(r"\{", Kind.ESCAPE, move=Push("field")))
DOUBLED = Rule(r'""', Kind.ESCAPE)


def _raw_end(opening: str) -> str:
    return opening.lstrip("$")


_RULES = (
    Rule(r"^(\s*+)(\[[A-Za-z][^\[\]]*+\])(?=\s*+$)", (Kind.TEXT, Kind.META)),
    defined("class interface struct enum record"),
    *code(
        WORDS.get,
        Rule(r'\$*+"{3,}+', Kind.STRING, move=Push("raw", word=_raw_end)),
        Rule(r'\$@"|@\$"', Kind.STRING, move=Push("verbatim fields")),
        Rule(r'@"', Kind.STRING, move=Push("verbatim")),
        Rule(r'\$"', Kind.STRING, move=Push("fields")),
        *string('"', "double"),
        *string("'", "single"),
        Rule(r"#\s*+[a-z]++.*", Kind.META),
    ),
)

CSHARP: Grammar = {
    "code": Mode(_RULES, skip=BLANKS),
    "double": quoted('"'),
    "single": quoted("'"),
    "fields": quoted('"', *FIELD),
    "verbatim": until('"', Kind.STRING, DOUBLED),
    "verbatim fields": until('"', Kind.STRING, DOUBLED, *FIELD),
    "raw": Mode(kind=Kind.STRING, closer=find_word),
    **fields(_RULES),
    **COMMENT_MODE,
}
