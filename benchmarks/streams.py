"""Reads whole HTTP responses of streamed answers, once they are complete: chunks, NDJSON lines and SSE events.

Pure functions on bytes; used by the load client after the clock has stopped.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

LAST_CHUNK = b"\r\n0\r\n\r\n"
"""The end of a chunked response. JSON escapes line ends, so no piece of text can look like it."""

FIRST_TOKEN = {
    "generate": re.compile(rb'"type":"token"'),
    "chat": re.compile(rb'"content":"[^"]'),
}
"""What the first token looks like on the wire; vLLM's first event is a role with empty content, and none."""


class BadStreamError(Exception):
    """The response is no complete, well-formed stream."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A streamed answer; `tokens` where the stream tells it, `pieces` is the number of lines that brought text."""

    text: str
    reason: str
    tokens: int | None
    pieces: int


def dechunk(response: bytes) -> bytes:
    """The body of a chunked HTTP/1.1 response with status 200."""
    head, separator, rest = response.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"HTTP/1.1 200"):
        raise BadStreamError(response[:300].decode(errors="replace"))
    pieces: list[bytes] = []
    while True:
        size_text, separator, rest = rest.partition(b"\r\n")
        if not separator:
            raise BadStreamError("the last chunk is missing")
        size = int(size_text.split(b";")[0], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(rest[:size])
        rest = rest[size + 2 :]


def read_ndjson(body: bytes) -> Reading:
    """Our contract's lines; checks that the joined deltas are the final content."""
    lines = [json.loads(line) for line in body.splitlines()]
    if not lines or lines[-1]["type"] != "done":
        raise BadStreamError(f"no done line: {lines[-1:]}")
    deltas = [line["delta"] for line in lines[:-1]]
    text = "".join(deltas)
    if text != lines[-1]["content"]:
        raise BadStreamError("the joined deltas are not the final content")
    return Reading(text, lines[-1]["finish_reason"], None, len(deltas))


def read_sse(body: bytes) -> Reading:
    """OpenAI's chat events, with the usage that `stream_options` asks for."""
    data = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
    if not data or data[-1] != "[DONE]":
        raise BadStreamError(f"no [DONE]: {data[-1:]}")
    events: list[dict[str, Any]] = [json.loads(text) for text in data[:-1]]
    choices = [choice for event in events for choice in event["choices"]]
    deltas = [content for choice in choices if (content := choice["delta"].get("content"))]
    reasons = [reason for choice in choices if (reason := choice.get("finish_reason"))]
    usage = next((event["usage"] for event in reversed(events) if event.get("usage")), None)
    return Reading("".join(deltas), reasons[-1], usage["completion_tokens"] if usage else None, len(deltas))


READERS = {"generate": read_ndjson, "chat": read_sse}
