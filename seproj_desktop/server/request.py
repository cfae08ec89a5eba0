"""From the bytes of a request to a checked `GenerationJob`, or a refusal with FastAPI's shape of errors.

Pydantic reads the JSON itself, in one step. Refusals are FastAPI's `HTTPException`, which the ordinary routes
understand as well.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException
from pydantic import ValidationError
from starlette.types import Receive, Scope

from seproj_desktop.chat.messages import SERVER_PRIORITY, GenerateRequest, GenerationJob, TextTaker
from seproj_desktop.chat.personas import PersonaLibrary, UnknownPersonaError
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.settings import ServerSettings

SHOWN_ERRORS = 20
MOST_STOPS = 64
LONGEST_STOP = 1000
"""The engine looks for each of them behind every token."""


class ClientLeftError(Exception):
    """The client went away; nobody is left to answer."""


def check_method_and_type(scope: Scope) -> None:
    """Raises 405 or 415. Curl's `-d` alone says `application/x-www-form-urlencoded`, hence the example."""
    if scope["method"] != "POST":
        raise HTTPException(405, "Method Not Allowed", {"Allow": "POST"})
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if kind.split(b";")[0].strip().lower() != b"application/json":
        raise HTTPException(415, 'The body must be JSON: send the header "Content-Type: application/json".')


async def read_body(receive: Receive) -> bytes:
    """The whole body; its size is limited by whoever hands out `receive`."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much one request may say, as the settings have it."""

    messages: int
    characters: int

    @classmethod
    def of(cls, settings: ServerSettings) -> "TextLimits":
        return cls(settings.message_limit, settings.character_limit)

    def check(self, request: GenerateRequest) -> None:
        """Raises 422."""
        if len(request.messages) > self.messages:
            raise _out_of_bounds("messages", f"There are more than {self.messages:,} messages.")
        if sum(len(message.content) for message in request.messages) > self.characters:
            raise _out_of_bounds("messages", f"The messages have more than {self.characters:,} characters.")
        stop = request.stop or ()
        if len(stop) > MOST_STOPS or any(len(each) > LONGEST_STOP for each in stop):
            words = f"There are more than {MOST_STOPS} stop strings, or one has more than {LONGEST_STOP:,} characters."
            raise _out_of_bounds("stop", words)


def parse_request(body: bytes, limits: TextLimits) -> GenerateRequest:
    try:
        request = GenerateRequest.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(422, _details(error)) from None
    limits.check(request)
    return request


def make_job(
    request: GenerateRequest, personas: PersonaLibrary, trace: RequestTrace, client: str, taker: TextTaker | None
) -> GenerationJob:
    try:
        messages, sampling, thinking = personas.apply(request)
    except UnknownPersonaError as error:
        details = [{"type": "unknown_persona", "loc": ["body", "persona"], "msg": str(error)}]
        raise HTTPException(422, details) from None
    return GenerationJob(
        trace.request_id, messages, sampling, SERVER_PRIORITY, thinking, taker, client=client, trace=trace
    )


def refusal_words(refusal: HTTPException) -> str:
    """A refusal's detail in one line, as a log shows it."""
    detail: Any = refusal.detail
    if isinstance(detail, list):
        return "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in detail)
    return str(detail)


def _out_of_bounds(field: str, words: str) -> HTTPException:
    return HTTPException(422, [{"type": "out_of_bounds", "loc": ["body", field], "msg": words}])


def _details(error: ValidationError) -> Any:
    """FastAPI's list of errors, without the input: it would send the person's own text back, at any length."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"type": one["type"], "loc": ["body", *one["loc"]], "msg": one["msg"]} for one in found[:SHOWN_ERRORS]]
