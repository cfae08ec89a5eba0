"""The load client: a process of its own, so that its processor time is nobody's figure.

Raw HTTP/1.1 over keep-alive connections with asyncio and uvloop. While the clock runs it looks for the first token
and for the end of the response; everything else is read afterwards.
"""

import asyncio
import dataclasses
import json
import re
import time
from typing import Any, cast

from benchmarks.figures import Answer
from benchmarks.streams import FIRST_TOKEN, LAST_CHUNK, READERS, BadStreamError, dechunk
from benchmarks.wire import serve_commands
from seproj_desktop.app import new_loop

PATHS = {"generate": "/generate", "chat": "/v1/chat/completions"}


class Connection(asyncio.Protocol):
    """One keep-alive connection: one request at a time, the raw response and two moments."""

    def __init__(self, first_token: re.Pattern[bytes]) -> None:
        self._first_token = first_token
        self._received = bytearray()
        self._first: float | None = None
        self._whole: asyncio.Future[float] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> tuple[bytes, float, float]:
        """The response, the time to its first token and to its end."""
        assert self._transport is not None
        self._received, self._first = bytearray(), None
        self._whole = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        self._transport.write(request)
        ended = await self._whole
        return bytes(self._received), self._time_of_first(ended) - started, ended - started

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._first is None and self._first_token.search(self._received):
            self._first = time.perf_counter()
        if self._received.endswith(LAST_CHUNK):
            self._settle()
        elif self._first is None and b" 200 " not in self._received[:16]:
            self._break("no answer: " + self._received[:500].decode(errors="replace"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(f"the connection was lost: {exc}")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _time_of_first(self, ended: float) -> float:
        """An answer without any text has its first token at its end."""
        return ended if self._first is None else self._first

    def _settle(self) -> None:
        if self._whole is not None and not self._whole.done():
            self._whole.set_result(time.perf_counter())

    def _break(self, reason: str) -> None:
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(BadStreamError(reason))


async def run(fields: dict[str, Any]) -> dict[str, Any]:
    """`clients` connections, each asking `requests` times one after the other; all begin together."""
    kind, port = fields["kind"], fields["port"]
    requests = [encode_request(PATHS[kind], port, body) for body in fields["bodies"]]
    loop = asyncio.get_running_loop()
    connections = []
    try:
        for _ in range(fields["clients"]):
            made = await loop.create_connection(lambda: Connection(FIRST_TOKEN[kind]), "127.0.0.1", port)
            connections.append(made[1])
        started = time.perf_counter()
        raw = await asyncio.gather(
            *(_ask_all(connection, requests, place, fields["requests"]) for place, connection in enumerate(connections))
        )
        wall = time.perf_counter() - started
    finally:
        for connection in connections:
            connection.close()
    answers = [_read(kind, *one) for several in raw for one in several]
    return {"wall": wall, "answers": [dataclasses.asdict(answer) for answer in answers]}


def encode_request(path: str, port: int, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def prompt_of(client: int, request: int, requests: int, prompts: int) -> int:
    """Which prompt a client's request takes; every door spreads them in the same way."""
    return (client * requests + request) % prompts


async def _ask_all(
    connection: Connection, requests: list[bytes], client: int, count: int
) -> list[tuple[int, bytes, float, float]]:
    answers = []
    for number in range(count):
        prompt = prompt_of(client, number, count, len(requests))
        answers.append((prompt, *await connection.ask(requests[prompt])))
    return answers


def _read(kind: str, prompt: int, response: bytes, first: float, total: float) -> Answer:
    reading = READERS[kind](dechunk(response))
    return Answer(prompt, first, total, reading.text, reading.reason, reading.tokens, reading.pieces)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve_commands({"run": run}))
