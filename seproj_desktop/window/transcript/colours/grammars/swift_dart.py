"""Swift and Dart: interpolated strings on one line and on several."""

from seproj_desktop.window.transcript.colours.grammars.c_like import ANNOTATION, code
from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
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
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule, find_word

SWIFT_WORDS = words(
    keyword="""actor any as associatedtype associativity async await borrowing break case catch class consuming
        continue convenience default defer deinit didSet do dynamic each else enum extension fallthrough false
        fileprivate final for func get guard if import in indirect infix init inout internal is isolated lazy left let
        mutating nil nonisolated nonmutating none open operator optional override package postfix precedence
        precedencegroup prefix private protocol public repeat required rethrows return right self Self set some static
        struct subscript super switch throw throws true try typealias unowned var weak where while willSet""",
    type="""Any AnyObject Array Bool Character Codable Comparable Decodable Dictionary Double Encodable Equatable
        Error Float Hashable Identifiable Int Int8 Int16 Int32 Int64 Never Optional Range Result Sendable Set String
        Substring UInt UInt8 UInt16 UInt32 UInt64 Void""",
)
_SWIFT_FIELD = Rule(r"\\\(", Kind.ESCAPE, move=Push("field"))
_SWIFT = (
    defined("class struct enum protocol actor extension"),
    *code(
        SWIFT_WORDS.get,
        ANNOTATION,
        Rule(r"#+\"", Kind.STRING, move=Push("raw", word=lambda opening: opening[::-1])),
        Rule(r"#\w++", Kind.META),
        Rule(r'"""', Kind.STRING, move=Push("long")),
        *string('"', "double"),
        Rule(r"\$\d++", Kind.VARIABLE),
        comments=NESTED_COMMENTS,
    ),
)
SWIFT: Grammar = {
    "code": Mode(_SWIFT, skip=BLANKS),
    "double": quoted('"', ESCAPE, escape=_SWIFT_FIELD),
    "long": until('"""', Kind.STRING, _SWIFT_FIELD, ESCAPE),
    "raw": Mode(kind=Kind.STRING, closer=find_word),
    **fields(_SWIFT, r"\s\[\]{},;:", r"\( \)"),
    **NESTED_COMMENT_MODE,
}

DART_WORDS = words(
    keyword="""abstract as assert async await base break case catch class const continue covariant default deferred do
        else enum export extends extension external factory false final finally for get hide if implements import in
        interface is late library mixin new null of on operator part required rethrow return sealed set show static
        super switch sync this throw true try typedef var when while with yield""",
    type="bool double dynamic int num Function Never Null Object String void",
)
_DART_FIELDS = (Rule(r"\$\{", Kind.ESCAPE, move=Push("field")), Rule(rf"\${NAME}", Kind.ESCAPE))
_DART = (
    defined("class mixin enum extension"),
    *code(
        DART_WORDS.get,
        ANNOTATION,
        Rule(r"""r(?:'[^']*+'|"[^"]*+")""", Kind.STRING),
        Rule(r'r?"""', Kind.STRING, move=Push("long double")),
        Rule(r"r?'''", Kind.STRING, move=Push("long single")),
        *string('"', "double", without="$"),
        *string("'", "single", without="$"),
        comments=NESTED_COMMENTS,
        name=rf"{NAME}(?!(?<=\br)[\"'])",
    ),
)
DART: Grammar = {
    "code": Mode(_DART, skip=BLANKS),
    "double": quoted('"', *_DART_FIELDS),
    "single": quoted("'", *_DART_FIELDS),
    "long double": until('"""', Kind.STRING, ESCAPE, *_DART_FIELDS),
    "long single": until("'''", Kind.STRING, ESCAPE, *_DART_FIELDS),
    **fields(_DART),
    **NESTED_COMMENT_MODE,
}
