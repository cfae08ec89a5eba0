"""The doors without a window: `serve` and `ask`, on one asyncio loop in the main thread.

They use the same backend as the window. Text goes to the streams that are handed in; nothing is read from the
environment.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TextIO
from uuid import uuid4

from seproj_desktop.app import App
from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.engine.download import DownloadProgress
from seproj_desktop.engine.protocol import LoadCancelledError
from seproj_desktop.engine.status import EngineStatus, Ready, Starting
from seproj_desktop.errors import UserError
from seproj_desktop.server.status import On


async def serve(app: App, out: TextIO, *, lazy: bool) -> int:
    """Serves until SIGINT or SIGTERM, then drains. Raises `UserError` when address or model is not to be had."""
    loop = asyncio.get_running_loop()
    app.reporter.install_on(loop)
    async with _closing(app), _stop_signals() as stop:
        await app.server.start()
        out.write(f"Serving {app.engine.model.name} at {_address(app)} (Ctrl+C ends)\n")
        out.write(_openness(app))
        out.flush()
        app.engine.subscribe(_progress_writer(out))
        async with _background(stop.wait()) as stopping, _background(_start(app, out, lazy=lazy)) as start:
            await asyncio.wait({start, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if start.done():
                start.result()
                await stopping
            out.write("Stopping: running answers may end.\n")
            out.flush()
            await app.server.stop()
    return 0


async def ask(app: App, question: str, persona_id: str, out: TextIO, notes: TextIO) -> int:
    """Streams one answer to `out`; thinking and progress go to `notes`. Raises `UserError` when there is no answer."""
    app.reporter.install_on(asyncio.get_running_loop())
    persona = app.personas.get(persona_id)
    request_id = uuid4().hex
    job = GenerationJob(
        request_id=request_id,
        messages=persona.speak((ChatMessage(role="user", content=question),)),
        sampling=persona.sample(Sampling()),
        thinking=persona.thinking,
    )
    async with _closing(app), _stop_signals() as stop:
        if notes.isatty():
            app.engine.subscribe(_progress_writer(notes))
        async with _background(_abort_on(stop, app, request_id)):
            await _download(app, notes)
            return await _write_answer(app, job, out, notes)


async def _write_answer(app: App, job: GenerationJob, out: TextIO, notes: TextIO) -> int:
    async with contextlib.aclosing(app.engine.generate(job)) as stream:
        async for event in stream:
            match event:
                case events.TextDelta():
                    out.write(event.text)
                    out.flush()
                case events.ReasoningDelta():
                    if notes.isatty():
                        notes.write(event.text)
                        notes.flush()
                case events.Finished():
                    out.write("\n")
                    out.flush()
                    return 1 if event.reason == "abort" else 0
                case events.Failed():
                    raise UserError(event.message, event.advice)
    return 1


def _address(app: App) -> str:
    return app.server.status.address if isinstance(app.server.status, On) else "no address"


def _openness(app: App) -> str:
    """Lines about who else can reach the server, and why nobody else can where that was asked for."""
    if not isinstance(app.server.status, On):
        return ""
    lines = [f"Open to the network at {address}; an API key is needed.\n" for address in app.server.status.lan]
    return "".join(lines) + (f"{app.server.status.note}\n" if app.server.status.note else "")


async def _start(app: App, out: TextIO, *, lazy: bool) -> None:
    await _download(app, out)
    if not lazy:
        with contextlib.suppress(LoadCancelledError):
            await app.engine.start()


async def _download(app: App, out: TextIO) -> None:
    """Fetches a hub model that was named on the command line, if it is not on the disk yet."""
    model = app.engine.model
    if model.kind == "hub" and not app.hub.has(model.source):
        out.write(f"Downloading {model.source} from the Hugging Face hub.\n")
        await app.downloads.fetch(model.source, _download_writer(out))


async def _abort_on(stop: asyncio.Event, app: App, request_id: str) -> None:
    await stop.wait()
    app.downloads.cancel()
    await app.engine.abort(request_id)


@asynccontextmanager
async def _background(work: Coroutine[Any, Any, Any]) -> AsyncIterator["asyncio.Task[Any]"]:
    """A task that ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _closing(app: App) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await app.aclose()


@asynccontextmanager
async def _stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _progress_writer(out: TextIO) -> Callable[[EngineStatus], None]:
    """Writes a line for each load stage."""

    def write(status: EngineStatus) -> None:
        match status:
            case Starting(stage=stage, fraction=fraction):
                out.write(f"  {fraction:4.0%}  {stage}\n")
            case Ready(info=info):
                out.write(f"  Ready: {info.model} on {info.device}, context {info.context_length:,} tokens\n")
            case _:
                return
        out.flush()

    return write


def _download_writer(out: TextIO) -> Callable[[DownloadProgress], None]:
    """Writes a line for each further tenth."""
    written = -1

    def write(progress: DownloadProgress) -> None:
        nonlocal written
        tenth = 10 * progress.done // progress.total if progress.total else 0
        if tenth > written:
            written = tenth
            out.write(f"  {tenth * 10:3d} %  of {(progress.total or 0) / 1e9:.1f} GB\n")
            out.flush()

    return write
