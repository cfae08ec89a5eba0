"""An engine without a model, behind the same protocol: for tests of the window, the server's edges and the manager.

What concerns the engine itself runs on real vLLM in `tests/engine`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, GenerationJob
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.engine.protocol import EngineInfo, EngineLoad, LoadCancelledError, LoadStage, StageListener

PROMPT_TOKENS, CACHED_TOKENS = 7, 3
FAKE_MODEL = ModelSpec("fake-model", "/nowhere", "folder")
FAKE_INFO = EngineInfo(
    "fake-model", context_length=4096, cache_tokens=65_536, sequences=4, device="CPU", version="fake 1"
)


@dataclass
class FakeEngine:
    """Says `pieces`, one token each; waits for `gate` before every piece when there is one."""

    pieces: Sequence[str] = ("Hello", ", ", "world", "!")
    gate: asyncio.Semaphore | None = None
    ending: events.Finished | events.Failed | None = None
    info: EngineInfo = FAKE_INFO
    failure: str | None = None
    http_app: ASGIApp | None = None
    chat_form: ChatForm | None = None
    load: EngineLoad = field(default_factory=EngineLoad)
    jobs: list[GenerationJob] = field(default_factory=list)
    running: dict[str, asyncio.Event] = field(default_factory=dict)
    left_early: list[str] = field(default_factory=list)

    async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
        self.jobs.append(job)
        aborted = self.running[job.request_id] = asyncio.Event()
        said = 0
        trace = job.trace or RequestTrace(job.request_id)
        trace.prompt_tokens, trace.cached_tokens = PROMPT_TOKENS, CACHED_TOKENS
        try:
            for piece in self.pieces:
                await self._turn(aborted)
                if self.failure:
                    yield events.Failed("engine_died", self.failure)
                    return
                if aborted.is_set():
                    break
                said += 1
                trace.output_tokens += 1
                trace.first_token = trace.first_token or time.monotonic()
                yield events.TextDelta(piece, 1)
            yield self._end(aborted, said)
        except GeneratorExit:
            self.left_early.append(job.request_id)
            raise
        finally:
            del self.running[job.request_id]

    async def _turn(self, aborted: asyncio.Event) -> None:
        """Waits for the gate or the abort, whichever comes first."""
        if self.gate is None:
            await asyncio.sleep(0)
            return
        waits = {asyncio.create_task(self.gate.acquire()), asyncio.create_task(aborted.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _end(self, aborted: asyncio.Event, said: int) -> events.Finished | events.Failed:
        if aborted.is_set():
            return events.Finished("abort", events.Usage(PROMPT_TOKENS, said), events.Timings(0.01, 0.02))
        return self.ending or events.Finished("stop", events.Usage(PROMPT_TOKENS, said), events.Timings(0.01, 0.03))

    async def abort(self, request_id: str) -> None:
        if request_id in self.running:
            self.running[request_id].set()

    async def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(len(message.content.split()) for message in messages)


@dataclass
class FakeLoader:
    """Hands out engines made by `make`; waits for `gate` first when there is one; raises `error` when there is one."""

    engines: list[FakeEngine] = field(default_factory=lambda: [FakeEngine()])
    gate: asyncio.Event | None = None
    error: Exception | None = None
    loads: list[str] = field(default_factory=list)
    unloaded: list[FakeEngine] = field(default_factory=list)
    is_closed: bool = False
    _cancel: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self, model: ModelSpec, on_stage: StageListener) -> FakeEngine:
        self.loads.append(model.name)
        self._cancel.clear()
        on_stage(LoadStage("Loading weights", 0.5))
        if self.gate is not None:
            waits = {asyncio.create_task(self.gate.wait()), asyncio.create_task(self._cancel.wait())}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if self._cancel.is_set():
            raise LoadCancelledError
        if self.error is not None:
            raise self.error
        return self.engines[min(len(self.loads), len(self.engines)) - 1]

    async def unload(self, engine: object) -> None:
        assert isinstance(engine, FakeEngine)
        self.unloaded.append(engine)

    def cancel_load(self) -> None:
        self._cancel.set()

    async def aclose(self) -> None:
        self.is_closed = True
