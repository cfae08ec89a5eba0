"""What concerns other processes and threads: log bridge, guard of children, folders, loader thread, downloads."""

import asyncio
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from seproj_desktop.engine.children import ChildHandler, first_cause, logging_config
from seproj_desktop.engine.download import DownloadCancelledError, DownloadProgress, ModelDownloads
from seproj_desktop.engine.environment import borrowed_environment, engine_variables
from seproj_desktop.engine.hub import HubCache
from seproj_desktop.engine.loader_thread import LoaderThread
from seproj_desktop.engine.log_bridge import ChildRecord, LogBridge, stage_of
from seproj_desktop.engine.runtime_folder import RuntimeFolder, remove_stale
from seproj_desktop.errors import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[LogBridge]:
    bridge = LogBridge(tmp_path / "log")
    yield bridge
    bridge.close()


def test_records_cross_with_the_first_cause_of_their_exception(bridge: LogBridge) -> None:
    got: queue.SimpleQueue[ChildRecord] = queue.SimpleQueue()
    bridge.listen(got.put)
    handler = ChildHandler(str(bridge.address))
    try:
        try:
            raise ValueError("too small")
        except ValueError as error:
            raise RuntimeError("see root cause above") from error
    except RuntimeError:
        handler.handle(logging.LogRecord("vllm.x", logging.ERROR, "f", 1, "failed %d", (7,), sys.exc_info()))
    record = got.get(timeout=10)
    handler.close()
    assert (record.message, record.cause) == ("failed 7", "ValueError: too small")
    assert "ValueError" in record.traceback


def test_draining_waits_for_what_was_sent_before(bridge: LogBridge) -> None:
    got: list[str] = []
    bridge.listen(lambda record: got.append(record.message))
    handler = ChildHandler(str(bridge.address))
    for n in range(50):
        handler.handle(logging.LogRecord("vllm", logging.INFO, "f", 1, str(n), (), None))
    handler.close()
    bridge.drain()
    assert got == [str(n) for n in range(50)]


def test_the_longest_record_still_names_its_cause(bridge: LogBridge) -> None:
    got: list[ChildRecord] = []
    bridge.listen(got.append)
    handler = ChildHandler(str(bridge.address))
    try:
        raise ValueError("ü" * 10_000)
    except ValueError:
        handler.handle(logging.LogRecord("vllm", logging.ERROR, "f", 1, "ü" * 30_000, (), sys.exc_info()))
    handler.close()
    bridge.drain()
    assert got[0].cause.startswith("ValueError: ü")


def test_a_handler_whose_parent_is_gone_disturbs_nobody(tmp_path: Path) -> None:
    handler = ChildHandler(str(tmp_path / "nowhere"))
    handler.handle(logging.LogRecord("vllm", logging.INFO, "f", 1, "x", (), None))
    handler.close()


def test_rubbish_on_the_socket_is_dropped(bridge: LogBridge, caplog: pytest.LogCaptureFixture) -> None:
    import socket

    got: queue.SimpleQueue[ChildRecord] = queue.SimpleQueue()
    bridge.listen(got.put)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"{not json", str(bridge.address))
        sender.sendto(b'{"level": 1}', str(bridge.address))
    handler = ChildHandler(str(bridge.address))
    handler.handle(logging.LogRecord("vllm", logging.INFO, "f", 1, "still here", (), None))
    assert got.get(timeout=10).message == "still here"
    handler.close()
    assert caplog.text.count("unreadable") == 2


def test_stages_are_read_from_vllm_s_lines() -> None:
    def stage(message: str) -> str | None:
        found = stage_of(ChildRecord(20, "vllm", "EngineCore", 1, message, "", ""))
        return found.name if found else None

    assert stage("Loading weights took 0.5 seconds") == "Preparing memory"
    assert stage("something else") is None


def test_an_exception_that_causes_itself_ends_the_search() -> None:
    error = ValueError("a")
    other = ValueError("b")
    error.__context__, other.__context__ = other, error
    assert first_cause(error) is other


GUARDED = """
import logging, logging.config, multiprocessing, time
def configure():
    logging.config.dictConfig({config!r})
def work():
    {first}
    print(multiprocessing.current_process().pid, flush=True)
    {then}
if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
    time.sleep(120)
elif {early}:
    configure()
"""


@pytest.mark.slow
@pytest.mark.parametrize("early", [False, True], ids=["configured at work", "configured at its import"])
@pytest.mark.parametrize("then", ["time.sleep(120)", "sum(range(1 << 50))"], ids=["idle", "holding the GIL"])
def test_a_child_ends_when_its_parent_is_killed(bridge: LogBridge, tmp_path: Path, early: bool, then: str) -> None:
    program = tmp_path / "program.py"
    first = "logging.getLogger('vllm').info('begins')" if early else "configure()"
    program.write_text(GUARDED.format(config=logging_config(bridge.address), first=first, then=then, early=early))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert os.getpgid(child.pid) == child.pid, "Ctrl+C in a terminal must not reach it"
        parent.send_signal(signal.SIGKILL)
        child.wait(timeout=20)


def test_a_run_time_folder_is_private_and_stale_ones_are_removed(tmp_path: Path) -> None:
    stale = tmp_path / "seproj-999999999-x"
    foreign = tmp_path / "other"
    stale.mkdir()
    foreign.mkdir()
    folder = RuntimeFolder(tmp_path) if len(str(tmp_path)) <= 40 else None
    remove_stale(tmp_path)
    assert not stale.exists()
    assert foreign.exists()
    folder = folder or RuntimeFolder(Path("/tmp"))
    assert folder.path.stat().st_mode & 0o777 == 0o700
    remove_stale(folder.path.parent)
    assert folder.path.exists()
    folder.remove()
    assert not folder.path.exists()


def test_a_long_path_gives_way_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60)
    deep.mkdir()
    folder = RuntimeFolder(deep)
    assert not list(deep.iterdir())
    folder.remove()


def test_the_environment_is_given_back_exactly(tmp_path: Path) -> None:
    before = dict(os.environ)
    with borrowed_environment(engine_variables(tmp_path, tmp_path / "c", eager=True)):
        assert os.environ["VLLM_NO_USAGE_STATS"] == os.environ["DO_NOT_TRACK"] == "1"
        os.environ["LD_PRELOAD_OF_SOMEBODY"] = "x"
        os.environ.pop("PATH")
    assert dict(os.environ) == before


async def test_the_loader_thread_hands_results_and_failures_to_the_loop() -> None:
    thread = LoaderThread()
    assert await thread.submit(lambda: threading.current_thread().name) == "engine loader"
    with pytest.raises(ZeroDivisionError):
        await thread.submit(lambda: 1 / 0)
    assert thread.close(5)


async def test_a_busy_loader_thread_is_not_waited_for() -> None:
    thread = LoaderThread()
    release = threading.Event()
    work = thread.submit(release.wait)
    assert not thread.close(0.01)
    release.set()
    await work
    assert thread.close(5)


class FakeHub(BaseHTTPRequestHandler):
    """As much of the Hugging Face hub as a download needs, on loopback."""

    files: ClassVar = {"config.json": b'{"architectures": ["X"]}', "model.safetensors": b"\x00" * 3_000_000}
    commit = "a" * 40

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.startswith("/api/models/org/name/tree"):
            tree = [{"type": "file", "path": n, "size": len(d), "oid": f"{len(d):040x}"} for n, d in self.files.items()]
            self._send(json.dumps(tree).encode())
        elif self.path.startswith("/api/models/org/name"):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in self.files.items()]
            self._send(
                json.dumps({"id": "org/name", "modelId": "org/name", "sha": self.commit, "siblings": siblings}).encode()
            )
        elif (name := self.path.split("?")[0].rsplit("/", 1)[-1]) in self.files and "/org/name/" in self.path:
            self._send(self.files[name])
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET  # noqa: N815  the library's name

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{len(body):040x}"')
        self.send_header("X-Repo-Commit", self.commit)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeHub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("hub")
async def test_a_download_tells_its_progress_and_lands_in_the_cache(tmp_path: Path) -> None:
    seen: list[DownloadProgress] = []
    await ModelDownloads(tmp_path).fetch("org/name", seen.append)
    assert seen[0] == DownloadProgress(0, sum(len(data) for data in FakeHub.files.values()))
    assert seen[-1].done == seen[-1].total
    assert HubCache(tmp_path).has("org/name")


@pytest.mark.usefixtures("hub")
async def test_a_model_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no/such could not be downloaded"):
        await ModelDownloads(tmp_path).fetch("no/such", lambda _: None)


@pytest.mark.usefixtures("hub")
async def test_a_download_can_be_cancelled_and_only_one_runs(tmp_path: Path) -> None:
    downloads = ModelDownloads(tmp_path)
    first = asyncio.create_task(downloads.fetch("org/name", lambda _: None))
    await asyncio.sleep(0)
    with pytest.raises(UserError, match="Another download"):
        await downloads.fetch("org/name", lambda _: None)
    downloads.cancel()
    with pytest.raises(DownloadCancelledError):
        await first
