"""The workshop's client, with the real process and with stand-ins that misbehave."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from seproj_desktop.window.transcript.workshop.orders import MAX_TEX, FormulaOrder, Refusal, SetFormula
from seproj_desktop.window.transcript.workshop.workshop import Workshop
from tests.window.transcript.pages import PATIENCE

TIME_LIMIT = PATIENCE // 3
"""The program's own is shorter than what a busy machine may take over the least formula."""
READY = 'print(\'{"type":"ready"}\', flush=True)\n'
SETS_ONE = READY + ('input()\nprint(\'{"type":"formula","svg":"","width":1,"height":1,"ascent":1}\', flush=True)\n')


class Counter:
    """A workshop, and everything that it has said."""

    def __init__(self, qtbot: QtBot, workshop: Workshop) -> None:
        self.qtbot = qtbot
        self.workshop = workshop
        self.formulas: list[tuple[FormulaOrder, SetFormula | Refusal]] = []
        self.colours: list[tuple[Any, int, tuple[Any, ...]]] = []
        workshop.formula_arrived.connect(lambda order, answer: self.formulas.append((order, answer)))
        workshop.colours_arrived.connect(lambda key, first, lines: self.colours.append((key, first, lines)))

    def order(self, *texts: str) -> list[SetFormula | Refusal]:
        """Orders formulas and waits for all of the answers."""
        before = len(self.formulas)
        for tex in texts:
            self.workshop.order_formula(tex, is_display=True, size=16)
        self.qtbot.waitUntil(lambda: len(self.formulas) == before + len(texts), timeout=PATIENCE)
        arrived = self.formulas[before:]
        assert [order.tex for order, _ in arrived] == list(texts)
        return [answer for _, answer in arrived]


MakeCounter = Callable[..., Counter]


@pytest.fixture
def make_counter(qtbot: QtBot) -> Iterator[MakeCounter]:
    workshops: list[Workshop] = []

    def make(**options: Any) -> Counter:
        workshops.append(Workshop(**{"time_limit": TIME_LIMIT, **options}))
        return Counter(qtbot, workshops[-1])

    yield make
    for workshop in workshops:
        workshop.close()


def test_nothing_runs_before_the_first_order(make_counter: MakeCounter) -> None:
    counter = make_counter()
    assert counter.workshop.process_id == 0
    (answer,) = counter.order(r"\frac{a}{b}")
    assert isinstance(answer, SetFormula)
    assert answer.svg.startswith("<svg")
    assert 0 < answer.ascent < answer.height
    assert counter.workshop.process_id != 0


def test_what_cannot_be_set_is_refused_and_the_process_lives_on(make_counter: MakeCounter) -> None:
    counter = make_counter()
    hostile = [
        r"\ce{H2O}",
        r"\frac{1}{",
        r"\frac{" * 10_000,
        "{" * 900 + "x" + "}" * 900,
        r"\left(" * 100 + "x" + r"\right)" * 100,
        r"\sqrt " * 300 + "x",
        "x" * MAX_TEX,
        "x" * 1_000_000,
        "\ud800",
        "\x00",
        r"\hspace{99999em}x",
    ]
    assert all(isinstance(answer, Refusal) for answer in counter.order(*hostile))
    process = counter.workshop.process_id
    assert isinstance(counter.order("x")[0], SetFormula)
    assert counter.workshop.process_id == process


def test_colours_come_in_pieces(make_counter: MakeCounter) -> None:
    counter = make_counter()
    counter.workshop.order_colours(("message", 3), "python", "def f():\n    return 'x'\n" * 225)
    counter.qtbot.waitUntil(lambda: sum(len(lines) for _, _, lines in counter.colours) >= 450, timeout=PATIENCE)
    assert {key for key, _, _ in counter.colours} == {("message", 3)}
    assert [first for _, first, _ in counter.colours] == [0, 200, 400]
    start, length, kind = counter.colours[0][2][0][0]
    assert (start, length, kind.name) == (0, 3, "KEYWORD")


def test_formulas_go_before_code(make_counter: MakeCounter) -> None:
    counter = make_counter()
    said: list[str] = []
    counter.workshop.formula_arrived.connect(lambda order, answer: said.append("formula"))
    counter.workshop.colours_arrived.connect(lambda key, first, lines: said.append("colours"))
    counter.workshop.order_colours(1, "python", "x = 1")
    counter.order("x")
    counter.qtbot.waitUntil(lambda: len(said) == 2, timeout=PATIENCE)
    assert said == ["formula", "colours"]


def test_a_killed_process_is_replaced(make_counter: MakeCounter) -> None:
    counter = make_counter()
    counter.order("x")
    first = counter.workshop.process_id
    os.kill(first, signal.SIGKILL)
    assert isinstance(counter.order("y")[0], SetFormula)
    assert counter.workshop.process_id not in (0, first)


def test_an_order_is_tried_again_when_its_process_is_killed(make_counter: MakeCounter) -> None:
    counter = make_counter()
    counter.order("x")
    os.kill(counter.workshop.process_id, signal.SIGSTOP)
    counter.workshop.order_formula("y", is_display=True, size=16)
    counter.qtbot.wait(20)
    os.kill(counter.workshop.process_id, signal.SIGKILL)
    counter.qtbot.waitUntil(lambda: len(counter.formulas) == 2, timeout=PATIENCE)
    assert isinstance(counter.formulas[1][1], SetFormula)


def test_an_order_that_takes_too_long_ends_the_process_and_no_other_order(make_counter: MakeCounter) -> None:
    hangs = READY + "if 'slow' not in input():\n    " + SETS_ONE.splitlines()[-1] + "\ninput()\ninput()\n"
    counter = make_counter(code=hangs, time_limit=1_000)
    slow, quick = counter.order("slow", "quick")
    assert isinstance(slow, Refusal)
    assert isinstance(quick, SetFormula)


@pytest.mark.parametrize("code", ["", "1 / 0", "print('nonsense', flush=True)\ninput()", READY + "input()"])
def test_a_process_that_never_works_is_given_up(make_counter: MakeCounter, code: str) -> None:
    counter = make_counter(code=code, time_limit=5_000)
    answers = counter.order("a", "b", "c", "d")
    assert all(isinstance(answer, Refusal) for answer in answers)
    assert counter.workshop.process_id == 0
    assert isinstance(counter.order("later")[0], Refusal)
    assert counter.workshop.process_id == 0


def test_a_process_that_cannot_be_started_is_given_up(
    make_counter: MakeCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert isinstance(make_counter().order("x")[0], Refusal)


def test_deaths_between_answers_are_not_held_against_it(make_counter: MakeCounter) -> None:
    counter = make_counter(code=SETS_ONE)
    for _ in range(6):
        assert isinstance(counter.order("x")[0], SetFormula)
        counter.qtbot.waitUntil(lambda: counter.workshop.process_id == 0, timeout=PATIENCE)


def test_an_idle_process_is_ended(make_counter: MakeCounter) -> None:
    counter = make_counter(idle_limit=20)
    counter.order("x")
    process = psutil.Process(counter.workshop.process_id)
    counter.qtbot.waitUntil(lambda: counter.workshop.process_id == 0, timeout=PATIENCE)
    counter.qtbot.waitUntil(lambda: not process.is_running(), timeout=PATIENCE)
    assert isinstance(counter.order("y")[0], SetFormula)


def test_closing_leaves_no_process(make_counter: MakeCounter) -> None:
    counter = make_counter()
    counter.order("x")
    process = psutil.Process(counter.workshop.process_id)
    counter.workshop.order_formula("y", is_display=True, size=16)
    counter.workshop.close()
    assert not process.is_running()
    counter.workshop.order_formula("z", is_display=True, size=16)
    counter.qtbot.wait(50)
    assert counter.workshop.process_id == 0
    assert len(counter.formulas) == 1


def test_the_process_yields_to_everything_else(make_counter: MakeCounter) -> None:
    counter = make_counter()
    counter.order("x")
    process = psutil.Process(counter.workshop.process_id)
    assert process.nice() >= psutil.Process().nice() + 10 or process.nice() == 19
    assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert process.rlimit(psutil.RLIMIT_AS)[0] < 3 << 30
    assert os.getsid(process.pid) != os.getsid(0)
