"""The machinery of the line lexers: states, nesting, endless and hostile lines, any text in any language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.colours.grammars.common import BLANKS, string, until, words
from seproj_desktop.window.transcript.colours.kinds import Kind, Spans
from seproj_desktop.window.transcript.colours.languages import GRAMMARS, grammar_of, lexer_for
from seproj_desktop.window.transcript.colours.line_lexer import LONGEST, LineLexer
from seproj_desktop.window.transcript.colours.machine import Machine
from seproj_desktop.window.transcript.colours.rules import MAX_DEPTH, Grammar, Mode, Pop, Push, Rule, State, Switch

LANGUAGES = sorted(GRAMMARS)
PIECES = [
    *"\"'`#/\\*(){}[]<>$@%&|:;,.=-+!?~^ _a0\t",
    *('"""', "'''", "/*", "*/", "//", "--", "<!--", "-->", "${", "$(", "$((", "#{", "{{", "}}", "{-", "-}", "<#", "#>"),
    *("<<EOF", "<<~A", "EOF", 'r#"', 'R"x(', ')x"', "[[", "]]", "[==[", '@"', "%w[", "q(", "s/a/b/", "```", "~~~"),
    *("<script>", "</script>", "<style>", "</style>", "<?php", "?>", "<a b=", "=begin", "=end", "=pod", "=cut", 'f"{'),
    *("if ", "def f(", "class A:", "key: |", "- ", "$ ", ">>> ", "... ", "match x:", "\\", "😀", "é", "0x1F", "1.5e-3"),
    *("```python", "```markdown", "```html", "`${", "\\(", '$"', "::", "'a", "'a'", ":a", "@x", "\r", "\x00", "\n"),
]
lines_of_code = st.lists(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30), max_size=12
)


def no_guests(language: str) -> None:
    return None


def lexer(language: str) -> LineLexer:
    found = lexer_for(language)
    assert found is not None
    return found


def lex(lexer: LineLexer, lines: list[str]) -> list[tuple[Spans, State]]:
    state, found = lexer.start, []
    for line in lines:
        spans, state = lexer.line(line, state)
        found.append((spans, state))
    return found


def check(line: str, spans: Spans) -> None:
    end = 0
    for start, length, kind in spans:
        assert isinstance(kind, Kind)
        assert kind
        assert start >= end
        assert length > 0
        end = start + length
    assert end <= min(len(line), LONGEST)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, deadline=None)
@given(lines=lines_of_code)
def test_any_text_has_sound_spans_and_states(language: str, lines: list[str]) -> None:
    one = lexer(language)
    state = one.start
    for line in lines:
        spans, after = one.line(line, state)
        check(line, spans)
        assert (spans, after) == one.line(line, state)
        assert 1 <= len(after) <= 2 * MAX_DEPTH
        assert after[0] == one.start[0]
        hash(after)
        state = after


@settings(max_examples=40, deadline=None)
@given(language=st.sampled_from(LANGUAGES), lines=lines_of_code, cut=st.integers(0, 12))
def test_going_on_equals_beginning_again(language: str, lines: list[str], cut: int) -> None:
    one = lexer(language)
    whole = lex(one, lines)
    state = whole[cut - 1][1] if 0 < cut <= len(whole) else one.start
    rest = lines[cut:] if 0 < cut <= len(whole) else lines
    for line, expected in zip(rest, whole[len(lines) - len(rest) :], strict=True):
        assert one.line(line, state) == expected
        state = expected[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_lines_are_read_to_the_bound_only(language: str) -> None:
    one = lexer(language)
    for piece in PIECES:
        line = (piece * 100_000)[:100_000]
        spans, state = one.line(line, one.start)
        check(line, spans)
        assert len(state) <= 2 * MAX_DEPTH
        check("x = 1", one.line("x = 1", state)[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mode_is_sound(language: str) -> None:
    grammar = grammar_of(language)
    assert not next(iter(grammar.values())).closer
    for name, mode in grammar.items():
        machine = Machine(mode)
        pattern = machine.finditer.__self__  # type: ignore[attr-defined]
        assert pattern.groups + 1 == len(machine.outcomes), name
        for rule in mode.rules:
            assert not (mode.closer and rule.move), name
            if isinstance(rule.move, Push | Switch) and isinstance(rule.move.mode, str):
                assert rule.move.mode in grammar, name


TOY: Grammar = {
    "code": Mode(
        (
            Rule(r"^::", Kind.META),
            Rule(r"\w++", Kind.TEXT, words(keyword="if").get, called=Kind.FUNCTION),
            *string('"', "string"),
            Rule(r"\(", move=Push("brackets")),
            Rule(r"/\*", Kind.COMMENT, move=Push("comment")),
        ),
        skip=r"\s",
    ),
    "brackets": Mode((Rule(r"\)", Kind.META, move=Pop()), Rule(r"\(", move=Push("brackets"))), Kind.TAG),
    "string": until('"', Kind.STRING, Rule(r"\\.", Kind.ESCAPE), ends_with_line=True),
    "comment": until(r"\*/", Kind.COMMENT),
}


def toy(*lines: str) -> list[list[tuple[str, Kind]]]:
    found = lex(LineLexer(TOY, no_guests), list(lines))
    return [[(line[a : a + n], kind) for a, n, kind in spans] for line, (spans, _) in zip(lines, found, strict=True)]


def test_words_calls_and_line_beginnings() -> None:
    called, after = toy(":: if f(a) if", " ::")
    assert called[:3] == [("::", Kind.META), ("if", Kind.KEYWORD), ("f", Kind.FUNCTION)]
    assert called[3:] == [("a", Kind.TAG), (")", Kind.META), ("if", Kind.KEYWORD)]
    assert not after


def test_neighbours_of_one_kind_are_one_span() -> None:
    assert toy('"a\\n" "bc') == [
        [('"a', Kind.STRING), ("\\n", Kind.ESCAPE), ('"', Kind.STRING), ('"bc', Kind.STRING)],
    ]


def test_a_string_ends_with_its_line_unless_a_backslash_goes_on() -> None:
    assert toy('"a', "if")[1] == [("if", Kind.KEYWORD)]
    assert toy('"a\\', "if")[1] == [("if", Kind.STRING)]
    assert toy('"a\\', "", "if")[2] == [("if", Kind.KEYWORD)]


def test_comments_go_on_over_lines() -> None:
    assert toy("/* if", "", "if", "if */ if") == [
        [("/* if", Kind.COMMENT)],
        [],
        [("if", Kind.COMMENT)],
        [("if */", Kind.COMMENT), ("if", Kind.KEYWORD)],
    ]


def test_nesting_is_followed_to_a_depth() -> None:
    one = LineLexer(TOY, no_guests)
    _, state = one.line("(" * 500, one.start)
    assert len(state) == MAX_DEPTH
    _, state = one.line(")" * 500, state)
    assert state is one.start


def test_what_a_long_line_opens_is_taken_as_closed_there() -> None:
    one = LineLexer(TOY, no_guests)
    assert one.line("/* " + "x" * LONGEST, one.start)[1] == one.start
    _, inside = one.line("/*", one.start)
    assert one.line("x" * (LONGEST + 1), inside)[1] == inside
    assert one.line("*/ (" + "x" * LONGEST, inside)[1] == one.start


def test_an_unsound_grammar_ends_all_the_same() -> None:
    circle = {
        "one": Mode((Rule("(?=a)", move=Switch("two")),), skip=BLANKS),
        "two": Mode((Rule("(?=a)", move=Switch("one")),), skip=BLANKS),
    }
    one = LineLexer(circle, no_guests)
    assert one.line("aaa", one.start)[0] == ()


def test_guests_are_heard_inside_their_host_only() -> None:
    one = lexer("html")
    (first, _), (second, _), (third, state) = lex(one, ["<script>", "const x = `", "if ${1}` </script><b>if"])
    assert [kind for *_, kind in first] == [Kind.TAG]
    assert [kind for *_, kind in second] == [Kind.KEYWORD, Kind.OPERATOR, Kind.STRING]
    assert [kind for *_, kind in third][-2:] == [Kind.TAG, Kind.TAG]
    assert state is one.start


def test_hosts_within_hosts_do_not_pile_up() -> None:
    one = lexer("markdown")
    state = one.start
    for _ in range(200):
        _, state = one.line("````markdown", state) if len(state) < 2 else one.line("```markdown", state)
    assert len(state) <= MAX_DEPTH


def test_names_of_languages() -> None:
    for alias in (
        "py",
        "python3",
        "PY",
        "js",
        "jsx",
        "ts",
        "tsx",
        "c++",
        "cs",
        "c#",
        "sh",
        "yml",
        "golang",
        "rs",
        "md",
    ):
        assert lexer_for(alias) is not None, alias
    assert lexer_for("{.python}") is lexer_for("py")
    assert lexer_for("no such language") is None
    assert lexer_for("") is None
