"""Rows as the values of `chat/conversations.py`, and back. No I/O, no SQL but the lists of columns.

Rows are plain tuples in the order of those lists, since reading is paid for by every row.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from seproj_desktop.chat.conversations import ConversationSummary, StoredMessage, Thought
from seproj_desktop.chat.events import Finished, Timings, Usage
from seproj_desktop.chat.messages import Sampling

Row = tuple[Any, ...]

SUMMARY_COLUMNS = (
    "id, title, persona, created, changed, title_origin, folder, is_pinned, is_archived, is_unread, deleted"
)
PLACE_COLUMNS = "id, parent, chosen, deleted"
"""Where a message stands in the tree: what writing an answer leaves alone."""
CONTENT_COLUMNS = (
    "role, state, created, is_edited, persona, persona_name, model, error, sampling,"
    " finish_reason, prompt_tokens, completion_tokens, cached_tokens, first_token, total_seconds,"
    " text, thinking, thought_seconds, thought_tokens"
)
MESSAGE_COLUMNS = f"{PLACE_COLUMNS}, {CONTENT_COLUMNS}"

NO_THOUGHT = Thought()


def places(columns: str) -> str:
    """As many question marks as there are columns."""
    return ", ".join("?" * len(columns.split(",")))


def well_formed(text: str) -> str:
    """Text that can be stored: halves of characters, as a paste or a file's name can have, are joined or replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def summary_row(summary: ConversationSummary) -> Row:
    return (
        summary.id,
        well_formed(summary.title),
        summary.persona,
        summary.created,
        summary.changed,
        summary.title_origin,
        summary.folder,
        summary.is_pinned,
        summary.is_archived,
        summary.is_unread,
        summary.deleted,
    )


def summary_of(row: Row) -> ConversationSummary:
    id_, title, persona, created, changed, origin, folder, is_pinned, is_archived, is_unread, deleted = row
    return ConversationSummary(
        id_,
        title,
        persona,
        created,
        changed,
        origin,
        folder,
        is_pinned == 1,
        is_archived == 1,
        is_unread == 1,
        deleted,
    )


def message_row(message: StoredMessage) -> Row:
    """In the order of `MESSAGE_COLUMNS`."""
    return (message.id, message.parent, message.chosen, message.deleted, *content_row(message))


def content_row(message: StoredMessage) -> Row:
    """In the order of `CONTENT_COLUMNS`."""
    thought = message.thought
    return (
        message.role,
        message.state,
        message.created,
        message.is_edited,
        message.persona,
        message.persona_name,
        well_formed(message.model),
        well_formed(message.error),
        None if message.sampling is None else json.dumps(asdict(message.sampling), separators=(",", ":")),
        *_finished_row(message.finished),
        well_formed(message.text),
        well_formed(thought.text),
        thought.seconds,
        thought.tokens,
    )


def messages_of(rows: Iterable[Row]) -> Iterator[StoredMessage]:
    """From rows in the order of `MESSAGE_COLUMNS`. Most messages share a few samplings, which are read once."""
    samplings: dict[str | None, Sampling | None] = {None: None}
    for (
        id_, parent, chosen, deleted,
        role, state, created, is_edited, persona, persona_name, model, error, sampling,
        reason, prompt, completion, cached, first_token, total,
        text, thinking, seconds, tokens,
    ) in rows:  # fmt: skip
        if sampling not in samplings:
            samplings[sampling] = _sampling_of(sampling)
        has_thought = thinking or seconds is not None or tokens is not None
        yield StoredMessage(
            id_,
            parent,
            role,
            text,
            created,
            state,
            Thought(thinking, seconds, tokens) if has_thought else NO_THOUGHT,
            persona,
            persona_name,
            model,
            samplings[sampling],
            Finished(reason, Usage(prompt, completion, cached), Timings(first_token, total)) if reason else None,
            error,
            is_edited == 1,
            chosen,
            deleted,
        )


def _finished_row(finished: Finished | None) -> Row:
    if finished is None:
        return (None,) * 6
    usage, timings = finished.usage, finished.timings
    return (
        finished.reason,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.cached_tokens,
        timings.first_token,
        timings.total,
    )


def _sampling_of(text: str) -> Sampling:
    """From JSON; what a later version may have added is left out."""
    known: dict[str, Any] = json.loads(text)
    fields = {name: known[name] for name in Sampling.__dataclass_fields__ if name in known}
    return Sampling(**{**fields, "stop": tuple(fields.get("stop", ()))})
