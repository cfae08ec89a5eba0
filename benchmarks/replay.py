"""The HTTP layer alone: recorded engine outputs through our server and through vLLM's own app.

What remains is what a token costs between `AsyncLLM.generate` and the socket. Same recording, same client, order
shuffled per round.
"""

import json
import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from benchmarks import doors, prompts
from benchmarks.engine_bench import CHAT, DELTAS, GENERATE, MAX_TOKENS, SEED, TAKEN_IN, VLLM, Subject, measure_one
from benchmarks.figures import Sample, levels, paired_ratio, select, summarise
from benchmarks.report import Report, Section
from benchmarks.wire import Worker

SUBJECTS = (GENERATE, DELTAS, CHAT, TAKEN_IN, VLLM)
OURS = SUBJECTS[:-1]
AIM = 3.0
"""Times vLLM's tokens per second, at 64 streams."""
RECORDED = 16
LEVELS = {1: 40, 64: 8}
QUICK_LEVELS = {1: 20, 64: 4}


def run_replay(folder: Path, report: Report, tell: Callable[[str], None], *, quick: bool) -> None:
    with ExitStack() as stack:
        subjects = _start(stack, folder, tell)
        samples = _measure(subjects, 2 if quick else 7, QUICK_LEVELS if quick else LEVELS, tell)
    report.data["replay"] = [asdict(sample) for sample in samples]
    report.add(section(samples))


def _start(stack: ExitStack, folder: Path, tell: Callable[[str], None]) -> list[Subject]:
    """Makes the recording while the servers that will replay it import vLLM."""
    tell("recording the engine's outputs")
    bodies = prompts.candidates(MAX_TOKENS)[:RECORDED]
    (folder / "bodies.json").write_text(json.dumps(bodies), encoding="utf-8")
    children = {role: stack.enter_context(_child(role, folder)) for role in ("ours", "vllm")}
    with _child("record", folder) as recorder:
        tell(f"recorded {recorder.hear(doors.START_SECONDS):,} tokens")
    ports = {role: child.hear(doors.START_SECONDS) for role, child in children.items()}
    client = stack.enter_context(Worker("replay-client", "client", [], folder))
    own = {"kind": "generate", "port": ports["ours"]}
    chats = [prompts.as_chat(body) for body in bodies]
    chat = {"kind": "chat", "port": ports["ours"], "bodies": chats}
    return [
        Subject(GENERATE, client, children["ours"], own | {"bodies": bodies}),
        Subject(DELTAS, client, children["ours"], own | {"bodies": [body | {"cumulative": False} for body in bodies]}),
        Subject(CHAT, client, children["ours"], chat),
        Subject(TAKEN_IN, client, children["ours"], chat | {"bodies": [body | prompts.BY_VLLM for body in chats]}),
        Subject(VLLM, client, children["vllm"], chat | {"port": ports["vllm"]}),
    ]


def _child(role: str, folder: Path) -> Worker:
    arguments = [role, "--recording", str(folder / "recording.pickle"), "--bodies", str(folder / "bodies.json")]
    return Worker(f"replay-{role}", "replay_child", arguments, folder, doors.vllm_variables(folder))


def _measure(
    subjects: list[Subject], rounds: int, requests: dict[int, int], tell: Callable[[str], None]
) -> list[Sample]:
    order = random.Random(SEED)
    tokenizer = prompts.ModelTokenizer(doors.DEMO)
    samples: list[Sample] = []
    for subject in subjects:
        subject.driver.ask("run", clients=64, requests=2, **subject.fields)
    for number in range(rounds):
        tell(f"replay, round {number + 1} of {rounds}")
        for clients, count in requests.items():
            shuffled = order.sample(subjects, len(subjects))
            samples += [measure_one(subject, number, clients, count, tokenizer)[0] for subject in shuffled]
    return samples


def section(samples: list[Sample]) -> Section:
    rows, notes = [], []
    for clients in levels(samples):
        for name in SUBJECTS:
            summary = summarise(select(samples, name, clients))
            rows.append(
                (
                    name,
                    str(clients),
                    f"{summary.tokens_per_second:,.0f}",
                    f"{summary.cpu_per_token:.1f}",
                    f"{summary.tokens_per_piece:.2f}",
                )
            )
        for name in OURS:
            speed = paired_ratio(samples, name, VLLM, clients, lambda sample: sample.tokens_per_second)
            cpu = paired_ratio(samples, name, VLLM, clients, lambda sample: sample.cpu_per_token)
            note = f"{name.split()[0]} / c at {clients}: tokens/s {speed}, CPU per token {cpu}."
            if clients == 64 and name in (GENERATE, CHAT):
                note += f" Aim: at least {AIM:.0f} times its tokens/s: {'met' if speed.median >= AIM else 'MISSED'}."
            notes.append(note)
    header = ("HTTP layer over a recording", "streams", "tokens/s", "CPU µs/token", "tokens/piece")
    return Section("The HTTP layer alone", header, rows, notes)
