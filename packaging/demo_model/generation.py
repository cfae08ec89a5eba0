"""Batched generation with a cache, good enough to measure the model while it is trained; vLLM is what runs it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from demo_model.chat_format import END_OF_TURN
from demo_model.network import KeyValueCache, Qwen3
from demo_model.tokens import token_id


@dataclass(frozen=True, slots=True)
class Sampling:
    """Temperature 0 is greedy."""

    temperature: float = 0.7
    top_p: float = 0.95


GREEDY = Sampling(temperature=0.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text without its end token, and whether the model ended it by itself."""

    text: str
    is_ended: bool
    tokens: int


def choose(logits: Tensor, sampling: Sampling, generator: torch.Generator) -> Tensor:
    """The next token of each row of [batch, vocabulary]."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    ranked, order = (logits / sampling.temperature).softmax(-1).sort(-1, descending=True)
    ranked[ranked.cumsum(-1) - ranked > sampling.top_p] = 0
    return order.gather(1, torch.multinomial(ranked, 1, generator=generator))[:, 0]


@torch.inference_mode()
def generate(
    model: Qwen3, tokenizer: Tokenizer, prompts: Sequence[str], sampling: Sampling, *, limit: int = 400, seed: int = 0
) -> list[Answer]:
    """Answers to all prompts at once; shorter prompts are padded on the left and the padding is masked."""
    rows = [tokenizer.encode(text).ids for text in prompts]
    end = token_id(tokenizer, END_OF_TURN)
    width = max(map(len, rows))
    tokens = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    seen = torch.tensor([[False] * (width - len(row)) + [True] * len(row) for row in rows])
    positions = (seen.cumsum(-1) - 1).clamp(min=0)
    generator = torch.Generator().manual_seed(seed)
    caches = [KeyValueCache() for _ in range(model.shape.layers)]
    mask = seen[:, None, None] & torch.ones(width, width, dtype=torch.bool).tril() | torch.eye(width, dtype=torch.bool)
    written: list[Tensor] = []
    is_open = torch.ones(len(rows), dtype=torch.bool)
    while is_open.any() and len(written) < limit:
        features = model.features(tokens, positions, mask, caches)
        tokens = choose(model.logits(features[:, -1]).float(), sampling, generator)[:, None]
        tokens[~is_open] = end
        is_open &= tokens[:, 0] != end
        written.append(tokens[:, 0])
        positions = positions[:, -1:] + 1
        seen = torch.cat((seen, torch.ones(len(rows), 1, dtype=torch.bool)), 1)
        mask = seen[:, None, None]
    return [_answer(tokenizer, ids, end) for ids in torch.stack(written, 1).tolist()]


def _answer(tokenizer: Tokenizer, ids: list[int], end: int) -> Answer:
    is_ended = end in ids
    kept = ids[: ids.index(end)] if is_ended else ids
    return Answer(tokenizer.decode(kept, skip_special_tokens=False), is_ended, len(kept))
