"""What the transcript's children are asked and what they answer: one order per child, one answer. Values only, no Qt.

Times are milliseconds of the GUI thread's own processor time; `work` is what the counters say was done meanwhile.
"""

from typing import Literal, TypeAlias

import msgspec

RATE = 700
"""Tokens per second of one answer."""
FRAME_SECONDS = 0.016
TOKENS_PER_FRAME = RATE * FRAME_SECONDS
View: TypeAlias = Literal["ours", "naive"]
Beside: TypeAlias = Literal["", "selection", "search"]
Work: TypeAlias = dict[str, int]


class StreamOrder(msgspec.Struct, frozen=True, tag=True):
    """One answer per pane, all at once; `text` is "answer" or one of the corpus's endless blocks.

    With `marks` only the last `sampled` flushes before each of these token counts are made: enough for a view whose
    flush depends on nothing but the length.
    """

    view: View
    tokens: int
    text: str = "answer"
    panes: int = 1
    beside: Beside = ""
    scale: int = 1
    marks: tuple[int, ...] = ()
    sampled: int = 30


class OpenOrder(msgspec.Struct, frozen=True, tag=True):
    """A stored conversation of so many messages, or one question with an answer of so many tokens."""

    view: View
    messages: int = 0
    tokens: int = 0
    steps: float = 1.0
    """The share of the usual number of steps that is made."""


class HostileOrder(msgspec.Struct, frozen=True, tag=True):
    """A text made to freeze the window: streamed as far as `tokens`, then whole at once, then as a stored answer."""

    name: str
    tokens: int


Order: TypeAlias = StreamOrder | OpenOrder | HostileOrder


class Flush(msgspec.Struct, frozen=True, array_like=True):
    """One hand-over of text with its layout and paint; `reached` is how many tokens each pane has now.

    `between` and `longest` are what the view did by itself before the next one: the sum, and the longest single turn.
    """

    reached: float
    cost: float
    between: float
    longest: float
    work: Work


class Streamed(msgspec.Struct, frozen=True, tag=True):
    """What a stream cost, flush by flush; `tokens` is the sum over all panes."""

    tokens: float
    flushes: list[Flush]


class Steps(msgspec.Struct, frozen=True):
    """The costs of doing the same kind of thing several times, and the most work that one of them made."""

    costs: list[float]
    work: Work


class Opened(msgspec.Struct, frozen=True, tag=True):
    """What a conversation cost; megabytes are what the process grew by, its text not counted."""

    first_paint: float
    later: float
    """The longest single turn of the event loop after it."""
    megabytes: float
    megabytes_after: float
    work: Work
    steps: dict[str, Steps]


class Endured(msgspec.Struct, frozen=True, tag=True):
    """What a hostile text cost: `at_once` and `stored` the first turn of the event loop, `whole` all turns of the
    latter, looking ahead included, `later` the longest of those after a first one."""

    characters: int
    streamed: list[float]
    at_once: float
    stored: float
    whole: float
    later: float
    megabytes: float


Outcome: TypeAlias = Streamed | Opened | Endured
