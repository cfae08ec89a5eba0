"""A model of Qwen3-4B's shape with random weights: its speed without its download, on a machine with a GPU.

The demo model's tokenizer, with words added until there are as many as Qwen3 has. What it says is nonsense, and it
hardly ever ends by itself. About 8 GB.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.doors import DEMO, Served

SHAPE_NAME = "qwen3-4b-shape"
SHAPE: dict[str, Any] = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "torch_dtype": "bfloat16",
    "vocab_size": 151_936,
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40_960,
    "rope_theta": 1_000_000.0,
    "rms_norm_eps": 1e-06,
    "hidden_act": "silu",
    "attention_bias": False,
    "tie_word_embeddings": True,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
NOISE = 50_000_017
"""Random numbers that all weights are cut from. Prime, so no two rows of the embedding are the same."""
SPREAD = 0.02
FAINT = 0.05
"""How much weaker the embedding is: what the layers say must drown it, or the model only repeats its last word."""


def made_up_model(parent: Path, shape: dict[str, Any] = SHAPE) -> Served:
    """Writes the model below `parent`; half a minute."""
    folder = parent / SHAPE_NAME
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(shape), encoding="utf-8")
    for name in ("tokenizer_config.json", "generation_config.json"):
        (folder / name).write_bytes((DEMO / name).read_bytes())
    write_tokenizer(folder, shape["vocab_size"])
    _write_weights(folder, shape)
    return Served(folder, str(folder), SHAPE_NAME, eager=False)


def weight_shapes(shape: dict[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The names and shapes of Qwen3's weights; a dense model with tied embeddings."""
    hidden, inner, head = shape["hidden_size"], shape["intermediate_size"], shape["head_dim"]
    queries, values = shape["num_attention_heads"] * head, shape["num_key_value_heads"] * head
    yield "model.embed_tokens.weight", (shape["vocab_size"], hidden)
    for number in range(shape["num_hidden_layers"]):
        layer = f"model.layers.{number}"
        yield f"{layer}.self_attn.q_proj.weight", (queries, hidden)
        yield f"{layer}.self_attn.k_proj.weight", (values, hidden)
        yield f"{layer}.self_attn.v_proj.weight", (values, hidden)
        yield f"{layer}.self_attn.o_proj.weight", (hidden, queries)
        yield f"{layer}.self_attn.q_norm.weight", (head,)
        yield f"{layer}.self_attn.k_norm.weight", (head,)
        yield f"{layer}.mlp.gate_proj.weight", (inner, hidden)
        yield f"{layer}.mlp.up_proj.weight", (inner, hidden)
        yield f"{layer}.mlp.down_proj.weight", (hidden, inner)
        yield f"{layer}.input_layernorm.weight", (hidden,)
        yield f"{layer}.post_attention_layernorm.weight", (hidden,)
    yield "model.norm.weight", (hidden,)


def write_tokenizer(folder: Path, size: int) -> None:
    tokenizer = json.loads((DEMO / "tokenizer.json").read_text(encoding="utf-8"))
    words: dict[str, int] = tokenizer["model"]["vocab"]
    known = max([*words.values(), *(token["id"] for token in tokenizer["added_tokens"])])
    words |= {f"Ġ{number:05x}": number for number in range(known + 1, size)}  # Ġ stands for a blank
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")


def _write_weights(folder: Path, shape: dict[str, Any]) -> None:
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    noise = (torch.randn(NOISE, generator=generator) * SPREAD).to(torch.bfloat16)
    weights, begin = {}, 0
    for name, sizes in weight_shapes(shape):
        if name.endswith("norm.weight"):
            weights[name] = torch.ones(sizes, dtype=torch.bfloat16)
            continue
        count = int(torch.Size(sizes).numel())
        rounds = -(-(begin + count) // NOISE)
        cut = noise.repeat(rounds)[begin : begin + count].reshape(sizes)
        weights[name] = cut * FAINT if "embed" in name else cut.clone()
        begin = (begin + count) % NOISE
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
