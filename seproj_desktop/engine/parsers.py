"""Which of vLLM's parsers read a model's tool calls and its thinking, by its architecture and its chat template.

vLLM wants them named and does not look for itself. A model that is not known here gets none: its text then comes as it
is. Reads the model's folder; imports nothing of vLLM.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from seproj_desktop.engine.model_files import read_json


@dataclass(frozen=True, slots=True)
class Parsers:
    """Names in vLLM's registries; None where there is none for this model."""

    tools: str | None = None
    reasoning: str | None = None


KNOWN: tuple[tuple[str, str, Parsers], ...] = (
    ("gpt_oss", "", Parsers("openai", "openai_gptoss")),
    ("qwen3", "<function=", Parsers("qwen3_coder", "qwen3")),
    ("qwen3", "", Parsers("hermes", "qwen3")),
    ("glm4_moe", "", Parsers("glm45", "glm45")),
    ("deepseek_v3", "<｜tool▁sep｜>function", Parsers("deepseek_v3", "deepseek_r1")),
    ("deepseek_v3", "<｜tool▁sep｜>", Parsers("deepseek_v31", "deepseek_v3")),
    ("kimi_k2", "", Parsers("kimi_k2", "kimi_k2")),
    ("minimax_m2", "", Parsers("minimax_m2", "minimax_m2")),
    ("seed_oss", "", Parsers("seed_oss", "seed_oss")),
    ("olmo3", "", Parsers("olmo3", "olmo3")),
    ("llama4", "", Parsers("llama4_pythonic")),
    ("phi3", "<|tool_call|>", Parsers("phi4_mini_json")),
    ("granite", "<|tool_call|>", Parsers("granite", "granite")),
    ("", "[THINK]", Parsers("mistral", "mistral")),
    ("", "[TOOL_CALLS]", Parsers("mistral")),
    ("", "<｜Assistant｜><think>", Parsers(None, "deepseek_r1")),
    ("llama", "<|python_tag|>", Parsers("llama3_json")),
    ("llama", "ipython", Parsers("llama3_json")),
    ("", "<tool_call>", Parsers("hermes")),
)
"""The beginning of the model's type, what its chat template holds, and its parsers; the first that fits counts. A
template shows the form of calls more surely than a name: many models are others under a new one."""


def choose_parsers(folder: Path) -> Parsers:
    """For the model in this folder; none where its files tell nothing."""
    kind = str(read_json(folder / "config.json").get("model_type") or "")
    template = _template(folder)
    return next((parsers for start, sign, parsers in KNOWN if kind.startswith(start) and sign in template), Parsers())


def _template(folder: Path) -> str:
    try:
        return (folder / "chat_template.jinja").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        template = read_json(folder / "tokenizer_config.json").get("chat_template")
        return template if isinstance(template, str) else json.dumps(template, ensure_ascii=False)
