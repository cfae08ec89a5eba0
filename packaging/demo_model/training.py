"""Batches, optimisers, schedule and checkpoints; the same seed and steps give the same weights on one kind of machine.

Batches come in pools: a pool of conversations is drawn from (seed, number of the pool), sorted by length and cut into
parts of equal size, so that little is lost to padding and any step can be made again without the ones before it. A step
has several parts; worker threads with one core each take them, and their gradients are added in a fixed order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from demo_model.corpus import Source, make_sample
from demo_model.network import Qwen3
from demo_model.tokens import encode

STEPS_PER_POOL = 16
PARTS_PER_STEP = 4
PARTS_PER_POOL = STEPS_PER_POOL * PARTS_PER_STEP
LONGEST = 1024
IGNORED = -100


@dataclass(frozen=True)
class Plan:
    """What decides the result of a training run."""

    seed: int = 20
    steps: int = 2300
    batch_tokens: int = 4096
    muon_rate: float = 0.01
    adam_rate: float = 0.003
    warm_up: float = 0.03
    decay_from: float = 0.4

    def rate(self, progress: float) -> float:
        """The factor on all learning rates: up, level, then down to zero in a line."""
        return min(1.0, (progress + 1e-4) / self.warm_up, (1.0 - progress) / (1.0 - self.decay_from))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a step's batch: tokens, their positions, and the next token to learn at each place (or `IGNORED`)."""

    tokens: Tensor
    positions: Tensor
    targets: Tensor


Encoded = tuple[list[int], list[bool]]


def repeated_tokens(rng: Random, vocabulary: int) -> Encoded:
    """Random tokens said several times: the plainest way to learn to look back and copy."""
    span = [rng.randrange(3, vocabulary) for _ in range(rng.randint(4, 24))]
    ids = span * rng.randint(2, 4)
    return ids, [index >= len(span) for index in range(len(ids))]


def make_part(rng: Random, rows: list[Encoded], progress: float, max_positions: int) -> Part:
    width = max(len(ids) for ids, _ in rows)
    tokens = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.full((len(rows), width), IGNORED)
    positions = torch.arange(width).repeat(len(rows), 1)
    for row, (ids, learned) in enumerate(rows):
        tokens[row, : len(ids)] = torch.tensor(ids)
        wanted = [token if is_learned else IGNORED for token, is_learned in zip(ids[1:], learned[1:], strict=True)]
        targets[row, : len(wanted)] = torch.tensor(wanted)
        if progress > 0.4 and rng.random() < 0.15:  # far distances cost nothing when only the positions are far
            positions[row, rng.randrange(1, len(ids)) :] += rng.randrange(max_positions - width)
    return Part(tokens, positions, targets)


class BatchSource:
    """The parts of any step's batch; keeps the pool that the last ones came from."""

    def __init__(self, plan: Plan, source: Source, tokenizer: Tokenizer, max_positions: int) -> None:
        self._plan = plan
        self._source = source
        self._tokenizer = tokenizer
        self._max_positions = max_positions
        self._number = -1
        self._pool: list[Part] = []

    def batch(self, step: int) -> list[Part]:
        number, index = divmod(step, STEPS_PER_POOL)
        if number != self._number:
            self._number, self._pool = number, self._draw(number)
        return self._pool[index * PARTS_PER_STEP :][:PARTS_PER_STEP]

    def _draw(self, number: int) -> list[Part]:
        rng = Random(f"{self._plan.seed}/{number}")
        progress = min(1.0, number * STEPS_PER_POOL / self._plan.steps)
        rows: list[Encoded] = []
        total = 0
        while total < STEPS_PER_POOL * self._plan.batch_tokens:
            rows.append(self._row(rng, progress))
            total += len(rows[-1][0])
        rows.sort(key=lambda row: len(row[0]))
        parts = [make_part(rng, part, progress, self._max_positions) for part in _cut(rows, total / PARTS_PER_POOL)]
        rng.shuffle(parts)
        return parts

    def _row(self, rng: Random, progress: float) -> Encoded:
        if rng.random() < 0.1 * max(0.0, 1 - progress / 0.5):
            return repeated_tokens(rng, self._tokenizer.get_vocab_size())
        ids, targets = encode(self._tokenizer, make_sample(rng, self._source, progress))
        return ids[:LONGEST], targets[:LONGEST]


def _cut(rows: list[Encoded], size: float) -> list[list[Encoded]]:
    """Consecutive parts with about `size` tokens each, `PARTS_PER_POOL` of them."""
    parts: list[list[Encoded]] = [[] for _ in range(PARTS_PER_POOL)]
    seen = 0
    for row in rows:
        parts[min(int(seen / size), PARTS_PER_POOL - 1)].append(row)
        seen += len(row[0])
    return parts


def part_loss(model: Qwen3, part: Part) -> Tensor:
    """The sum of the cross-entropy over the tokens to learn; only these pass through the vocabulary."""
    with torch.autocast("cpu", torch.bfloat16):
        features = model.features(part.tokens, part.positions)
        wanted = part.targets != IGNORED
        logits = model.logits(features[wanted])
    return functional.cross_entropy(logits.float(), part.targets[wanted], reduction="sum")


class Trainer:
    """A model with its optimisers at some step: Muon for the matrices, AdamW for embeddings and norms.

    The workers are the parallelism, so torch itself must run on one thread: OpenMP's threads would only wait for each other.
    """

    def __init__(self, model: Qwen3, plan: Plan, workers: int) -> None:
        self.model = model
        self.plan = plan
        self.step = 0
        self._workers = ThreadPoolExecutor(workers)
        self._parameters = list(model.parameters())
        matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
        others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
        self.optimisers: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices[::2], lr=plan.muon_rate, weight_decay=0.01),
            torch.optim.Muon(matrices[1::2], lr=plan.muon_rate, weight_decay=0.01),
            torch.optim.AdamW(others, lr=plan.adam_rate, betas=(0.9, 0.98), weight_decay=0.0),
        )

    def learn(self, batch: Sequence[Part]) -> float:
        """One step; returns the mean loss before it."""
        factor = self.plan.rate(self.step / self.plan.steps)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = optimiser.defaults["lr"] * factor
        loss = self._accumulate(batch)
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        list(self._workers.map(lambda optimiser: optimiser.step(), self.optimisers))
        self.model.zero_grad()
        self.step += 1
        return loss

    def _accumulate(self, batch: Sequence[Part]) -> float:
        """Leaves the gradient of the mean loss in the parameters."""
        count = sum(int((part.targets != IGNORED).sum()) for part in batch)
        losses: list[float] = []
        for loss, gradients in self._workers.map(self._part_gradients, batch):
            losses.append(loss)
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.grad = (
                    gradient / count if parameter.grad is None else parameter.grad.add_(gradient, alpha=1 / count)
                )
        return sum(losses) / count

    def _part_gradients(self, part: Part) -> tuple[float, tuple[Tensor, ...]]:
        loss = part_loss(self.model, part)
        return loss.item(), torch.autograd.grad(loss, self._parameters)

    def save(self, path: Path) -> None:
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def restore(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)


def train(
    trainer: Trainer,
    batches: BatchSource,
    *,
    until: int | None,
    minutes: float | None,
    report: Callable[[int, float, float], None],
) -> None:
    """Runs to the plan's last step or to `until`, or until time is up; reports (step, mean loss, tokens/s)."""
    last = trainer.plan.steps if until is None else min(until, trainer.plan.steps)
    started = mark = time.monotonic()
    losses: list[float] = []
    tokens = 0
    while trainer.step < last and (minutes is None or time.monotonic() - started < minutes * 60):
        batch = batches.batch(trainer.step)
        losses.append(trainer.learn(batch))
        tokens += sum(part.tokens.numel() for part in batch)
        if trainer.step % 50 == 0 or trainer.step == last:
            now = time.monotonic()
            report(trainer.step, sum(losses) / len(losses), tokens / (now - mark))
            mark, tokens, losses = time.monotonic(), 0, []
