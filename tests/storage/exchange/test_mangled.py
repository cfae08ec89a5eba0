"""Mangled files of every format: whatever stands in them, reading ends, trees are trees, and the others are taken."""

import contextlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.gathering import MOST_PROBLEMS, read_record
from seproj_desktop.storage.exchange.lenient import moment
from seproj_desktop.storage.exchange.reading import UnreadableError
from tests.storage import samples
from tests.storage.exchange.samples import (
    chatgpt,
    chatgpt_node,
    check_is_tree,
    open_webui,
    our_json,
    patient,
    read_bytes,
    said,
)

GOOD = chatgpt(chatgpt_node("q", None, "user", "Hello"), title="Good")
SEEDS: list[dict[str, Any]] = [
    chatgpt(
        chatgpt_node("r", None),
        chatgpt_node("q", "r", "user", {"content_type": "multimodal_text", "parts": ["x", {"content_type": "image"}]}),
        chatgpt_node("t", "q", "assistant", {"content_type": "thoughts", "thoughts": [{"summary": "s"}]}),
        chatgpt_node("a", "t", "assistant", "y", metadata={"attachments": [{"name": "n"}], "finished_duration_sec": 1}),
        chatgpt_node("b", "q", "tool", {"content_type": "code", "language": "c", "text": "z"}),
    ),
    open_webui(
        {
            "q": {"role": "user", "content": "x", "parentId": None, "childrenIds": ["a"], "files": [{"type": "image"}]},
            "a": {"role": "assistant", "content": "<think>a</think>", "parentId": "q", "usage": {"prompt_tokens": 1}},
        },
        "a",
    ),
    json.loads(our_json([samples.dialogue(1, 2)]))["conversations"][0],
]
odd: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e308,
        10**40,
        "",
        "q",
        "\ud800",
        "a\0",
        [],
        {},
        [[]],
        [None],
        {"q": {}},
        {"id": "q"},
        ["a", "q"],
    ]
)


@st.composite
def mangled(draw: st.DrawFn) -> Any:
    """A good record in which some values anywhere have been replaced, removed or put elsewhere."""
    record = json.loads(json.dumps(draw(st.sampled_from(SEEDS))))
    for _ in range(draw(st.integers(1, 5))):
        places = list(containers(record))
        place = draw(st.sampled_from(places))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            continue
        key = draw(st.sampled_from(keys))
        if draw(st.booleans()):
            place[key] = json.loads(json.dumps(draw(odd | st.sampled_from(places))))
        else:
            del place[key]
    return record


def containers(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from containers(each)


@patient
@given(mangled())
def test_a_mangled_record_gives_a_tree_or_a_reason(record: dict[str, Any]) -> None:
    with contextlib.suppress(UnreadableError):
        check_is_tree(read_record(record, 1.0).conversation)


@patient
@given(mangled(), st.integers(0, 10_000), st.sampled_from([b"", b'"', b"}", b"]", b"[", b"\xff", b"\\", b"\x00"]))
def test_a_mangled_file_gives_the_conversations_before_it(
    tmp_path: Path, record: dict[str, Any], place: int, noise: bytes
) -> None:
    text = json.dumps(record).encode()
    place %= len(text)
    data = b"[" + json.dumps(GOOD).encode() + b"," + text[:place] + noise + text[place + 1 :] + b"]"
    found = read_bytes(data, tmp_path)
    assert found.conversations[0].summary.title == "Good"
    for conversation in found.conversations:
        check_is_tree(conversation)
    assert len(found.conversations) == 2 or found.problems


@patient
@given(st.binary(max_size=200))
def test_noise_is_refused_with_words(tmp_path: Path, noise: bytes) -> None:
    with pytest.raises(UserError, match="no conversations in a known format"):
        read_bytes(noise, tmp_path)


@pytest.mark.parametrize("data", [b"[]", b"{}", b"[1, 2]", b'{"a": {"b": 1}}', b'[{"chat_messages": []}]', b"%PDF-1.7"])
def test_other_files_are_refused_with_words(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UserError, match="no conversations in a known format") as caught:
        read_bytes(data, tmp_path)
    assert "ChatGPT" in caught.value.advice


def test_problems_are_listed_by_name_and_the_others_taken(tmp_path: Path) -> None:
    broken = json.dumps(GOOD | {"title": "Broken “one”"})[:-1] + ', "x": tru}'
    data = f'[{json.dumps(GOOD)}, {broken}, 7, {{"title": "Strange"}}, {json.dumps(GOOD)}, {{"title": "Cut o'
    found = read_bytes(data.encode(), tmp_path)
    assert [conversation.summary.title for conversation in found.conversations] == ["Good", "Good"]
    assert [problem.name for problem in found.problems] == [
        *("Broken “one”", "Conversation 3", "Strange", "Conversation 6", "The end of the file")
    ]
    assert all(problem.reason for problem in found.problems)


def test_problems_without_end_are_counted(tmp_path: Path) -> None:
    found = read_bytes(b"[" + json.dumps(GOOD).encode() + b",7" * (MOST_PROBLEMS + 5) + b"]", tmp_path)
    assert len(found.problems) == MOST_PROBLEMS + 1
    assert found.problems[-1].reason.startswith("5 further")


@pytest.mark.parametrize("shape", ["chain", "circle", "star", "orphans"])
def test_pathological_trees(shape: str) -> None:
    number = 10_000
    shapes: dict[str, Callable[[int], str | None]] = {
        "chain": lambda place: str(place - 1),
        "circle": lambda place: str((place - 1) % number),
        "star": lambda place: "0" if place else None,
        "orphans": lambda place: f"gone {place}",
    }
    nodes = [chatgpt_node(str(place), shapes[shape](place), "user", str(place)) for place in range(number)]
    random.Random(1).shuffle(nodes)
    found = read_record(chatgpt(*nodes), 1.0).conversation
    check_is_tree(found)
    assert {message.text for message in found.messages} == {str(place) for place in range(number)}
    assert len(said(found)) == {"chain": number, "circle": number, "star": 2, "orphans": 1}[shape]


def test_ids_that_are_there_twice_lose_nothing(tmp_path: Path) -> None:
    record = json.loads(our_json([samples.dialogue(1, 2)]))
    for message in record["conversations"][0]["messages"]:
        message["id"] = 5
    [found] = read_bytes(json.dumps(record).encode(), tmp_path).conversations
    check_is_tree(found)
    assert len(found.messages) == 4


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *((1700000000, 1.7e9), (1700000000.5, 1700000000.5), (1700000000500, 1700000000.5)),
        *((1700000000500000, 1700000000.5), (1700000000500000000, 1700000000.5)),
        *(("2023-11-14T22:13:20Z", 1.7e9), ("2023-11-14 22:13:20", 1.7e9)),
        *((None, None), (0, None), (-1, None), (float("nan"), None), (10**40, None), (True, None), ("soon", None)),
        *(("0001-01-01", None), ([], None)),
    ],
)
def test_times_in_every_unit(value: object, seconds: float | None) -> None:
    assert moment(value) == (None if seconds is None else pytest.approx(seconds, abs=1e-3))


def test_kept_texts_hold_no_halves_of_characters(tmp_path: Path) -> None:
    data = b'[{"title": "\\ud83d\\ude00 \\ud83d", "mapping": {"q": {"message": {"author": {"role": "user"}, "content":'
    data += b'{"content_type": "text", "parts": ["a \\udc00 b \\ud83d\\ude00"]}}}}}]'
    [found] = read_bytes(data, tmp_path).conversations
    first: StoredMessage = found.messages[0]
    assert (found.summary.title, first.text) == ("😀 \ufffd", "a \ufffd b 😀")
