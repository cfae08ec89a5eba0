"""A conversation's messages as a tree, and the one path through it that is shown.

Plain values, no I/O, used on the backend's loop. Editing and regenerating add a sibling; nothing is ever overwritten,
and what is deleted goes to the bin. No recursion: a path of 10,000 messages costs 10,000 steps.
"""

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import replace

from seproj_desktop.chat.conversations import IdSource, StoredMessage

Choice = tuple[int | None, int | None]
"""Under a parent (None: among the roots) the path goes on with a child (None: it ends there)."""


class ConversationTree:
    """Messages by id, their order by age, and which of them the path goes through.

    The choices are kept beside the messages: a message stays the same object when the path takes another turn. So
    what a message itself says in `chosen` is of the past, except where `stored` and `messages` give it.
    """

    def __init__(self, messages: Iterable[StoredMessage] = (), chosen: int | None = None) -> None:
        """`chosen` is the root that the path begins with. A message whose parent is not there becomes a root."""
        self.changes = 0
        """Grows with every change: as long as it is the same, so is the path."""
        self._messages = {message.id: message for message in messages}
        self._children: dict[int | None, list[int]] = {}
        self._chosen: dict[int | None, int] = {} if chosen is None else {None: chosen}
        for message in sorted(self._messages.values(), key=lambda message: message.id):
            if message.chosen is not None:
                self._chosen[message.id] = message.chosen
            if message.parent is not None and message.parent not in self._messages:
                message = self._messages[message.id] = replace(message, parent=None)  # noqa: PLW2901
            self._children.setdefault(message.parent, []).append(message.id)

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, message: int) -> bool:
        return message in self._messages

    def __iter__(self) -> Iterator[StoredMessage]:
        """Every message, also what is in the bin, in no order that means anything."""
        return iter(self._messages.values())

    def get(self, message: int) -> StoredMessage:
        """Raises `KeyError`."""
        return self._messages[message]

    def stored(self, message: int) -> StoredMessage:
        """The message as it is kept, its `chosen` included. Raises `KeyError`."""
        return replace(self._messages[message], chosen=self._chosen.get(message))

    def messages(self) -> tuple[StoredMessage, ...]:
        """Every message as it is kept, also what is in the bin; the oldest first."""
        return tuple(self.stored(message) for message in sorted(self._messages))

    @property
    def chosen(self) -> int | None:
        """The root that was chosen last."""
        return self._chosen.get(None)

    @property
    def end(self) -> int | None:
        """The last message of the path, None in an empty conversation."""
        message = None
        while (following := self._next(message)) is not None:
            message = following
        return message

    def add(self, message: StoredMessage) -> None:
        """Adds a message, and the path goes through it where it goes through its parent.

        Raises `ValueError` for an id that is taken, `KeyError` for an unknown parent.
        """
        if message.id in self._messages:
            raise ValueError(f"message {message.id} is there already")
        if message.parent is not None and message.parent not in self._messages:
            raise KeyError(message.parent)
        self.changes += 1
        self._messages[message.id] = message
        insort(self._children.setdefault(message.parent, []), message.id)
        self._chosen[message.parent] = message.id

    def replace(self, message: StoredMessage) -> None:
        """What has become of a message, whose text and thinking may grow and nothing else. Raises `ValueError`."""
        known = self._messages[message.id]
        if (message.parent, message.role, message.deleted) != (known.parent, known.role, known.deleted):
            raise ValueError(f"message {message.id} cannot become another one")
        if not (message.text.startswith(known.text) and message.thought.text.startswith(known.thought.text)):
            raise ValueError(f"the text of message {message.id} would be overwritten")
        self.changes += 1
        self._messages[message.id] = message

    def path(self) -> list[StoredMessage]:
        """The path that is shown, from its root."""
        path = []
        message = self._next(None)
        while message is not None:
            path.append(self._messages[message])
            message = self._next(message)
        return path

    def path_to(self, message: int) -> list[StoredMessage]:
        """From the root to `message`, which need not be shown. Raises `KeyError`."""
        path = [self._messages[message]]
        while (parent := path[-1].parent) is not None:
            path.append(self._messages[parent])
        path.reverse()
        return path

    def siblings(self, message: int) -> list[int]:
        """The versions of a message that are not in the bin, the oldest first."""
        return self._visible(self._messages[message].parent)

    def version(self, message: int) -> tuple[int, int]:
        """Which of its versions a visible message is, from 1, and how many there are."""
        parent = self._messages[message].parent
        if len(self._children[parent]) == 1:
            return 1, 1
        visible = self._visible(parent)
        return visible.index(message) + 1, len(visible)

    def is_reachable(self, message: int) -> bool:
        """Whether the path could go through `message`: neither it nor anything above it is in the bin."""
        return all(each.deleted is None for each in self.path_to(message))

    def binned(self) -> list[StoredMessage]:
        """The first messages of the branches in the bin, the last deleted first."""
        gone = [message for message in self._messages.values() if message.deleted is not None]
        return sorted(gone, key=lambda message: (message.deleted or 0.0, message.id), reverse=True)

    def branch_path(self, message: int, through: int | None = None) -> list[StoredMessage]:
        """The path of a branch, in the bin or not, from `message` on: as it was last shown, or `through` one of it."""
        above = self.path_to(message if through is None else through)
        path = above[len(self.path_to(message)) - 1 :]
        while (following := self._next(path[-1].id)) is not None:
            path.append(self._messages[following])
        return path

    def branch(self, message: int) -> set[int]:
        """`message` and everything below it."""
        found, ahead = {message}, [message]
        while ahead:
            children = self._children.get(ahead.pop(), [])
            found.update(children)
            ahead += children
        return found

    def choose(self, message: int) -> list[Choice]:
        """Has the path go through `message`; gives what has changed. Raises `ValueError` for what is in the bin."""
        path = self.path_to(message)
        if any(each.deleted is not None for each in path):
            raise ValueError(f"message {message} is in the bin")
        changed: list[Choice] = []
        self.changes += 1
        for each in path:
            if self._next(each.parent) != each.id:
                self._chosen[each.parent] = each.id
                changed.append((each.parent, each.id))
        return changed

    def delete(self, message: int, when: float) -> list[Choice]:
        """Puts a branch into the bin; the path goes on with the version before it, or else the one after it."""
        known = self._messages[message]
        was_shown = self._next(known.parent) == message
        before = [sibling for sibling in self.siblings(message) if sibling <= message]
        self.changes += 1
        self._messages[message] = replace(known, deleted=when)
        if not was_shown:
            return []
        visible = self._visible(known.parent)
        neighbour = before[-2] if len(before) > 1 else visible[0] if visible else None
        self._choose_under(known.parent, neighbour)
        return [(known.parent, neighbour)]

    def restore(self, message: int) -> list[Choice]:
        """Takes a branch out of the bin and shows it, unless what it hangs on is in the bin as well."""
        self.changes += 1
        self._messages[message] = replace(self._messages[message], deleted=None)
        return self.choose(message) if self.is_reachable(message) else []

    def fork(self, message: int, ids: IdSource) -> list[StoredMessage]:
        """A copy of the path to `message` under new ids; an answer that still streams ends in it with what it has."""
        copies: list[StoredMessage] = []
        for each in self.path_to(message):
            parent = copies[-1].id if copies else None
            state = "stopped" if each.state == "streaming" else each.state
            copies.append(replace(each, id=ids.next(), parent=parent, state=state, deleted=None))
        following = [*copies[1:], None]
        return [
            replace(copy, chosen=after.id if after else None) for copy, after in zip(copies, following, strict=True)
        ]

    def _choose_under(self, parent: int | None, child: int | None) -> None:
        if child is None:
            self._chosen.pop(parent, None)
        else:
            self._chosen[parent] = child

    def _next(self, parent: int | None) -> int | None:
        """The child that the path goes on with: the chosen one, or else the newest."""
        chosen = self._chosen.get(parent)
        known = self._messages.get(chosen) if chosen is not None else None
        if known is not None and known.parent == parent and known.deleted is None:
            return known.id
        for child in reversed(self._children.get(parent, ())):
            if self._messages[child].deleted is None:
                return child
        return None

    def _visible(self, parent: int | None) -> list[int]:
        return [child for child in self._children.get(parent, ()) if self._messages[child].deleted is None]
