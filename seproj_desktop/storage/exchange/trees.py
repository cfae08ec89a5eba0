"""A conversation's tree out of nodes as files have them: in any order, with parents missing, twice, or in circles.

Pure; on a worker thread. Whatever the nodes say, the result is a tree: parents stand before their children, every
message is in it once, and every `chosen` names a child.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a file: its message (None: it only passes on, as hidden ones do), and what it says of its place.

    Siblings are ordered by `order`, and by their places in the file where that is the same.
    """

    key: str
    parent: str | None
    message: StoredMessage | None
    order: float = 0.0


@dataclass(slots=True)
class _Places:
    """The nodes that are kept, in the order of the file: each one's parent, and each one's children."""

    parents: dict[str, str | None] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tree:
    """Messages with ids from 1 on, the root that is chosen, and the id that each key has become."""

    messages: tuple[StoredMessage, ...]
    chosen: int | None
    ids: Mapping[str, int]


def grown(nodes: Sequence[Node], current: str | None = None) -> Tree:
    """The path leads to the node `current`; elsewhere, and where there is no such node, to the newest children."""
    known: dict[str, Node] = {}
    for place, node in enumerate(nodes):
        # A key that is there twice: the second one is somebody else.
        known[node.key if node.key not in known else f"{node.key} again, {place}"] = node
    parents = _without_circles({key: node.parent for key, node in known.items()})
    places = _kept_places(known, parents)
    ids = {key: number for number, key in enumerate(_parents_first(known, places), 1)}
    chosen = {parent: ids[max(keys, key=ids.__getitem__)] for parent, keys in places.children.items()}
    step = _nearest_kept(current, known, parents)
    while step is not None:
        chosen[places.parents[step]] = ids[step]
        step = places.parents[step]
    messages = tuple(_placed(key, known, places, ids, chosen) for key in ids)
    return Tree(messages, chosen.get(None), ids)


def _placed(
    key: str, known: Mapping[str, Node], places: _Places, ids: Mapping[str, int], chosen: Mapping[str | None, int]
) -> StoredMessage:
    message, parent = known[key].message, places.parents[key]
    assert message is not None
    return replace(message, id=ids[key], parent=None if parent is None else ids[parent], chosen=chosen.get(key))


def _without_circles(parents: Mapping[str, str | None]) -> dict[str, str | None]:
    """Every node's parent; None where it is unknown, or where following it would come back to the node."""
    found: dict[str, str | None] = {}
    for start in parents:
        way: dict[str, None] = {}
        key: str | None = start
        while key is not None and key in parents and key not in found and key not in way:
            way[key] = None
            key = parents[key]
        found |= {each: parents[each] if parents[each] in parents else None for each in way}
        if key in way:
            found[key] = None
    return found


def _nearest_kept(key: str | None, known: Mapping[str, Node], parents: Mapping[str, str | None]) -> str | None:
    while key is not None and key in parents and known[key].message is None:
        key = parents[key]
    return key if key in parents else None


def _kept_places(known: Mapping[str, Node], parents: Mapping[str, str | None]) -> _Places:
    """The tree of the nodes with a message: what hangs below one without hangs below the next one above it."""
    places = _Places()
    above: dict[str, str | None] = {}
    for key in _downwards(parents):
        parent = parents[key]
        if parent is not None and known[parent].message is None:
            parent = above[parent]
        above[key] = parent
    for key in parents:
        if known[key].message is not None:
            places.parents[key] = above[key]
            places.children.setdefault(above[key], []).append(key)
    return places


def _downwards(parents: Mapping[str, str | None]) -> Iterable[str]:
    children: dict[str | None, list[str]] = {}
    for key, parent in parents.items():
        children.setdefault(parent, []).append(key)
    waiting = deque(children.get(None, ()))
    while waiting:
        key = waiting.popleft()
        yield key
        waiting.extend(children.get(key, ()))


def _parents_first(known: Mapping[str, Node], places: _Places) -> Iterable[str]:
    """The kept keys by their order, but none before its parent."""
    rank = {key: (known[key].order, place) for place, key in enumerate(places.parents)}
    waiting = [(rank[key], key) for key in places.children.get(None, ())]
    heapq.heapify(waiting)
    while waiting:
        _, key = heapq.heappop(waiting)
        yield key
        for child in places.children.get(key, ()):
            heapq.heappush(waiting, (rank[child], child))


def renumbered(
    conversation: StoredConversation, next_id: Callable[[], int], folders: Mapping[int, int]
) -> StoredConversation:
    """The same with new ids for everything in it; a folder that is not among `folders` is left."""
    own_id = next_id()
    new = {message.id: next_id() for message in conversation.messages}

    def of(old: int | None) -> int | None:
        return None if old is None else new.get(old)

    summary = conversation.summary
    folder = None if summary.folder is None else folders.get(summary.folder)
    return StoredConversation(
        replace(summary, id=own_id, folder=folder),
        tuple(
            replace(message, id=new[message.id], parent=of(message.parent), chosen=of(message.chosen))
            for message in conversation.messages
        ),
        of(conversation.chosen),
        conversation.draft,
        tuple(replace(queued, id=next_id()) for queued in conversation.queue),
    )
