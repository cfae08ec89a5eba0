"""Writes the model folder that transformers and vLLM load: a Qwen3 checkpoint in bfloat16 with its tokenizer.

The folder is written beside the old one and its files are moved over one by one, so that nobody meets half a file.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from demo_model.chat_format import CHAT_TEMPLATE, END_OF_TEXT, END_OF_TURN
from demo_model.network import Qwen3, Shape
from demo_model.tokens import token_id

SIZE_LIMIT = 8_000_000


def export(model: Qwen3, tokenizer: Tokenizer, folder: Path, readme: str) -> int:
    """Returns the size of the folder in bytes."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    ends = [token_id(tokenizer, END_OF_TURN), token_id(tokenizer, END_OF_TEXT)]
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in model.state_dict().items()}
    save_file(weights, partial / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(partial / "tokenizer.json"), pretty=False)
    _write(partial / "config.json", config(model.shape, ends))
    _write(partial / "generation_config.json", generation_config(ends))
    _write(partial / "tokenizer_config.json", tokenizer_config(model.shape))
    (partial / "README.md").write_text(readme, "utf-8")
    size = sum(path.stat().st_size for path in partial.iterdir())
    if size > SIZE_LIMIT:
        raise RuntimeError(f"{partial} has {size} bytes, more than {SIZE_LIMIT}")
    folder.mkdir(parents=True, exist_ok=True)
    for path in partial.iterdir():
        path.chmod(0o644)
        path.replace(folder / path.name)
    partial.rmdir()
    return size


def _write(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def config(shape: Shape, ends: list[int]) -> dict[str, object]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "torch_dtype": "bfloat16",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": shape.max_positions,
        "rope_theta": shape.rope_theta,
        "rms_norm_eps": shape.norm_eps,
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "tie_word_embeddings": True,
        "use_cache": True,
        "use_sliding_window": False,
        "eos_token_id": ends[0],
        "pad_token_id": ends[1],
        "bos_token_id": None,
    }


def generation_config(ends: list[int]) -> dict[str, object]:
    return {"do_sample": True, "temperature": 0.7, "top_p": 0.95, "eos_token_id": ends, "pad_token_id": ends[1]}


def tokenizer_config(shape: Shape) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.max_positions,
        "eos_token": END_OF_TURN,
        "pad_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }
