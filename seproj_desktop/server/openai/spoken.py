"""What is said in a body of any of these APIs, as the request board shows it. Pure."""

from typing import Any

from seproj_desktop.chat.messages import ChatMessage, Role

ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def said_in(body: dict[str, Any]) -> tuple[ChatMessage, ...]:
    """The messages that are text. A body may hold anything: what cannot be read as a message is left out."""
    opening = body.get("system") or body.get("instructions")
    messages = body.get("messages") or body.get("input") or body.get("prompt")
    said: list[tuple[object, object]] = [("system", opening)]
    if isinstance(messages, str):
        said.append(("user", messages))
    elif isinstance(messages, list):
        said += [(message.get("role"), message.get("content")) for message in messages if isinstance(message, dict)]
    return tuple(
        ChatMessage(role=ROLES.get(str(role), "user"), content=text)
        for role, content in said
        if (text := _text(content))
    )


def _text(content: object) -> str:
    """A string, or the text of a list of parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
