"""Haskell and Elixir, in their simple parts."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    DOTS,
    ESCAPE,
    HASH_COMMENT,
    NUMBER,
    OPERATOR,
    fields,
    nested,
    quoted,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

HASKELL_WORDS = words(
    keyword="""case class data default deriving do else family forall foreign if import in infix infixl infixr
        instance let mdo module newtype of proc qualified rec then type where _""",
    type="error",
)


def _haskell_kind(word: str, kind: Kind) -> Kind:
    return HASKELL_WORDS.get(word) or (Kind.TYPE if word[0].isupper() else kind)


HASKELL: Grammar = {
    "code": Mode(
        (
            Rule(
                r"^(import)(\s++)((?:qualified\s++)?)([A-Z][\w.]*+)",
                (Kind.KEYWORD, Kind.TEXT, Kind.KEYWORD, Kind.TEXT),
            ),
            Rule(r"^[a-z_][\w']*+", Kind.FUNCTION, _haskell_kind),
            Rule(r"[^\W\d][\w']*+", Kind.TEXT, _haskell_kind),
            Rule(r"\{-", Kind.COMMENT, move=Push("comment")),
            Rule(r"--+(?![!#$%&*+./<=>?@\\^|~:]).*", Kind.COMMENT),
            *string('"', "double"),
            Rule(r"'(?:[^'\\]|\\[^']{1,9}|\\')'", Kind.STRING),
            NUMBER,
            Rule(r"[-+*/%=<>!&|^~?$@:.\\]++", Kind.OPERATOR),
        ),
        skip=r"\s()\[\]},;`",
    ),
    "double": quoted('"'),
    "comment": nested(r"\{-", r"-\}", Kind.COMMENT, "comment"),
}

ELIXIR_WORDS = words(
    keyword="""after alias and case catch cond def defdelegate defexception defguard defguardp defimpl defmacro
        defmacrop defmodule defoverridable defp defprotocol defstruct do else end fn for if import in not or quote
        raise receive require rescue reraise super throw try unless unquote use when with true false nil""",
    variable="__CALLER__ __DIR__ __ENV__ __MODULE__ __STACKTRACE__",
)


def _elixir_kind(word: str, kind: Kind) -> Kind:
    return ELIXIR_WORDS.get(word) or (Kind.TYPE if word[0].isupper() else kind)


_SIGIL = (
    r"~[a-zA-Z](?:\([^)]*+\)|\[[^\]]*+\]|\{[^}]*+\}|\|[^|]*+\||<[^>]*+>|\"(?!\"\")[^\"]*+\"|/(?:[^/\\]|\\.){0,400}/)"
    r"[a-z]*+"
)
_ELIXIR = (
    Rule(r"(defp?|defmacrop?|defguardp?)(\s++)([^\W\dA-Z]\w*+[?!]?+)", (Kind.KEYWORD, Kind.TEXT, Kind.FUNCTION)),
    Rule(r"[^\W\d]\w*+[?!]?+:(?=\s)", Kind.STRING),
    Rule(r"[^\W\d]\w*+[?!]?+", Kind.TEXT, _elixir_kind, called=Kind.FUNCTION),
    Rule(r"\.([^\W\dA-Z]\w*+[?!]?+)", (Kind.TEXT,), called=Kind.FUNCTION),
    DOTS,
    HASH_COMMENT,
    Rule(r'(?:~[a-zA-Z])?"""', Kind.STRING, move=Push("long")),
    Rule(_SIGIL, Kind.STRING),
    *string('"', "double", without="#"),
    *string("'", "single", without="#"),
    Rule(r":\"[^\"]*+\"|(?<!:):[^\W\d]\w*+[?!]?+", Kind.STRING),
    Rule(r"@[^\W\d]\w*+", Kind.META),
    NUMBER,
    OPERATOR,
)
_FIELD = Rule(r"#\{", Kind.ESCAPE, move=Push("field"))
ELIXIR: Grammar = {
    "code": Mode(_ELIXIR, skip=r"\s()\[\]{},;"),
    "double": until('"', Kind.STRING, ESCAPE, _FIELD),
    "single": until("'", Kind.STRING, ESCAPE, _FIELD),
    "long": until('"""', Kind.STRING, ESCAPE, _FIELD),
    **fields(_ELIXIR, r"\s()\[\],;"),
}
