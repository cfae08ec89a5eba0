"""How fast this machine is beside the one that the transcript's aims were set on.

Work of other people's libraries is done again that was timed there, the same versions: two things of Python's, one of
Qt's. The aims come from the same notes as these times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.wire import Worker

TIME_LIMIT = 60.0
AT_ONCE = 3
YARDSTICKS: Mapping[str, float] = {
    "importing ziamath": 110.0,
    "20,000 tokens of Markdown by markdown-it-py": 18.8,
    "the same by Qt's QTextDocument": 5.5,
}
"""Milliseconds that each took there. `speed_child` does them, in a process of its own."""


@dataclass(slots=True)
class Speed:
    """What each has taken here so far, in milliseconds of processor time, by its words."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, folder: Path) -> None:
        """A few more; spread over a run they tell how the machine was meanwhile."""
        for _ in range(AT_ONCE):
            with Worker("speed", "speed_child", [], folder, {"QT_QPA_PLATFORM": "offscreen"}) as child:
                for words, milliseconds in child.hear(TIME_LIMIT).items():
                    self.samples.setdefault(words, []).append(milliseconds)

    @property
    def factors(self) -> Mapping[str, float]:
        """How many times as long each takes here."""
        return {words: median(found) / YARDSTICKS[words] for words, found in self.samples.items()}

    @property
    def factor(self) -> float:
        """How many times as long everything takes here, at the least."""
        return min(self.factors.values())

    @property
    def words(self) -> str:
        told = "; ".join(
            f"{words} {median(found):.3g} ms (there {YARDSTICKS[words]:g}, a factor of {self.factors[words]:.1f})"
            for words, found in self.samples.items()
        )
        return f"This machine beside the one of the aims: {told}."
