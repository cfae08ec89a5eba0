"""A growing block is coloured line by line, each line once, and better colours stay."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.colours.highlighting import Colouring
from seproj_desktop.window.transcript.colours.kinds import Kind, Spans
from seproj_desktop.window.transcript.colours.languages import lexer_for
from seproj_desktop.window.transcript.colours.line_lexer import LineLexer
from seproj_desktop.window.transcript.colours.rules import State

CODE = 'def f(x):\n    """One\n\n    two."""\n    return f"{x}" + "a"  # b\n\nclass A:\n    pass\n'
BETTER: Spans = ((0, 3, Kind.META),)


class CountingLexer(LineLexer):
    """Counts the lines that it reads."""

    def __init__(self) -> None:
        python = lexer_for("python")
        assert python is not None
        super().__init__(python._grammar, lexer_for)
        self.lines: list[str] = []

    def line(self, text: str, state: State) -> tuple[Spans, State]:
        self.lines.append(text)
        return super().line(text, state)


def lexed(lines: Sequence[str]) -> list[Spans]:
    lexer = CountingLexer()
    state, found = lexer.start, []
    for line in lines:
        spans, state = lexer.line(line, state)
        found.append(spans)
    return found


def python() -> tuple[Colouring, CountingLexer]:
    lexer = CountingLexer()
    return Colouring(lexer), lexer


@settings(deadline=None)
@given(st.lists(st.integers(0, len(CODE)), max_size=20), st.integers(1, 5))
def test_any_cutting_gives_the_colours_of_the_whole(cuts: list[int], budget: int) -> None:
    colouring, lexer = python()
    done = 0
    for cut in [*sorted(cuts), len(CODE)]:
        *complete, last = CODE[:cut].split("\n")
        colouring.append(complete[done:])
        colouring.replace_open(last)
        colouring.advance(budget)
        done = len(complete)
    while colouring.advance(budget):
        pass
    lines = CODE.split("\n")
    assert [colouring.spans(number) for number in range(len(lines))] == lexed(lines)
    assert colouring.known == colouring.complete == len(lines) - 1
    assert len(lexer.lines) <= len(lines) + len(cuts) + 1


def test_work_is_cut_into_pieces() -> None:
    colouring, lexer = python()
    colouring.append(["if a:"] * 10)
    assert colouring.known == 0
    assert colouring.spans(0) == ()
    left = [colouring.advance(4) for _ in range(3)]
    assert left == [True, True, False]
    assert colouring.known == 10
    assert len(lexer.lines) == 10
    assert not colouring.advance(4)


def test_the_open_line_has_colours_at_once() -> None:
    colouring, _ = python()
    colouring.append(['x = """'])
    colouring.advance(1)
    colouring.replace_open("if")
    assert colouring.spans(1) == ((0, 2, Kind.STRING),)
    colouring.replace_open('if """ if')
    assert colouring.spans(1)[-1] == (7, 2, Kind.KEYWORD)


def test_the_open_line_waits_for_those_before_it() -> None:
    colouring, lexer = python()
    colouring.append(["a", "b"])
    colouring.replace_open("if")
    assert colouring.spans(2) == ()
    assert colouring.advance(2)
    assert colouring.spans(2) == ()
    assert not colouring.advance(1)
    assert colouring.spans(2) == ((0, 2, Kind.KEYWORD),)
    assert lexer.lines == ["a", "b", "if"]


def test_a_completed_line_keeps_its_colours_until_its_turn() -> None:
    colouring, _ = python()
    colouring.replace_open("if x")
    colouring.append(["if x:", "else:"])
    assert colouring.spans(0) == ((0, 2, Kind.KEYWORD),)
    assert colouring.spans(1) == ()
    colouring.advance(2)
    assert colouring.spans(1) == ((0, 4, Kind.KEYWORD),)


def test_a_line_that_begins_anew_loses_its_colours() -> None:
    colouring, _ = python()
    colouring.append(["a"])
    colouring.replace_open("if x")
    assert colouring.spans(1) == ()
    colouring.advance(2)
    colouring.replace_open("")
    assert colouring.spans(1) == ()


def test_better_colours_stay_for_lines_known_and_to_come() -> None:
    colouring, _ = python()
    colouring.append(["if a:"] * 4)
    colouring.advance(2)
    colouring.adopt(1, [BETTER, BETTER])
    assert [colouring.spans(number) for number in (1, 2)] == [BETTER, BETTER]
    assert not colouring.advance(9)
    assert [colouring.spans(number) for number in (1, 2)] == [BETTER, BETTER]
    assert colouring.spans(3) == ((0, 2, Kind.KEYWORD),)


def test_better_colours_of_the_last_line_stay_while_it_stays() -> None:
    colouring, _ = python()
    colouring.replace_open("if a:")
    colouring.adopt(0, [BETTER])
    colouring.replace_open("if a:")
    assert colouring.spans(0) == BETTER
    colouring.append(["if a:"])
    assert colouring.spans(0) == BETTER
    colouring.advance(1)
    assert colouring.spans(0) == BETTER


def test_better_colours_go_with_a_line_that_changes() -> None:
    colouring, _ = python()
    colouring.replace_open("if a:")
    colouring.adopt(0, [BETTER])
    colouring.replace_open("if a: b")
    assert colouring.spans(0) == ((0, 2, Kind.KEYWORD),)


def test_without_a_lexer_only_what_is_adopted_has_colours() -> None:
    colouring = Colouring(None)
    colouring.append(["a", "b"])
    colouring.replace_open("c")
    assert colouring.known == 2
    assert not colouring.advance(5)
    colouring.adopt(0, [BETTER])
    assert [colouring.spans(number) for number in range(3)] == [BETTER, (), ()]


def test_lines_that_do_not_exist_have_no_colours() -> None:
    colouring, _ = python()
    colouring.append([])
    colouring.append(["if a:"])
    colouring.advance(1)
    assert colouring.spans(-1) == colouring.spans(7) == ()


def test_growing_costs_what_is_new() -> None:
    colouring, lexer = python()
    text = "".join(f"value_{number} = {number}\n" for number in range(200))
    pieces = [text[start : start + 16] for start in range(0, len(text), 16)]
    done = 0
    for grown in accumulate(pieces):
        *complete, last = grown.split("\n")
        colouring.append(complete[done:])
        colouring.replace_open(last)
        colouring.advance(80)
        done = len(complete)
    assert len(lexer.lines) <= 200 + len(pieces)
