"""Starting, failing, dying and ending of the real engine; after each, nothing is left behind."""

import asyncio
import json
import multiprocessing
import os
import shutil
import tempfile
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.protocol import LoadCancelledError
from seproj_desktop.engine.start_method import NICENESS
from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Starting, Stopped
from seproj_desktop.errors import UserError
from seproj_desktop.settings import EngineSettings
from tests.engine.conftest import DEMO, MakeManager, engine_processes, make_manager

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


def job(name: str, max_tokens: int = 8) -> GenerationJob:
    return GenerationJob(name, (ChatMessage(role="user", content="Add dark mode"),), Sampling(max_tokens=max_tokens))


async def reach(manager: EngineManager, kind: type[EngineStatus]) -> EngineStatus:
    """The next status of a kind; the test's time limit is the bound."""
    found: asyncio.Future[EngineStatus] = asyncio.get_running_loop().create_future()

    def look(status: EngineStatus) -> None:
        if isinstance(status, kind) and not found.done():
            found.set_result(status)

    unsubscribe = manager.subscribe(look)
    try:
        return await asyncio.wait_for(found, 60)
    finally:
        unsubscribe()


def shared_memory() -> set[str]:
    return {path.name for path in Path("/dev/shm").iterdir()}


def core() -> BaseProcess:
    return next(child for child in multiprocessing.active_children() if child.name.startswith("EngineCore"))


def kill_core() -> None:
    """As the kernel does when memory runs out."""
    core().kill()


def niceness_of_threads(pid: int | None) -> set[int]:
    """Linux keeps it for each thread."""
    lines = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return {int(line.rpartition(")")[2].split()[16]) for line in lines}


def nice_of_session(pid: int) -> int | None:
    """None where the kernel does not group by sessions."""
    try:
        return int(Path(f"/proc/{pid}/autogroup").read_text().rpartition("nice ")[2])
    except (OSError, ValueError):
        return None


async def test_an_engine_that_computes_on_the_processor_leaves_the_window_the_way(manager: EngineManager) -> None:
    await manager.start()
    own = os.nice(0)
    assert niceness_of_threads(core().pid) == {own + NICENESS}
    assert niceness_of_threads(os.getpid()) == {own}


async def test_it_leaves_the_way_to_other_sessions_too(manager: EngineManager) -> None:
    """As to a display server, and not only to the processes of its own."""
    await manager.start()
    pid = core().pid
    assert pid is not None
    assert os.getsid(pid) == pid
    assert nice_of_session(pid) in (NICENESS, None)


async def test_a_killed_engine_is_noticed_while_idle_and_the_next_request_starts_a_fresh_one(
    manager: EngineManager,
) -> None:
    await manager.start()
    kill_core()
    failed = await reach(manager, Failed)
    assert isinstance(failed, Failed)
    assert "stopped unexpectedly" in failed.reason
    assert failed.advice
    stream = [event async for event in manager.generate(job("after death"))]
    assert isinstance(stream[-1], events.Finished)
    assert isinstance(manager.status, Ready)


async def test_an_engine_killed_mid_answer_ends_every_stream_with_words(manager: EngineManager) -> None:
    await manager.start()

    async def read(name: str) -> events.StreamEvent:
        return [event async for event in manager.generate(job(name, 4000))][-1]

    readers = [asyncio.create_task(read(f"doomed {n}")) for n in range(4)]
    while manager.load.running < 4:  # noqa: ASYNC110  the engine offers nothing to wait for
        await asyncio.sleep(0.01)
    kill_core()
    for last in await asyncio.gather(*readers):
        assert isinstance(last, events.Failed)
        assert last.kind == "engine_died"
        assert last.advice
    assert isinstance(manager.status, Failed)


async def test_two_callers_share_one_start_and_see_its_stages(manager: EngineManager) -> None:
    await manager.stop()
    assert manager.status == Stopped("seproj-demo")
    seen: list[EngineStatus] = []
    unsubscribe = manager.subscribe(seen.append)
    first, second = await asyncio.gather(manager.start(), manager.start())
    unsubscribe()
    assert first is second
    stages = [status for status in seen if isinstance(status, Starting)]
    assert len({status.stage for status in stages}) >= 4
    assert [status.fraction for status in stages] == sorted(status.fraction for status in stages)
    assert isinstance(seen[-1], Ready)


async def test_a_caller_that_gives_up_does_not_take_the_load_from_the_others(manager: EngineManager) -> None:
    await manager.stop()
    impatient = asyncio.create_task(manager.start())
    patient = asyncio.create_task(manager.start())
    await reach(manager, Starting)
    impatient.cancel()
    await patient
    assert isinstance(manager.status, Ready)


async def test_a_load_can_be_cancelled_and_leaves_nothing(manager: EngineManager) -> None:
    await manager.stop()
    before = {process.pid for process in engine_processes()}
    starting = asyncio.create_task(manager.start())
    await reach(manager, Starting)
    manager.cancel_start()
    with pytest.raises(LoadCancelledError):
        await starting
    assert isinstance(manager.status, Stopped)
    psutil.wait_procs([p for p in engine_processes() if p.pid not in before], timeout=8)
    assert {process.pid for process in engine_processes()} <= before


async def test_a_request_aborted_while_the_model_loads_just_ends(manager: EngineManager) -> None:
    await manager.stop()
    stream = manager.generate(job("early"))
    waiting = asyncio.ensure_future(anext(stream))
    await reach(manager, Starting)
    await manager.abort("early")
    assert await waiting == events.Finished("abort")
    await stream.aclose()
    await manager.start()


async def test_a_folder_without_a_model_is_refused_in_words(new_manager: MakeManager, tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "missing", "does not exist"), (tmp_path, "no config.json")):
        manager = new_manager(model=str(folder))
        with pytest.raises(UserError, match=words):
            await manager.start()
        assert isinstance(manager.status, Failed)
        assert words in manager.status.reason
        (failed,) = [event async for event in manager.generate(job("no model"))]
        assert isinstance(failed, events.Failed)
        assert failed.kind == "not_ready"


async def test_damaged_weights_and_unknown_architectures_are_told_by_their_true_cause(
    new_manager: MakeManager, tmp_path: Path
) -> None:
    damaged = shutil.copytree(DEMO, tmp_path / "damaged")
    (damaged / "model.safetensors").write_bytes(b"\xff" * 4096)
    unknown = shutil.copytree(DEMO, tmp_path / "unknown")
    config = json.loads((unknown / "config.json").read_text())
    (unknown / "config.json").write_text(json.dumps(config | {"architectures": ["NoSuchModel"], "model_type": "qwen3"}))
    for folder, words in ((damaged, "damaged"), (unknown, "NoSuchModel")):
        manager = new_manager(model=str(folder))
        with pytest.raises(UserError, match=words):
            await manager.start()


async def test_a_cache_too_small_names_the_length_that_fits(new_manager: MakeManager) -> None:
    manager = new_manager(EngineSettings(cpu_cache_mib=1, context_length=4096, max_sequences=2))
    with pytest.raises(UserError, match=r"context_length to \d+"):
        await manager.start()


async def test_after_closing_no_process_socket_or_shared_memory_is_left() -> None:
    folder = Path(tempfile.mkdtemp(prefix="left-"))
    shared = shared_memory()
    before = {process.pid for process in engine_processes()}
    manager = make_manager(folder)
    stream = [event async for event in manager.generate(job("only one"))]
    assert isinstance(stream[-1], events.Finished)
    await manager.aclose()
    left = [p for p in engine_processes() if p.pid not in before]
    _, alive = psutil.wait_procs(left, timeout=8)
    assert not alive
    os.rmdir(folder)  # noqa: PTH106  refuses while anything is in it
    assert shared_memory() <= shared
    assert os.environ.get("VLLM_RPC_BASE_PATH") is None


async def test_a_fork_server_that_died_is_replaced(manager: EngineManager) -> None:
    await manager.start()
    await manager.stop()
    (server,) = [process for process in engine_processes() if "forkserver" in " ".join(process.cmdline())]
    server.kill()
    while server.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110  waiting for it would take its death from us
        await asyncio.sleep(0.01)
    await manager.start()
    assert isinstance(manager.status, Ready)


async def test_a_model_without_a_template_gets_the_plain_transcript(new_manager: MakeManager, tmp_path: Path) -> None:
    """Its prompt is longer than the template's by the role names, and the answer ends before the next turn."""
    plain = shutil.copytree(DEMO, tmp_path / "plain")
    config = json.loads((plain / "tokenizer_config.json").read_text())
    config.pop("chat_template", None)
    (plain / "tokenizer_config.json").write_text(json.dumps(config))
    (plain / "chat_template.jinja").unlink(missing_ok=True)
    small = EngineSettings(cpu_cache_mib=64)  # filling the usual one takes half a minute
    for model, settings in ((str(plain), small), ("demo", EngineSettings(prompt_format="plain"))):
        manager = new_manager(settings, model)
        stream = [event async for event in manager.generate(job("plain", max_tokens=60))]
        await manager.stop()
        assert isinstance(stream[-1], events.Finished)
        text = "".join(event.text for event in stream if isinstance(event, events.TextDelta))
        assert "\n\nUser:" not in text
        assert "<|im_end|>" not in text
