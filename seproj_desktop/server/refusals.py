"""Every error in the shape that its path's clients read, and in words only: no traces, no paths.

OpenAI's object on `/v1`, Anthropic's on `/v1/messages`, `{"detail": ...}` elsewhere.
"""

from typing import Any

from fastapi import HTTPException
from starlette.types import Scope, Send

from seproj_desktop.server.ndjson import encode_json
from seproj_desktop.server.reply import id_header, new_request_id, refusal_headers, send_json

OPENAI_PATHS = "/v1/"
ANTHROPIC_PATHS = "/v1/messages"
OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error", 503: "overloaded_error"}
ANTHROPIC_TYPES = OPENAI_TYPES | {404: "not_found_error", 413: "request_too_large"}


def is_openai_path(path: str) -> bool:
    return path.startswith(OPENAI_PATHS)


def error_body(path: str, status: int, detail: Any, code: str | None = None, param: str | None = None) -> bytes:
    """The body of a refusal of `path`; `code` and `param` are for programs, where the status alone does not tell."""
    if path.startswith(ANTHROPIC_PATHS):
        kind = ANTHROPIC_TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
        return encode_json({"type": "error", "error": {"type": kind, "message": str(detail)}})
    if not is_openai_path(path):
        return encode_json({"detail": detail})
    kind = OPENAI_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return encode_json({"error": {"message": str(detail), "type": kind, "param": param, "code": code}})


async def send_error(scope: Scope, send: Send, refusal: HTTPException, code: str | None = None) -> None:
    """Refuses a request that nobody has begun to answer."""
    headers = [id_header(new_request_id()), *refusal_headers(refusal)]
    body = error_body(scope["path"], refusal.status_code, refusal.detail, code)
    await send_json(send, refusal.status_code, body, headers)
