"""The events of a streamed chat exactly as vLLM's app writes them, as bytes made for speed: one escape per token.

The order of the fields and the nulls are vLLM's too; `tests/engine/test_plain_chat.py` compares the two. No I/O here.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.server.ndjson import escape

EVENT_STREAM = b"text/event-stream; charset=utf-8"
END = b"\n\n"
DONE = b"data: [DONE]\n\n"


class ChatChunks:
    """One answer's events; every piece of it goes through `token` once, in order, and the last one through `end`."""

    def __init__(self, request_id: str, model: str, form: ChatForm) -> None:
        self._form = form
        self._said = bytearray()
        head = (b'{"id":"chatcmpl-', escape(request_id), b'","object":"chat.completion.chunk","created":')
        self._head = b"data: " + b"".join((*head, b"%d" % time.time(), b',"model":"', escape(model), b'","choices":['))
        self._piece = self._head + b'{"index":0,"delta":{"content":"'
        self._tail = b'"},"logprobs":null,"finish_reason":null,"token_ids":null}]}\n\n'

    def said(self) -> str:
        """The answer so far; it is unescaped for this, so not for every token."""
        return msgspec.json.decode(b'"' + self._said + b'"', type=str)

    def begin(self) -> bytes:
        role = b'{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}'
        return self._head + role + b'],"prompt_token_ids":null,"prompt_text":null}\n\n'

    def token(self, text: str) -> bytes:
        piece = escape(text)
        self._said += piece
        return self._piece + piece + self._tail

    def reasoning(self, text: str) -> bytes:
        return b"".join((self._head, b'{"index":0,"delta":{"reasoning":"', escape(text), self._tail))

    def end(self, text: str, reason: str, trace: RequestTrace, *, with_usage: bool, reasoning_tokens: int) -> bytes:
        """The last piece of text, why it is the last, the usage if that is asked for, and the mark of the end."""
        piece = escape(text)
        self._said += piece
        delta = b'{"content":"' + piece + b'"}' if text or not self._form.has_parser else b"{}"
        why = _json({"finish_reason": reason, "stop_reason": trace.stopped_by, "token_ids": None})
        last = b"".join((self._head, b'{"index":0,"delta":', delta, b',"logprobs":null,', why[1:], b"]"))
        if not with_usage:
            return b"".join((last, self._fingerprint(), b"}", END, DONE))
        usage = _json(self._usage(trace, reasoning_tokens))
        return b"".join((last, b"}", END, self._head, b'],"usage":', usage, self._fingerprint(), b"}", END, DONE))

    def _fingerprint(self) -> bytes:
        told = self._form.fingerprint
        return b"" if told is None else b',"system_fingerprint":"' + escape(told) + b'"'

    def _usage(self, trace: RequestTrace, reasoning_tokens: int) -> dict[str, Any]:
        total = trace.prompt_tokens + trace.output_tokens
        usage: dict[str, Any] = {
            "prompt_tokens": trace.prompt_tokens,
            "total_tokens": total,
            "completion_tokens": trace.output_tokens,
        }
        if self._form.tells_cached:
            details = {"cached_tokens": trace.cached_tokens}
            if trace.cache_tokens_written is not None:
                details["created_cache_tokens"] = trace.cache_tokens_written
            usage["prompt_tokens_details"] = details
        if self._form.counts_reasoning:
            usage["completion_tokens_details"] = {"reasoning_tokens": reasoning_tokens}
        return usage


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
