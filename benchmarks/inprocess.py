"""The engine in process: an `EngineManager` on the real loader, driven through a few commands.

One process holds clients and engine front end, as the window does; so its processor time includes the clients.
Started by the run, never by hand.
"""

import argparse
import asyncio
import dataclasses
import itertools
import time
from pathlib import Path
from typing import Any

from benchmarks.client import prompt_of
from benchmarks.figures import Answer
from benchmarks.wire import say, say_error, serve_commands
from seproj_desktop.app import new_loop
from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.engine.catalog import resolve_model
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.vllm_loader import VllmLoader
from seproj_desktop.paths import resources_folder
from seproj_desktop.settings import EngineSettings


class InProcess:
    """The commands."""

    def __init__(self, manager: EngineManager) -> None:
        self._manager = manager
        self._numbers = itertools.count()

    async def run(self, fields: dict[str, Any]) -> dict[str, Any]:
        """As the load client's `run`, without HTTP."""
        clients, requests, bodies = fields["clients"], fields["requests"], fields["bodies"]
        started = time.perf_counter()
        several = await asyncio.gather(*(self._ask_all(bodies, client, requests) for client in range(clients)))
        wall = time.perf_counter() - started
        return {"wall": wall, "answers": [dataclasses.asdict(answer) for answers in several for answer in answers]}

    async def switch(self, fields: dict[str, Any]) -> dict[str, float]:
        """Unloads and loads again, as a change of the model does; seconds."""
        return {"stop": await self.stop(fields), "start": await self.start(fields)}

    async def stop(self, _: dict[str, Any]) -> float:
        """Unloads; seconds."""
        started = time.perf_counter()
        await self._manager.stop()
        return time.perf_counter() - started

    async def start(self, _: dict[str, Any]) -> float:
        """Loads, also after the engine has died; seconds."""
        started = time.perf_counter()
        await self._manager.start()
        return time.perf_counter() - started

    async def _ask_all(self, bodies: list[dict[str, Any]], client: int, count: int) -> list[Answer]:
        answers = []
        for number in range(count):
            prompt = prompt_of(client, number, count, len(bodies))
            answers.append(await self._ask(bodies[prompt], prompt))
        return answers

    async def _ask(self, body: dict[str, Any], prompt: int) -> Answer:
        messages = tuple(ChatMessage(**message) for message in body["messages"])
        sampling = Sampling(body["temperature"], body["top_p"], body["max_tokens"])
        job = GenerationJob(f"bench-{next(self._numbers)}", messages, sampling)
        started = time.perf_counter()
        first: float | None = None
        pieces: list[str] = []
        async for event in self._manager.generate(job):
            if type(event) is events.TextDelta:
                first = first or time.perf_counter() - started
                pieces.append(event.text)
            elif type(event) is events.Finished:
                total = time.perf_counter() - started
                tokens = event.usage.completion_tokens
                return Answer(prompt, first or total, total, "".join(pieces), event.reason, tokens, len(pieces))
            elif type(event) is events.Failed:
                raise RuntimeError(event.message)
        raise RuntimeError("the stream had no end")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--settings", type=EngineSettings.model_validate_json, required=True)
    options = parser.parse_args()
    loader = VllmLoader(options.settings, options.runtime, lambda spec: Path(spec.source), has_gpu=has_nvidia_gpu())
    manager = EngineManager(loader, resolve_model(options.settings.model, resources_folder() / "models" / "demo"))
    try:
        await manager.start()
        say("ready")
        doors = InProcess(manager)
        await serve_commands({"run": doors.run, "switch": doors.switch, "stop": doors.stop, "start": doors.start})
    except Exception as error:  # noqa: BLE001  the parent says it
        say_error(error)
    finally:
        await manager.aclose()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
