"""What the transcript's children have answered, by what they were asked."""

from dataclasses import dataclass, field

from benchmarks.speed import Speed
from benchmarks.transcript_orders import (
    Endured,
    HostileOrder,
    Opened,
    OpenOrder,
    Order,
    Outcome,
    Streamed,
    StreamOrder,
)


@dataclass(slots=True)
class Findings:
    """All runs of each order; where one failed, why."""

    outcomes: dict[Order, list[Outcome]] = field(default_factory=dict)
    failures: dict[Order, str] = field(default_factory=dict)
    speed: Speed = field(default_factory=Speed)
    """The machine's, measured in every round."""

    def streamed(self, order: StreamOrder) -> list[Streamed]:
        return [one for one in self.outcomes.get(order, []) if isinstance(one, Streamed)]

    def opened(self, order: OpenOrder) -> list[Opened]:
        return [one for one in self.outcomes.get(order, []) if isinstance(one, Opened)]

    def endured(self, order: HostileOrder) -> list[Endured]:
        return [one for one in self.outcomes.get(order, []) if isinstance(one, Endured)]
