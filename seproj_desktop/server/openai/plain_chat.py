"""Which chats are plain: streamed text, which our own way to the engine gives as vLLM's app does, for less.

Anything that is not known to mean the same on both ways falls through to vLLM's app, wrong types and limits included:
then the refusal is vLLM's. Pure.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from seproj_desktop.chat.messages import ChatMessage, SamplingWishes

LONGEST_STOP_LIST = 4
"""vLLM's own limit, if nobody has moved it."""
LARGEST_SEED = 2**63 - 1
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class PlainChat:
    """A chat as the engine's job has it."""

    messages: tuple[ChatMessage, ...]
    sampling: SamplingWishes
    with_usage: bool


def read_plain(body: Mapping[str, Any]) -> PlainChat | None:
    """The chat of a parsed body of /v1/chat/completions, or None where it is not plain."""
    if body.get("stream") is not True or not all(
        name in ALLOWED and ALLOWED[name](value) for name, value in body.items()
    ):
        return None
    messages = _messages(body["messages"]) if "messages" in body else None
    if messages is None:
        return None
    limit = body.get("max_completion_tokens")
    stop = body.get("stop") or ()
    sampling = SamplingWishes(
        **{name: body.get(name) for name in SAMPLED},
        max_tokens=body.get("max_tokens") if limit is None else limit,
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
    )
    return PlainChat(messages, sampling, bool((body.get("stream_options") or {}).get("include_usage")))


def _messages(value: list[Any]) -> tuple[ChatMessage, ...] | None:
    messages = []
    for message in value:
        if not isinstance(message, dict) or message.keys() != {"role", "content"} or message["role"] not in ROLES:
            return None
        text = _text(message["content"])
        if text is None:
            return None
        messages.append(ChatMessage.model_construct(role=message["role"], content=text))
    return tuple(messages) or None


def _text(content: object) -> str | None:
    """A string, or the text of a list with one part: of several it depends on the template what becomes of them."""
    match content:
        case str():
            text = content
        case [{"type": "text", "text": str(text), **rest}] if not rest:
            pass
        case _:
            return None
    return text if _is_utf8(text) else None


def _is_utf8(text: str) -> bool:
    """JSON may hold half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


Check = Callable[[Any], bool]


def _number(lowest: float, highest: float, *, is_open: bool = False) -> Check:
    """Null, or a number within bounds; with `is_open` the lowest itself is none."""

    def check(value: object) -> bool:
        if value is None:
            return True
        return type(value) in (int, float) and (lowest < value if is_open else lowest <= value) and value <= highest  # type: ignore[operator]

    return check


def _whole(lowest: int, highest: int = LARGEST_SEED) -> Check:
    return lambda value: value is None or (type(value) is int and lowest <= value <= highest)


def _one_of(values: Collection[object]) -> Check:
    """Compared by type as well: 1 is not true."""
    return lambda value: any(type(value) is type(known) and value == known for known in values)


def _is_stop(value: object) -> bool:
    if value is None or isinstance(value, str):
        return value is None or _is_stop_string(value)
    return isinstance(value, list) and len(value) <= LONGEST_STOP_LIST and all(map(_is_stop_string, value))


def _is_stop_string(value: object) -> bool:
    return isinstance(value, str) and value != "" and _is_utf8(value)


def _is_usage_wish(value: object) -> bool:
    return value is None or (
        isinstance(value, dict)
        and value.keys() <= {"include_usage"}
        and all(type(wish) is bool for wish in value.values())
    )


def _is_thinking_off(value: object) -> bool:
    """As the server has it by default. Told by identity: a template may tell 0 from false."""
    return value is None or (
        isinstance(value, dict)
        and value.keys() <= {"enable_thinking"}
        and all(switch is False for switch in value.values())
    )


SAMPLED: Mapping[str, Check] = {
    "temperature": _number(0, 2),
    "top_p": _number(0, 1, is_open=True),
    "top_k": _whole(0, 1 << 20),
    "min_p": _number(0, 1),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "repetition_penalty": _number(0, 2, is_open=True),
    "seed": _whole(-LARGEST_SEED - 1),
}
NULL = _one_of((None,))
ALLOWED: Mapping[str, Check] = {
    **SAMPLED,
    "model": lambda value: value is None or isinstance(value, str),
    "messages": lambda value: isinstance(value, list),
    "stream": _one_of((True,)),
    "stream_options": _is_usage_wish,
    "max_tokens": _whole(1),
    "max_completion_tokens": _whole(1),
    "stop": _is_stop,
    "user": lambda value: value is None or isinstance(value, str),
    "n": _one_of((None, 1)),
    "logprobs": _one_of((None, False)),
    "parallel_tool_calls": _one_of((None, True, False)),
    "chat_template_kwargs": _is_thinking_off,
    "response_format": _one_of((None, {"type": "text"})),
    **dict.fromkeys(("logit_bias", "tools", "reasoning_effort"), NULL),
}
"""The fields that may be there, and with which values."""
