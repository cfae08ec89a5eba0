"""Refusals of the OpenAI-compatible API, and vLLM's own as they are passed on. Pure."""

import json
from typing import Any

from fastapi import HTTPException

from seproj_desktop.server.ndjson import encode_json
from seproj_desktop.server.refusals import ANTHROPIC_PATHS, error_body, is_openai_path


class ApiError(HTTPException):
    """A refusal; `code` and `param` are for programs, `retry_after` is in seconds."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
        allow: str | None = None,
    ) -> None:
        named = {"Retry-After": retry_after, "Allow": allow}
        super().__init__(status, message, {name: str(value) for name, value in named.items() if value is not None})
        self.code = code
        self.param = param

    @classmethod
    def of(cls, refusal: HTTPException) -> "ApiError":
        return refusal if isinstance(refusal, cls) else cls(refusal.status_code, str(refusal.detail))

    def body(self, path: str) -> bytes:
        return error_body(path, self.status_code, self.detail, self.code, self.param)

    def event(self, path: str) -> bytes:
        """The same within a stream that has begun: its last server-sent event."""
        name = b"event: error\n" if path.startswith(ANTHROPIC_PATHS) else b""
        return name + b"data: " + self.body(path) + b"\n\n"


def reshape(path: str, body: bytes) -> bytes:
    """vLLM's own refusal as this path tells it: outside `/v1` its words alone."""
    return body if is_openai_path(path) else encode_json({"detail": words_of(body)})


def words_of(body: bytes) -> str:
    """What vLLM's refusal says."""
    try:
        told: Any = json.loads(body)
        return str(told["error"]["message"])
    except (ValueError, LookupError, TypeError):
        return "The request was refused."
