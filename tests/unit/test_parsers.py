"""Which parsers a model gets: by its type and by what its chat template holds."""

import json
from pathlib import Path

import pytest

from seproj_desktop.engine.parsers import Parsers, choose_parsers
from seproj_desktop.paths import resources_folder


def model(folder: Path, kind: str, template: str, *, in_file: bool = False) -> Path:
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    if in_file:
        (folder / "chat_template.jinja").write_text(template)
    else:
        (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    return folder


@pytest.mark.parametrize(
    ("kind", "template", "parsers"),
    [
        ("qwen3", "<tool_call> {{ enable_thinking }}", Parsers("hermes", "qwen3")),
        ("qwen3_moe", "<tool_call>", Parsers("hermes", "qwen3")),
        ("qwen3_moe", "<tool_call><function=x>", Parsers("qwen3_coder", "qwen3")),
        ("qwen2", "<tool_call>", Parsers("hermes")),
        ("qwen2", "<｜Assistant｜><think>\\n", Parsers(None, "deepseek_r1")),
        ("llama", "<|python_tag|>", Parsers("llama3_json")),
        ("mistral", "[TOOL_CALLS]", Parsers("mistral")),
        ("mistral", "[THINK] [TOOL_CALLS]", Parsers("mistral", "mistral")),
        ("gpt_oss", "", Parsers("openai", "openai_gptoss")),
        ("gemma3", "<start_of_turn>", Parsers()),
        ("llama", "[INST]", Parsers()),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_a_model_s_type_and_template_tell(
    tmp_path: Path, kind: str, template: str, parsers: Parsers, *, in_file: bool
) -> None:
    assert choose_parsers(model(tmp_path, kind, template, in_file=in_file)) == parsers


def test_named_templates_are_all_looked_through(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    templates = [{"name": "default", "template": "x"}, {"name": "tool_use", "template": "<|python_tag|>"}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": templates}))
    assert choose_parsers(tmp_path) == Parsers("llama3_json")


def test_a_folder_that_tells_nothing_has_none(tmp_path: Path) -> None:
    assert choose_parsers(tmp_path / "missing") == Parsers()
    (tmp_path / "config.json").write_text("[]")
    (tmp_path / "tokenizer_config.json").write_bytes(b"\xff")
    assert choose_parsers(tmp_path) == Parsers()


def test_the_demo_model_has_both() -> None:
    assert choose_parsers(resources_folder() / "models" / "demo") == Parsers("hermes", "qwen3")
