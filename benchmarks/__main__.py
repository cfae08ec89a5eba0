"""`make bench`: measures engine, HTTP layer, start-up, transcript and store on this machine, and prints what it found.

Everything it starts ends with it: on success, on failure and on Ctrl+C.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from benchmarks.doors import DEMO_SERVED, Served, check_demo_model
from benchmarks.engine_bench import LEVELS, Plan, run_engine_benchmark
from benchmarks.machine import Machine
from benchmarks.made_up_model import SHAPE_NAME, made_up_model
from benchmarks.processes import BenchmarkError
from benchmarks.report import Report, Section, as_markdown, as_text

PARTS = ("engine", "replay", "first", "load_generator", "startup", "transcript", "store")
WITHOUT_ENGINE = {"transcript", "store"}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured, 1 when something kept it from that, 130 after Ctrl+C."""
    options = build_parser().parse_args(arguments)
    parts = [part for part in (*PARTS, "gpu") if getattr(options, part)] or list(PARTS)
    signal.signal(signal.SIGTERM, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if not WITHOUT_ENGINE.issuperset(parts):
            check_demo_model()
        report = measure(parts, folder, options)
    except BenchmarkError as error:
        print(f"benchmark: {error}\nLogs: {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started has been ended.", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(report.data, indent=1), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(as_markdown(report), encoding="utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, about four minutes")
    parser.add_argument("--engine", action="store_true", help="only the engine through its three doors")
    parser.add_argument("--replay", action="store_true", help="only the HTTP layer, on recorded engine outputs")
    parser.add_argument("--first", action="store_true", help="only the window's first token while its server is busy")
    parser.add_argument(
        "--load-generator", action="store_true", help="only vLLM's own load generator against our server"
    )
    parser.add_argument("--startup", action="store_true", help="only start-up times and the window's stalls")
    parser.add_argument("--transcript", action="store_true", help="only the transcript, beside the naive way")
    parser.add_argument("--gpu", action="store_true", help="only the card's memory: load, unload, kill, crash")
    parser.add_argument("--store", action="store_true", help="only the store, search, import and export, the sidebar")
    parser.add_argument(
        "--clients", type=int, nargs="+", choices=LEVELS, default=[], help="the engine with so many clients only"
    )
    parser.add_argument("--rounds", type=int, help="so many rounds of the engine")
    parser.add_argument(
        "--model",
        choices=("demo", SHAPE_NAME),
        default="demo",
        help="for --engine, --first and --gpu: random weights of Qwen3-4B's shape instead of the demo model",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single sample")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables")
    return parser


def measure(parts: Sequence[str], folder: Path, options: argparse.Namespace) -> Report:
    """Runs the parts one after the other and prints each one's tables as soon as they are there."""
    started = time.monotonic()
    machine = Machine.here()
    report = Report("SEproj Desktop: what was measured")
    report.add(Section("This run", notes=machine.notes()))
    report.data |= {"date": machine.date, "cpu": machine.cpu, "cores": machine.cores, "load": machine.load}
    report.data["versions"] = machine.versions
    print(as_text(report.sections[0]))
    served = made_up_model(folder) if options.model == SHAPE_NAME else DEMO_SERVED
    for part in parts:
        shown = len(report.sections)
        _run_part(part, folder, report, served, options)
        for section in report.sections[shown:]:
            print(as_text(section), flush=True)
    load = ", ".join(f"{average:.2f}" for average in Machine.here().load)
    report.sections[0] = Section(
        "This run", notes=[*machine.notes(), f"{time.monotonic() - started:.0f} s; load average afterwards {load}"]
    )
    print(f"\n{report.sections[0].notes[-1]}")
    return report


def _run_part(part: str, folder: Path, report: Report, served: Served, options: argparse.Namespace) -> None:
    quick: bool = options.quick
    if part == "engine":
        plan = Plan.of(quick=quick).at(options.clients, options.rounds)
        run_engine_benchmark(plan, folder, report, _tell, served)
    elif part == "gpu":
        from benchmarks.gpu import run_gpu

        run_gpu(folder, report, _tell, served)
    elif part == "replay":
        from benchmarks.replay import run_replay

        run_replay(folder, report, _tell, quick=quick)
    elif part == "first":
        from benchmarks.window_first import run_window_first

        run_window_first(folder, report, _tell, served, quick=quick)
    elif part == "load_generator":
        from benchmarks.load_generator import run_load_generator

        run_load_generator(folder, report, _tell, quick=quick)
    elif part == "startup":
        from benchmarks.startup import run_startup

        run_startup(folder, report, _tell, quick=quick)
    elif part == "transcript":
        from benchmarks.transcript import run_transcript

        run_transcript(folder, report, _tell, quick=quick)
    else:
        _run_store(folder, report, quick=quick)


def _run_store(folder: Path, report: Report, *, quick: bool) -> None:
    from benchmarks import import_bench, search_bench, store_bench
    from benchmarks.sidebar_bench import run_sidebar_benchmark

    store_bench.run_store_benchmark(store_bench.Plan.of(quick=quick), folder, report, _tell)
    search_bench.run_search_benchmark(search_bench.Plan.of(quick=quick), folder, report, _tell)
    import_bench.run_import_benchmark(import_bench.Plan.of(quick=quick), folder, report, _tell)
    run_sidebar_benchmark(report, _tell, quick=quick)


def _tell(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
