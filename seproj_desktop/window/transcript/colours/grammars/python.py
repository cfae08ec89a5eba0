"""Python and its console sessions: prefixed and triple-quoted strings, fields of f-strings, soft keywords."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    ESCAPE,
    FRACTION,
    HASH_COMMENT,
    NAME,
    NUMBER,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, Switch

WORDS = words(
    keyword="""and as assert async await break class continue def del elif else except finally for from global if
        import in is lambda nonlocal not or pass raise return try while with yield None True False""",
    variable="self cls __name__ __file__ __doc__ __class__ __all__ __dict__ __annotations__ __slots__ __module__",
    type="""abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
        delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash hex id
        input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print
        property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip
        __import__ NotImplemented Ellipsis ArithmeticError AssertionError AttributeError BaseException
        BaseExceptionGroup BlockingIOError BrokenPipeError BufferError ChildProcessError ConnectionError
        ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Exception ExceptionGroup
        FileExistsError FileNotFoundError FutureWarning GeneratorExit ImportError IndentationError IndexError
        InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
        NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning
        PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning
        StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TimeoutError TypeError
        UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UserWarning ValueError Warning
        ZeroDivisionError""",
)

QUOTES = {'"': "double", "'": "single", '"""': "long double", "'''": "long single"}


def _mode_of(opening: str) -> str:
    """The mode for a prefix and a quote."""
    prefix = opening.rstrip("\"'").lower()
    raw, field = "raw " if "r" in prefix else "", "field " if "f" in prefix or "t" in prefix else ""
    return f"{raw}{field}{QUOTES[opening[len(prefix) :]]}"


RULES = (
    # Words first, for they are the most; a prefix of a string is none.
    Rule(rf"{NAME}(?![\"'])", Kind.TEXT, WORDS.get, called=Kind.FUNCTION),
    Rule(rf"\.({NAME})", (Kind.TEXT,), called=Kind.FUNCTION),
    HASH_COMMENT,
    # A string without escapes or fields at once; any other in the mode for its prefix and quotes.
    Rule(r'"[^"\\]*+"(?!")', Kind.STRING),
    Rule(r"'[^'\\]*+'(?!')", Kind.STRING),
    NUMBER,
    FRACTION,
    Rule(r"@[^\W\d][\w.]*+", Kind.META),
    Rule(r"[-+*/%@&|^~<>=!]++", Kind.OPERATOR),
    Rule(r"""(?:[rRbBuU]|[bB][rR]|[rR][bB])(?:"[^"\\]*+"(?!")|'[^'\\]*+'(?!'))""", Kind.STRING),
    Rule(r"""(?i:[fbt]r?|r[fbt]?|u)?(?:\"""|'''|"|')""", Kind.STRING, move=Push(_mode_of)),
    Rule(NAME, Kind.TEXT, WORDS.get),
)

CODE = (
    Rule(
        r"^(\s*+)((?:match|case)(?=\s++[^\s=.,)\]:].*:\s*+(?:#.*)?$)|type(?=\s++\w++\s*+(?:\[.*\])?\s*=[^=]))",
        (Kind.TEXT, Kind.KEYWORD),
    ),
    Rule(r"(class)(\s++)(\w++)", (Kind.KEYWORD, Kind.TEXT, Kind.TYPE)),
    Rule(r">>>|\.\.\.(?=\s\S)", Kind.META),
    *RULES,
)

FIELD = (Rule(r"\{\{|\}\}", Kind.ESCAPE), Rule(r"\{", Kind.ESCAPE, move=Push("field")))
FIELD_MODE = Mode(
    (
        Rule(r"\}", Kind.ESCAPE, move=Pop()),
        Rule(r"\{", Kind.ESCAPE, move=Push("field")),
        Rule(r"(?:![rsa])?+:(?!=)", Kind.ESCAPE, move=Switch("format")),
        Rule(r"![rsa](?=\})", Kind.ESCAPE),
        *RULES,
    ),
    skip=r"\s()\[\],;",
)
FORMAT_MODE = Mode((Rule(r"\}", Kind.ESCAPE, move=Pop()), Rule(r"\{", Kind.ESCAPE, move=Push("field"))), Kind.ESCAPE)


def _string_modes() -> Grammar:
    modes = {}
    raw = Rule(r"\\.", Kind.STRING)
    escape = Rule(rf"\\N\{{[^}}]*\}}|{ESCAPE.pattern}", Kind.ESCAPE)
    for quote, name in QUOTES.items():
        one_line = len(quote) == 1
        modes[name] = until(quote, Kind.STRING, escape, ends_with_line=one_line)
        modes[f"raw {name}"] = until(quote, Kind.STRING, raw, ends_with_line=one_line)
        modes[f"field {name}"] = until(quote, Kind.STRING, escape, *FIELD, ends_with_line=one_line)
        modes[f"raw field {name}"] = until(quote, Kind.STRING, raw, *FIELD, ends_with_line=one_line)
    return modes


PYTHON: Grammar = {
    "code": Mode(CODE, skip=BLANKS),
    **_string_modes(),
    "field": FIELD_MODE,
    "format": FORMAT_MODE,
}

SESSION: Grammar = {
    "output": Mode((Rule(r"^(?:>>>|\.\.\.)(?=\s|$)", Kind.META, move=Push("code")),)),
    **PYTHON,
    "code": Mode(RULES, skip=BLANKS, ends_with_line=True),
}
