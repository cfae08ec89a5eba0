"""Text that arrives: answers at the rate of a fast model, one flush per frame, and texts that are made to hurt.

On the Qt thread of a child process. Flushes follow each other as fast as they can; what the view does by itself between
two of them gets the rest of the frame, as it would while the program waits for the next one.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks import corpus
from benchmarks.corpus import TOKEN, Said
from benchmarks.corpus_hostile import HOSTILE
from benchmarks.transcript_orders import TOKENS_PER_FRAME, Endured, Flush, HostileOrder, Streamed, StreamOrder
from benchmarks.transcript_panes import QUESTION, Pane, difference
from benchmarks.transcript_stage import MEGABYTE, Stage, memory
from seproj_desktop.bridge.feed import CHANNELS_PER_FRAME, FRAME_MILLISECONDS

SELECT_EVERY = 60
"""Flushes after which everything is selected anew, so that the selection reaches into what is growing."""
LIMIT = 60.0
"""Seconds after which a scenario is cut short."""


def stream(stage: Stage, panes: Sequence[Pane], order: StreamOrder) -> Streamed:
    """Feeds every pane an answer of its own, one in each flush; of more panes than a frame has flushes in turn."""
    per_frame = min(len(panes), CHANNELS_PER_FRAME)
    size = TOKENS_PER_FRAME * TOKEN * len(panes) / per_frame
    slices = [list(cut(text_of(order, number), size)) for number in range(len(panes))]
    turns = [(pane, text) for row in zip(*slices, strict=True) for pane, text in zip(panes, row, strict=True)]
    for pane in panes:
        pane.begin()
    stage.settle()
    stage.freeze()
    flushes: list[Flush] = []
    skipped: list[tuple[Pane, str]] = []
    end = time.monotonic() + LIMIT
    for number, turn in enumerate(turns):
        reached = (number + 1) * TOKENS_PER_FRAME / per_frame
        if not is_wanted(order, reached):
            skipped.append(turn)
            continue
        if skipped:
            for pane in panes:
                hand_over(stage, pane, joined(skipped, pane), reached)
            skipped.clear()
        put_beside(stage, panes, order, number)
        flushes.append(hand_over(stage, *turn, reached, FRAME_MILLISECONDS / per_frame))
        if time.monotonic() > end:
            break
    return Streamed(len(panes) * flushes[-1].reached, flushes)


def text_of(order: StreamOrder, number: int) -> str:
    if order.text == "answer":
        return corpus.answer(order.tokens, corpus.SEED + number)
    return corpus.of_one_kind(order.text, order.tokens)


def cut(text: str, size: float) -> Iterator[str]:
    """Slices of a size that need not be a whole number."""
    for number in range(int(len(text) / size)):
        yield text[round(number * size) : round((number + 1) * size)]


def is_wanted(order: StreamOrder, reached: float) -> bool:
    """Whether the flush that ends there is to be measured."""
    width = order.sampled * TOKENS_PER_FRAME
    return not order.marks or any(mark - width < reached <= mark for mark in order.marks)


def joined(skipped: Sequence[tuple[Pane, str]], pane: Pane) -> str:
    return "".join(text for one, text in skipped if one is pane)


def put_beside(stage: Stage, panes: Sequence[Pane], order: StreamOrder, number: int) -> None:
    """What the person does meanwhile; its own cost does not count."""
    if order.beside == "selection" and number % SELECT_EVERY == 0:
        for pane in panes:
            pane.select_all()
        stage.settle(FRAME_MILLISECONDS)
    elif order.beside == "search" and number == 0:
        for pane in panes:
            pane.search("the")
            stage.settle()
            pane.scroll(stage.window.height())  # the first hit has been shown; back to the end


def hand_over(stage: Stage, pane: Pane, text: str, reached: float, until_next: float = FRAME_MILLISECONDS) -> Flush:
    """One flush, and the turns of the event loop until the next, in so many milliseconds."""
    before = pane.work()
    cost = stage.cost(partial(pane.take, text))
    work = difference(pane.work(), before)
    between = stage.settle(until_next - cost)
    return Flush(reached, cost, sum(between), max(between, default=0.0), work)


def endure(stage: Stage, pane: Pane, order: HostileOrder) -> Endured:
    """A hostile text in three ways: streamed, whole at once, and stored."""
    text = HOSTILE[order.name]()
    before = memory()
    streamed = trickle(stage, pane, text[: TOKEN * order.tokens])
    pane.begin()
    stage.settle()

    def take() -> None:
        pane.take(text)
        pane.finish()

    at_once = stage.cost(take)
    later = stage.rest()
    pane.prepare([Said("user", QUESTION), Said("assistant", text)])
    stored = stage.cost(pane.open)
    after = stage.rest()
    longest = max(*later, *after)
    grown = memory() - before - len(text.encode()) / MEGABYTE
    return Endured(len(text), streamed, at_once, stored, stored + sum(after), longest, grown)


def trickle(stage: Stage, pane: Pane, text: str) -> list[float]:
    """The cost of each flush, the last one being the answer's end."""
    pane.begin()
    stage.settle()
    stage.freeze()
    end = time.monotonic() + LIMIT / 2
    costs: list[float] = []
    for piece in cut(text, TOKENS_PER_FRAME * TOKEN):
        costs.append(hand_over(stage, pane, piece, 0.0).cost)
        if time.monotonic() > end:
            break
    costs.append(stage.cost(pane.finish))
    stage.settle()
    return costs
