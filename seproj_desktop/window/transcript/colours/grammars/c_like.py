"""The families of C and C++, and what the other languages with braces build upon."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    COMMENTS,
    FRACTION,
    NAME,
    NUMBER,
    OPERATOR,
    defined,
    names,
    quoted,
    string,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, KindOf, Mode, Push, Rule, find_word

ANNOTATION = Rule(r"@(?!interface\b)[^\W\d][\w.]*+", Kind.META)


def code(kind_of: KindOf, *special: Rule, name: str = NAME, comments: tuple[Rule, ...] = COMMENTS) -> tuple[Rule, ...]:
    """The rules of code; `special` are those of the language, and come after its names."""
    return (*names(kind_of, name), *special, *comments, NUMBER, FRACTION, OPERATOR)


C_WORDS = words(
    keyword="""asm auto break case const continue default do else enum extern for goto if inline register restrict
        return sizeof static struct switch typedef typeof union volatile while _Alignas _Alignof _Atomic _Generic
        _Noreturn _Static_assert _Thread_local alignas alignof static_assert thread_local constexpr nullptr true false
        NULL""",
    type="""bool char double float int long short signed unsigned void _Bool _Complex size_t ssize_t ptrdiff_t
        intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t wchar_t char8_t char16_t
        char32_t off_t time_t FILE va_list""",
)

CPP_WORDS = C_WORDS | words(
    keyword="""and and_eq bitand bitor catch class co_await co_return co_yield compl concept const_cast consteval
        constinit delete dynamic_cast explicit export final friend import module mutable namespace new noexcept not
        not_eq operator or or_eq override private protected public reinterpret_cast requires static_cast template this
        throw try typeid typename using virtual xor xor_eq decltype""",
)

OBJECTIVE_WORDS = C_WORDS | words(
    keyword="self super YES NO nil Nil in nonatomic strong weak copy assign readonly readwrite",
    type="id instancetype BOOL SEL IMP Class NSInteger NSUInteger CGFloat",
)


def _raw_end(opening: str) -> str:
    """R"x( ends with )x"."""
    return ")" + opening.partition('"')[2][:-1] + '"'


STRINGS = (
    Rule(r'(?:u8|[uUL])?R"[^()\\\s]{0,16}\(', Kind.STRING, move=Push("raw", word=_raw_end)),
    *string('"', "double", "(?:u8|[uUL])?"),
    *string("'", "single", "(?:u8|[uUL])?"),
)
DIRECTIVES = (
    Rule(r"(#\s*+(?:include|import|embed)\s*+)(<[^>]*+>|\"[^\"]*+\")", (Kind.META, Kind.STRING)),
    Rule(r"#\s*+\w++", Kind.META, move=Push("directive")),
)
WORD = rf"{NAME}(?![\"'])"


def _grammar(rules: tuple[Rule, ...]) -> Grammar:
    return {
        "code": Mode(rules, skip=BLANKS),
        "double": quoted('"'),
        "single": quoted("'"),
        "raw": Mode(kind=Kind.STRING, closer=find_word),
        "directive": Mode(COMMENTS, Kind.META, ends_with_line=True),
        **COMMENT_MODE,
    }


_REST = (*STRINGS, *DIRECTIVES)
C: Grammar = _grammar((defined("struct enum union"), *code(C_WORDS.get, *_REST, name=WORD), Rule(NAME)))
CPP: Grammar = _grammar(
    (
        defined(r"enum\s++class enum\s++struct class struct enum union"),
        *code(CPP_WORDS.get, *_REST, name=WORD),
        Rule(NAME),
    )
)
OBJECTIVE_C: Grammar = _grammar(
    (
        Rule(r"@(?=\")", Kind.STRING),
        Rule(r"@\w++", Kind.KEYWORD),
        *code(OBJECTIVE_WORDS.get, *_REST, name=WORD),
        Rule(NAME),
    )
)
