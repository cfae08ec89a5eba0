"""What a page of a listed origin is told: fixed lists, and of what it has sent only its own origin, which is listed."""

from starlette.types import Message, Send

from seproj_desktop.server.heading import Heading
from seproj_desktop.server.reply import RawHeaders

ALLOWED_HEADERS = (
    b"accept, authorization, content-type, x-api-key, x-request-id, openai-organization, openai-project, openai-beta, "
    b"anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, x-stainless-arch, "
    b"x-stainless-helper-method, x-stainless-lang, x-stainless-os, x-stainless-package-version, "
    b"x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout"
)
"""What the clients that speak to such servers from a page send."""


def cors_headers(origin: str) -> RawHeaders:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", b"X-Request-ID, Retry-After"),
        (b"vary", b"Origin"),
    ]


async def answer_preflight(send: Send, origin: str, heading: Heading) -> None:
    headers = [
        *cors_headers(origin),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", b"600"),
    ]
    if heading.asks_private:
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def with_headers(send: Send, more: RawHeaders) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return send_with_headers
