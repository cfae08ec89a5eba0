"""JSON with comments, YAML, TOML and INI files."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    COMMENT_MODE,
    COMMENTS,
    ESCAPE,
    quoted,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

CONSTANTS = words(keyword="true false null True False NaN Infinity nan inf")
NUMBER = Rule(r"[-+]?(?:0[xob][\da-fA-F_]++|\d[\d_]*+(?:\.\d[\d_]*+)?(?:[eE][-+]?\d++)?)(?![\w.:-])", Kind.NUMBER)

JSON: Grammar = {
    "value": Mode(
        (
            Rule(r'"[^"\\]*+"(?=\s*+:)', Kind.TAG),
            Rule(r'"(?:[^"\\]|\\.)*"(?=\s*+:)', Kind.TAG),
            *string('"', "double"),
            *string("'", "single"),
            NUMBER,
            Rule(r"[^\W\d]\w*+(?=\s*+:)", Kind.TAG),
            Rule(r"[^\W\d]\w*+", Kind.TEXT, CONSTANTS.get),
            *COMMENTS,
        ),
        skip=r"\s\[\]{},:",
    ),
    "double": quoted('"'),
    "single": quoted("'"),
    **COMMENT_MODE,
}


def _depth(opening: str) -> str:
    """As many blanks as the lines of a block scalar have more than."""
    content = opening.lstrip(" -")
    depth = len(opening) - len(content)
    return " " * (opening.rindex("-") if content[0] in "|>!&" and "-" in opening[:depth] else depth)


def _is_outdented(text: str, position: int, word: str) -> tuple[int, int] | None:
    """A block scalar ends before the first line that is not deeper than its key."""
    is_deeper = len(text) - len(text.lstrip(" ")) > len(word)
    return None if position or is_deeper or not text.strip() else (0, 0)


YAML_CONSTANTS = words(keyword="true false null yes no on off True False Null Yes No On Off TRUE FALSE NULL ~")
_YAML_END = r"(?=\s*+(?:$|(?<=\s)#|[,\]}]))"
_KEY = r"(?:[^\s\"'#\[\]{},&*!|>%@:-]|[:-](?=[^\s,\]}])|<<)(?:[^:#\"'{}\[\],]|:(?=\S)|(?<=\S)[#'])*?"
YAML: Grammar = {
    "value": Mode(
        (
            Rule(r"^(?:---|\.\.\.)(?=\s|$)", Kind.META),
            Rule(r"^%[A-Z]+.*", Kind.META),
            Rule(
                rf"^(\s*+(?:-\s++)*)({_KEY}(?=\s{{0,8}}:\s))?(\s*+:?\s*+(?:![\w!]++\s++)?(?:&\w++\s++)?)"
                r"([|>][-+\d]*+)(?=\s*+(?:#.*)?$)",
                (Kind.TEXT, Kind.TAG, Kind.TEXT, Kind.OPERATOR),
                move=Push("block", word=_depth),
            ),
            Rule(rf"^(\s*+(?:-\s++)*)({_KEY})(?=\s{{0,8}}:(?:\s|$))", (Kind.TEXT, Kind.TAG)),
            Rule(r"(?:\"[^\"\\]*+\"|'[^']*+')(?=\s*+:(?:\s|$))", Kind.TAG),
            Rule(r"[\w.-]++(?=\s*+:\s)", Kind.TAG),
            *string('"', "double"),
            Rule(r"'[^']*+'", Kind.STRING),
            Rule(r"'", Kind.STRING, move=Push("single")),
            Rule(r"(?<!\S)#.*", Kind.COMMENT),
            Rule(r"[&*][\w.-]++", Kind.VARIABLE),
            Rule(r"!\S*+", Kind.TYPE),
            Rule(
                rf"[-+]?(?:0[xo][\da-fA-F]++|\d[\d_]*+(?:\.\d*+)?(?:[eE][-+]?\d++)?|\.(?:inf|nan)){_YAML_END}",
                Kind.NUMBER,
            ),
            Rule(rf"(?:[A-Za-z]{{2,5}}|~){_YAML_END}", Kind.STRING, YAML_CONSTANTS.get),
            Rule(r"-(?=\s|$)", Kind.OPERATOR),
            Rule(r"[^\s\[\]{},:#\"'][^\[\]{},:#]*+(?:(?::(?=\S)|(?<=\S)#)[^\[\]{},:#]*+)*", Kind.STRING),
        ),
        skip=r"\s\[\]{},:?",
    ),
    "double": until('"', Kind.STRING, ESCAPE),
    "single": until("'", Kind.STRING, Rule("''", Kind.ESCAPE)),
    "block": Mode(kind=Kind.STRING, closer=_is_outdented),
}

TOML_CONSTANTS = words(keyword="true false inf nan")
DATE = Rule(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d++)?)?(?:Z|[-+]\d\d:\d\d)?)?|\d\d:\d\d(?::\d\d(?:\.\d++)?)?",
    Kind.NUMBER,
)
TOML: Grammar = {
    "value": Mode(
        (
            Rule(
                r"^(\s*+)(\[{1,2}[^\]\"']*+(?:\"[^\"]*+\"[^\]\"']*+)*\]{1,2})(?=\s*+(?:#.*)?$)",
                (Kind.TEXT, Kind.KEYWORD),
            ),
            Rule(
                r"^(\s*+)((?:[\w-]++|\"[^\"]*+\"|'[^']*+')(?:\s*+\.\s*+(?:[\w-]++|\"[^\"]*+\"))*)(?=\s*+=)",
                (Kind.TEXT, Kind.ATTRIBUTE),
            ),
            Rule(r"[\w-]++(?=\s*+=)", Kind.ATTRIBUTE),
            Rule(r'"""', Kind.STRING, move=Push("long")),
            Rule(r"'''", Kind.STRING, move=Push("raw")),
            *string('"', "double"),
            Rule(r"'[^']*+'", Kind.STRING),
            Rule(r"#.*", Kind.COMMENT),
            DATE,
            NUMBER,
            Rule(r"[^\W\d][\w-]*+", Kind.TEXT, TOML_CONSTANTS.get),
            Rule(r"=", Kind.OPERATOR),
            Rule(r"[\w-]++"),
        ),
        skip=r"\s\[\]{},",
    ),
    "double": quoted('"'),
    "long": until('"""', Kind.STRING, ESCAPE),
    "raw": until("'''", Kind.STRING),
}

INI: Grammar = {
    "value": Mode(
        (
            Rule(r"^(\s*+)([;#].*)", (Kind.TEXT, Kind.COMMENT)),
            Rule(r"^(\s*+)(\[[^\]]*+\])", (Kind.TEXT, Kind.KEYWORD)),
            Rule(
                r"^(\s*+(?:export\s++)?)([^\s=:\[][^=:]*+)([=:])(\s*+)(.*)",
                (Kind.TEXT, Kind.ATTRIBUTE, Kind.OPERATOR, Kind.TEXT, Kind.STRING),
            ),
            Rule(r"^(\s++)(\S.*)", (Kind.TEXT, Kind.STRING)),
        ),
    ),
}
