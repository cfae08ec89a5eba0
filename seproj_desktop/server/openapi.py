"""What the OpenAPI document says about POST /generate, which runs outside FastAPI for its speed.

The body's schema comes from `GenerateRequest` itself. Only data; nothing is served from here.
"""

from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from seproj_desktop.chat.events import FinishReason
from seproj_desktop.chat.messages import GenerateRequest

EXAMPLE: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Build user authentication"}],
    "persona": "developer",
}
STREAM_EXAMPLE = """\
{"type":"token","delta":"REQ","content":"REQ","request_id":"abc123"}
{"type":"token","delta":"-DEV","content":"REQ-DEV","request_id":"abc123"}
{"type":"done","content":"REQ-DEV","finish_reason":"stop","request_id":"abc123"}
"""


class TokenLine(BaseModel):
    """Text that was added to the answer."""

    type: str = Field(json_schema_extra={"const": "token"})
    delta: str = Field(description="The new text.")
    content: str | None = Field(default=None, description='The whole text so far; absent with "cumulative": false.')
    request_id: str


class DoneLine(BaseModel):
    """The last line of an answer that ended regularly."""

    type: str = Field(json_schema_extra={"const": "done"})
    content: str = Field(description="The whole text: all deltas joined.")
    finish_reason: FinishReason
    request_id: str


class ErrorLine(BaseModel):
    """The last line of an answer that failed after it had begun."""

    type: str = Field(json_schema_extra={"const": "error"})
    message: str
    request_id: str


class WholeAnswer(BaseModel):
    """The answer with "stream": false."""

    output: str
    finish_reason: FinishReason
    request_id: str


class Problem(BaseModel):
    """Every refusal; 422 carries a list of `type`, `loc` and `msg`."""

    detail: str | list[dict[str, Any]]


PROBLEMS = {
    400: "No HTTP, or the engine refuses these messages, such as a prompt that is longer than the context.",
    401: "An API key is needed and none that is known was shown.",
    403: "The Host header does not name this machine, or the page's origin is not listed.",
    405: "Not POST.",
    408: "The request did not arrive in time.",
    413: "The body is larger than the setting body_mib.",
    415: "The body is not application/json.",
    422: "Broken JSON, a bound, an unknown field, or an unknown persona (then the known ones are listed).",
    429: "This client has as many requests running as the setting client_limit. Retry-After tells when to try again.",
    431: "The request's head is too large.",
    500: "Something unexpected went wrong.",
    503: "No engine: it cannot be loaded, it ended, or too many requests wait. Retry-After tells when to try again.",
}
ACCESS_PROBLEMS = {status: PROBLEMS[status] for status in (400, 401, 403, 408, 413, 431)}


def problem_responses(problems: dict[int, str]) -> dict[str, Any]:
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": text, "content": schema} for status, text in problems.items()}


def add_generate(document: dict[str, Any], *paths: str) -> None:
    """Adds the paths and their schemas to FastAPI's document."""
    models = (GenerateRequest, TokenLine, DoneLine, ErrorLine, WholeAnswer, Problem)
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    document.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
    for path in paths:
        document["paths"][path] = {"post": _operation(path)}


def _operation(path: str) -> dict[str, Any]:
    lines = [{"$ref": f"#/components/schemas/{name}"} for name in ("TokenLine", "DoneLine", "ErrorLine")]
    answer = {
        "description": 'The answer: NDJSON lines as the text arrives, or one JSON object with "stream": false. '
        "Each line is one JSON object; the last one is the only `done` or `error`.",
        "headers": {
            "X-Request-ID": {"description": "The answer's id; refusals carry one too.", "schema": {"type": "string"}}
        },
        "content": {
            "application/x-ndjson": {"schema": {"oneOf": lines}, "example": STREAM_EXAMPLE},
            "application/json": {"schema": {"$ref": "#/components/schemas/WholeAnswer"}},
        },
    }
    body = {"schema": {"$ref": "#/components/schemas/GenerateRequest"}, "example": EXAMPLE}
    return {
        "summary": "Answer a conversation",
        "description": "Waits while the model loads. A client that goes away ends its answer in the engine.",
        "operationId": path.strip("/").replace("/", "_"),
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {"200": answer, **problem_responses(PROBLEMS)},
    }
