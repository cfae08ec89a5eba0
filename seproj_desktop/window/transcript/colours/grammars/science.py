"""R and Julia."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    ESCAPE,
    HASH_COMMENT,
    NAME,
    NUMBER,
    OPERATOR,
    defined,
    fields,
    names,
    nested,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

R_WORDS = words(
    keyword="""break else for function if in next repeat return switch while TRUE FALSE NULL NA NA_character_
        NA_complex_ NA_integer_ NA_real_ NaN Inf T F""",
)

R: Grammar = {
    "code": Mode(
        (
            Rule(r"[^\W\d][\w.]*+", Kind.TEXT, R_WORDS.get, called=Kind.FUNCTION),
            HASH_COMMENT,
            *string('"', "double"),
            *string("'", "single"),
            Rule(r"`[^`]*+`"),
            Rule(r"%[^%\s]{0,10}%", Kind.OPERATOR),
            NUMBER,
            Rule(r"[-+*/=<>!&|^~?$@:]++", Kind.OPERATOR),
            Rule(r"\.[\w.]++"),
        ),
        skip=r"\s()\[\]{},;",
    ),
    "double": until('"', Kind.STRING, ESCAPE),
    "single": until("'", Kind.STRING, ESCAPE),
}

JULIA_WORDS = words(
    keyword="""abstract baremodule begin break catch const continue do else elseif end export finally for function
        global if import in isa let local macro module mutable outer primitive public quote return struct try type
        using where while true false""",
    type="""AbstractArray AbstractDict AbstractFloat AbstractString AbstractVector Any Array Bool Char Cint Complex
        DataType Dict Exception Float16 Float32 Float64 Function Int Int128 Int16 Int32 Int64 Int8 Integer IO Matrix
        Missing Nothing Number Pair Ptr Rational Real Ref Set String Symbol Tuple Type UInt UInt128 UInt16 UInt32
        UInt64 UInt8 Union Vararg Vector nothing missing NaN Inf pi""",
)
_JULIA = (
    defined("struct module"),
    *names(JULIA_WORDS.get, rf"{NAME}!*+(?!\")"),
    Rule(r"#=", Kind.COMMENT, move=Push("comment")),
    HASH_COMMENT,
    Rule(r"@[^\W\d][\w.]*+", Kind.META),
    Rule(r'(?:[^\W\d]\w*+)?"""', Kind.STRING, move=Push("long")),
    Rule(r'[^\W\d]\w*+"(?:[^"\\]|\\.)*"\w*+', Kind.STRING),
    *string('"', "double", without="$"),
    Rule(r"(?<![\w)\]}'])'(?:[^'\\]|\\[^']{0,9}|\\')'", Kind.STRING),
    Rule(r"(?<![\w)\]:<]):[^\W\d]\w*+", Kind.STRING),
    NUMBER,
    OPERATOR,
    Rule(r"::?", Kind.OPERATOR),
)
_JULIA_FIELDS = (Rule(r"\$\(", Kind.ESCAPE, move=Push("field")), Rule(rf"\${NAME}", Kind.ESCAPE))
JULIA: Grammar = {
    "code": Mode(_JULIA, skip=r"\s()\[\]{},;"),
    "double": until('"', Kind.STRING, ESCAPE, *_JULIA_FIELDS),
    "long": until('"""', Kind.STRING, ESCAPE, *_JULIA_FIELDS),
    "comment": nested("#=", "=#", Kind.COMMENT, "comment"),
    **fields(_JULIA, r"\s\[\]{},;", r"\( \)"),
}
