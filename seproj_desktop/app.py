"""The composition root: builds every part of the backend and hands each one its collaborators.

Called on the backend's loop, with or without a window above it. It reads personas from the disk; it starts nothing.
"""

import asyncio
from dataclasses import dataclass

from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.chat.service import ChatService
from seproj_desktop.engine.catalog import ModelSpec, choose_model
from seproj_desktop.engine.download import ModelDownloads
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.hub import HubCache
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.protocol import EngineLoader
from seproj_desktop.engine.vllm_loader import VllmLoader
from seproj_desktop.errors import ErrorReporter
from seproj_desktop.paths import Paths
from seproj_desktop.server.app import create_app
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.settings import Settings


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs on the backend's loop."""

    settings: Settings
    paths: Paths
    reporter: ErrorReporter
    personas: PersonaLibrary
    hub: HubCache
    downloads: ModelDownloads
    loader: EngineLoader
    engine: EngineManager
    chat: ChatService
    server: EmbeddedServer

    async def aclose(self) -> None:
        """Ends everything in reverse order of creation; running answers end with what they have."""
        for part in (self.server, self.downloads, self.engine):
            try:
                await part.aclose()
            except Exception as error:  # noqa: BLE001  one part's failure must not keep the next one open
                self.reporter.report(error)


def assemble(settings: Settings, paths: Paths, reporter: ErrorReporter, loader: EngineLoader | None = None) -> App:
    """Builds the app; tests hand in a loader of their own. Raises `UserError` when the configured model is none."""
    has_gpu = has_nvidia_gpu()
    hub = HubCache(paths.hub_cache)
    personas = PersonaLibrary.read(paths.shipped_personas, paths.own_personas)
    loader = loader or VllmLoader(settings.engine, paths.runtime, hub.find_folder, has_gpu=has_gpu)
    engine = EngineManager(
        loader, default_model(settings, paths, hub, has_gpu=has_gpu), queue_limit=settings.server.queue_limit
    )
    chat = ChatService(engine, personas)
    server = EmbeddedServer(create_app(engine, personas, settings.server), settings.server)
    return App(settings, paths, reporter, personas, hub, ModelDownloads(paths.hub_cache), loader, engine, chat, server)


def default_model(settings: Settings, paths: Paths, hub: HubCache, *, has_gpu: bool) -> ModelSpec:
    return choose_model(settings.engine.model, has_gpu=has_gpu, has_on_disk=hub.has, demo_folder=paths.demo_model)


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it is installed, asyncio's own elsewhere."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
