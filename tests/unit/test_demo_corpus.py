"""The text that the demo model learns from, and the folder that ships; neither torch nor the model is run here."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = str(ROOT / "packaging")
if PACKAGING not in sys.path:
    sys.path.insert(0, PACKAGING)

from demo_model.chat_format import CHAT_TEMPLATE, Message, Sample, prompt, segments  # noqa: E402
from demo_model.corpus import Source, make_sample  # noqa: E402
from demo_model.personas import load_personas  # noqa: E402
from demo_model.topics import ADJECTIVES, COMMON, HELD_OUT, QUALIFIERS, THINGS, names_held_out  # noqa: E402

MODEL = ROOT / "resources" / "models" / "demo"
SAMPLES = 1500
PIECES = ("ing", "er", "wa", "lo", "chess", "cl", "ub", "ladder", "kay", "ak", "rent", "al", "desk")


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(load_personas(ROOT / "resources" / "personas"), PIECES)


def draw(source: Source, count: int, seed: int = 1) -> list[Sample]:
    rng = Random(seed)
    return [make_sample(rng, source, progress=index / count) for index in range(count)]


@pytest.fixture(scope="module")
def samples(source: Source) -> list[Sample]:
    return draw(source, SAMPLES)


def texts(samples: list[Sample]) -> list[str]:
    return [message.content for sample in samples for message in sample.messages]


def answers(samples: list[Sample]) -> list[str]:
    return [message.content for sample in samples for message in sample.messages if message.role == "assistant"]


def test_the_same_seed_gives_the_same_text(source: Source) -> None:
    assert draw(source, 100, seed=7) == draw(source, 100, seed=7)
    assert draw(source, 100, seed=7) != draw(source, 100, seed=8)


def test_held_out_topics_are_many_and_never_occur(samples: list[Sample]) -> None:
    assert len(set(HELD_OUT)) == len(HELD_OUT) >= 100
    assert not any(names_held_out(text) for text in texts(samples))


def test_each_held_out_topic_has_a_word_that_no_list_knows() -> None:
    known = {word.lower() for phrase in (*ADJECTIVES, *QUALIFIERS, *THINGS, *COMMON) for word in phrase.split()}
    assert [topic for topic in HELD_OUT if set(topic.split()) <= known] == []


def test_requirement_numbers_are_consecutive(samples: list[Sample]) -> None:
    first_answers = [answer for answer in answers(samples) if re.search(r"REQ[A-Z-]*-001\*\*", answer)]
    assert len(first_answers) > SAMPLES / 4
    for answer in first_answers:
        listed = answer.split("</think>")[-1]
        numbers = [int(number) for number in re.findall(r"\*\*REQ[A-Z-]*-(\d{3})\*\*", listed)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_slot_is_left_unfilled(samples: list[Sample]) -> None:
    assert [
        text
        for text in texts(samples)
        if re.search(r"\{(t|a|b|n|w|y|ms|big|days|who|part|role|a_role|name|definition)\}", text)
    ] == []


def test_every_persona_speaks_with_its_own_code(source: Source, samples: list[Sample]) -> None:
    for persona in source.personas:
        own = [sample for sample in samples if sample.messages[0].content == persona.system_prompt]
        codes = {code for answer in answers(own) for code in re.findall(r"\*\*(REQ[A-Z-]*)-\d{3}\*\*", answer)}
        assert codes == {persona.voice.code}


def test_every_part_of_the_window_gets_something_to_show(samples: list[Sample]) -> None:
    everything = "\n".join(answers(samples))
    for mark in (
        "| --- |",
        "```python",
        "```json",
        "```sql",
        "<think>\n",
        "- [ ] ",
        "\n   - ",
        "\n> ",
        "$$",
        "demo model",
    ):
        assert mark in everything


def test_segments_join_to_the_whole_conversation(samples: list[Sample]) -> None:
    for sample in samples[:200]:
        whole = "".join(segment.text for segment in segments(sample))
        assert (
            whole
            == prompt(sample.messages[:-1], is_thinking_off=sample.is_thinking_off)
            + sample.messages[-1].content
            + "<|im_end|>\n"
        )
        assert any(segment.is_target for segment in segments(sample))


@pytest.mark.parametrize("is_thinking_off", [True, False])
def test_the_jinja_template_equals_the_training_format(samples: list[Sample], is_thinking_off: bool) -> None:
    jinja2 = pytest.importorskip("jinja2")
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(CHAT_TEMPLATE)
    switch = {"enable_thinking": False} if is_thinking_off else {}
    for sample in samples[:200]:
        shown = [{"role": message.role, "content": message.content} for message in sample.messages[:-1]]
        assert template.render(messages=shown, add_generation_prompt=True, **switch) == prompt(
            sample.messages[:-1], is_thinking_off=is_thinking_off
        )


def test_the_template_asks_for_thinking_and_drops_old_thoughts() -> None:
    jinja2 = pytest.importorskip("jinja2")
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(CHAT_TEMPLATE)
    said = [
        Message("user", "Build x"),
        Message("assistant", "<think>\nhm\n</think>\n\nDone."),
        Message("user", "shorter"),
    ]
    shown = [{"role": message.role, "content": message.content} for message in said]
    assert template.render(messages=shown, add_generation_prompt=True, enable_thinking=True) == prompt(
        [said[0], Message("assistant", "Done."), Message("user", "shorter /think")], is_thinking_off=False
    )


def test_the_model_folder_is_a_small_qwen3() -> None:
    config = json.loads((MODEL / "config.json").read_text("utf-8"))
    assert config["architectures"] == ["Qwen3ForCausalLM"]
    assert config["head_dim"] * config["num_attention_heads"] % config["num_key_value_heads"] == 0
    assert config["tie_word_embeddings"] is True
    assert sum(path.stat().st_size for path in MODEL.rglob("*")) <= 8_000_000
    tokenizer = json.loads((MODEL / "tokenizer.json").read_text("utf-8"))
    assert len(tokenizer["model"]["vocab"]) + 2 == config["vocab_size"] == 2048
    assert json.loads((MODEL / "tokenizer_config.json").read_text("utf-8"))["chat_template"] == CHAT_TEMPLATE
