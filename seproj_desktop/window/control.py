"""What the person can do with the engine and the server, as operations on the backend.

On the Qt thread; the coroutines of the first class run in qasync's loop, the module's functions on the backend's. A
failure that a status already tells is not reported again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.engine.catalog import DEMO_NAME, GPU_DEFAULT, ModelSpec, resolve_model
from seproj_desktop.engine.download import DownloadProgress
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.protocol import LoadCancelledError
from seproj_desktop.errors import UserError
from seproj_desktop.server.status import Broken, Off, On, ServerStatus
from seproj_desktop.window.operations import Operations

if TYPE_CHECKING:
    from seproj_desktop.app import App

DOWNLOAD = "download"
ENGINE = "engine"
MODEL = "model"
RESTART = "restart"
UNLOAD = "unload"
SERVER = "server"
SURVEY = "survey"
CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class ModelOffers:
    """What the model menu can offer on this machine."""

    has_gpu: bool = False
    configured: str | None = None
    is_default_on_disk: bool = False


class Control(QObject):
    """The engine's and the server's buttons."""

    offers_found = Signal(object)
    """The `ModelOffers`."""
    download_needed = Signal(str)
    """A hub model was chosen that is not on this disk."""
    download_progressed = Signal(str, object)
    """The hub id and its `DownloadProgress`."""
    download_ended = Signal()

    def __init__(self, backend: Backend, operations: Operations, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._operations = operations
        self._server: ServerStatus = Off()
        backend.server_changed.connect(self._on_server)

    def look_around(self) -> None:
        """Finds out what the model menu can offer."""
        self._operations.run(SURVEY, self._survey)

    def start_engine(self) -> None:
        self._run(ENGINE, start_engine)

    def restart_engine(self) -> None:
        self._run(RESTART, restart_engine)

    def unload_engine(self) -> None:
        self._run(UNLOAD, stop_engine)

    def cancel(self) -> None:
        """Ends a download or a load, whichever runs."""
        self._run(CANCEL, cancel_all)

    def use_model(self, named: str) -> None:
        """`demo`, a folder or a hub id; asks for the download where that is missing."""
        self._operations.run(MODEL, lambda: self._use_model(named))

    def download(self, hub_id: str) -> None:
        """Only after the person has confirmed it."""
        self._operations.run(DOWNLOAD, lambda: self._download(hub_id))

    def start_server(self) -> None:
        self._run(SERVER, start_server)

    def toggle_server(self) -> None:
        self._run(SERVER, stop_server if isinstance(self._server, On) else start_server)

    def _run(self, name: str, work: "Callable[[App], Awaitable[None]]") -> None:
        """What is asked for in the first moments waits until there is a backend to do it."""
        if self._backend.is_started:
            self._operations.run(name, lambda: self._backend.call(_on_backend, work, self._backend.app))
        else:
            once = Qt.ConnectionType.SingleShotConnection
            self._backend.started.connect(lambda: self._run(name, work), once)

    async def _survey(self) -> None:
        self.offers_found.emit(await self._backend.call(survey, self._backend.app))

    async def _use_model(self, named: str) -> None:
        app = self._backend.app
        spec = await self._backend.call(find_model, app, named)
        if spec is None:
            self.download_needed.emit(named.strip())
        else:
            await self._backend.call(change_model, app, spec)

    async def _download(self, hub_id: str) -> None:
        app = self._backend.app
        tell = self._backend.hand_over(lambda progress: self.download_progressed.emit(hub_id, progress))
        self.download_progressed.emit(hub_id, DownloadProgress(0, None))
        try:
            await self._backend.call(app.downloads.fetch, hub_id, tell)
        finally:
            self.download_ended.emit()
        self.look_around()
        await self._backend.call(change_model, app, ModelSpec(hub_id, hub_id, "hub"))

    def _on_server(self, status: ServerStatus) -> None:
        self._server = status


# What follows runs on the backend's loop.


async def _on_backend(work: "Callable[[App], Awaitable[None]]", app: "App") -> None:
    await work(app)


async def survey(app: "App") -> ModelOffers:
    configured = app.settings.engine.model
    name = app.engine.model.name
    if configured is not None and name != DEMO_NAME:
        configured = name if app.engine.model.kind == "hub" else configured
    return ModelOffers(has_nvidia_gpu(), configured, app.hub.has(GPU_DEFAULT))


async def find_model(app: "App", named: str) -> ModelSpec | None:
    """The model as it can be loaded, or None for one that is not on this disk. Raises `UserError`."""
    spec = resolve_model(named, app.paths.demo_model)
    return None if spec.kind == "hub" and not app.hub.has(spec.source) else spec


async def change_model(app: "App", spec: ModelSpec) -> None:
    await app.engine.use_model(spec)
    await start_engine(app)


async def start_engine(app: "App") -> None:
    """A failure or a cancelled load shows in the engine's status."""
    try:
        await app.engine.start()
    except (UserError, LoadCancelledError):
        return


async def stop_engine(app: "App") -> None:
    await app.engine.stop()


async def restart_engine(app: "App") -> None:
    await app.engine.stop()
    await start_engine(app)


async def cancel_all(app: "App") -> None:
    app.downloads.cancel()
    app.engine.cancel_start()


async def start_server(app: "App") -> None:
    """A server that could not start tells why in its own status."""
    try:
        await app.server.start()
    except UserError:
        if not isinstance(app.server.status, Broken):
            raise


async def stop_server(app: "App") -> None:
    await app.server.stop()
