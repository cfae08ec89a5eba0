"""What the window and its workshop say to each other: one JSON object a line. Pure values, no Qt.

One order is worked on at a time, so an answer belongs to the order before it.
"""

from typing import TypeAlias

import msgspec

from seproj_desktop.window.transcript.colours.kinds import Spans

MAX_TEX = 2_000
MAX_CODE = 200_000
"""Characters; what is longer is refused without being sent."""
MAX_SVG = 400_000
"""Characters; more would take the window longer to draw than a frame lasts."""


class FormulaOrder(msgspec.Struct, frozen=True, tag="formula"):
    """A formula to set; `size` is the font's, in pixels."""

    tex: str
    is_display: bool
    size: float


class ColoursOrder(msgspec.Struct, frozen=True, tag="colours"):
    """Code to colour."""

    language: str
    code: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The workshop can work."""


class SetFormula(msgspec.Struct, frozen=True, tag="formula"):
    """A formula's drawing in black, and its size in pixels; `ascent` is what stands above the baseline."""

    svg: str
    width: float
    height: float
    ascent: float


class ColouredLines(msgspec.Struct, frozen=True, tag="colours"):
    """The colours of some lines; `first` counts from 0."""

    first: int
    lines: tuple[Spans, ...]


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """No more lines of this order's will come."""


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """It cannot be done, or would come out wrong."""

    reason: str


Order: TypeAlias = FormulaOrder | ColoursOrder
Answer: TypeAlias = Ready | SetFormula | ColouredLines | Finished | Refusal


def is_too_long(order: Order) -> bool:
    return len(order.tex) > MAX_TEX if isinstance(order, FormulaOrder) else len(order.code) > MAX_CODE
