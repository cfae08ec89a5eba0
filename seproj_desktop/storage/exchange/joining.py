"""One answer out of several messages in a row, where a file has it in pieces. Pure; on a worker thread."""

from collections import Counter
from dataclasses import replace

from seproj_desktop.chat.conversations import StoredMessage, Thought
from seproj_desktop.storage.exchange.trees import Tree


def with_answers_joined(tree: Tree) -> Tree:
    """Answers that follow an answer, and are the only ones that do, become part of it; ids keep their gaps."""
    children = Counter(message.parent for message in tree.messages)
    groups: dict[int, list[StoredMessage]] = {}
    head_of: dict[int, int] = {}
    roles = {message.id: message.role for message in tree.messages}
    for message in tree.messages:
        above = message.parent
        is_part = message.role == "assistant" and above is not None and roles[above] == "assistant"
        if is_part and above is not None and children[above] == 1:
            head_of[message.id] = head_of[above]
        else:
            head_of[message.id] = message.id
        groups.setdefault(head_of[message.id], []).append(message)
    joined = (_joined(group) for group in groups.values())
    messages = tuple(
        message if message.parent is None else replace(message, parent=head_of[message.parent]) for message in joined
    )
    return Tree(messages, tree.chosen, tree.ids)


def _joined(group: list[StoredMessage]) -> StoredMessage:
    """The first one's place, the last one's end, and everybody's text."""
    if len(group) == 1:
        return group[0]
    first, last = group[0], group[-1]
    seconds = [message.thought.seconds for message in group if message.thought.seconds is not None]
    thinking = "\n\n".join(message.thought.text for message in group if message.thought.text)
    return replace(
        last,
        id=first.id,
        parent=first.parent,
        created=first.created or last.created,
        text="\n\n".join(message.text for message in group if message.text.strip()),
        thought=Thought(thinking, sum(seconds) if seconds else None),
        model=last.model or first.model,
    )
