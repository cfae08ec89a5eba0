"""The one owner of the engine: starts it lazily, tells its state, streams answers, notices its death.

Runs on the backend's loop only. It never lies: while an engine loads the state carries the stage, and a dead engine
turns into `Failed` within the watcher's interval. It does not block: loading and unloading are the loader's
business.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence

from starlette.types import ASGIApp

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, ChatMessage, GenerationJob
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.admission import Admission, QueueFullError
from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.engine.gate import HttpCall
from seproj_desktop.engine.protocol import Engine, EngineLoad, EngineLoader, LoadCancelledError, LoadStage
from seproj_desktop.engine.status import ENGINE_DIED, EngineStatus, Failed, Ready, Starting, Stopped
from seproj_desktop.errors import UserError

logger = logging.getLogger(__name__)

StatusListener = Callable[[EngineStatus], None]
RESTART_ADVICE = "Send again, or press Restart: a fresh engine is loaded."


class _EndedEarlyError(Exception):
    """The answer ended before the engine saw it."""

    def __init__(self, ending: events.Finished | events.Failed) -> None:
        super().__init__(ending)
        self.ending = ending


class EngineManager:
    """Lazy start behind a lock, one watchable status, and every request's way to the engine."""

    def __init__(
        self, loader: EngineLoader, model: ModelSpec, *, watch_interval: float = 0.25, queue_limit: int = 1024
    ) -> None:
        self._loader = loader
        self._model = model
        self._watch_interval = watch_interval
        self._engine: Engine | None = None
        self._status: EngineStatus = Stopped(model.name)
        self._listeners: list[StatusListener] = []
        self._transition = asyncio.Lock()
        self._starting: asyncio.Task[Engine] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Event] = {}
        self._admission = Admission(1, queue_limit)
        self._queue_limit = queue_limit

    @property
    def status(self) -> EngineStatus:
        return self._status

    @property
    def model(self) -> ModelSpec:
        return self._model

    @property
    def is_ready(self) -> bool:
        return self._usable is not None

    @property
    def _usable(self) -> Engine | None:
        """The engine, unless there is none or it has died."""
        return self._engine if self._engine is not None and self._engine.failure is None else None

    @property
    def load(self) -> EngineLoad:
        """What the engine does; a dead one does nothing, whatever it said last."""
        return engine.load if (engine := self._usable) else EngineLoad()

    @property
    def queued(self) -> int:
        """Requests of the server that wait for one of their places in the engine."""
        return self._admission.waiting

    @property
    def http_app(self) -> ASGIApp | None:
        """The HTTP API of the engine that runs; None while none does, or where it has none."""
        return engine.http_app if (engine := self._usable) else None

    @property
    def chat_form(self) -> ChatForm | None:
        """How that API writes a streamed chat, for the short way past it; None where there is none."""
        return engine.chat_form if (engine := self._usable) else None

    def open_call(self, trace: RequestTrace, client: str, model: str) -> HttpCall:
        """A request to that API, which waits for its places in the engine as all of the server's do."""
        return HttpCall(trace, self._admission, client, model)

    def subscribe(self, listener: StatusListener) -> Callable[[], None]:
        """Calls `listener` on the backend's loop at once and at every change; returns what ends that."""
        self._listeners.append(listener)
        listener(self._status)
        return lambda: self._listeners.remove(listener)

    async def start(self) -> Engine:
        """The running engine, or a new one; callers that come while one loads wait for the same one.

        Raises `UserError` with the cause when it cannot be loaded, `LoadCancelledError` when the load was cancelled.
        """
        if engine := self._usable:
            return engine
        # A caller that gives up must not take the load away from the others.
        return await asyncio.shield(self.begin_start())

    def begin_start(self) -> asyncio.Task[Engine]:
        """Starts an engine unless that is under way; how it ends, the status tells."""
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start(), name="engine start")
            self._starting.add_done_callback(_retrieve)
        return self._starting

    async def stop(self) -> None:
        """Cancels a load, ends running answers with `abort` and frees everything the engine holds."""
        self.cancel_start()
        async with self._transition:
            await self._dispose()
            self._set_status(Stopped(self._model.name))

    def cancel_start(self) -> None:
        if self._starting is not None and not self._starting.done():
            self._loader.cancel_load()

    async def use_model(self, model: ModelSpec) -> None:
        """Unloads what runs; the next `start` or request loads `model`."""
        await self.stop()
        self._model = model
        self._set_status(Stopped(model.name))

    async def aclose(self) -> None:
        await self.stop()
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
        await self._loader.aclose()

    async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
        """Streams one answer, starting the engine where needed; ends with one `Finished` or `Failed`; never raises.

        Every token passes here: the relay is one loop, since each further generator around it costs about 1 µs a token.
        """
        try:
            engine, admission = await self._let_in(job)
        except _EndedEarlyError as early:
            yield early.ending
            return
        try:
            async with contextlib.aclosing(engine.generate(job)) as stream:
                async for event in stream:
                    yield self._explain(engine, event) if type(event) is events.Failed else event
        finally:
            if admission is not None:
                admission.leave(job.client)

    async def abort(self, request_id: str) -> None:
        """Ends an answer wherever it is: waiting for the engine, queued before it, or in it."""
        if waiting := self._waiting.get(request_id):
            waiting.set()
        elif not self._admission.withdraw(request_id) and self._engine is not None:
            await self._engine.abort(request_id)

    async def count_tokens(self, messages: Sequence[ChatMessage]) -> int | None:
        """The prompt's length in tokens, or None while no engine is loaded (it starts none)."""
        return await self._engine.count_tokens(messages) if self._engine else None

    async def _engine_for(self, job: GenerationJob) -> Engine | None:
        """The engine, started where needed, or None when the job was aborted while it waited."""
        if engine := self._usable:
            return engine
        aborted = self._waiting[job.request_id] = asyncio.Event()
        start = asyncio.create_task(self.start())
        stop = asyncio.create_task(aborted.wait())
        try:
            await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
            return start.result() if start.done() else None
        finally:
            self._waiting.pop(job.request_id, None)
            start.cancel()
            stop.cancel()
            await asyncio.gather(start, stop, return_exceptions=True)

    async def _let_in(self, job: GenerationJob) -> tuple[Engine, Admission | None]:
        """The engine, and the place that the job takes if it is not the window's. Raises `_EndedEarlyError`."""
        try:
            engine = await self._engine_for(job)
        except UserError as error:
            raise _EndedEarlyError(events.Failed("not_ready", error.message, error.advice)) from error
        except LoadCancelledError as error:
            words = ("Loading the model was cancelled.", "Load a model, then send again.")
            raise _EndedEarlyError(events.Failed("not_ready", *words)) from error
        if engine is None:
            raise _EndedEarlyError(events.Finished("abort"))
        if job.priority < SERVER_PRIORITY:
            return engine, None
        admission = self._admission
        try:
            is_admitted = await admission.enter(job.request_id, job.client)
        except QueueFullError as error:
            words = ("Too many requests are waiting.", "Try again in a moment.")
            raise _EndedEarlyError(events.Failed("busy", *words)) from error
        if not is_admitted:
            raise _EndedEarlyError(events.Finished("abort"))
        if job.trace is not None:
            job.trace.admitted = time.monotonic()
        return engine, admission

    def _explain(self, engine: Engine, failed: events.Failed) -> events.Failed:
        if failed.kind != "engine_died":
            return failed
        self._on_death(engine)
        return events.Failed("engine_died", ENGINE_DIED, RESTART_ADVICE)

    async def _start(self) -> Engine:
        async with self._transition:
            if running := self._usable:
                return running
            await self._dispose()
            since = time.monotonic()

            def on_stage(stage: LoadStage) -> None:
                self._set_status(Starting(self._model.name, stage.name, stage.fraction, since))

            on_stage(LoadStage("Starting", 0.0))
            try:
                engine = await self._loader.load(self._model, on_stage)
            except LoadCancelledError:
                self._set_status(Stopped(self._model.name))
                raise
            except UserError as error:
                self._set_status(Failed(self._model.name, error.message, error.advice))
                raise
            except Exception as error:  # whatever vLLM raised, the state must not stay at "starting"
                logger.exception("loading %s failed", self._model.name)
                words = UserError(f"The model could not be loaded: {error}", "Choose another model, or try again.")
                self._set_status(Failed(self._model.name, words.message, words.advice))
                raise words from error
            self._engine = engine
            self._admission = Admission(max(1, engine.info.sequences - 1), self._queue_limit)
            self._watcher = asyncio.create_task(self._watch(engine), name="engine watch")
            self._set_status(Ready(engine.info))
            return engine

    async def _dispose(self) -> None:
        engine, self._engine = self._engine, None
        self._starting = None if self._starting is None or self._starting.done() else self._starting
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None
        if engine is not None:
            await self._loader.unload(engine)

    async def _watch(self, engine: Engine) -> None:
        while engine.failure is None:  # noqa: ASYNC110  vLLM offers nothing to wait for
            await asyncio.sleep(self._watch_interval)
        self._on_death(engine)

    def _on_death(self, engine: Engine) -> None:
        if engine is self._engine and not isinstance(self._status, Failed):
            logger.error("the engine died: %s", engine.failure)
            self._set_status(Failed(self._model.name, ENGINE_DIED, RESTART_ADVICE))

    def _set_status(self, status: EngineStatus) -> None:
        if status == self._status:
            return
        self._status = status
        for listener in tuple(self._listeners):
            listener(status)


def _retrieve(task: asyncio.Task[Engine]) -> None:
    """Marks a start's failure as seen: the status tells it, also when every caller has gone."""
    if not task.cancelled():
        task.exception()
