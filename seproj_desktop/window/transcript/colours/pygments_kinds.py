"""From Pygments' types of tokens to our kinds, by their names alone. Pure."""

from functools import cache

from seproj_desktop.window.transcript.colours.grammars.build_files import CMAKE_WORDS
from seproj_desktop.window.transcript.colours.grammars.javascript import TYPED_WORDS
from seproj_desktop.window.transcript.colours.kinds import Kind

# The nearest ancestor counts.
_KINDS = {
    "": Kind.TEXT,
    "Comment": Kind.COMMENT,
    "Comment.Preproc": Kind.META,
    "Comment.PreprocFile": Kind.STRING,
    "Generic.Deleted": Kind.DELETED,
    "Generic.Heading": Kind.HEADING,
    "Generic.Inserted": Kind.INSERTED,
    "Generic.Prompt": Kind.META,
    "Generic.Subheading": Kind.HEADING,
    "Keyword": Kind.KEYWORD,
    "Keyword.Type": Kind.TYPE,
    "Literal": Kind.STRING,
    "Literal.Date": Kind.NUMBER,
    "Literal.Number": Kind.NUMBER,
    "Literal.String.Escape": Kind.ESCAPE,
    "Literal.String.Interpol": Kind.ESCAPE,
    "Name.Attribute": Kind.ATTRIBUTE,
    "Name.Builtin": Kind.TYPE,
    "Name.Builtin.Pseudo": Kind.VARIABLE,
    "Name.Class": Kind.TYPE,
    "Name.Decorator": Kind.META,
    "Name.Entity": Kind.ESCAPE,
    "Name.Exception": Kind.TYPE,
    "Name.Function": Kind.FUNCTION,
    "Name.Label": Kind.VARIABLE,
    "Name.Property": Kind.ATTRIBUTE,
    "Name.Tag": Kind.TAG,
    "Name.Variable": Kind.VARIABLE,
    "Operator": Kind.OPERATOR,
    "Operator.Word": Kind.KEYWORD,
}

# Where a language's lexer means something else, or colours every name.
_PLAIN_ATTRIBUTES = {"Name.Attribute": Kind.TEXT, "Name.Variable": Kind.TEXT, "Name.Property": Kind.TEXT}
_STYLES = {
    "Comment.Preproc": Kind.KEYWORD,
    "Keyword.Constant": Kind.KEYWORD,
    "Keyword.Type": Kind.NUMBER,
    "Name.Builtin": Kind.FUNCTION,
}
_CONSTANTS = {"Name.Builtin": Kind.KEYWORD}
_SPECIAL: dict[str, dict[str, Kind]] = {
    "c": _CONSTANTS,
    "cmake": {"Name.Builtin": Kind.FUNCTION},
    "cpp": _CONSTANTS,
    "csharp": {"Name.Attribute": Kind.META},
    "css": _STYLES,
    "elixir": {"Name.Attribute": Kind.META},
    "groovy": _PLAIN_ATTRIBUTES,
    "html": {"Keyword.Type": Kind.NUMBER},
    "java": _PLAIN_ATTRIBUTES,
    "kotlin": _PLAIN_ATTRIBUTES,
    "lua": _PLAIN_ATTRIBUTES,
    "perl": {"Comment.Preproc": Kind.COMMENT},
    "objectivec": _CONSTANTS,
    "php": {"Name.Attribute": Kind.TEXT},
    "powershell": {"Name.Builtin": Kind.FUNCTION, "Name.Constant": Kind.TYPE},
    "ruby": {"Name.Constant": Kind.TYPE},
    "swift": _PLAIN_ATTRIBUTES | {"Name.Builtin.Pseudo": Kind.TEXT},
    "toml": {"Name": Kind.ATTRIBUTE},
    "vue": {"Keyword.Type": Kind.NUMBER},
    "yaml": {"Name.Constant": Kind.STRING, "Name.Variable": Kind.STRING},
}
# Where the first character decides: bare words are strings to these lexers too.
_BARE_WORDS = frozenset({"cmake", "dockerfile"})
_MARKUP = frozenset({"html", "vue", "xml"})


def kind_of(name: str, value: str, language: str, following: str) -> Kind:
    """`name` is the token type's without `Token.`, `following` the character after `value`."""
    kind = _kind(name, language)
    match kind:
        case Kind.STRING:
            if name == "Literal.String.Doc" and value.lstrip()[:1] in "/*.#-":
                return Kind.COMMENT
            if name == "Literal.String" and language in _BARE_WORDS and value[:1] not in "\"'":
                return Kind.TEXT
            if name == "Name.Variable" and value[:1] == "*":
                return Kind.VARIABLE
        case Kind.TYPE if language == "typescript":
            return TYPED_WORDS.get(value, kind)
        case Kind.FUNCTION if language == "cmake":
            return CMAKE_WORDS.get(value.lower(), kind)
        case Kind.KEYWORD:
            if name == "Keyword" and following == ":" and language in ("css", "html", "vue"):
                return Kind.ATTRIBUTE
            return kind if any(map(str.isalpha, value)) else Kind.OPERATOR
        case Kind.OPERATOR:
            return kind if value.strip(".,:;()[]{}") else Kind.TEXT
        case Kind.TEXT:
            return _plain_kind(name, value, language, following)
        case _:
            pass
    return kind


def _plain_kind(name: str, value: str, language: str, following: str) -> Kind:
    """What Pygments leaves without a colour: calls, some operators, parameters of cmdlets."""
    if name.startswith("Name"):
        if language == "powershell" and value[:1] == "-":
            return Kind.ATTRIBUTE
        return Kind.FUNCTION if following == "(" else Kind.TEXT
    is_operator = name == "Punctuation" and not value.strip("=<>!&|+-*/%^~?")
    return Kind.OPERATOR if is_operator and language not in _MARKUP else Kind.TEXT


@cache
def _kind(name: str, language: str) -> Kind:
    special = _SPECIAL.get(language, {})
    while name not in special and name not in _KINDS:
        name = name.rpartition(".")[0]
    return special[name] if name in special else _KINDS[name]
