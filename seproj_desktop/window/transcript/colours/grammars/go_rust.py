"""Go and Rust: raw strings, lifetimes, attributes, nested comments."""

from seproj_desktop.window.transcript.colours.grammars.c_like import code
from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    ESCAPE,
    NAME,
    NESTED_COMMENT_MODE,
    NESTED_COMMENTS,
    defined,
    quoted,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, find_word

GO_WORDS = words(
    keyword="""break case const continue default defer else fallthrough for func go goto if import interface package
        range return select struct switch type var true false nil iota""",
    type="""any append bool byte cap chan clear close comparable complex complex64 complex128 copy delete error
        float32 float64 imag int int8 int16 int32 int64 len make map max min new panic print println real recover rune
        string uint uint8 uint16 uint32 uint64 uintptr""",
)

GO: Grammar = {
    "code": Mode(
        code(
            GO_WORDS.get,
            Rule(r"`[^`]*+`", Kind.STRING),
            Rule(r"`", Kind.STRING, move=Push("raw")),
            *string('"', "double"),
            *string("'", "single"),
        ),
        skip=BLANKS,
    ),
    "double": quoted('"'),
    "single": quoted("'"),
    "raw": until("`", Kind.STRING),
    **COMMENT_MODE,
}

RUST_WORDS = words(
    keyword="""abstract as async await become box break const continue crate do dyn else enum extern false final fn
        for if impl in let loop macro match mod move mut override priv pub ref return static struct super trait try
        type typeof union unsafe unsized use virtual where while yield true""",
    variable="self",
    type="""Self bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize AsMut AsRef Box Clone Copy
        Default DoubleEndedIterator Drop Eq Err ExactSizeIterator Extend Fn FnMut FnOnce From Hash Into IntoIterator
        Iterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom
        TryInto Unpin Vec drop""",
)


def _raw_end(opening: str) -> str:
    return '"' + "#" * opening.count("#")


RUST: Grammar = {
    "code": Mode(
        (
            Rule(r"[^\W\d]\w*+!(?!=)", Kind.FUNCTION),
            defined("struct enum union trait"),
            *code(
                RUST_WORDS.get,
                Rule(r"(?:b|c)?r#*+\"", Kind.STRING, move=Push("raw", word=_raw_end)),
                *string('"', "double", "[bc]?"),
                Rule(r"b?'(?:[^'\\]|\\(?:x[\da-fA-F]{2}|u\{[^}]{0,8}\}|.))'", Kind.STRING),
                Rule(rf"'{NAME}", Kind.ATTRIBUTE),
                Rule(r"#!?+\[[^\[\]\"]*+\]", Kind.META),
                Rule(r"#!?+\[", Kind.META, move=Push("attribute")),
                comments=NESTED_COMMENTS,
                name=rf"{NAME}(?!#*+[\"])(?!(?<=\bb)')",
            ),
            Rule(NAME),
        ),
        skip=BLANKS,
    ),
    "double": until('"', Kind.STRING, ESCAPE),
    "raw": Mode(kind=Kind.STRING, closer=find_word),
    "attribute": Mode(
        (
            Rule(r'"(?:[^"\\]|\\.){0,400}"', Kind.STRING),
            Rule(r"\[", Kind.META, move=Push("attribute")),
            Rule(r"\]", Kind.META, move=Pop()),
        ),
        Kind.META,
    ),
    **NESTED_COMMENT_MODE,
}
