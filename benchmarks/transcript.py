"""The transcript: text that streams, conversations that are opened and moved about in, texts made to hurt.

Every scenario runs in a child process of its own, without a display, several times; beside it the naive way. What is
asked and answered is in `transcript_orders`, what is printed in `transcript_tables`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.processes import BenchmarkError
from benchmarks.report import Report
from benchmarks.transcript_aims import aims_table
from benchmarks.transcript_findings import Findings
from benchmarks.transcript_orders import HostileOrder, Order, Outcome, StreamOrder
from benchmarks.transcript_plan import Plan, is_naive
from benchmarks.transcript_tables import tables
from benchmarks.wire import Worker

TIME_LIMIT = 300.0
"""Seconds for one child."""
Tell = Callable[[str], None]


def run_transcript(folder: Path, report: Report, tell: Tell, *, quick: bool) -> None:
    plan = Plan.of(quick=quick)
    findings = Findings()
    for number in range(plan.rounds):
        findings.speed.measure(folder)
        for name, order in plan.orders():
            if number == 0 or not is_naive(order):
                tell(f"transcript, round {number + 1} of {plan.rounds}: {name}")
                measure(order, folder, findings)
    report.data["transcript"] = as_data(plan, findings)
    report.data["speed"] = findings.speed.samples
    report.add(*tables(plan, findings), aims_table(plan, findings))


def measure(order: Order, folder: Path, findings: Findings) -> None:
    """One run of one scenario; that a hostile text ends it is a finding like others."""
    try:
        findings.outcomes.setdefault(order, []).append(carry_out(order, folder))
    except BenchmarkError as error:
        if not isinstance(order, HostileOrder):
            raise
        findings.failures[order] = str(error).partition(". The end of its log")[0]


def carry_out(order: Order, folder: Path) -> Outcome:
    environment = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    if isinstance(order, StreamOrder) and order.scale != 1:
        environment["QT_SCALE_FACTOR"] = str(order.scale)
    told = msgspec.json.encode(order).decode()
    with Worker("transcript", "transcript_child", [told], folder, environment) as child:
        outcome: Outcome = msgspec.convert(child.hear(TIME_LIMIT), Outcome)
        return outcome


def as_data(plan: Plan, findings: Findings) -> dict[str, Any]:
    """Every single sample."""
    return {
        name: {
            "order": msgspec.to_builtins(order),
            "runs": msgspec.to_builtins(findings.outcomes.get(order, [])),
            "failure": findings.failures.get(order, ""),
        }
        for name, order in plan.orders()
    }
