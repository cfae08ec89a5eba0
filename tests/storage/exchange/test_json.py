"""Our own JSON: what goes out comes back as it was, and its schema describes all of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import Folder, StoredConversation
from seproj_desktop.errors import UserError
from seproj_desktop.paths import resources_folder
from seproj_desktop.storage.exchange.json_export import USUAL, record_of
from tests.storage import samples
from tests.storage.exchange.samples import FOLDER, check_is_tree, our_json, patient, read_bytes, trees, with_plain_ids

SCHEMA: dict[str, Any] = json.loads((resources_folder() / "schemas" / "conversations-1.json").read_text("utf-8"))


@patient
@given(st.lists(trees(), max_size=3))
def test_what_goes_out_comes_back(tmp_path: Path, conversations: list[StoredConversation]) -> None:
    found = read_bytes(our_json(conversations), tmp_path)
    assert not found.problems
    assert found.folders == [Folder(FOLDER, "Work")]
    assert [with_plain_ids(each) for each in found.conversations] == [with_plain_ids(each) for each in conversations]


def test_controls_and_long_lines_come_back(tmp_path: Path) -> None:
    text = "".join(map(chr, range(32))) + "\x7f\x85\u2028\ufeff" + "🧑‍🍳é" * 5000
    sent = replace(samples.dialogue(1, 1), messages=(samples.question(2, text=text),), chosen=2)
    [back] = read_bytes(our_json([sent]), tmp_path).conversations
    assert back.messages[0].text == text


def test_a_straight_line_of_ten_thousand_comes_back(tmp_path: Path) -> None:
    sent = samples.dialogue(1, 5000)
    [back] = read_bytes(our_json([sent]), tmp_path).conversations
    assert with_plain_ids(back) == with_plain_ids(sent)


def test_an_answer_that_was_streaming_was_interrupted(tmp_path: Path) -> None:
    sent = replace(samples.dialogue(1, 0), messages=(samples.answer(2, None, "half an ans"),))
    [back] = read_bytes(our_json([sent]), tmp_path).conversations
    assert (back.messages[0].text, back.messages[0].state) == ("half an ans", "interrupted")


def test_keys_in_another_order_and_unknown_ones_do_no_harm(tmp_path: Path) -> None:
    sent = samples.dialogue(1, 2)
    record = json.loads(our_json([sent])) | {"a new key": [1]}
    record["conversations"][0]["messages"][0]["a new field"] = {"x": 1}
    [back] = read_bytes(json.dumps(record, sort_keys=True).encode(), tmp_path).conversations
    assert with_plain_ids(back) == with_plain_ids(sent)


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_another_version_is_refused(tmp_path: Path, version: object) -> None:
    with pytest.raises(UserError, match="version"):
        read_bytes(our_json([samples.dialogue(1, 1)], version=version), tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        *({"text": 5}, {"role": "tool"}, {"created": "now"}, {"created": 1e300}, {"created": -5}, {"finished": {}}),
        *({"thought": {"tokens": 10**30}}, {"sampling": [[[]]]}, {"id": None}, {"id": "x"}),
    ],
)
def test_a_broken_message_is_named_and_the_others_stay(tmp_path: Path, change: dict[str, object]) -> None:
    record = json.loads(our_json([samples.dialogue(1, 2)]))
    record["conversations"][0]["messages"][1] |= change
    found = read_bytes(json.dumps(record).encode(), tmp_path)
    [back] = found.conversations
    check_is_tree(back)
    assert [message.role for message in back.messages] == ["user", "user", "assistant"]
    assert len(found.problems) == 1
    assert found.problems[0].reason.startswith("Message 2: ")


def test_choices_that_lead_nowhere_lead_to_the_newest(tmp_path: Path) -> None:
    record = json.loads(our_json([samples.dialogue(1, 2)]))
    record["conversations"][0]["chosen"] = 4
    record["conversations"][0]["messages"][0]["chosen"] = 999
    [back] = read_bytes(json.dumps(record).encode(), tmp_path).conversations
    check_is_tree(back)
    assert back.chosen == back.messages[0].id


@patient
@given(trees())
def test_the_schema_describes_what_is_written(conversation: StoredConversation) -> None:
    whole = json.loads(our_json([conversation]))
    assert not list(violations(whole, SCHEMA))
    assert whole["conversations"] == json.loads(json.dumps([record_of(conversation)]))


def test_the_schema_names_every_field() -> None:
    shapes = SCHEMA["$defs"]
    described = [shapes["conversation"], shapes["folder"], shapes["message"], shapes["queued"], shapes["thought"]]
    described += [shapes["sampling"], shapes["finished"], *shapes["finished"]["properties"].values()]
    named = [set(shape.get("properties", ())) for shape in described]
    for kind, usual in USUAL.items():
        assert any({name for name, _ in usual} <= names for names in named), kind


def violations(value: object, shape: dict[str, Any]) -> Any:
    """Where a value is not as the schema says, for the words that our schema uses; an unknown field is a violation."""
    if "$ref" in shape:
        shape = SCHEMA["$defs"][shape["$ref"].rpartition("/")[2]]
    kinds: dict[str, type | tuple[type, ...]] = {"object": dict, "array": list, "string": str, "null": type(None)}
    kinds |= {"boolean": bool, "integer": int, "number": (int, float)}
    if "type" in shape and not isinstance(value, kinds[shape["type"]]):
        yield f"{value!r} is no {shape['type']}"
    if ("const" in shape and value != shape["const"]) or ("enum" in shape and value not in shape["enum"]):
        yield f"{value!r} is not among {shape}"
    if "anyOf" in shape and all(list(violations(value, each)) for each in shape["anyOf"]):
        yield f"{value!r} is none of {shape}"
    if isinstance(value, int | float) and not shape.get("minimum", value) <= value <= shape.get("maximum", value):
        yield f"{value} is out of range"
    if isinstance(value, list):
        for each in value:
            yield from violations(each, shape["items"])
    if isinstance(value, dict):
        yield from (f"{name} is missing" for name in shape.get("required", ()) if name not in value)
        for name, each in value.items():
            if name not in shape["properties"]:
                yield f"{name} is not described"
            else:
                yield from violations(each, shape["properties"][name])
