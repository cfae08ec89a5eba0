"""The arithmetic of the measurements: percentiles, medians of paired ratios, and what one run of one subject gave.

Pure functions and frozen values; no clock is read here. Times in seconds, unless a name says otherwise.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as a client saw it; `first` is the time to the first token, `tokens` is None where nobody told.

    `pieces` is in how many events or lines its text came: a front end that falls behind merges tokens.
    """

    prompt: int
    first: float
    total: float
    text: str
    reason: str
    tokens: int | None
    pieces: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What one subject did in one round at one number of clients; `cpu` is the front end's own processor time."""

    subject: str
    clients: int
    round: int
    wall: float
    cpu: float
    tokens: int
    pieces: int
    firsts: tuple[float, ...]

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.wall

    @property
    def cpu_per_token(self) -> float:
        """In microseconds."""
        return self.cpu / self.tokens * 1e6

    @property
    def tokens_per_piece(self) -> float:
        return self.tokens / max(self.pieces, 1)

    @property
    def first_p50(self) -> float:
        return percentile(self.firsts, 50)


@dataclass(frozen=True, slots=True)
class Summary:
    """One subject at one number of clients over all rounds; first token times are pooled, rates are medians."""

    subject: str
    clients: int
    tokens_per_second: float
    first_p50: float
    first_p99: float
    cpu_per_token: float
    tokens_per_piece: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the rounds' own ratios, and their range."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.lowest:.2f} to {self.highest:.2f}]"


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that really occurred. Raises `ValueError` for no values."""
    if not values:
        raise ValueError("no values")
    rank = math.ceil(percent / 100 * len(values))
    return sorted(values)[max(rank, 1) - 1]


def summarise(samples: Sequence[Sample]) -> Summary:
    """Of samples of one subject at one number of clients."""
    firsts = [first for sample in samples for first in sample.firsts]
    return Summary(
        subject=samples[0].subject,
        clients=samples[0].clients,
        tokens_per_second=median(sample.tokens_per_second for sample in samples),
        first_p50=percentile(firsts, 50),
        first_p99=percentile(firsts, 99),
        cpu_per_token=median(sample.cpu_per_token for sample in samples),
        tokens_per_piece=median(sample.tokens_per_piece for sample in samples),
        tokens=sum(sample.tokens for sample in samples),
    )


def paired_ratio(
    samples: Sequence[Sample], above: str, below: str, clients: int, figure: Callable[[Sample], float]
) -> Ratio:
    """`above` over `below`, each round by itself: what disturbs a whole round cancels out."""
    values = {(s.subject, s.round): figure(s) for s in samples if s.clients == clients}
    rounds = sorted(number for subject, number in values if subject == above and (below, number) in values)
    ratios = [values[above, number] / values[below, number] for number in rounds]
    return Ratio(median(ratios), min(ratios), max(ratios))


def levels(samples: Sequence[Sample]) -> list[int]:
    return sorted({sample.clients for sample in samples})


def select(samples: Sequence[Sample], subject: str, clients: int) -> list[Sample]:
    return [sample for sample in samples if sample.subject == subject and sample.clients == clients]
