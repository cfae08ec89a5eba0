"""Rules that many languages share. No Qt; any thread."""

import re

from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Closer, Grammar, KindOf, Mode, Pop, Push, Rule

# What most languages put between words without any colour; where braces are counted, without those.
BLANKS = r"\s()\[\]{},;:"
BLANKS_WITHOUT_BRACES = r"\s()\[\],;:"

NAME = r"[^\W\d]\w*+"

# 12, 0xFF, 1_000, 1'000, 2.5e-3f, 10u32, but only the 0 of 0..9
NUMBER = Rule(r"\d(?:\w|'(?=\w))*(?:\.\d\w*+)?(?:(?<=[eE])[+-]\d++)?", Kind.NUMBER)
FRACTION = Rule(r"\.\d\w*+(?:(?<=[eE])[+-]\d++)?", Kind.NUMBER)
OPERATOR = Rule(r"[-+*/%=<>!&|^~?]++", Kind.OPERATOR)
DOTS = Rule(r"\.\.++")

ESCAPE = Rule(r"\\(?:u\{[^}]{0,8}\}|x[\da-fA-F]{1,4}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|.|$)", Kind.ESCAPE)

LINE_COMMENT = Rule(r"//.*", Kind.COMMENT)
HASH_COMMENT = Rule(r"#.*", Kind.COMMENT)
DASH_COMMENT = Rule(r"--.*", Kind.COMMENT)
BLOCK_COMMENT = Rule(r"/\*", Kind.COMMENT, move=Push("comment"))
NESTED_COMMENTS = (LINE_COMMENT, BLOCK_COMMENT)
COMMENTS = (LINE_COMMENT, Rule(r"/\*.*?\*/", Kind.COMMENT), BLOCK_COMMENT)


def words(**lists: str) -> dict[str, Kind]:
    """The kinds of words, from lists parted by blanks under the kinds' names."""
    return {word: Kind[name.upper()] for name, text in lists.items() for word in text.split()}


def folded(known: dict[str, Kind]) -> KindOf:
    """Looks words up in any case; `known` is in lower case."""
    return lambda word, kind: known.get(word.lower(), kind)


def names(kind_of: KindOf, name: str = NAME) -> tuple[Rule, ...]:
    """Names, called or not; after a dot they are never keywords."""
    return (
        Rule(name, Kind.TEXT, kind_of, called=Kind.FUNCTION),
        Rule(rf"\.({NAME})", (Kind.TEXT,), called=Kind.FUNCTION),
        DOTS,
    )


def defined(keywords: str, kind: Kind = Kind.TYPE, name: str = r"\w++") -> Rule:
    """A keyword and the name that it defines."""
    return Rule(rf"({'|'.join(keywords.split())})(\s++)({name})", (Kind.KEYWORD, Kind.TEXT, kind))


def until(pattern: str, kind: Kind, *rules: Rule, ends_with_line: bool = False) -> Mode:
    """A mode of one kind up to a pattern that belongs to it."""
    return Mode((*rules, Rule(pattern, kind, move=Pop())), kind, ends_with_line=ends_with_line)


def nested(begin: str, end: str, kind: Kind, mode: str) -> Mode:
    """A comment that may hold others of its sort."""
    return Mode((Rule(end, kind, move=Pop()), Rule(begin, kind, move=Push(mode))), kind)


def quoted(quote: str, *rules: Rule, escape: Rule = ESCAPE) -> Mode:
    """A string that ends with its line."""
    return until(quote, Kind.STRING, escape, *rules, ends_with_line=True)


def string(quote: str, mode: str, prefix: str = "", without: str = "") -> tuple[Rule, ...]:
    """A string: at once if it ends on its line without escapes (nor `without`), otherwise in a mode of its own."""
    return (
        Rule(rf"{prefix}{quote}[^{quote}\\{without}]*+{quote}", Kind.STRING),
        Rule(rf"{prefix}{quote}", Kind.STRING, move=Push(mode)),
    )


def regex(after: str, *words_before: str) -> Rule:
    """A regular expression between slashes, where no value stands before it: after a character or a word of these."""
    places = "|".join(rf"(?<={word}\s)" for word in (after, r"\s", *words_before))
    body = r"(?:[^\\/\[]|\\.|\[(?:[^\]\\]|\\.){0,120}\]){1,400}"
    return Rule(rf"(?:^|(?<={after})|{places})/(?![*/]){body}/[a-z]*+", Kind.STRING)


def fields(rules: tuple[Rule, ...], skip: str = BLANKS_WITHOUT_BRACES, brackets: str = r"\{ \}") -> Grammar:
    """Code between brackets inside a string: the mode `field`; `inner` counts brackets in it."""
    begin, end = brackets.split()
    deeper = Rule(begin, move=Push("inner"))
    return {
        "field": Mode((Rule(end, Kind.ESCAPE, move=Pop()), deeper, *rules), skip=skip),
        "inner": Mode((Rule(end, move=Pop()), deeper, *rules), skip=skip),
    }


def before(pattern: str) -> Closer:
    """Closes a mode before a pattern, which is left to the mode below."""
    search = re.compile(pattern, re.IGNORECASE).search

    def place(text: str, position: int, _word: str) -> tuple[int, int] | None:
        match = search(text, position)
        return (match.start(), match.start()) if match else None

    return place


COMMENT_MODE: Grammar = {"comment": until(r"\*/", Kind.COMMENT)}
NESTED_COMMENT_MODE: Grammar = {"comment": nested(r"/\*", r"\*/", Kind.COMMENT, "comment")}
