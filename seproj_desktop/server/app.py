"""The HTTP door as one ASGI callable: access rules outside, the stream's path beside an ordinary FastAPI for the rest.

Built once and handed to `EmbeddedServer`; it opens no socket and starts no engine. On the backend's loop.
"""

import functools
import time
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import seproj_desktop
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.server.access import AccessRules
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.docs import docs_page
from seproj_desktop.server.generate import UNEXPECTED, GenerateEndpoint
from seproj_desktop.server.health import EngineView, Health, describe
from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.server.openai.document import add_api
from seproj_desktop.server.openai.door import OpenAiDoor, ServedApi
from seproj_desktop.server.openai.paths import is_api_path
from seproj_desktop.server.openapi import ACCESS_PROBLEMS, add_generate, problem_responses
from seproj_desktop.server.request import TextLimits
from seproj_desktop.settings import ServerSettings

GENERATE_PATHS = ("/generate", "/api/generate")
NO_PARTS_FROM_ELSEWHERE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}


class ServedEngine(ServedApi, Protocol):
    """The engine as this door needs it: answers, its own HTTP API, and what /health shows."""


def create_app(
    engine: ServedEngine,
    personas: PersonaLibrary,
    settings: ServerSettings,
    board: RequestBoard,
    keys: ApiKeys | None = None,
) -> ASGIApp:
    """Without `keys` nobody needs one, and nobody from outside gets in."""
    api = _ordinary_routes(engine)
    limits = TextLimits.of(settings)
    generate = GenerateEndpoint(engine, personas, board, limits)
    openai = OpenAiDoor(engine, personas, board, limits, waits=settings.wait_for_engine, created=int(time.time()))

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        lane: ASGIApp = generate if path in GENERATE_PATHS else openai if is_api_path(path) else api
        await lane(scope, receive, send)

    return AccessRules(dispatch, settings, keys, board)


def _ordinary_routes(engine: EngineView) -> FastAPI:
    api = FastAPI(
        title="SEproj Desktop",
        version=seproj_desktop.__version__,
        description="The local model of SEproj Desktop: one engine for the window, for HTTP and for the command line.",
        docs_url=None,
        redoc_url=None,
        exception_handlers={Exception: _unexpected},
    )
    document = functools.cache(lambda: _document(api))
    api.openapi = document  # type: ignore[method-assign]  # FastAPI's own way of extending the document
    refused = problem_responses(ACCESS_PROBLEMS)

    responses: dict[int | str, dict[str, Any]] = {
        200: {"model": Health, "description": "A model is configured; `engine_ready` tells whether it is loaded."},
        503: {"model": Health, "description": "No model is configured."},
        **{int(status): response for status, response in refused.items()},
    }

    @api.get("/health", summary="How the engine is", responses=responses)
    async def health() -> JSONResponse:
        report = describe(engine)
        return JSONResponse(report.model_dump(exclude_unset=True), 503 if report.model is None else 200)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(document()), headers=NO_PARTS_FROM_ELSEWHERE)

    return api


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """Starlette raises the error again once this is sent, and uvicorn logs it."""
    return JSONResponse({"detail": UNEXPECTED}, 500)


def _document(api: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    add_generate(document, *GENERATE_PATHS)
    add_api(document)
    return document
