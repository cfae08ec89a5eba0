"""The server's parts as the program puts them together, with a fake engine, and a client that reads lines."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from seproj_desktop.chat.personas import Persona, PersonaLibrary, SamplingDefaults
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.server.networks import KnownNetworks
from seproj_desktop.server.status import On
from seproj_desktop.settings import ServerSettings
from tests.fakes import FAKE_MODEL, FakeEngine, FakeLoader

DEVELOPER = Persona(
    id="developer",
    name="Developer",
    system_prompt="You are a developer.",
    thinking=True,
    sampling=SamplingDefaults(temperature=0.3, max_tokens=99, stop=("END",)),
)
PERSONAS = PersonaLibrary([Persona(id="assistant", name="Assistant"), DEVELOPER])
HELLO = [{"role": "user", "content": "Hello"}]


class House:
    """Engine, server and a client; `aclose` ends them in reverse."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        *,
        loader: FakeLoader | None = None,
        settings: ServerSettings | None = None,
        queue_limit: int = 8,
        keys: ApiKeys | None = None,
        networks: KnownNetworks | None = None,
    ) -> None:
        self.engine = engine or FakeEngine()
        self.loader = loader or FakeLoader([self.engine])
        self.settings = settings or ServerSettings(drain_seconds=5.0)
        self._keys = keys
        self.manager = EngineManager(self.loader, FAKE_MODEL, watch_interval=0.001, queue_limit=queue_limit)
        self.board = RequestBoard(self.manager.abort, keeps_texts=self.settings.keep_texts)
        app = create_app(self.manager, PERSONAS, self.settings, self.board, keys)
        self.server = EmbeddedServer(app, self.settings, keys, networks)
        # trust_env: a proxy of the machine must not stand between the test and its server
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)

    @property
    def address(self) -> str:
        assert isinstance(self.server.status, On)
        return self.server.status.address

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port
        return port

    @property
    def agent(self) -> str:
        """What the client calls itself."""
        return str(self._client.headers["user-agent"])

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self._client.get(self.address + path, **more)

    async def options(self, path: str, **more: Any) -> httpx.Response:
        return await self._client.options(self.address + path, **more)

    async def post(self, path: str = "/generate", **more: Any) -> httpx.Response:
        return await self._client.post(self.address + path, **more)

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self._client.request(method, self.address + path, **more)

    async def ask(self, **fields: Any) -> httpx.Response:
        """POST /generate with a greeting and these fields."""
        return await self.post(json={"messages": HELLO} | fields)

    @asynccontextmanager
    async def stream(self, **fields: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The lines of an answer as they come."""
        body = {"messages": HELLO} | fields
        async with self._client.stream("POST", self.address + "/generate", json=body) as response:
            assert response.status_code == 200, await response.aread()
            yield (json.loads(line) async for line in response.aiter_lines())

    @asynccontextmanager
    async def raw_request(
        self, body: bytes, headers: Sequence[str] = ()
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A socket on which POST /generate with this body was written; it is closed at the end at the latest."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = ["POST /generate HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
        if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
            lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def aclose(self) -> None:
        await self._client.aclose()
        await self.server.aclose()
        if self._keys is not None:
            await self._keys.aclose()
        await self.manager.aclose()


def body_of(**fields: Any) -> bytes:
    return json.dumps({"messages": HELLO} | fields).encode()


def lines_of(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.text.endswith("\n")
    return [json.loads(line) for line in response.text.removesuffix("\n").split("\n")]


async def until(condition: Any) -> None:
    """Turns the loop until `condition()` is true; the test's own limit ends a wait that is in vain."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - whatever it is, it has no event of its own
            await asyncio.sleep(0.001)
