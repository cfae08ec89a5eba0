"""Open WebUI's export: each conversation a `chat` with its messages in a `history`. Pure; on a worker thread.

Older files have a flat list of messages; thinking stands inside the text, folded into `<details>` or bare. Pictures
and files are not taken along: they are named in the text, and counted.
"""

import html
import re
from collections.abc import Iterable

from seproj_desktop.chat.conversations import StoredMessage, Thought
from seproj_desktop.chat.events import Finished, Usage
from seproj_desktop.chat.messages import Role
from seproj_desktop.engine.reasoning import ThinkSplitter
from seproj_desktop.storage.exchange.lenient import Record, count, items, moment, number, record, text
from seproj_desktop.storage.exchange.reading import Heading, Reading, conversation_of
from seproj_desktop.storage.exchange.trees import Node, grown

ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
FOLDED = re.compile(
    r'<details\s{1,9}type="reasoning"([^>]{0,400})>\s*(?:<summary>[^<]*</summary>)?(.*?)(?:</details>|\Z)\s*', re.DOTALL
)
DURATION = re.compile(r'duration="(\d+(?:\.\d+)?)"')
QUOTE_MARK = re.compile(r"^(?:>|&gt;) ?", re.MULTILINE)
ESCAPED_QUOTE = re.compile(r"^&gt;", re.MULTILINE)
INSTRUCTIONS = "instructions of the conversation"
"""The key of the node that is made of them."""


def is_open_webui(element: Record) -> bool:
    chat = record(element.get("chat")) or element
    return isinstance(record(chat.get("history")).get("messages"), dict) or isinstance(chat.get("messages"), list)


def read_open_webui(element: Record, otherwise: float) -> Reading:
    """`otherwise` is when it was said if the file does not tell."""
    chat = record(element.get("chat")) or element
    history = record(chat.get("history"))
    tree_of = record(history.get("messages"))
    nodes = list(_tree_nodes(tree_of) if tree_of else _flat_nodes(items(chat.get("messages"))))
    current = text(history.get("currentId")) or text(history.get("current_id"))
    attached = sum(len(_attachments(record(found))) for found in (tree_of.values() or items(chat.get("messages"))))
    tree = grown(_below_instructions(chat, nodes), current)
    left_out = (f"Pictures and files are not taken along; their places are marked: {attached}.",) if attached else ()
    return Reading(conversation_of(_heading(element, chat), tree, otherwise), left_out)


def _heading(element: Record, chat: Record) -> Heading:
    return Heading(
        text(element.get("title")) or text(chat.get("title")),
        moment(element.get("created_at")) or moment(chat.get("timestamp")),
        moment(element.get("updated_at")),
        is_pinned=element.get("pinned") is True,
        is_archived=element.get("archived") is True,
    )


def _tree_nodes(messages: Record) -> Iterable[Node]:
    listed = {
        child: key
        for key, found in messages.items()
        for child in items(record(found).get("childrenIds"))
        if isinstance(child, str)
    }
    for key, found in messages.items():
        parent = text(record(found).get("parentId"))
        yield _node(key, parent if parent in messages else listed.get(key), record(found))


def _flat_nodes(messages: list[object]) -> Iterable[Node]:
    above: str | None = None
    for place, found in enumerate(messages):
        node = _node(str(place), above, record(found))
        above = node.key
        yield node


def _node(key: str, parent: str | None, found: Record) -> Node:
    message = _message(found)
    return Node(key, parent, message, message.created if message else 0.0)


def _below_instructions(chat: Record, nodes: list[Node]) -> list[Node]:
    """The nodes, with the conversation's own system prompt before them where it has one."""
    said = text(record(chat.get("params")).get("system")) or text(chat.get("system"))
    if not said.strip() or not nodes:
        return nodes
    known = {node.key for node in nodes}
    first = Node(INSTRUCTIONS, None, StoredMessage(0, None, "system", said, 0.0))
    placed = (
        node if node.parent in known else Node(node.key, INSTRUCTIONS, node.message, node.order) for node in nodes
    )
    return [first, *placed]


def _message(found: Record) -> StoredMessage | None:
    role = ROLES.get(text(found.get("role")))
    said, created = _said(found), moment(found.get("timestamp")) or 0.0
    error = _error(found.get("error"))
    if role is None or not (said.strip() or error):
        return None
    if role != "assistant":
        return StoredMessage(0, None, role, said, created)
    thought, answer = part_thinking(said)
    is_cut = found.get("done") is False
    model = text(found.get("model"))
    return StoredMessage(
        *(0, None, role, answer, created, "failed" if error else "interrupted" if is_cut else "complete", thought),
        persona_name=text(found.get("modelName")) or model,
        model=model,
        finished=_finished(record(found.get("usage")) or record(found.get("info"))),
        error=error,
    )


def _said(found: Record) -> str:
    content = found.get("content")
    parts = [text(content)] if isinstance(content, str) else [text(record(each).get("text")) for each in items(content)]
    return "\n\n".join(part for part in (*parts, *_attachments(found)) if part)


def _attachments(found: Record) -> list[str]:
    files = [record(each) for each in items(found.get("files"))]
    marks = ["[picture]" if each.get("type") == "image" else f"[file: {text(each.get('name'))}]" for each in files]
    parts = [record(each) for each in items(found.get("content"))]
    return marks + ["[picture]" for part in parts if part.get("type") == "image_url"]


def _error(found: object) -> str:
    if not found:
        return ""
    return text(found) or text(record(found).get("content")) or text(record(found).get("message")) or "It failed."


def _finished(usage: Record) -> Finished | None:
    asked = count(usage.get("prompt_tokens", usage.get("prompt_eval_count")))
    made = count(usage.get("completion_tokens", usage.get("eval_count")))
    return Finished("stop", Usage(asked or 0, made or 0)) if asked or made else None


def part_thinking(said: str) -> tuple[Thought, str]:
    """Thinking and answer of a message's text."""
    folds = FOLDED.findall(said)
    if not folds:
        splitter = ThinkSplitter()
        pieces = (splitter.feed(said), splitter.finish())
        return Thought("".join(piece[0] for piece in pieces)), "".join(piece[1] for piece in pieces)
    seconds = [number(float(found[1])) for attributes, _ in folds if (found := DURATION.search(attributes))]
    thinking = "\n\n".join(_unfolded(body) for _, body in folds)
    return Thought(thinking, sum(filter(None, seconds)) if seconds else None), FOLDED.sub("", said).lstrip("\n")


def _unfolded(body: str) -> str:
    """Thinking without its quotation marks; newer files have it escaped for HTML."""
    bare = QUOTE_MARK.sub("", body.strip())
    return html.unescape(bare) if ESCAPED_QUOTE.search(body) else bare
