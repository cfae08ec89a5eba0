"""Pages in a real browser: of another origin they neither read nor do anything; of a listed one they do both."""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from seproj_desktop.settings import ServerSettings
from tests.server.house import House

OpenHouse = Callable[..., House]
pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SCRIPT = """
const server = "%(server)s", results = {};
const body = JSON.stringify({messages: [{role: "user", content: "Hi"}], stream: false});
const tries = {
  read: () => fetch(server + "/health").then(answer => answer.text()),
  readWithCredentials: () => fetch(server + "/health", {credentials: "include"}).then(answer => answer.text()),
  readBlindly: () => fetch(server + "/health", {mode: "no-cors"}).then(answer => answer.type + answer.status),
  ask: () => fetch(server + "/generate", {method: "POST", body, headers: {"Content-Type": "application/json"}})
    .then(answer => answer.json()).then(answer => answer.output),
  askAsText: () => fetch(server + "/generate", {method: "POST", body}).then(answer => answer.text()),
  askBlindly: () => fetch(server + "/generate", {method: "POST", body, mode: "no-cors"}).then(answer => answer.type),
  askWithKey: () => fetch(server + "/generate", {method: "POST", body,
    headers: {"Content-Type": "application/json", "Authorization": "Bearer guess"}}).then(answer => answer.text()),
  askByForm: () => new Promise(resolve => {
    const frame = Object.assign(document.createElement("iframe"), {name: "sink"});
    const form = Object.assign(document.createElement("form"),
      {action: server + "/generate", method: "POST", target: "sink", enctype: "text/plain"});
    const field = Object.assign(document.createElement("input"), {name: body.slice(0, -1) + ',"x":"', value: '"}'});
    form.append(field); document.body.append(frame, form);
    frame.onload = () => {
      try { resolve("read: " + frame.contentDocument.body.innerText); } catch { resolve("hidden"); }
    };
    form.submit();
  }),
  socket: () => new Promise((resolve, reject) => {
    const socket = new WebSocket(server.replace("http", "ws") + "/health");
    socket.onopen = () => resolve("open"); socket.onerror = () => reject(new Error("closed"));
  }),
  events: () => new Promise((resolve, reject) => {
    const source = new EventSource(server + "/health");
    source.onopen = () => resolve("open"); source.onerror = () => { source.close(); reject(new Error("closed")); };
  }),
};
(async () => {
  for (const [name, attempt] of Object.entries(tries))
    try { results[name] = await attempt(); } catch (error) { results[name] = "failed"; }
  await fetch("/report", {method: "POST", body: JSON.stringify(results)});
})();
"""


class Site:
    """A web site of somebody else's, with one page; what the page reports is `report`."""

    def __init__(self, server: str) -> None:
        self._page = f"<!doctype html><title>x</title><body><script>{SCRIPT % {'server': server}}</script>".encode()
        self.report: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if head.startswith("POST /report"):
                length = next(int(line.split(":")[1]) for line in head.splitlines() if "content-length" in line.lower())
                self.report.set_result(json.loads(await reader.readexactly(length)))
            page = self._page if head.startswith("GET / ") else b""
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n" % len(page) + page)
            await writer.drain()


@contextlib.asynccontextmanager
async def browser(folder: Path, url: str, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Chromium without a window; every name is this machine."""
    chromium = await asyncio.create_subprocess_exec(
        *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", f"--user-data-dir={folder}"),
        *("--host-resolver-rules=MAP * 127.0.0.1", "--no-proxy-server", *more, url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield chromium
    finally:
        with contextlib.suppress(ProcessLookupError):
            chromium.send_signal(signal.SIGTERM)
        await chromium.communicate()


async def visit(
    open_house: OpenHouse, folder: Path, host: str, *, listed: bool = False
) -> tuple[House, dict[str, str]]:
    """A house, and what a page of this host's gets out of it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house = open_house(settings=ServerSettings(cors_origins=(f"http://{host}:{port}",) if listed else ()))
        await house.server.start(port=0)
        site = Site(house.address)
        visiting = browser(folder, f"http://{host}:{port}/")
        async with await asyncio.start_server(site.answer, sock=taken), visiting, asyncio.timeout(100):
            return house, await site.report


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1"])
async def test_a_page_of_another_origin_reads_nothing_and_asks_nothing(
    open_house: OpenHouse, tmp_path: Path, host: str
) -> None:
    house, seen = await visit(open_house, tmp_path, host)
    may_happen = {"readBlindly": "opaque0", "askBlindly": "opaque", "askByForm": "hidden"}
    assert {name: seen[name] for name in may_happen} == may_happen
    assert {name for name in seen if seen[name] != "failed"} == set(may_happen)
    assert house.engine.jobs == []


async def test_a_page_of_a_listed_origin_reads_and_asks(open_house: OpenHouse, tmp_path: Path) -> None:
    _, seen = await visit(open_house, tmp_path, "app.example", listed=True)
    assert json.loads(seen["read"])["model"] == "fake-model"
    assert seen["ask"] == "Hello, world!"
    assert seen["askWithKey"] != "failed"
    assert seen["socket"] == seen["events"] == "failed"


async def test_a_name_that_was_led_here_shows_only_the_refusal(open_house: OpenHouse, tmp_path: Path) -> None:
    house = open_house()
    await house.server.start(port=0)
    url = f"http://rebound.example:{house.port}/health"
    async with browser(tmp_path, url, "--dump-dom") as chromium, asyncio.timeout(100):
        shown = (await chromium.communicate())[0].decode()
    assert "The Host header does not name this machine" in shown
    assert "fake-model" not in shown


async def test_the_servers_own_page_can_be_read(open_house: OpenHouse, tmp_path: Path) -> None:
    house = open_house()
    await house.server.start(port=0)
    async with browser(tmp_path, house.address + "/docs", "--dump-dom") as chromium, asyncio.timeout(100):
        shown = (await chromium.communicate())[0].decode()
    assert "/generate" in shown
