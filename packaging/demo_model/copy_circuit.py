"""A copying circuit to start from, so that repeating a topic is refined by training instead of being found by it.

Two layers are set by hand, as interpretability work finds them in trained models ("induction heads"). Layer 0: two heads look
one and two tokens back and note what they saw. Layer 1: two heads look for the place whose noted tokens equal the last two,
and say what stands there. Rotary frequencies do both jobs: the fastest ones tell neighbours apart, the slowest ones hardly
turn within a thousand tokens and so compare contents. All of it stays trainable.
"""

from __future__ import annotations

import torch
from torch import Tensor

from demo_model.network import Attention, Layer, Qwen3

SCALE = 0.15  # of token embeddings; large, so that the first steps do not drown them
LAST_NORM = 0.33  # brings the logits of such embeddings back to a useful range
CONSTANT = 0  # a dimension with the same value in every embedding: what position-only queries read
IDENTITY = slice(1, 160)  # the token itself
SEEN_ONE_BACK = 160  # where layer 0 notes the token before, 24 numbers
SEEN_TWO_BACK = 192  # and the one before that, 12 numbers
NOTES = (24, 12)
FAST = 6  # rotary pairs that find neighbours
SLOW = 14  # first rotary pair that compares contents
NOTE_STRENGTH = 1.5
COPY_STRENGTH = 2.5


@torch.no_grad()
def install(model: Qwen3, generator: torch.Generator) -> None:
    """Overwrites the embedding and parts of the first two attention layers."""
    shape = model.shape
    embedding = model.model.embed_tokens.weight
    embedding.zero_()
    model.model.norm.weight.fill_(LAST_NORM)
    embedding[:, CONSTANT] = 3 * SCALE
    width = IDENTITY.stop - IDENTITY.start
    embedding[:, IDENTITY] = SCALE * torch.randn(shape.vocabulary, width, generator=generator)
    fingerprint = orthonormal_rows(shape.head_dim, width, generator)
    look_back(attention_of(model, 0), fingerprint, embedding.square().mean().sqrt())
    noted = embedding.square().mean() + sum(NOTES) / shape.hidden * (NOTE_STRENGTH * SCALE) ** 2
    copy_match(attention_of(model, 1), fingerprint, noted.sqrt(), generator)


def orthonormal_rows(count: int, width: int, generator: torch.Generator) -> Tensor:
    columns: Tensor = torch.linalg.qr(torch.randn(width, count, generator=generator))[0]
    return columns.T


def attention_of(model: Qwen3, index: int) -> Attention:
    layer = model.model.layers[index]
    assert isinstance(layer, Layer)
    return layer.self_attn


def look_back(attention: Attention, fingerprint: Tensor, size: Tensor) -> None:
    """Heads 0 and 1 attend one and two tokens back, whatever these are, and note a part of their fingerprints."""
    shape = attention.shape
    half = shape.head_dim // 2
    fast = torch.arange(FAST)
    speeds = shape.rope_theta ** (-fast / half)
    attention.k_proj.weight[: shape.head_dim] = 0
    attention.k_proj.weight[fast, CONSTANT] = 1
    attention.v_proj.weight[: shape.head_dim] = 0
    attention.v_proj.weight[: shape.head_dim, IDENTITY] = fingerprint
    for head, (start, count) in enumerate(zip((SEEN_ONE_BACK, SEEN_TWO_BACK), NOTES, strict=True)):
        first = head * shape.head_dim
        attention.q_proj.weight[first : first + shape.head_dim] = 0
        attention.q_proj.weight[first + fast, CONSTANT] = ((head + 1) * speeds).cos()
        attention.q_proj.weight[first + half + fast, CONSTANT] = -((head + 1) * speeds).sin()
        noted = torch.arange(count)
        attention.o_proj.weight[start + noted, first + noted] = NOTE_STRENGTH * size
    for norm in (attention.q_norm, attention.k_norm):
        norm.weight[fast] = norm.weight[half + fast] = 2.0


def copy_match(attention: Attention, fingerprint: Tensor, size: Tensor, generator: torch.Generator) -> None:
    """The first head of each group finds where the last two tokens stood before, and copies half of what followed."""
    shape = attention.shape
    half = shape.head_dim // 2
    slow = torch.cat((torch.arange(SLOW, half), torch.arange(half + SLOW, shape.head_dim)))
    recent, older = slow[: NOTES[0]], slow[NOTES[0] :]
    contents = orthonormal_rows(shape.kv_heads * shape.head_dim, fingerprint.shape[1], generator)
    for group in range(shape.kv_heads):
        own = group * shape.head_dim
        first = group * shape.head_dim * (shape.heads // shape.kv_heads)
        attention.k_proj.weight[own : own + shape.head_dim] = 0
        attention.k_proj.weight[own + recent, SEEN_ONE_BACK + torch.arange(NOTES[0])] = 1
        attention.k_proj.weight[own + older, SEEN_TWO_BACK + torch.arange(NOTES[1])] = 0.7
        attention.q_proj.weight[first : first + shape.head_dim] = 0
        attention.q_proj.weight[first + recent, IDENTITY] = NOTE_STRENGTH * fingerprint[: NOTES[0]]
        attention.q_proj.weight[first + older, SEEN_ONE_BACK + torch.arange(NOTES[1])] = 0.7
        half_contents = contents[own : own + shape.head_dim]
        attention.v_proj.weight[own : own + shape.head_dim] = 0
        attention.v_proj.weight[own : own + shape.head_dim, IDENTITY] = half_contents
        attention.o_proj.weight[IDENTITY, first : first + shape.head_dim] = COPY_STRENGTH * size * half_contents.T
    for norm in (attention.q_norm, attention.k_norm):
        norm.weight[slow] = 1.6
