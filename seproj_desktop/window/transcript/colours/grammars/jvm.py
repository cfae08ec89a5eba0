"""Java, Kotlin, Scala and Groovy."""

from seproj_desktop.window.transcript.colours.grammars.c_like import ANNOTATION, code
from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    ESCAPE,
    NAME,
    NESTED_COMMENT_MODE,
    NESTED_COMMENTS,
    defined,
    fields,
    quoted,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

JAVA_WORDS = words(
    keyword="""abstract assert break case catch class const continue default do else enum exports extends final
        finally for goto if implements import instanceof interface module native new non-sealed open opens package
        permits private protected provides public record requires return sealed static strictfp super switch
        synchronized this throw throws to transient transitive try uses var volatile when while with yield true false
        null""",
    type="boolean byte char double float int long short void",
)
GROOVY_WORDS = JAVA_WORDS | words(keyword="as def in it trait")
KOTLIN_WORDS = words(
    keyword="""abstract actual annotation as break by catch class companion const constructor continue crossinline
        data do dynamic else enum expect external final finally for fun get if import in infix init inline inner
        interface internal is lateinit noinline null object open operator out override package private protected
        public reified return sealed set super suspend tailrec this throw true false try typealias typeof val value
        var vararg when where while field it""",
    type="""Any Array Boolean Byte Char CharArray Double Float Int IntArray List Long Map MutableList MutableMap
        MutableSet Nothing Pair Set Short String UInt ULong Unit""",
)
SCALA_WORDS = words(
    keyword="""abstract case catch class def do else end enum export extends extension final finally for given if
        implicit import inline lazy match new object opaque open override package private protected return sealed
        super then this throw trait transparent try type using val var while with yield true false null derives""",
    type="""Any AnyRef AnyVal Array Boolean Byte Char Double Either Float Future Int Iterator Left List Long Map None
        Nothing Null Option Right Seq Set Short Some String Unit Vector""",
)

LONG = Rule(r'"""', Kind.STRING, move=Push("long"))
LONG_MODE = until('"""', Kind.STRING, ESCAPE)
FIELDS = (Rule(r"\$\{", Kind.ESCAPE, move=Push("field")), Rule(rf"\$(?:{NAME}|\$)", Kind.ESCAPE))

JAVA: Grammar = {
    "code": Mode(
        (
            defined("class interface enum record"),
            *code(
                JAVA_WORDS.get,
                ANNOTATION,
                Rule(r"@interface", Kind.KEYWORD),
                LONG,
                *string('"', "double"),
                *string("'", "single"),
            ),
        ),
        skip=BLANKS,
    ),
    "double": quoted('"'),
    "single": quoted("'"),
    "long": LONG_MODE,
    **COMMENT_MODE,
}

_GROOVY = (
    defined("class interface enum trait"),
    *code(
        GROOVY_WORDS.get,
        ANNOTATION,
        Rule(r'"""', Kind.STRING, move=Push("long")),
        Rule(r"'''", Kind.STRING, move=Push("raw")),
        *string('"', "double", without="$"),
        *string("'", "single"),
    ),
)
GROOVY: Grammar = {
    "code": Mode(_GROOVY, skip=BLANKS),
    "double": quoted('"', *FIELDS),
    "single": quoted("'"),
    "long": until('"""', Kind.STRING, ESCAPE, *FIELDS),
    "raw": until("'''", Kind.STRING, ESCAPE),
    **fields(_GROOVY),
    **COMMENT_MODE,
}

_KOTLIN = (
    defined("class interface object"),
    *code(
        KOTLIN_WORDS.get,
        Rule(r"@(?:\w+:)?\w++", Kind.META),
        LONG,
        *string('"', "double", without="$"),
        Rule(r"'(?:[^'\\]|\\u[\da-fA-F]{4}|\\.)'", Kind.STRING),
        comments=NESTED_COMMENTS,
    ),
)
KOTLIN: Grammar = {
    "code": Mode(_KOTLIN, skip=BLANKS),
    "double": quoted('"', *FIELDS),
    "long": until('"""', Kind.STRING, *FIELDS),
    **fields(_KOTLIN),
    **NESTED_COMMENT_MODE,
}


def _scala_kind(word: str, kind: Kind) -> Kind:
    return SCALA_WORDS.get(word) or (Kind.TYPE if word[0].isupper() else kind)


_SCALA = (
    defined("class trait object enum"),
    *code(
        _scala_kind,
        ANNOTATION,
        Rule(rf'{NAME}"""', Kind.STRING, move=Push("long fields")),
        *string('"', "fields", NAME, without="$"),
        LONG,
        *string('"', "double"),
        Rule(r"'(?:[^'\\]|\\u[\da-fA-F]{4}|\\.)'", Kind.STRING),
        name=rf"{NAME}(?!\")",
        comments=NESTED_COMMENTS,
    ),
)
SCALA: Grammar = {
    "code": Mode(_SCALA, skip=BLANKS),
    "double": quoted('"'),
    "fields": quoted('"', *FIELDS),
    "long": until('"""', Kind.STRING),
    "long fields": until('"""', Kind.STRING, *FIELDS),
    **fields(_SCALA),
    **NESTED_COMMENT_MODE,
}
