"""The tables of what was measured of the transcript, one per question; the aims are in `transcript_aims`."""

from collections.abc import Sequence
from statistics import mean

from benchmarks.report import Section
from benchmarks.transcript_figures import (
    Spread,
    costs,
    costs_at,
    growth,
    longest_between,
    microseconds_at,
    microseconds_per_token,
    middle,
    short,
    spread,
    step_costs,
)
from benchmarks.transcript_findings import Findings
from benchmarks.transcript_orders import Flush, Streamed
from benchmarks.transcript_plan import KINDS, NAIVE, Plan, is_naive

NONE = "-"
STEPS = ("wheel", "page", "jump", "resize", "theme", "zoom")


def tables(plan: Plan, findings: Findings) -> list[Section]:
    return [
        streams_table(plan, findings),
        kinds_table(plan, findings),
        work_table(plan, findings),
        opening_table(plan, findings),
        moving_table(plan, findings),
        hostile_table(plan, findings),
    ]


def streams_table(plan: Plan, findings: Findings) -> Section:
    rows = []
    for name, order in plan.streams.items():
        runs = findings.streamed(order)
        at_marks = [cell(spread([costs_at(run, mark) for run in runs])) for mark in plan.marks]
        if is_naive(order):
            last = microseconds_at(runs[0], plan.marks[-1], order.panes)
            rows.append((name, *at_marks, NONE, NONE, NONE if last is None else f"{last:,.0f}"))
        else:
            whole = cell(spread([costs(run) for run in runs]))
            rows.append((name, *at_marks, whole, f"{middle(runs, growth):.2f}", per_token(runs)))
    header = ("700 tokens/s, a flush per 16 ms", *(f"at {mark:,}" for mark in plan.marks))
    notes = [
        f"GUI thread's processor time in ms, p50 / p99 / worst; medians of {plan.rounds} run(s) in fresh processes.",
        "A mark stands for the 1,000 tokens before it.",
        "Naive: setMarkdown of the whole text in a QTextBrowser per flush; one run, the last flushes before marks.",
    ]
    return Section("Streaming", (*header, "whole answer", "last / first quarter", "CPU µs/token"), rows, notes)


def kinds_table(plan: Plan, findings: Findings) -> Section:
    rows = []
    for kind in KINDS:
        runs = findings.streamed(plan.kinds[kind])
        naive = findings.streamed(plan.kinds[NAIVE + kind])
        rows.append(
            (
                kind,
                cell(spread([costs(run) for run in runs])),
                f"{middle(runs, growth):.2f}",
                per_token(runs),
                cell(spread([costs(run) for run in naive])),
            )
        )
    tokens = plan.kinds[KINDS[0]].tokens
    header = (f"one block of {tokens:,} tokens", "whole", "last / first quarter", "CPU µs/token", "naive, at its end")
    return Section("Streaming one endless block", header, rows)


def work_table(plan: Plan, findings: Findings) -> Section:
    """What the counters say was done in a frame, and what the view did by itself between two."""
    found = {
        name: findings.streamed(order)
        for name, order in (*plan.streams.items(), *plan.kinds.items())
        if not is_naive(order)
    }
    names = list(next(iter(found.values()))[0].flushes[0].work)
    rows = [
        (
            name,
            *(work_of(runs[0].flushes, counter) for counter in names),
            f"{middle(runs, longest_between):.1f}",
        )
        for name, runs in found.items()
    ]
    header = ("work per flush, mean / most", *names, "longest turn between flushes ms")
    return Section("Work", header, rows, ["Counted, not timed. Pixels of all panes together."])


def opening_table(plan: Plan, findings: Findings) -> Section:
    rows = []
    for name, order in plan.conversations.items():
        runs = findings.opened(order)
        rows.append(
            (
                name,
                short(middle(runs, lambda run: run.first_paint)),
                short(middle(runs, lambda run: run.later)),
                short(middle(runs, lambda run: run.megabytes)),
                short(middle(runs, lambda run: run.megabytes_after)),
                ", ".join(f"{count:,} {counter}" for counter, count in runs[0].work.items() if count),
            )
        )
    header = ("opening what is stored", "first paint ms", "longest turn later ms", "MB", "MB after scrolling", "work")
    return Section("Opening", header, rows, ["MB: growth of the process, without the text itself."])


def moving_table(plan: Plan, findings: Findings) -> Section:
    rows = [
        (name, *(cell(step_costs(findings.opened(order), kind)) for kind in STEPS))
        for name, order in plan.conversations.items()
    ]
    notes = ["Per step: 40 pixels of the wheel, a page, a jump to anywhere, a narrower window, light and dark, zoom."]
    for name, order in plan.conversations.items():
        steps = findings.opened(order)[0].steps
        most = "; ".join(f"{kind} {laid_out(steps[kind].work)}" for kind in STEPS if laid_out(steps[kind].work))
        notes += [f"{name}, most pieces laid out in one step: {most}."] if most else []
    return Section("Moving about", ("ms per step", *STEPS), rows, notes)


def hostile_table(plan: Plan, findings: Findings) -> Section:
    rows, notes = [], []
    for name, order in plan.hostile.items():
        runs = findings.endured(order)
        if order in findings.failures:
            notes.append(f"{name}: {findings.failures[order]}")
        if runs:
            rows.append(
                (
                    name,
                    f"{runs[0].characters:,}",
                    cell(spread([run.streamed for run in runs])),
                    short(middle(runs, lambda run: run.at_once)),
                    short(middle(runs, lambda run: run.stored)),
                    short(middle(runs, lambda run: run.whole)),
                    short(middle(runs, lambda run: run.later)),
                    short(middle(runs, lambda run: run.megabytes)),
                )
            )
    header = ("hostile text", "characters", "streamed", "whole at once", "stored", "in all", "longest turn later", "MB")
    notes.append(
        "Whole at once, and stored: the first turn. What is long or dear comes in later ones: in all, and at most."
    )
    return Section("Hostile texts", header, rows, notes)


def cell(found: Spread | None) -> str:
    return NONE if found is None else str(found)


def per_token(runs: Sequence[Streamed]) -> str:
    return f"{middle(runs, microseconds_per_token):.0f}"


def work_of(flushes: Sequence[Flush], counter: str) -> str:
    counts = [flush.work[counter] for flush in flushes]
    return f"{mean(counts):,.1f} / {max(counts):,}"


def laid_out(work: dict[str, int]) -> int:
    return work.get("boxes made", 0) + work.get("boxes fitted", 0)
