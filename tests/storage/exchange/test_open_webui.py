"""Open WebUI's export: the tree, the older flat list, thinking inside the text, figures and failures."""

from typing import Any

import pytest

from seproj_desktop.chat.conversations import StoredConversation, Thought
from seproj_desktop.chat.events import Finished, Usage
from seproj_desktop.storage.exchange.open_webui_import import part_thinking, read_open_webui
from tests.storage.exchange.samples import check_is_tree, open_webui, said

ASKED = {
    "id": "q",
    "parentId": None,
    "childrenIds": ["a", "b"],
    "role": "user",
    "content": "Trees?",
    "timestamp": 1.7e9,
}
ANSWER = {"parentId": "q", "childrenIds": [], "role": "assistant", "model": "qwen3:4b", "modelName": "Qwen 3"}
FOLDED = (
    '<details type="reasoning" done="true" duration="13">\n<summary>Thought for 13 seconds</summary>\n{}\n</details>\n'
)


def conversation(messages: dict[str, Any], current: str | None = None, **fields: object) -> StoredConversation:
    found = read_open_webui(open_webui(messages, current, **fields), 1.0).conversation
    check_is_tree(found)
    return found


def test_a_tree_with_two_models() -> None:
    found = conversation(
        {
            "q": ASKED,
            "a": ANSWER | {"content": "Oaks.", "timestamp": 1700000001},
            "b": ANSWER | {"content": "Elms.", "timestamp": 1700000002, "model": "llama", "modelName": "Llama"},
        },
        "a",
        pinned=True,
        archived=True,
    )
    assert said(found) == [("user", "Trees?"), ("assistant", "Oaks.")]
    assert [message.persona_name for message in found.messages] == ["", "Qwen 3", "Llama"]
    assert [message.model for message in found.messages] == ["", "qwen3:4b", "llama"]
    summary = found.summary
    assert (summary.created, summary.changed, summary.title) == (1700000000.0, 1700000100.0, "Trees")
    assert (summary.is_pinned, summary.is_archived) == (True, True)


def test_the_older_flat_list() -> None:
    record = {"title": "Old", "timestamp": 1700000000000, "messages": [ASKED, ANSWER | {"content": "Oaks."}]}
    found = read_open_webui(record, 1.0).conversation
    assert said(found) == [("user", "Trees?"), ("assistant", "Oaks.")]
    assert found.summary.created == 1700000000.0


@pytest.mark.parametrize("current", ["gone", None, ""])
def test_without_a_known_end_the_newest_is_shown(current: str | None) -> None:
    answers = {"a": ANSWER | {"content": "old", "timestamp": 2e9}, "b": ANSWER | {"content": "new", "timestamp": 2.1e9}}
    assert said(conversation({"q": ASKED} | answers, current))[-1] == ("assistant", "new")


def test_parents_are_found_among_the_children() -> None:
    found = conversation({"q": ASKED, "a": {"role": "assistant", "content": "Oaks."}})
    assert said(found) == [("user", "Trees?"), ("assistant", "Oaks.")]


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        (
            FOLDED.format("> Let me\n> see.\n>\n> > quoted") + "Oaks.",
            Thought("Let me\nsee.\n\n> quoted", 13.0),
            "Oaks.",
        ),
        (FOLDED.format("&gt; a &lt; b &amp;&amp; c") + "Oaks.", Thought("a < b && c", 13.0), "Oaks."),
        (FOLDED.format("> a &lt; b") + "Oaks.", Thought("a &lt; b", 13.0), "Oaks."),
        (FOLDED.format("> one") + "x " + FOLDED.format("> two") + "y", Thought("one\n\ntwo", 26.0), "x y"),
        ('<details type="reasoning" done="false">\n<summary>Thinking…</summary>\n> cut', Thought("cut"), ""),
        ("<think>hm</think>\n\nOaks.", Thought("hm"), "Oaks."),
        ("Just <think> text", Thought(), "Just <think> text"),
        ("<details><summary>s</summary>own</details>", Thought(), "<details><summary>s</summary>own</details>"),
    ],
)
def test_thinking_is_parted_from_the_answer(text: str, thought: Thought, answer: str) -> None:
    assert part_thinking(text) == (thought, answer)


def test_figures_failures_and_cuts() -> None:
    found = conversation(
        {
            "q": ASKED,
            "a": ANSWER | {"content": "x", "timestamp": 2e9, "usage": {"prompt_tokens": 5, "completion_tokens": 7}},
            "b": ANSWER | {"content": "x", "timestamp": 2.1e9, "info": {"prompt_eval_count": 5, "eval_count": 8}},
            "c": ANSWER | {"content": "", "timestamp": 2.2e9, "error": {"content": "No memory."}},
            "d": ANSWER | {"content": "Oa", "timestamp": 2.3e9, "done": False},
        }
    )
    a, b, c, d = found.messages[1:]
    assert (a.finished, b.finished) == (Finished("stop", Usage(5, 7)), Finished("stop", Usage(5, 8)))
    assert (c.state, c.error, d.state) == ("failed", "No memory.", "interrupted")


def test_pictures_are_marked_and_counted() -> None:
    asked = ASKED | {
        "files": [{"type": "image", "url": "data:image/png;base64,AAAA"}, {"type": "file", "name": "a.pdf"}]
    }
    parts = [{"type": "text", "text": "And?"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    reading = read_open_webui(
        open_webui({"q": asked, "r": {"role": "user", "content": parts, "parentId": "q"}}, "r"), 1.0
    )
    assert said(reading.conversation) == [
        ("user", "Trees?\n\n[picture]\n\n[file: a.pdf]"),
        ("user", "And?\n\n[picture]"),
    ]
    assert reading.left_out == ("Pictures and files are not taken along; their places are marked: 3.",)


def test_instructions_of_the_conversation_come_first() -> None:
    record = open_webui({"q": ASKED}, "q")
    record["chat"]["params"] = {"system": "Be brief."}
    assert said(read_open_webui(record, 1.0).conversation) == [("system", "Be brief."), ("user", "Trees?")]
