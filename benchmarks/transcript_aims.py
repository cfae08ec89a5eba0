"""The aims of the transcript (for two cores without a GPU), each beside what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.report import Section
from benchmarks.transcript_figures import Spread, costs, growth, microseconds_per_token, middle, spread, step_costs
from benchmarks.transcript_findings import Findings
from benchmarks.transcript_plan import CONVERSATIONS, FOUR, LONG_ANSWER, ONE, Plan
from benchmarks.transcript_tables import NONE

FRAME = 16.7
"""Milliseconds between two pictures of a usual screen."""


@dataclass(frozen=True, slots=True)
class Aim:
    """At most `limit`."""

    words: str
    limit: float
    measured: float
    is_time: bool = True
    """Whether a faster machine makes it less."""

    @property
    def is_reached(self) -> bool:
        return self.measured <= self.limit

    def at_speed(self, factor: float) -> "Aim":
        """As it would be on a machine that is so many times as fast."""
        return replace(self, measured=self.measured / factor)


def aims_table(plan: Plan, findings: Findings) -> Section:
    factor = findings.speed.factor
    rows = [
        (aim.words, f"{aim.limit:g}", *told(aim), *(told(aim.at_speed(factor)) if aim.is_time else (NONE, NONE)))
        for aim in aims(plan, findings)
    ]
    header = ("milliseconds, unless it says otherwise", "at most", "here", "reached", "at the aims' speed", "reached")
    notes = [
        findings.speed.words,
        f"At the aims' speed: the same divided by the lowest of these factors, {factor:.1f}. An estimate.",
    ]
    return Section("Aims", header, rows, notes)


def told(aim: Aim) -> tuple[str, str]:
    return f"{aim.measured:.1f}", "yes" if aim.is_reached else "NO"


def aims(plan: Plan, findings: Findings) -> Iterator[Aim]:
    yield from _streaming(plan, findings)
    yield from _stored(plan, findings)
    hostile = [spread([run.streamed for run in findings.endured(order)]) for order in plan.hostile.values()]
    worst = max((found.worst for found in hostile if found is not None), default=float("inf"))
    yield Aim("hostile texts: worst flush", FRAME, float("inf") if findings.failures else worst)


def _streaming(plan: Plan, findings: Findings) -> Iterator[Aim]:
    for name, p99, worst in ((ONE, 5, 10), (FOUR, 7, 14)):
        found = _sure(spread([costs(run) for run in findings.streamed(plan.streams[name])]))
        yield Aim(f"{name}: p99 of a flush", p99, found.p99)
        yield Aim(f"{name}: worst flush", worst, found.worst)
    one = findings.streamed(plan.streams[ONE])
    yield Aim(f"{ONE}: last quarter over first", 1.2, middle(one, growth), is_time=False)
    yield Aim(f"{ONE}: CPU µs per token", 90, middle(one, microseconds_per_token))
    table = findings.streamed(plan.kinds["table"])
    yield Aim("one endless table: CPU µs per token", 200, middle(table, microseconds_per_token))


def _stored(plan: Plan, findings: Findings) -> Iterator[Aim]:
    for size in CONVERSATIONS:
        name = f"{size:,} messages"
        runs = findings.opened(plan.conversations[name])
        yield Aim(f"{name}: first paint", 40, middle(runs, lambda run: run.first_paint))
    most = findings.opened(plan.conversations[f"{CONVERSATIONS[-1]:,} messages"])
    added, kept = middle(most, lambda run: run.megabytes), middle(most, lambda run: run.megabytes_after)
    yield Aim(f"{CONVERSATIONS[-1]:,} messages: MB added", 15, added, is_time=False)
    yield Aim(f"{CONVERSATIONS[-1]:,} messages: MB after scrolling", 60, kept, is_time=False)
    yield Aim("wheel: p99 of a step", 6, _sure(step_costs(most, "wheel")).p99)
    yield Aim("jump: worst", 16, _sure(step_costs(most, "jump")).worst)
    yield Aim("resize: worst step", 8, _sure(step_costs(most, "resize")).worst)
    answer = findings.opened(plan.conversations[f"one answer of {LONG_ANSWER:,} tokens"])
    yield Aim(f"one answer of {LONG_ANSWER:,} tokens: first paint", 30, middle(answer, lambda run: run.first_paint))


def _sure(found: Spread | None) -> Spread:
    assert found is not None
    return found
