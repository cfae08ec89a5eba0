"""The OpenAI-compatible API in the OpenAPI document: its paths, what a body mostly says, every status there can be.

vLLM's own models have hundreds of fields, other ones with every version: what is written here is what clients use, and
further fields are passed on. Only data; nothing is served from here.
"""

from typing import Any

from seproj_desktop.server.openapi import ACCESS_PROBLEMS, PROBLEMS
from seproj_desktop.server.refusals import is_openai_path

JSON = "application/json"
EVENTS = "text/event-stream"
PLAIN = "text/plain"
TEXT: dict[str, Any] = {"type": "string"}
SHAPES: dict[str, dict[str, Any]] = {
    JSON: {"schema": {"type": "object"}},
    EVENTS: {},  # OpenAPI before 3.2 cannot say what one event is, and readers differ in what a schema here applies to
    PLAIN: {"schema": TEXT},
}
MANY_STATUSES = {
    **ACCESS_PROBLEMS,
    400: "No HTTP, no JSON, or what vLLM or the bounds refuse.",
    404: "There is no such model, answer or path.",
    405: PROBLEMS[405],
    415: PROBLEMS[415],
    429: PROBLEMS[429],
    500: PROBLEMS[500],
    501: "This version of vLLM does not offer its HTTP API here.",
    503: "The model is being loaded, sleeps or cannot be loaded. Retry-After tells when to try again.",
}
GREETING = [{"role": "user", "content": "Build user authentication"}]
POSITIVE: dict[str, Any] = {"type": "integer", "minimum": 1}
MODEL: dict[str, Any] = {"type": "string", "description": "As /v1/models lists it; left out: the one that is loaded."}
STREAM: dict[str, Any] = {"type": "boolean", "default": False, "description": "True: server-sent events."}
SAMPLING: dict[str, Any] = {
    "model": MODEL,
    "stream": STREAM,
    "temperature": {"type": "number", "minimum": 0, "maximum": 2},
    "top_p": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "max_tokens": POSITIVE,
    "seed": {"type": "integer", "minimum": 0, "maximum": 2**31},
    "n": {"type": "integer", "minimum": 1, "maximum": 4},
    "stop": {"type": "array", "items": TEXT, "maxItems": 4},
}
MESSAGES: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role", "content"],
        "properties": {"role": {"enum": ["system", "user", "assistant"]}, "content": TEXT},
    },
}
Body = tuple[dict[str, Any], list[str], dict[str, Any]]
"""Properties, the required ones, and an example."""
BODIES: dict[str, tuple[str, Body]] = {
    "/v1/chat/completions": (
        "Answer a chat",
        (SAMPLING | {"messages": MESSAGES}, ["messages"], {"model": "persona:developer", "messages": GREETING}),
    ),
    "/v1/completions": (
        "Go on with a text",
        (SAMPLING | {"prompt": TEXT}, ["prompt"], {"prompt": "Once upon a time", "max_tokens": 20}),
    ),
    "/v1/responses": (
        "Answer, as the Responses API has it",
        (
            {"model": MODEL, "stream": STREAM, "input": TEXT, "instructions": TEXT, "max_output_tokens": POSITIVE},
            ["input"],
            {"input": "Build user authentication"},
        ),
    ),
    "/v1/messages": (
        "Answer, as Anthropic's API has it",
        (
            {"model": MODEL, "stream": STREAM, "messages": MESSAGES, "system": TEXT, "max_tokens": POSITIVE},
            ["model", "messages", "max_tokens"],
            {"model": "persona:developer", "messages": GREETING, "max_tokens": 100},
        ),
    ),
    "/v1/messages/count_tokens": (
        "How long a conversation is",
        (
            {"model": MODEL, "messages": MESSAGES, "system": TEXT},
            ["model", "messages"],
            {"model": "persona:developer", "messages": GREETING},
        ),
    ),
    "/tokenize": ("Text as tokens", ({"model": MODEL, "prompt": TEXT}, ["prompt"], {"prompt": "Hello"})),
    "/detokenize": (
        "Tokens as text",
        (
            {"model": MODEL, "tokens": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 1000}}},
            ["tokens"],
            {"tokens": [1, 2, 3]},
        ),
    ),
}
IN_PATH = {
    "/v1/models/{id}": ("get", "One model", "A model's or persona's id."),
    "/v1/responses/{id}": ("get", "An answer that was stored", "The answer's id."),
    "/v1/responses/{id}/cancel": ("post", "Stop an answer that runs in the background", "The answer's id."),
}


def add_api(document: dict[str, Any]) -> None:
    """Adds the paths and the shapes of their refusals to FastAPI's document."""
    document["components"]["schemas"] |= {"OpenAiProblem": _openai_problem(), "AnthropicProblem": _anthropic_problem()}
    paths = document["paths"]
    paths["/v1/models"] = {"get": _operation("/v1/models", "The models, of which each persona is one")}
    paths["/metrics"] = {"get": _operation("/metrics", "The engine's figures, for Prometheus", kinds=(PLAIN,))}
    for path, (summary, (properties, required, example)) in BODIES.items():
        kinds = (JSON, EVENTS) if "stream" in properties else (JSON,)
        schema = {"type": "object", "properties": properties, "required": required}
        body = {"required": True, "content": {JSON: {"schema": schema, "example": example}}}
        paths[path] = {"post": _operation(path, summary, kinds=kinds) | {"requestBody": body}}
    for path, (method, summary, words) in IN_PATH.items():
        parameter = {"name": "id", "in": "path", "required": True, "description": words, "schema": TEXT}
        operation = _operation(path, summary, kinds=(JSON, EVENTS)) | {"parameters": [parameter]}
        if method == "post":
            operation["requestBody"] = {"content": {JSON: {"schema": {"type": "object"}, "example": {}}}}
        paths[path] = {method: operation}


def _operation(path: str, summary: str, *, kinds: tuple[str, ...] = (JSON,)) -> dict[str, Any]:
    shapes = {kind: SHAPES[kind] for kind in kinds}
    problem = {JSON: {"schema": {"$ref": f"#/components/schemas/{_problem(path)}"}}}
    refused = {str(status): {"description": words, "content": problem} for status, words in MANY_STATUSES.items()}
    return {
        "summary": summary,
        "description": "vLLM's own implementation; further fields are passed on to it.",
        "operationId": path.strip("/").translate(str.maketrans("/", "_", "{}")),
        "responses": {"200": {"description": "The answer.", "content": shapes}, **refused},
    }


def _problem(path: str) -> str:
    if path.startswith("/v1/messages"):
        return "AnthropicProblem"
    return "OpenAiProblem" if is_openai_path(path) else "Problem"


def _openai_problem() -> dict[str, Any]:
    told = {"message": TEXT, "type": TEXT, "param": {}, "code": {}}
    error = {"type": "object", "properties": told, "required": ["message", "type"]}
    return {"type": "object", "properties": {"error": error}, "required": ["error"]}


def _anthropic_problem() -> dict[str, Any]:
    error = {"type": "object", "properties": {"type": TEXT, "message": TEXT}, "required": ["type", "message"]}
    return {"type": "object", "properties": {"type": {"const": "error"}, "error": error}, "required": ["error"]}
