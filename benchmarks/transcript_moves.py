"""A stored conversation: opened, scrolled, resized, in other colours and other sizes.

On the Qt thread of a child process. Between two steps everything that is waiting may run, as it would in the program.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import TypeVar

from benchmarks import corpus
from benchmarks.corpus import Said
from benchmarks.transcript_orders import Opened, OpenOrder, Steps, Work
from benchmarks.transcript_panes import QUESTION, Pane, difference
from benchmarks.transcript_stage import HEIGHT, Stage, memory

WHEEL_STEPS, PAGES, JUMPS = 300, 60, 40
WHEEL_PIXELS = 40
WIDTHS = range(880, 640, -20)
"""All narrower than the text column's widest, so that every line is broken anew."""
SCHEMES = ("dark", "light") * 3
ZOOMS = (1.1, 1.25, 1.5, 1.25, 1.1, 1.0)
LIMIT = 10.0
"""Seconds for all steps of a kind."""
Action = Callable[[], object]
Value = TypeVar("Value")


def go_through(stage: Stage, pane: Pane, order: OpenOrder) -> Opened:
    pane.prepare(stored(order))
    stage.freeze()
    before = memory()
    done = pane.work()
    first_paint = stage.cost(pane.open)
    work = difference(pane.work(), done)
    later = max(stage.rest())
    grown = memory() - before
    jump(pane, 1.0)
    steps = {name: take_steps(stage, pane, actions, turns=1) for name, actions in scrolling(pane, order.steps).items()}
    grown_after = memory() - before
    steps |= {
        name: take_steps(stage, pane, actions, turns=3) for name, actions in restyling(stage, pane, order.steps).items()
    }
    return Opened(first_paint, later, grown, grown_after, work, steps)


def stored(order: OpenOrder) -> Sequence[Said]:
    if order.tokens:
        return [Said("user", QUESTION), Said("assistant", corpus.answer(order.tokens))]
    return corpus.conversation(order.messages)


def scrolling(pane: Pane, share: float) -> dict[str, Iterator[Action]]:
    """Up from the end, a little and then a lot, and then to anywhere."""
    dice = Random(corpus.SEED)
    page = pane.area.viewport().height()
    return {
        "wheel": (partial(pane.scroll, -WHEEL_PIXELS) for _ in range(round(WHEEL_STEPS * share))),
        "page": (partial(pane.scroll, -page) for _ in range(round(PAGES * share))),
        "jump": (partial(jump, pane, dice.random()) for _ in range(round(JUMPS * share))),
    }


def restyling(stage: Stage, pane: Pane, share: float) -> dict[str, Iterator[Action]]:
    """From half of the way on, where nothing is known but guesses."""
    jump(pane, 0.5)
    return {
        "resize": (partial(stage.window.resize, width, HEIGHT) for width in first(WIDTHS, share)),
        "theme": (partial(stage.theme.choose, scheme) for scheme in first(SCHEMES, share)),
        "zoom": (partial(pane.zoom, size) for size in first(ZOOMS, share)),
    }


def first(values: Sequence[Value], share: float) -> Sequence[Value]:
    return values[: math.ceil(len(values) * share)]


def jump(pane: Pane, share: float) -> None:
    """To a place of the whole, as when the scroll bar is dragged there."""
    bar = pane.area.verticalScrollBar()
    bar.setValue(round(share * bar.maximum()))


def take_steps(stage: Stage, pane: Pane, actions: Iterable[Action], *, turns: int) -> Steps:
    stage.settle()
    costs: list[float] = []
    most: Work = {}
    end = time.monotonic() + LIMIT
    for action in actions:
        before = pane.work()
        costs.append(stage.cost(action, turns=turns))
        for name, count in difference(pane.work(), before).items():
            most[name] = max(most.get(name, 0), count)
        stage.settle()
        if time.monotonic() > end:
            break
    return Steps(costs, most)
