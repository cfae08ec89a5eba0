"""Conversations to send out and bring back: strategies for whole trees, and foreign records built by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    IdSource,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)
from seproj_desktop.chat.tree import ConversationTree
from seproj_desktop.storage.exchange.file_reader import FileReader
from seproj_desktop.storage.exchange.gathering import Gathering
from seproj_desktop.storage.exchange.json_export import JSON_END, json_head, json_member
from seproj_desktop.storage.exchange.trees import renumbered
from tests.storage import samples

FOLDER = 7
patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For properties on a machine that does other things too; a temporary folder may serve all the examples of one."""


@st.composite
def trees(draw: st.DrawFn) -> StoredConversation:
    """A conversation as the store gives it: ids grow, parents come first, every `chosen` is a child or None."""
    texts = st.text(st.characters(codec="utf-8"), max_size=12)
    messages: list[StoredMessage] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        known = st.sampled_from([message.id for message in messages]) if messages else st.nothing()
        message = replace(draw(samples.messages), id=number, parent=draw(st.none() | known), text=draw(texts))
        messages.append(message if message.state != "streaming" else replace(message, state="interrupted"))
    summary = ConversationSummary(
        *(100, draw(texts), draw(texts), draw(samples.times), draw(samples.times)),
        title_origin=draw(st.sampled_from(["words", "engine", "person"])),
        folder=draw(st.sampled_from([None, FOLDER])),
        is_pinned=draw(st.booleans()),
        is_archived=draw(st.booleans()),
        is_unread=draw(st.booleans()),
        deleted=draw(samples.maybe_times),
    )
    queue = tuple(QueuedMessage(200 + place, draw(texts), draw(texts)) for place in range(draw(st.integers(0, 2))))

    def choice(parent: int | None) -> int | None:
        return draw(st.sampled_from([None, *(message.id for message in messages if message.parent == parent)]))

    chosen = tuple(replace(message, chosen=choice(message.id)) for message in messages)
    return StoredConversation(summary, chosen, choice(None), draw(texts), queue)


def with_plain_ids(conversation: StoredConversation) -> StoredConversation:
    """The same with ids that depend on the order only, to be compared."""
    ids = IdSource(clock=lambda: 0.0)
    return renumbered(conversation, ids.next, {FOLDER: FOLDER})


def our_json(conversations: Sequence[StoredConversation], **changes: object) -> bytes:
    members = (json_member(each, is_first=place == 0) for place, each in enumerate(conversations))
    text = "".join((json_head([Folder(FOLDER, "Work")], datetime(2026, 1, 2, tzinfo=UTC)), *members, JSON_END))
    return json.dumps(json.loads(text) | changes).encode() if changes else text.encode()


def read_bytes(data: bytes, folder: Path) -> Gathering:
    """What a file with this content gives. Raises `UserError`."""
    path = folder / "export.json"
    path.write_bytes(data)
    return read(path)


def read(path: Path) -> Gathering:
    reader = FileReader(path)
    while reader.read_slice():
        pass
    return reader.found


def said(conversation: StoredConversation) -> list[tuple[str, str]]:
    """Role and text along the path that is shown."""
    path = ConversationTree(conversation.messages, conversation.chosen).path()
    return [(message.role, message.text) for message in path]


def check_is_tree(conversation: StoredConversation) -> None:
    """Parents come first, every id is there once, every `chosen` is a child, and the store can hold every text."""
    parents: dict[int | None, int | None] = {}
    for message in conversation.messages:
        assert message.id not in parents
        assert message.parent is None or message.parent in parents
        parents[message.id] = message.parent
        (message.text + message.thought.text + message.model + message.error).encode()
    for parent, chosen in [(None, conversation.chosen), *((each.id, each.chosen) for each in conversation.messages)]:
        assert chosen is None or parents[chosen] == parent
    (conversation.summary.title + conversation.draft).encode()


def chatgpt_node(
    key: str, parent: str | None, role: str | None = None, content: object = "", **fields: object
) -> tuple[str, dict[str, Any]]:
    """A node of ChatGPT's mapping; a text stands for content of the kind `text`."""
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    message = None if role is None else {"author": {"role": role}, "content": content, "metadata": {}} | fields
    return key, {"id": key, "parent": parent, "children": [], "message": message}


def chatgpt(*nodes: tuple[str, dict[str, Any]], **fields: object) -> dict[str, Any]:
    """A record of ChatGPT's file; the path ends with the last node."""
    mapping = dict(nodes)
    for key, node in nodes:
        if node["parent"] in mapping:
            mapping[node["parent"]]["children"].append(key)
    whole = {"title": "Trees", "create_time": 1700000000.5, "update_time": 1700000100.0, "mapping": mapping}
    return whole | {"current_node": nodes[-1][0] if nodes else None} | fields


def open_webui(messages: Mapping[str, Mapping[str, object]], current: str | None, **fields: object) -> dict[str, Any]:
    """A record of Open WebUI's export."""
    chat = {"title": "Trees", "models": ["qwen3:4b"], "history": {"messages": messages, "currentId": current}}
    return {"id": "a", "title": "Trees", "chat": chat, "created_at": 1700000000, "updated_at": 1700000100} | fields
