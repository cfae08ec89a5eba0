"""Loads and unloads vLLM engines: environment, start method, progress, the true cause of a failure, and cancelling.

Lives on the backend's loop; what blocks runs on its loader thread, and vLLM's records arrive on the log bridge's
thread.
"""

import asyncio
import contextlib
import gc
import json
import logging
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seproj_desktop.engine.catalog import ModelSpec, check_folder
from seproj_desktop.engine.children import logging_config
from seproj_desktop.engine.environment import borrowed_environment, engine_variables
from seproj_desktop.engine.failures import explain_failure
from seproj_desktop.engine.loader_thread import LoaderThread
from seproj_desktop.engine.log_bridge import ChildRecord, LogBridge, stage_of
from seproj_desktop.engine.precision import USUAL_CACHE_MIB
from seproj_desktop.engine.protocol import Engine, LoadCancelledError, LoadStage, StageListener
from seproj_desktop.engine.runtime_folder import RuntimeFolder
from seproj_desktop.engine.start_method import EnvironmentContext, start_fork_server, stop_fork_server
from seproj_desktop.engine.vllm_engine import EngineOptions, VllmEngine, construct, import_engine
from seproj_desktop.errors import UserError
from seproj_desktop.settings import EngineSettings

logger = logging.getLogger(__name__)

DEMO_CACHE_MIB = 256
KILL_INTERVAL = 0.05
CLOSE_SECONDS = 1.0


class _Load:
    """One load under way: its cancel flag, and the first failure that a child reported."""

    def __init__(self) -> None:
        self.cancel = asyncio.Event()
        self.is_cancelled = False
        self.is_importing = True
        self.cause: ChildRecord | None = None

    def check(self) -> None:
        if self.is_cancelled:
            raise LoadCancelledError


class VllmLoader:
    """The `EngineLoader` for real engines; `find_folder` maps a model to the folder of its files."""

    def __init__(
        self,
        settings: EngineSettings,
        runtime_parent: Path,
        find_folder: Callable[[ModelSpec], Path],
        *,
        has_gpu: bool,
    ) -> None:
        self._settings = settings
        self._runtime_parent = runtime_parent
        self._find_folder = find_folder
        self._has_gpu = has_gpu
        self._uses_fork_server = settings.start_method == "forkserver" or (
            settings.start_method == "auto" and not has_gpu
        )
        self._thread = LoaderThread()
        self._runtime: RuntimeFolder | None = None
        self._logs: LogBridge | None = None
        self._forking: EnvironmentContext | None = None
        self._load: _Load | None = None

    async def load(self, model: ModelSpec, on_stage: StageListener) -> Engine:
        loop = asyncio.get_running_loop()
        load = self._load = _Load()

        def tell(stage: LoadStage) -> None:
            if self._load is load:  # a stage that comes late must not bring a load back to life
                on_stage(stage)

        def report(stage: LoadStage) -> None:
            loop.call_soon_threadsafe(tell, stage)

        construction = self._thread.submit(self._construct, model, load, report)
        construction.add_done_callback(_retrieve)
        try:
            await _done_or(construction, load)
            engine = construction.result()
        except (LoadCancelledError, UserError):
            raise
        except Exception as error:  # vLLM raises anything here, and its text often names no cause
            load.check()
            raise explain_failure(error, load.cause) from error
        finally:
            self._load = None
        try:
            on_stage(LoadStage("Warming up", 0.97))
            await engine.warm_up()
            await engine.open_http(self._thread.submit)
            gc.freeze()  # what a loaded engine consists of stays: the collector need not walk it again and again
        except BaseException:
            await self._thread.submit(engine.shut_down)
            raise
        return engine

    async def unload(self, engine: Engine) -> None:
        if isinstance(engine, VllmEngine):
            with contextlib.suppress(Exception):  # a dead engine refuses, and needs no winding down
                await engine.wind_down()
            await self._thread.submit(engine.shut_down)
            kill_engine_processes()

    def cancel_load(self) -> None:
        if self._load is not None:
            self._load.is_cancelled = True
            self._load.cancel.set()

    async def aclose(self) -> None:
        """Ends the thread, the fork server, the log bridge, and removes the run-time folder."""
        ended = await asyncio.to_thread(self._thread.close, CLOSE_SECONDS)
        if not ended:
            logger.warning("vLLM's import is still running; it is left to the end of the process")
        if self._forking is not None:
            await asyncio.to_thread(stop_fork_server)
        if self._logs is not None:
            await asyncio.to_thread(self._logs.close)
        if self._runtime is not None:
            self._runtime.remove()

    def _construct(self, model: ModelSpec, load: _Load, report: Callable[[LoadStage], None]) -> VllmEngine:
        """On the loader thread."""
        load.check()
        report(LoadStage("Looking at the model's files", 0.01))
        folder = self._find_folder(model)
        check_folder(folder)
        logs, variables = self._prepare()
        logs.listen(lambda record: self._on_record(record, load, report))
        try:
            with borrowed_environment(variables):
                report(LoadStage("Importing vLLM", 0.03))
                if self._uses_fork_server and self._forking is None:
                    self._forking = start_fork_server()
                import_engine()
                load.is_importing = False
                load.check()
                engine = construct(self._options(model, folder), self._forking)
        finally:
            logs.drain()
            logs.listen(None)
        if load.is_cancelled:
            engine.shut_down()
        load.check()
        return engine

    def _prepare(self) -> tuple[LogBridge, dict[str, str]]:
        """The run-time folder with the log socket and vLLM's logging configuration, made once; and the variables."""
        if self._runtime is None or self._logs is None:
            self._runtime = RuntimeFolder(self._runtime_parent)
            self._logs = LogBridge(self._runtime.path / "log")
        config = self._runtime.path / "logging.json"
        config.write_text(json.dumps(logging_config(self._logs.address)), encoding="utf-8")
        return self._logs, engine_variables(self._runtime.path, config, eager=not self._has_gpu)

    def _on_record(self, record: ChildRecord, load: _Load, report: Callable[[LoadStage], None]) -> None:
        """On the log bridge's thread."""
        if stage := stage_of(record):
            report(stage)
        if record.cause and record.level >= logging.ERROR and load.cause is None:
            load.cause = record

    def _options(self, model: ModelSpec, folder: Path) -> EngineOptions:
        settings = self._settings
        return EngineOptions(
            name=model.name,
            folder=str(folder),
            prompt_format=settings.prompt_format,
            context_length=settings.context_length,
            max_sequences=settings.max_sequences,
            gpu_memory_fraction=settings.gpu_memory_fraction,
            cpu_cache_mib=settings.cpu_cache_mib,
            usual_cpu_cache_mib=DEMO_CACHE_MIB if model.kind == "demo" else USUAL_CACHE_MIB,
            eager=settings.eager,
        )


async def _done_or(construction: "asyncio.Future[Any]", load: _Load) -> None:
    """Waits for the construction; once the load is cancelled, kills the engine's process until it gives up."""
    cancelled = asyncio.create_task(load.cancel.wait())
    try:
        both: set[asyncio.Future[Any]] = {construction, cancelled}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        while not construction.done():
            load.is_cancelled = True
            if load.is_importing:
                raise LoadCancelledError  # an import cannot be interrupted: it ends by itself and goes no further
            kill_engine_processes()
            await asyncio.wait({construction}, timeout=KILL_INTERVAL)
        load.check()
    finally:
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)


def kill_engine_processes() -> None:
    """Whatever core is still there; vLLM's constructor then raises at once, and the worker ends itself."""
    for process in multiprocessing.active_children():
        if process.name.startswith("EngineCore"):
            process.kill()


def _retrieve(construction: "asyncio.Future[VllmEngine]") -> None:
    """A construction that was cancelled while it could not be interrupted ends with nobody looking."""
    if not construction.cancelled():
        construction.exception()
