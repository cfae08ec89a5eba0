"""The engine benchmark: the doors in one run, alternating, in an order that is shuffled for every round.

All servers stay up, one at a time is under load. Ratios are medians over the rounds' own ratios, so that what
disturbs a whole round disturbs both sides.
"""

import random
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import doors, prompts
from benchmarks.figures import Answer, Sample, levels, paired_ratio, select, summarise
from benchmarks.processes import Program
from benchmarks.report import Report, Section
from benchmarks.wire import Worker
from seproj_desktop.engine.hardware import has_nvidia_gpu

SEED = 20_260_101
MAX_TOKENS = 128
IN_PROCESS = "a  EngineManager.generate"
GENERATE = "b  /generate"
DELTAS = "b' /generate, cumulative: false"
VLLM = "c  vLLM /v1/chat/completions"
OWN_BLOCKS = "d  the same, cache blocks of its own size"
CHAT = "e  our /v1/chat/completions"
TAKEN_IN = "f  the same, by vLLM's app within ours"
WITH_PARSERS = "g  vLLM's own, looking for tool calls too"
SUBJECTS = (IN_PROCESS, GENERATE, DELTAS, CHAT, TAKEN_IN, VLLM, OWN_BLOCKS, WITH_PARSERS)
PAIRS = (
    *((GENERATE, VLLM), (DELTAS, VLLM), (CHAT, VLLM), (TAKEN_IN, VLLM)),
    *((TAKEN_IN, WITH_PARSERS), (CHAT, DELTAS), (GENERATE, OWN_BLOCKS)),
)
"""Whose ratios are told; (a) has its clients in its CPU, so it stands in no pair."""


@dataclass(frozen=True, slots=True)
class Aim:
    """For the ratio of a pair at 64 clients, in one figure."""

    above: str
    below: str
    figure: str
    bound: float

    @property
    def is_upper(self) -> bool:
        return self.figure != "tokens/s"

    def judge(self, found: float) -> str:
        is_met = found <= self.bound if self.is_upper else found >= self.bound
        wording = "at most" if self.is_upper else "at least"
        pair = f"{self.above.split()[0]} / {self.below.split()[0]}"
        verdict = "met" if is_met else "MISSED"
        return f"Aim for {pair} at 64 clients, {self.figure}: {wording} {self.bound}; found {found:.2f}: {verdict}."


AIMS = (
    Aim(GENERATE, VLLM, "CPU per token", 0.55),
    Aim(GENERATE, VLLM, "first token p50", 0.6),
    Aim(GENERATE, VLLM, "tokens/s", 1.0),
    *(Aim(door, VLLM, "tokens/s", 1.0) for door in (CHAT, TAKEN_IN)),
    *(Aim(door, VLLM, "first token p50", 1.0) for door in (CHAT, TAKEN_IN)),
    *(Aim(TAKEN_IN, WITH_PARSERS, figure, 1.0) for figure in ("tokens/s", "first token p50")),
    Aim(CHAT, DELTAS, "CPU per token", 1.1),
)
FIGURES: dict[str, Callable[[Sample], float]] = {
    "tokens/s": lambda sample: sample.tokens_per_second,
    "first token p50": lambda sample: sample.first_p50,
    "CPU per token": lambda sample: sample.cpu_per_token,
}


LEVELS = (1, 8, 64, 256)
"""Clients at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done: rounds, and how many requests each of so many clients makes in a round."""

    rounds: int
    requests: dict[int, int]

    @classmethod
    def of(cls, *, quick: bool) -> "Plan":
        return cls(1, {1: 2, 8: 1, 64: 1, 256: 1}) if quick else cls(5, {1: 4, 8: 3, 64: 2, 256: 1})

    def at(self, clients: Collection[int], rounds: int | None = None) -> "Plan":
        """Only with so many clients, in so many rounds; with none given, all of it."""
        wanted = {level: requests for level, requests in self.requests.items() if level in clients or not clients}
        return replace(self, requests=wanted, rounds=rounds or self.rounds)


@dataclass(frozen=True, slots=True)
class Subject:
    """One door: who is asked to make the load, what it is asked, and whose processor time counts."""

    name: str
    driver: Worker
    front_end: Program
    fields: dict[str, Any]


def run_engine_benchmark(
    plan: Plan, folder: Path, report: Report, tell: Callable[[str], None], served: doors.Served = doors.DEMO_SERVED
) -> None:
    with ExitStack() as stack:
        started = _start_one_by_one(stack, folder, served, tell) if has_nvidia_gpu() else _start(stack, folder, served)
        tell("choosing prompts")
        subjects = _subjects(started, prompts.choose(started.in_process, MAX_TOKENS), served)
        samples, texts, inexact = _measure(subjects, plan, served, tell)
    report.data["engine"] = [asdict(sample) for sample in samples]
    report.add(figures_section(samples), ratios_section(samples, agreement(texts), inexact))


@dataclass(frozen=True, slots=True)
class Started:
    """Everything that runs, ready: the programs, and the ports of those that have one."""

    client: Worker
    in_process: Worker
    ours: Program
    own_port: int
    vllm: tuple[Program, int]
    with_parsers: tuple[Program, int]
    own_blocks: tuple[Program, int] | None
    """vLLM's server with cache blocks of its own size; on a GPU there is no difference."""


def _start(stack: ExitStack, folder: Path, served: doors.Served) -> Started:
    """All at once."""
    ports = [doors.free_port() for _ in range(3)]
    plain = doors.start_vllm(stack, folder, ports[0], served=served)
    own = doors.start_vllm(stack, folder, ports[1], name="vllm-own-blocks", served=served, own_blocks=True)
    parsing = doors.start_vllm(stack, folder, ports[2], name="vllm-with-parsers", served=served, with_parsers=True)
    others = list(zip((plain, own, parsing), ports, strict=True))
    in_process = doors.start_in_process(stack, folder, served=served)
    ours = doors.start_ours(stack, folder, served=served)
    client = stack.enter_context(Worker("client", "client", [], folder))
    own_port = doors.port_of(ours)
    in_process.hear(doors.START_SECONDS)
    doors.wait_until_loaded(ours)
    for program, port in others:
        doors.wait_until_healthy(program, port)
    return Started(client, in_process, ours, own_port, vllm=others[0], own_blocks=others[1], with_parsers=others[2])


def _start_one_by_one(stack: ExitStack, folder: Path, served: doors.Served, tell: Callable[[str], None]) -> Started:
    """On one card: an engine that measures how much memory is free must not see another one take it."""
    client = stack.enter_context(Worker("client", "client", [], folder))
    tell("starting our server")
    ours = doors.start_ours(stack, folder, served=served)
    own_port = doors.port_of(ours)
    doors.wait_until_loaded(ours)
    others: list[tuple[Program, int]] = []
    for with_parsers in (False, True):
        name = "vllm-with-parsers" if with_parsers else "vllm"
        tell(f"starting {name}")
        port = doors.free_port()
        vllm = doors.start_vllm(stack, folder, port, name=name, served=served, with_parsers=with_parsers)
        doors.wait_until_healthy(vllm, port)
        others.append((vllm, port))
    tell("starting the engine in process")
    in_process = doors.start_in_process(stack, folder, served=served)
    in_process.hear(doors.START_SECONDS)
    return Started(client, in_process, ours, own_port, vllm=others[0], own_blocks=None, with_parsers=others[1])


def _subjects(started: Started, bodies: list[dict[str, Any]], served: doors.Served) -> list[Subject]:
    client, ours, own_port = started.client, started.ours, started.own_port
    deltas = [body | {"cumulative": False} for body in bodies]
    http = {"kind": "generate", "port": own_port}
    chats = [prompts.as_chat(body, served.name) for body in bodies]
    chat = {"kind": "chat", "bodies": chats}
    taken_in = chat | {"bodies": [body | prompts.BY_VLLM for body in chats]}
    subjects = [
        Subject(IN_PROCESS, started.in_process, started.in_process, {"bodies": bodies}),
        Subject(GENERATE, client, ours, http | {"bodies": bodies}),
        Subject(DELTAS, client, ours, http | {"bodies": deltas}),
        Subject(CHAT, client, ours, chat | {"port": own_port}),
        Subject(TAKEN_IN, client, ours, taken_in | {"port": own_port}),
    ]
    servers = ((VLLM, started.vllm), (WITH_PARSERS, started.with_parsers), (OWN_BLOCKS, started.own_blocks))
    for name, server in servers:
        if server is not None:
            subjects.append(Subject(name, client, server[0], chat | {"port": server[1]}))
    return subjects


Texts = dict[tuple[str, int], str]
"""(subject, prompt) to the text of a lone client's answer."""


def _measure(
    subjects: list[Subject], plan: Plan, served: doors.Served, tell: Callable[[str], None]
) -> tuple[list[Sample], Texts, int]:
    order = random.Random(SEED)
    tokenizer = prompts.ModelTokenizer(served.folder)
    samples: list[Sample] = []
    texts: Texts = {}
    inexact = 0
    tell("warming up")
    for clients in (*plan.requests, *plan.requests):
        for subject in subjects:
            subject.driver.ask("run", 300, clients=clients, requests=1, **subject.fields)
    for number in range(plan.rounds):
        for clients, requests in plan.requests.items():
            tell(f"round {number + 1} of {plan.rounds}: {clients} clients")
            for subject in order.sample(subjects, len(subjects)):
                sample, answers, exact = measure_one(subject, number, clients, requests, tokenizer)
                samples.append(sample)
                tell(
                    f"{sample.subject}: {sample.tokens_per_second:,.0f} tokens/s, first {sample.first_p50 * 1e3:.0f} ms"
                )
                inexact += len(answers) - exact
                if clients == 1:
                    texts |= {(subject.name, answer.prompt): answer.text for answer in answers}
    return samples, texts, inexact


def measure_one(
    subject: Subject, number: int, clients: int, requests: int, tokenizer: prompts.Tokenizer
) -> tuple[Sample, list[Answer], int]:
    before = subject.front_end.cpu_seconds()
    result = subject.driver.ask("run", 300, clients=clients, requests=requests, **subject.fields)
    cpu = subject.front_end.cpu_seconds() - before
    answers = [Answer(**fields) for fields in result["answers"]]
    tokens, exact = prompts.count_tokens(answers, MAX_TOKENS, tokenizer)
    firsts = tuple(answer.first for answer in answers)
    pieces = sum(answer.pieces for answer in answers)
    return Sample(subject.name, clients, number, result["wall"], cpu, tokens, pieces, firsts), answers, exact


def agreement(texts: Texts) -> str:
    """Whether the doors said the same to a lone client, at temperature 0."""
    asked = sorted(prompt for subject, prompt in texts if subject == VLLM)
    subjects = {subject for subject, _ in texts}
    same = [prompt for prompt in asked if len({texts.get((subject, prompt)) for subject in subjects}) == 1]
    return f"Same text from every door to a lone client: {len(same)} of {len(asked)} prompts."


def figures_section(samples: list[Sample]) -> Section:
    rows = []
    for clients in levels(samples):
        for name in _measured(samples, SUBJECTS):
            summary = summarise(select(samples, name, clients))
            rows.append(
                (
                    name,
                    str(clients),
                    f"{summary.tokens_per_second:,.0f}",
                    f"{summary.first_p50 * 1e3:.1f}",
                    f"{summary.first_p99 * 1e3:.1f}",
                    f"{summary.cpu_per_token:.1f}",
                    f"{summary.tokens_per_piece:.2f}",
                    f"{summary.tokens:,}",
                )
            )
    header = ("door", "clients", "tokens/s", "first token p50 ms", "p99 ms", "CPU µs/token", "tokens/piece", "tokens")
    notes = [
        "CPU: user and system time of the front-end process itself, without its engine processes.",
        "(a)'s CPU has its clients in it, since they are in the same process; (b)'s and (c)'s have not.",
        "(e) is a plain streamed chat on its short way; (f) says one thing more, which leaves it to vLLM's app.",
        "(c) gets the arguments that our program gives to vLLM; (d) leaves the size of the cache's blocks to vLLM.",
        "tokens/piece: above 1 the front end has fallen behind and merged tokens, which makes a token cheaper.",
    ]
    return Section("One engine, its doors", header, rows, notes)


def _measured(samples: list[Sample], names: Sequence[str]) -> list[str]:
    found = {sample.subject for sample in samples}
    return [name for name in names if name in found]


def ratios_section(samples: list[Sample], same: str, inexact: int) -> Section:
    rows, notes = [], [same, f"Answers whose tokens had to be counted from the text: {inexact}."]
    for above, below in [pair for pair in PAIRS if len(_measured(samples, pair)) == 2]:
        for clients in levels(samples):
            ratios = (paired_ratio(samples, above, below, clients, figure) for figure in FIGURES.values())
            rows.append((f"{above.split()[0]} / {below.split()[0]}", str(clients), *map(str, ratios)))
    for aim in AIMS:
        if 64 in levels(samples):
            ratio = paired_ratio(samples, aim.above, aim.below, 64, FIGURES[aim.figure])
            notes.append(aim.judge(ratio.median))
    notes += [
        "Of (c): for each token the request's task wakes, and nested Pydantic models are made, checked and written.",
        "(f) also looks in each piece for thinking and tool calls, as (g) does and (c) was not told to do.",
    ]
    header = ("median of per-round ratios", "clients", *FIGURES)
    return Section("Against vLLM's own server", header, rows, notes)
