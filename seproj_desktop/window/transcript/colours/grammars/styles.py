"""CSS, SCSS and Less: selectors, properties, values."""

from seproj_desktop.window.transcript.colours.grammars.common import COMMENT_MODE, COMMENTS, until
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule

STRINGS = (
    Rule(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", Kind.STRING),
    Rule(r'"', Kind.STRING, move=Push("double")),
    Rule(r"'", Kind.STRING, move=Push("single")),
)
NUMBERS = (Rule(r"[-+]?(?:\d++(?:\.\d++)?|\.\d++)(?:e[-+]?\d++)?(?:%|[a-zA-Z]++)?", Kind.NUMBER),)
VARIABLE = Rule(r"\$[\w-]++|--[\w-]++", Kind.VARIABLE)
INTERPOLATION = Rule(r"[#@]\{[^{}]*+\}", Kind.VARIABLE)
VALUES = (
    *COMMENTS,
    INTERPOLATION,
    *STRINGS,
    Rule(r"#[\da-fA-F]{3,8}\b", Kind.NUMBER),
    VARIABLE,
    *NUMBERS,
    Rule(r"url\((?=[^\"'\s)])", Kind.FUNCTION, move=Push("address")),
    Rule(r"-?[^\W\d][\w-]*+(?=\()", Kind.FUNCTION),
    Rule(r"!\s*+[a-z]++", Kind.KEYWORD),
    Rule(r"-?[^\W\d][\w-]*+", Kind.KEYWORD),
    Rule(r"[-+*/%=<>&|~]++", Kind.OPERATOR),
)
SELECTORS = (
    *COMMENTS,
    INTERPOLATION,
    Rule(r"@[\w-]++(?=\s*+:)", Kind.VARIABLE, move=Push("property")),
    Rule(
        r"@(?:media|supports|container|include|if|else|while|return|each|for|import|use|function|mixin|layer)\b(?!-)",
        Kind.KEYWORD,
        move=Push("query"),
    ),
    Rule(r"@[\w-]++", Kind.KEYWORD),
    Rule(r"[$][\w-]++(?=\s*+:)|--[\w-]++(?=\s*+:)", Kind.VARIABLE, move=Push("property")),
    Rule(r"\.-?[^\W\d][\w-]*+", Kind.TYPE),
    Rule(r"#-?[^\W\d][\w-]*+", Kind.TYPE),
    Rule(r"::?[a-z-]++", Kind.META),
    *STRINGS,
    *NUMBERS,
    Rule(r"\[", move=Push("attribute")),
    Rule(r"[>+~*&|=^$]++", Kind.OPERATOR),
)
SKIP = r"\s(),"

STYLES: Grammar = {
    "rules": Mode(
        (*SELECTORS, Rule(r"\{", move=Push("block")), Rule(r"-?[^\W\d][\w-]*+", Kind.TAG), Rule(r"-[\w-]*+")),
        skip=SKIP + r"};",
    ),
    "block": Mode(
        (
            Rule(r"\}", move=Pop()),
            Rule(r"\{", move=Push("block")),
            # A property, if no bracket opens before the declaration ends.
            Rule(r"-?[^\W\d][\w-]*+(?=\s*+:(?![^;{}]*+\{))", Kind.ATTRIBUTE, move=Push("property")),
            *SELECTORS,
            Rule(r"-?[^\W\d][\w-]*+", Kind.TAG),
            Rule(r"-[\w-]*+"),
        ),
        skip=SKIP + ";",
    ),
    "property": Mode((Rule(r";", move=Pop()), Rule(r"(?=\})", move=Pop()), *VALUES), skip=SKIP + r":{\[\]"),
    # From an at-rule to its block or semicolon.
    "query": Mode(
        (
            Rule(r";", move=Pop()),
            Rule(r"(?=[{}])", move=Pop()),
            Rule(r"(?:and|or|not|only|in|from|through|to|if|as|with)(?![\w-])", Kind.KEYWORD),
            Rule(r"[^\W\d][\w-]*+(?=\s*+:)", Kind.ATTRIBUTE),
            Rule(r"[^\W\d][\w-]*+(?!\()"),
            *VALUES,
        ),
        skip=SKIP + r":\[\]",
    ),
    "attribute": Mode((Rule(r"\]", move=Pop()), *STRINGS, Rule(r"[\w-]++", Kind.ATTRIBUTE)), skip=r"\s"),
    "address": Mode((Rule(r"(?=\))", move=Pop()),), Kind.STRING, ends_with_line=True),
    "double": until('"', Kind.STRING, Rule(r"\\.", Kind.ESCAPE), ends_with_line=True),
    "single": until("'", Kind.STRING, Rule(r"\\.", Kind.ESCAPE), ends_with_line=True),
    **COMMENT_MODE,
}
