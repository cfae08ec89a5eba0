"""Conversations as our own JSON: everything that is kept, every branch and the bin included. Pure; on a worker thread.

`resources/schemas/conversations-1.json` describes the format, `json_format` its name and version.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
    Thought,
)
from seproj_desktop.chat.events import Finished, Timings, Usage
from seproj_desktop.chat.messages import Sampling
from seproj_desktop.storage.exchange.json_format import FORMAT, LISTED, VERSION

JSON_END = "\n]}\n"
ALWAYS = frozenset({"parent"})
"""Fields that are written even where they say nothing, since they carry the tree."""


def json_head(folders: Sequence[Folder], exported: datetime) -> str:
    """The file's beginning; `json_member` and `JSON_END` follow, so that it is never in memory as a whole."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "exported": exported.astimezone(UTC).isoformat(timespec="seconds"),
        "folders": [_plain(folder) for folder in folders],
    }
    return f'{_written(head)[:-1]}, "{LISTED}": ['


def json_member(conversation: StoredConversation, *, is_first: bool) -> str:
    """One conversation, in a line of its own."""
    return ("\n" if is_first else ",\n") + _written(record_of(conversation))


def record_of(conversation: StoredConversation) -> dict[str, object]:
    """One conversation as an object: the line of the list, and beside it what it contains."""
    summary = conversation.summary
    content: dict[str, object] = {"messages": [_plain(message) for message in conversation.messages]}
    if conversation.chosen is not None:
        content["chosen"] = conversation.chosen
    if conversation.draft:
        content["draft"] = conversation.draft
    if conversation.queue:
        content["queue"] = [_plain(queued) for queued in conversation.queue]
    # The origin tells readers whose record it is.
    return _plain(summary) | {"title_origin": summary.title_origin} | content


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, check_circular=False)


def _plain(value: object) -> dict[str, object]:
    """A value's fields by their names, without those that say what is usual."""
    written: dict[str, object] = {}
    for name, usual in USUAL[type(value)]:
        found = getattr(value, name)
        if found != usual or name in ALWAYS:
            written[name] = _plain(found) if is_dataclass(found) else found
    return written


def _usual(kind: type) -> tuple[tuple[str, object], ...]:
    """The fields of a class, and what each says if nothing is said."""
    assert is_dataclass(kind)
    return tuple((field.name, field.default) for field in fields(kind))


USUAL: Mapping[type, tuple[tuple[str, object], ...]] = MappingProxyType(
    {
        kind: _usual(kind)
        for kind in (
            *(ConversationSummary, Folder, StoredMessage, QueuedMessage, Thought),
            *(Sampling, Finished, Usage, Timings),
        )
    }
)
"""Of everything that a record is made of."""
