"""An ASGI app as a loaded engine offers one: it notes what reaches it, and answers through the gate as vLLM's would."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from starlette.types import Receive, Scope, Send

from seproj_desktop.engine.gate import CURRENT_CALL, GatedEngine, HttpCall


@dataclass
class LlmLike:
    """The engine below the gate: one output per piece, each after `gate` lets it pass."""

    gate: asyncio.Semaphore | None = None
    priorities: list[int] = field(default_factory=list)
    running: int = 0
    aborted: list[str] = field(default_factory=list)
    errored: bool = False
    """Whether it has ended: then it raises, after its first piece."""

    async def generate(self, _prompt: Any, _params: Any, _id: str, *, priority: int) -> AsyncGenerator[Any, None]:
        self.priorities.append(priority)
        self.running += 1
        try:
            for piece in ("Hello", " world"):
                if self.gate is not None:
                    await self.gate.acquire()
                reason = "stop" if piece == " world" else None
                outputs = [SimpleNamespace(text=piece, token_ids=[1], finish_reason=reason)]
                yield SimpleNamespace(
                    outputs=outputs, finished=reason is not None, prompt_token_ids=[1, 2, 3], num_cached_tokens=2
                )
                if self.errored:
                    raise RuntimeError("See stack trace (above) for the root cause.")
        finally:
            self.running -= 1

    async def abort(self, request_ids: list[str]) -> None:
        self.aborted += request_ids


class VllmLike:
    """The app. A body may name a `status` to refuse with, or an `error` to raise."""

    def __init__(self, gate: asyncio.Semaphore | None = None) -> None:
        self.llm = LlmLike(gate)
        self.gated = GatedEngine(self.llm)
        self.bodies: list[Any] = []
        self.scopes: list[Scope] = []
        self.calls: list[HttpCall] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body = json.loads(message["body"]) if message["body"] else {}
        self.bodies.append(body)
        self.scopes.append(scope)
        self.calls.append(CURRENT_CALL.get())
        if status := body.get("status"):
            await _send_json(send, status, {"error": {"message": "No.", "type": "BadRequestError", "code": status}})
        elif body.get("error"):
            await _send_json(send, 500, {"error": {"message": "File x.py, line 1", "code": 500}})
            raise RuntimeError(body["error"])
        elif body.get("stream"):
            await self._stream(body, receive, send)
        else:
            text = "".join([output.outputs[0].text async for output in self._generate(body)])
            await _send_json(send, 200, {"model": CURRENT_CALL.get().model, "text": text})

    def _generate(self, body: dict[str, Any]) -> AsyncGenerator[Any, None]:
        params = SimpleNamespace(n=body.get("n", 1))
        return self.gated.generate("prompt", params, "sub-request", priority=body.get("priority", 0))

    async def _stream(self, body: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-own", b"of vLLM's")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        work = asyncio.create_task(self._send_events(body, send))
        left = asyncio.create_task(_next_message(receive))
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, left):
                task.cancel()
            await asyncio.gather(work, left, return_exceptions=True)

    async def _send_events(self, body: dict[str, Any], send: Send) -> None:
        try:
            async for output in self._generate(body):
                event = json.dumps({"text": output.outputs[0].text})
                await send({"type": "http.response.body", "body": f"data: {event}\n\n".encode(), "more_body": True})
        except RuntimeError as error:  # vLLM's own streams tell whatever happens as their last event
            event = json.dumps({"error": {"message": str(error)}})
            await send({"type": "http.response.body", "body": f"data: {event}\n\n".encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n", "more_body": False})


async def _next_message(receive: Receive) -> None:
    await receive()


async def _send_json(send: Send, status: int, content: Any) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
