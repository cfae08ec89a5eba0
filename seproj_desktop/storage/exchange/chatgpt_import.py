"""ChatGPT's `conversations.json`: each conversation a `mapping` of nodes. Pure; on a worker thread.

One answer lies scattered over several nodes there: thoughts, calls of tools, what they gave, and the text. Where they
follow each other without a branch they become one message again. Pictures and files are not in the file: they are
named in the text, and counted.
"""

from seproj_desktop.chat.conversations import MessageState, StoredMessage, Thought
from seproj_desktop.chat.messages import Role
from seproj_desktop.storage.exchange.chatgpt_content import LeftOut, read_content
from seproj_desktop.storage.exchange.joining import with_answers_joined
from seproj_desktop.storage.exchange.lenient import Record, items, moment, number, record, text
from seproj_desktop.storage.exchange.reading import Heading, Reading, conversation_of
from seproj_desktop.storage.exchange.trees import Node, grown

ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "assistant"}
STATES: dict[str, MessageState] = {"in_progress": "interrupted", "interrupted": "stopped"}
SPEAKER = "ChatGPT"


def is_chatgpt(element: Record) -> bool:
    return isinstance(element.get("mapping"), dict)


def read_chatgpt(element: Record, otherwise: float) -> Reading:
    """`otherwise` is when it was said if the file does not tell."""
    mapping = record(element.get("mapping"))
    left_out = LeftOut()
    parents = _parents(mapping)
    default_model = text(element.get("default_model_slug"))
    nodes = []
    for key, found in mapping.items():
        message = _message(record(record(found).get("message")), default_model, left_out)
        nodes.append(Node(key, parents.get(key), message, message.created if message else 0.0))
    tree = grown(nodes, text(element.get("current_node")))
    conversation = conversation_of(_heading(element), with_answers_joined(tree), otherwise)
    return Reading(conversation, left_out.words())


def _heading(element: Record) -> Heading:
    return Heading(
        text(element.get("title")),
        moment(element.get("create_time")),
        moment(element.get("update_time")),
        is_pinned=bool(moment(element.get("pinned_time"))) or element.get("is_starred") is True,
        is_archived=element.get("is_archived") is True,
    )


def _parents(mapping: Record) -> dict[str, str]:
    """Every node's parent as it says itself, or else as the node says that lists it among its children."""
    listed = {
        child: key
        for key, found in mapping.items()
        for child in items(record(found).get("children"))
        if isinstance(child, str)
    }
    own = {key: record(found).get("parent") for key, found in mapping.items()}
    return listed | {key: parent for key, parent in own.items() if isinstance(parent, str) and parent in mapping}


def _message(found: Record, default_model: str, left_out: LeftOut) -> StoredMessage | None:
    """What the person saw of a node; None where that was nothing."""
    role = ROLES.get(text(record(found.get("author")).get("role")))
    about = record(found.get("metadata"))
    if role is None or _is_hidden(found, about):
        return None
    content = read_content(record(found.get("content")), about, left_out)
    if not (content.text.strip() or content.thinking):
        return None
    created = moment(found.get("create_time")) or 0.0
    if role != "assistant":
        return StoredMessage(0, None, role, content.text, created)
    return StoredMessage(
        *(0, None, role, content.text, created, _state(found, about)),
        Thought(content.thinking, number(about.get("finished_duration_sec"))),
        persona_name=SPEAKER,
        model=text(about.get("model_slug")) or default_model,
    )


def _is_hidden(found: Record, about: Record) -> bool:
    return about.get("is_visually_hidden_from_conversation") is True or number(found.get("weight")) == 0


def _state(found: Record, about: Record) -> MessageState:
    status = text(found.get("status"))
    ended = text(record(about.get("finish_details")).get("type"))
    return STATES.get(status) or STATES.get(ended) or "complete"
