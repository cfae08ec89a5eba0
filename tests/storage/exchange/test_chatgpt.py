"""ChatGPT's file: every kind of node, branches, and what the person saw of it."""

from typing import Any

import pytest

from seproj_desktop.chat.conversations import StoredConversation, Thought
from seproj_desktop.storage.exchange.chatgpt_import import read_chatgpt
from seproj_desktop.storage.exchange.reading import Reading
from tests.storage.exchange.samples import chatgpt, chatgpt_node, check_is_tree, said

LATER = 1_600_000_000.0


def conversation(*nodes: tuple[str, dict[str, Any]], **fields: object) -> StoredConversation:
    return reading(*nodes, **fields).conversation


def reading(*nodes: tuple[str, dict[str, Any]], **fields: object) -> Reading:
    found = read_chatgpt(chatgpt(*nodes, **fields), LATER)
    check_is_tree(found.conversation)
    return found


ROOT = chatgpt_node("root", None)
HIDDEN = chatgpt_node("sys", "root", "system", "", weight=0.0)
ASKED = chatgpt_node("q", "sys", "user", "Which trees?", create_time=1700000001.0)


def test_a_plain_conversation() -> None:
    found = conversation(
        ROOT,
        HIDDEN,
        ASKED,
        chatgpt_node("a", "q", "assistant", "Oaks.", create_time=1700000002.5, metadata={"model_slug": "gpt-4o"}),
    )
    assert said(found) == [("user", "Which trees?"), ("assistant", "Oaks.")]
    summary, answer = found.summary, found.messages[1]
    assert (summary.title, summary.title_origin, summary.created) == ("Trees", "engine", 1700000000.5)
    assert (summary.changed, summary.is_archived, summary.is_pinned) == (1700000100.0, False, False)
    assert (answer.model, answer.persona_name, answer.created) == ("gpt-4o", "ChatGPT", 1700000002.5)
    assert answer.state == "complete"


def test_branches_stay_and_the_path_is_the_one_that_was_shown() -> None:
    found = conversation(
        ROOT,
        chatgpt_node("q1", "root", "user", "First", create_time=1.0),
        chatgpt_node("a1", "q1", "assistant", "one", create_time=2.0),
        chatgpt_node("a2", "q1", "assistant", "two", create_time=3.0),
        chatgpt_node("q2", "root", "user", "Edited", create_time=4.0),
        current_node="a1",
    )
    assert said(found) == [("user", "First"), ("assistant", "one")]
    assert [message.text for message in found.messages] == ["First", "one", "two", "Edited"]
    assert [message.parent for message in found.messages] == [None, 1, 1, None]


def test_an_answer_in_pieces_becomes_one_message() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Plan", "content": "Look it up."}]}
    recap = {"content_type": "reasoning_recap", "content": "Thought for 8s"}
    code = {"content_type": "code", "language": "python", "text": "print('```')"}
    output = {"content_type": "execution_output", "text": "```\n"}
    found = conversation(
        ROOT,
        HIDDEN,
        ASKED,
        chatgpt_node("t", "q", "assistant", thoughts, create_time=2.0, metadata={"finished_duration_sec": 8}),
        chatgpt_node("r", "t", "assistant", recap, metadata={"finished_duration_sec": 8}),
        chatgpt_node("c", "r", "assistant", code, create_time=3.0),
        chatgpt_node("o", "c", "tool", output, create_time=4.0),
        chatgpt_node("a", "o", "assistant", "Done.", create_time=5.0, metadata={"model_slug": "o3"}),
        chatgpt_node("q2", "a", "user", "Thanks", create_time=6.0),
    )
    answer = found.messages[1]
    assert said(found)[2] == ("user", "Thanks")
    assert answer.thought == Thought("**Plan**\n\nLook it up.", 8.0)
    assert answer.text == "````python\nprint('```')\n````\n\n````\n```\n````\n\nDone."
    assert (answer.model, answer.created) == ("o3", 2.0)


def test_pieces_with_a_branch_between_them_stay_apart() -> None:
    found = conversation(
        ROOT,
        ASKED,
        chatgpt_node("a", "q", "assistant", "I look.", create_time=2.0),
        chatgpt_node("b", "a", "assistant", "One.", create_time=3.0),
        chatgpt_node("c", "a", "assistant", "Two.", create_time=4.0),
    )
    assert [text for _, text in said(found)] == ["Which trees?", "I look.", "Two."]


@pytest.mark.parametrize(
    "content",
    [
        {"content_type": "user_editable_context", "user_profile": "secret"},
        {"content_type": "model_editable_context", "model_set_context": "secret"},
        {"content_type": "tether_browsing_display", "result": "secret"},
    ],
)
def test_what_was_never_shown_is_left_out(content: dict[str, Any]) -> None:
    found = reading(ROOT, chatgpt_node("h", "root", "user", content), chatgpt_node("q", "h", "user", "Hello"))
    assert said(found.conversation) == [("user", "Hello")]
    assert not found.left_out
    hidden = chatgpt_node("h", "root", "user", "x", metadata={"is_visually_hidden_from_conversation": True})
    assert said(conversation(ROOT, hidden, chatgpt_node("q", "h", "user", "Hello"))) == [("user", "Hello")]


def test_pictures_and_files_are_marked_and_counted() -> None:
    parts = [{"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "What is this?"]
    found = reading(
        ROOT,
        chatgpt_node("q", "root", "user", {"content_type": "multimodal_text", "parts": parts}),
        chatgpt_node("a", "q", "user", "And this?", metadata={"attachments": [{"name": "a.pdf"}]}),
    )
    assert said(found.conversation) == [("user", "[picture]\n\nWhat is this?"), ("user", "And this?\n\n[file: a.pdf]")]
    assert found.left_out == ("Pictures and files are not in the file; their places are marked: 2.",)


def test_speech_is_its_transcription() -> None:
    parts = [
        {"content_type": "audio_transcription", "text": "Good morning."},
        {"content_type": "real_time_user_audio_video_asset_pointer"},
    ]
    found = conversation(ROOT, chatgpt_node("q", "root", "user", {"content_type": "multimodal_text", "parts": parts}))
    assert said(found) == [("user", "Good morning.\n\n[sound]")]


def test_unknown_kinds_are_named() -> None:
    found = reading(ROOT, ASKED, chatgpt_node("a", "q", "assistant", {"content_type": "hologram", "beams": 3}))
    assert found.left_out == ("Content of unknown kinds was left out: hologram.",)
    assert said(found.conversation) == [("user", "Which trees?")]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "in_progress"}, "interrupted"),
        ({"metadata": {"finish_details": {"type": "interrupted"}}}, "stopped"),
        ({"metadata": {"finish_details": {"type": "stop"}}, "status": "finished_successfully"}, "complete"),
    ],
)
def test_how_an_answer_ended(fields: dict[str, Any], state: str) -> None:
    found = conversation(ROOT, ASKED, chatgpt_node("a", "q", "assistant", "Oaks", **fields))
    assert found.messages[1].state == state


def test_citation_marks_are_left_out() -> None:
    found = conversation(ROOT, chatgpt_node("a", "root", "assistant", "Oak \ue200cite\ue202turn0search1\ue201trees."))
    assert found.messages[0].text == "Oak trees."


def test_missing_times_and_titles_come_from_elsewhere() -> None:
    bare = {"title": None, "create_time": None, "update_time": None}
    found = conversation(ROOT, chatgpt_node("q", "root", "user", "Which trees grow here?", create_time=None), **bare)
    assert (found.summary.title, found.summary.title_origin) == ("Which trees grow here?", "words")
    assert found.summary.created == found.messages[0].created == LATER
    timed = conversation(ROOT, chatgpt_node("q", "root", "user", "x", create_time=1700000009.0), **bare)
    assert timed.summary.created == timed.summary.changed == 1700000009.0


def test_parents_that_are_missing_are_found_among_the_children() -> None:
    orphan = chatgpt_node("a", "gone", "assistant", "Oaks.")
    record = chatgpt(ASKED, orphan)
    record["mapping"]["q"]["children"] = ["a"]
    assert said(read_chatgpt(record, LATER).conversation) == [("user", "Which trees?"), ("assistant", "Oaks.")]
    record["mapping"]["q"]["children"] = []
    found = read_chatgpt(record, LATER).conversation
    assert [message.parent for message in found.messages] == [None, None]
