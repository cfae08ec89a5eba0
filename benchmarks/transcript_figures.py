"""What the transcript's measurements come to: percentiles of each run, and the medians of the runs.

Pure functions and frozen values. Milliseconds, unless a name says otherwise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import TypeVar

from benchmarks.figures import percentile
from benchmarks.transcript_orders import TOKENS_PER_FRAME, Opened, Streamed

STRETCH = 1_000
"""Tokens before a mark that count for it."""
Run = TypeVar("Run")


@dataclass(frozen=True, slots=True)
class Spread:
    """The usual frame, the one in a hundred, and the worst."""

    p50: float
    p99: float
    worst: float

    def __str__(self) -> str:
        return " / ".join(short(value) for value in (self.p50, self.p99, self.worst))


def short(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def spread(runs: Sequence[Sequence[float]]) -> Spread | None:
    """The medians of each run's own figures; None where a run has nothing."""
    if not runs or not all(runs):
        return None
    return Spread(
        median(percentile(run, 50) for run in runs),
        median(percentile(run, 99) for run in runs),
        median(max(run) for run in runs),
    )


def middle(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """The runs' median of a figure."""
    return median(figure(run) for run in runs)


def costs(run: Streamed) -> list[float]:
    return [flush.cost for flush in run.flushes]


def costs_at(run: Streamed, mark: int) -> list[float]:
    """Of the flushes on the last stretch before so many tokens; none where the run did not come so far."""
    if run.flushes[-1].reached < mark - STRETCH / 10:
        return []
    return [flush.cost for flush in run.flushes if mark - STRETCH < flush.reached <= mark]


def growth(run: Streamed) -> float:
    """The mean cost of a flush in the last quarter, over that in the first."""
    found = costs(run)
    quarter = max(1, len(found) // 4)
    return mean(found[-quarter:]) / mean(found[:quarter])


def microseconds_per_token(run: Streamed) -> float:
    """With what is done between two flushes."""
    return sum(flush.cost + flush.between for flush in run.flushes) / run.tokens * 1e3


def microseconds_at(run: Streamed, mark: int, panes: int) -> float | None:
    """Of the flushes just before so many tokens; None where the run did not come so far."""
    found = costs_at(run, mark)
    return mean(found) / (TOKENS_PER_FRAME * panes) * 1e3 if found else None


def longest_between(run: Streamed) -> float:
    return max(flush.longest for flush in run.flushes)


def step_costs(runs: Sequence[Opened], kind: str) -> Spread | None:
    return spread([run.steps[kind].costs for run in runs])
