"""vLLM's own load generator, `vllm bench serve`, against our server: whether a request fails, and what it measures.

Without that command line, which does not start from every distribution of vLLM; the module behind it is the same.
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import doors, prompts
from benchmarks.processes import PYTHON, BenchmarkError, Program
from benchmarks.report import Report, Section
from seproj_desktop.engine.catalog import DEMO_NAME

SCRIPT = (
    "import argparse; from vllm.benchmarks import serve; parser = argparse.ArgumentParser(); "
    "serve.add_cli_args(parser); serve.main(parser.parse_args())"
)
CHAT = ("--backend", "openai-chat", "--endpoint", "/v1/chat/completions")
COMPLETIONS = ("--backend", "openai", "--endpoint", "/v1/completions", "--ignore-eos")
RUNS: dict[str, Sequence[str]] = {
    "/v1/chat/completions": CHAT,
    "the same, by vLLM's app": (*CHAT, "--extra-body", json.dumps(prompts.BY_VLLM)),
    "/v1/completions": COMPLETIONS,
}
CONCURRENCY = 64
SECONDS = 900.0
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "NO_PROXY": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the generator has written down; times in milliseconds."""

    completed: int
    failed: int
    requests_per_second: float
    tokens_per_second: float
    first_p50: float
    first_p99: float

    @classmethod
    def of(cls, result: dict[str, Any]) -> "Outcome":
        return cls(
            result["completed"],
            result["failed"],
            result["request_throughput"],
            result["output_throughput"],
            result["median_ttft_ms"],
            result["p99_ttft_ms"],
        )


def run_load_generator(folder: Path, report: Report, tell: Callable[[str], None], *, quick: bool) -> None:
    with ExitStack() as stack:
        tell("starting our server for vLLM's load generator")
        ours = doors.start_ours(stack, folder, "generated", SEPROJ_ENGINE_START_METHOD="auto")
        port = doors.port_of(ours)
        doors.wait_until_loaded(ours)
        found = {}
        for number, (name, arguments) in enumerate(RUNS.items()):
            count = 100 if quick else 1000
            tell(f"vLLM's load generator: {count} requests to {name}")
            found[name] = _run(folder, f"generator-{number}", port, count, arguments)
    report.data["load_generator"] = found
    report.add(section({name: Outcome.of(result) for name, result in found.items()}))


def _run(folder: Path, name: str, port: int, count: int, arguments: Sequence[str]) -> dict[str, Any]:
    result = folder / f"{name}.json"
    command = [
        *(PYTHON, "-W", "ignore", "-c", SCRIPT, *arguments),
        *("--base-url", f"http://127.0.0.1:{port}", "--model", DEMO_NAME, "--tokenizer", str(doors.DEMO)),
        *("--dataset-name", "random", "--random-input-len", "64", "--random-output-len", "64"),
        *("--num-prompts", str(count), "--max-concurrency", str(CONCURRENCY), "--disable-tqdm"),
        *("--save-result", "--result-dir", str(folder), "--result-filename", result.name),
    ]
    with Program(name, command, folder, ENVIRONMENT) as generator:
        end = time.monotonic() + SECONDS
        while generator.exit_code is None and time.monotonic() < end:
            time.sleep(0.2)
        if generator.exit_code != 0 or not result.is_file():
            raise BenchmarkError(f"vLLM's load generator failed; see {folder / name}.log")
    told: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return told


def section(found: dict[str, Outcome]) -> Section:
    rows = [
        (
            name,
            f"{one.completed:,}",
            f"{one.failed:,}",
            f"{one.requests_per_second:.1f}",
            f"{one.tokens_per_second:,.0f}",
            f"{one.first_p50:.0f}",
            f"{one.first_p99:.0f}",
        )
        for name, one in found.items()
    ]
    failed = sum(one.failed for one in found.values())
    notes = [
        f"Aim: no request fails; {failed} did: {'MISSED' if failed else 'met'}.",
        f"Random prompts of 64 tokens, answers of up to 64, {CONCURRENCY} at a time; the generator's own figures.",
    ]
    header = (
        "vllm bench serve, at our",
        "completed",
        "failed",
        "requests/s",
        "tokens/s",
        "first token p50 ms",
        "p99 ms",
    )
    return Section("vLLM's own load generator", header, rows, notes)
