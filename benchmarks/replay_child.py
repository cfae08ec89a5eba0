"""The child processes of the replay: `record` writes a recording, `ours` and `vllm` serve it over HTTP.

Both servers run on uvloop with uvicorn and httptools, without access log, over the same `ReplayLLM`. Started by the
run, never by hand.
"""

import argparse
import asyncio
import importlib
import json
import pickle
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks import replay_llm
from benchmarks.doors import DEMO, SEQUENCES, vllm_arguments
from benchmarks.wire import say, say_error
from seproj_desktop.app import new_loop
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.engine.catalog import DEMO_NAME, ModelSpec
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.protocol import Engine, StageListener
from seproj_desktop.engine.vllm_engine import EngineOptions, LoadCounters, VllmEngine
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.settings import ServerSettings


class ReplayLoader:
    """The `EngineLoader` that hands out our real engine class over a recording."""

    def __init__(self, llm: Any, namespace: argparse.Namespace) -> None:
        self._llm = llm
        self._namespace = namespace

    async def load(self, model: ModelSpec, on_stage: StageListener) -> Engine:
        del on_stage
        options = EngineOptions(model.name, model.source, max_sequences=SEQUENCES)
        engine = VllmEngine(self._llm, options, LoadCounters(), self._namespace)
        await engine.open_http(asyncio.to_thread)
        return engine

    async def unload(self, engine: Engine) -> None:
        """There is nothing behind it."""

    def cancel_load(self) -> None:
        """A load takes no time."""

    async def aclose(self) -> None:
        """Nothing to close."""


async def serve_ours(llm: replay_llm.ReplayLLM, namespace: argparse.Namespace) -> None:
    manager = EngineManager(ReplayLoader(llm, namespace), ModelSpec(DEMO_NAME, str(DEMO), "demo"))
    await manager.start()
    settings = ServerSettings(port=0)
    app = create_app(manager, PersonaLibrary([]), settings, RequestBoard(manager.abort))
    server = EmbeddedServer(app, settings)
    await server.start()
    say(int(str(getattr(server.status, "address", "")).rpartition(":")[2]))
    await asyncio.Event().wait()


async def serve_vllm(llm: replay_llm.ReplayLLM, namespace: argparse.Namespace) -> None:
    """vLLM's own app, as its server builds it."""
    api_server: Any = importlib.import_module("vllm.entrypoints.openai.api_server")
    tasks = await llm.get_supported_tasks()
    app = api_server.build_app(namespace, tasks, llm.model_config)
    await api_server.init_app_state(llm, app.state, namespace, tasks)
    config = uvicorn.Config(app, port=0, loop="none", http="auto", access_log=False, log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn offers nothing to wait for
        await asyncio.sleep(0.05)
    say(server.servers[0].sockets[0].getsockname()[1])
    await serving


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("record", "ours", "vllm"))
    parser.add_argument("--recording", type=Path, required=True)
    parser.add_argument("--bodies", type=Path)
    options = parser.parse_args()
    try:
        namespace = replay_llm.serve_arguments(vllm_arguments())
        if options.role == "record":
            bodies = json.loads(options.bodies.read_text(encoding="utf-8"))
            recording = await replay_llm.record(namespace, bodies)
            options.recording.write_bytes(pickle.dumps(recording))
            say(sum(len(output.outputs[0].token_ids) for outputs in recording for output in outputs))
            return
        llm = replay_llm.ReplayLLM(replay_llm.engine_config(namespace), options.recording)
        if options.role == "ours":
            await serve_ours(llm, namespace)
        else:
            await serve_vllm(llm, namespace)
    except Exception as error:  # noqa: BLE001  the parent says it
        say_error(error)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
