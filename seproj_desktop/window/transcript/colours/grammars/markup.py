"""HTML, XML, Vue and Svelte; scripts and styles are read by their own lexers."""

from seproj_desktop.window.transcript.colours.grammars.common import before, until
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, Switch, find_word

ENTITY = Rule(r"&(?:#\w{1,8}|\w{1,32});", Kind.ESCAPE)
COMMENT = (Rule(r"<!--.*?-->", Kind.COMMENT), Rule(r"<!--", Kind.COMMENT, move=Push("comment")))
DECLARATIONS = (
    Rule(r"<!\[CDATA\[", Kind.META, move=Push("data")),
    Rule(r"<!", Kind.META, move=Push("declaration")),
    Rule(r"<\?", Kind.META, move=Push("instruction")),
)
TAG = r"[^\W\d][\w:.-]*+"

ATTRIBUTES = (
    Rule(r"[^\s\"'<>/={}]++", Kind.ATTRIBUTE),
    Rule(r"(=)(\s*+)(\"[^\"&]*+\"|'[^'&]*+'|[^\s\"'<>=`{]++)", (Kind.OPERATOR, Kind.TEXT, Kind.STRING)),
    Rule(r"=", Kind.OPERATOR),
    Rule(r'"', Kind.STRING, move=Push("double")),
    Rule(r"'", Kind.STRING, move=Push("single")),
    Rule(r"\{[^{}]*+\}"),
)

XML: Grammar = {
    "text": Mode(
        (
            *COMMENT,
            *DECLARATIONS,
            Rule(rf"</?{TAG}/?>", Kind.TAG),
            Rule(rf"</?{TAG}", Kind.TAG, move=Push("tag")),
            ENTITY,
        )
    ),
    "tag": Mode((Rule(r"/?>", Kind.TAG, move=Pop()), *ATTRIBUTES), skip=r"\s"),
    "double": until('"', Kind.STRING, ENTITY),
    "single": until("'", Kind.STRING, ENTITY),
    "comment": until("-->", Kind.COMMENT),
    "data": until(r"\]\]>", Kind.META),
    "declaration": until(">", Kind.META, Rule(r"\"[^\"]*+\"|'[^']*+'|\[[^\]>]{0,200}\]", Kind.META)),
    "instruction": until(r"\?>", Kind.META),
}


def _opening(name: str, mode: str) -> Rule:
    return Rule(rf"<((?i:{name}))(?![\w:.-])", (Kind.TAG,), move=Push(mode))


def _tag_before(mode: str) -> Mode:
    return Mode((Rule(r"/>", move=Pop()), Rule(">", move=Switch(mode)), *ATTRIBUTES), skip=r"\s")


_HTML_TEXT = (
    _opening("script", "script tag"),
    _opening("style", "style tag"),
    *COMMENT,
    *DECLARATIONS,
    Rule(rf"</?({TAG})/?>", (Kind.TAG,)),
    Rule(rf"</?({TAG})", (Kind.TAG,), move=Push("tag")),
    ENTITY,
)
HTML: Grammar = {
    **XML,
    "text": Mode(_HTML_TEXT),
    "tag": Mode((Rule(r"/?>", move=Pop()), *ATTRIBUTES), skip=r"\s"),
    "script tag": _tag_before("script"),
    "style tag": _tag_before("style"),
    "script": Mode(closer=before(r"</script\b"), guest="javascript"),
    "style": Mode(closer=before(r"</style\b"), guest="scss"),
}

# Vue and Svelte: expressions in the text and in directives.
_DIRECTIVE = Rule(
    r"((?:v-|[:@#])[\w:.-]++)(=)(\")",
    (Kind.ATTRIBUTE, Kind.OPERATOR, Kind.TEXT),
    move=Push("expression", word='"'),
)
VUE: Grammar = {
    **HTML,
    "text": Mode(
        (
            Rule(r"(\{)([#/:@][a-z]++)", (Kind.TEXT, Kind.KEYWORD)),
            Rule(r"\{\{", Kind.META, move=Push("mustache", word="}}")),
            *_HTML_TEXT,
        )
    ),
    "tag": Mode((Rule(r"/?>", move=Pop()), _DIRECTIVE, *ATTRIBUTES), skip=r"\s"),
    "expression": Mode(closer=find_word, guest="typescript"),
    "mustache": Mode(kind=Kind.META, closer=find_word, guest="typescript"),
    "script": Mode(closer=before(r"</script\b"), guest="typescript"),
}
