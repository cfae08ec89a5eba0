"""The paths of the OpenAI-compatible API. Pure.

What is not listed here does not exist, though vLLM's app would answer: /invocations, /pause, /scale_elastic_ep, more.
"""

import re

from starlette.types import Scope

from seproj_desktop.server.openai.errors import ApiError

MODELS = "/v1/models"
CANCEL = "/cancel"
CHAT = "/v1/chat/completions"
GENERATING = frozenset({CHAT, "/v1/completions", "/v1/responses", "/v1/messages"})
"""Those whose requests need places in the engine."""
METHODS = dict.fromkeys((*GENERATING, "/v1/messages/count_tokens", "/tokenize", "/detokenize"), "POST") | {
    MODELS: "GET",
    "/metrics": "GET",
}
PATTERNS = (
    (re.compile(r"/v1/models/[^\s]{1,200}"), "GET"),
    (re.compile(r"/v1/responses/[\w-]{1,100}"), "GET"),
    (re.compile(r"/v1/responses/[\w-]{1,100}" + CANCEL), "POST"),
)


def is_api_path(path: str) -> bool:
    """Whether this API answers here, be it with a refusal."""
    return path in METHODS or path.startswith("/v1/")


def check_path(scope: Scope) -> str:
    """The method of a request to a path that there is. Raises `ApiError`: 404 or 405."""
    path, method = scope["path"], scope["method"]
    allowed = METHODS.get(path) or next((one for pattern, one in PATTERNS if pattern.fullmatch(path)), None)
    if allowed is None:
        raise ApiError(404, "There is nothing at this path.", code="unknown_path")
    if method != allowed:
        raise ApiError(405, f"This path takes {allowed}.", allow=allowed)
    return allowed
