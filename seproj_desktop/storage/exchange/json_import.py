"""Our own JSON: the records that `json_export` writes, back into conversations. Pure; on a worker thread.

A message that cannot be read is left out and named; what followed it follows the message before it.
"""

from dataclasses import replace
from typing import TypeVar

import msgspec

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)
from seproj_desktop.storage.exchange.lenient import LATEST, Record, cleaned, items, record, text
from seproj_desktop.storage.exchange.reading import Reading, UnreadableError
from seproj_desktop.storage.exchange.trees import Node, Tree, grown

T = TypeVar("T")
BESIDE_THE_SUMMARY = frozenset({"messages", "chosen", "draft", "queue"})


def is_ours(element: Record) -> bool:
    return "title_origin" in element and "messages" in element


def read_ours(element: Record) -> Reading:
    """Raises `UnreadableError`. The summary's folder keeps the id that it has in the file."""
    summary = _converted({key: element[key] for key in element.keys() - BESIDE_THE_SUMMARY}, ConversationSummary)
    _check_times(summary.created, summary.changed, summary.deleted)
    left_out: list[str] = []
    nodes = [_node(place, found, left_out) for place, found in enumerate(items(element.get("messages")), 1)]
    tree = _with_own_choices(grown(nodes), nodes, _key(element.get("chosen")))
    queue = tuple(_queued(items(element.get("queue")), left_out))
    conversation = StoredConversation(summary, tree.messages, tree.chosen, text(element.get("draft")), queue)
    return Reading(conversation, tuple(left_out))


def read_folders(value: object) -> tuple[Folder, ...]:
    """The folders of a file, with the ids that they have in it; what is none is passed over."""
    found = (record(element) for element in items(value))
    names = ((each.get("id"), text(each.get("name"))) for each in found)
    return tuple(Folder(number, name) for number, name in names if isinstance(number, int))


def _node(place: int, found: object, left_out: list[str]) -> Node:
    fields = record(found)
    key, parent, order = _key(fields.get("id")), _key(fields.get("parent")), fields.get("id")
    try:
        message = _message(fields)
    except UnreadableError as error:
        left_out.append(f"Message {place}: {error}")
        message = None
    return Node(key or f"message {place}", parent, message, order if isinstance(order, int) else 0)


def _message(fields: Record) -> StoredMessage:
    message = _converted(fields, StoredMessage)
    _check_times(message.created, message.deleted)
    # Whatever streamed when the file was written does so no more.
    return replace(message, state="interrupted") if message.state == "streaming" else message


def _with_own_choices(tree: Tree, nodes: list[Node], root: str | None) -> Tree:
    """The tree with the paths that the file says, where they lead to a child."""
    own = {tree.ids[node.key]: node.message.chosen for node in nodes if node.message and node.key in tree.ids}
    parents: dict[int | None, int | None] = {message.id: message.parent for message in tree.messages}

    def choice(parent: int | None, key: str | None, newest: int | None) -> int | None:
        child = None if key is None else tree.ids.get(key)
        return child if key is None or (child is not None and parents[child] == parent) else newest

    messages = tuple(
        replace(message, chosen=choice(message.id, _key(own.get(message.id)), message.chosen))
        for message in tree.messages
    )
    return Tree(messages, choice(None, root, tree.chosen), tree.ids)


def _queued(found: list[object], left_out: list[str]) -> list[QueuedMessage]:
    queue: list[QueuedMessage] = []
    for element in found:
        try:
            queue.append(_converted(record(element), QueuedMessage))
        except UnreadableError as error:
            left_out.append(f"A waiting message: {error}")
    return queue


def _converted(fields: Record, kind: type[T]) -> T:
    try:
        return msgspec.convert(cleaned(fields), kind)
    except msgspec.ValidationError as error:
        raise UnreadableError(f"{error}.") from None
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def _check_times(*times: float | None) -> None:
    if not all(time is None or 0 <= time <= LATEST for time in times):
        raise UnreadableError("A time lies outside the years 1970 to 9999.")


def _key(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
