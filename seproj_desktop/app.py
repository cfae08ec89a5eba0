"""The composition root: builds every part of the backend and hands each one its collaborators.

Called on the backend's loop, with or without a window above it. It reads personas from the disk; it starts nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from seproj_desktop.chat.library import ConversationLibrary
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
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.server.networks import KnownNetworks
from seproj_desktop.settings import Settings
from seproj_desktop.storage.memory import Memory
from seproj_desktop.storage.search import Searcher


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
    memory: Memory
    library: ConversationLibrary
    chat: ChatService
    searcher: Searcher
    board: RequestBoard
    keys: ApiKeys
    networks: KnownNetworks
    server: EmbeddedServer

    async def start(self, on_raise: Callable[[], None]) -> None:
        """What a window needs first: the list, and other programs' way to ask for the window."""
        await self.library.load()
        self.memory.store.when_opened(self.library.load)
        await self.memory.listen(on_raise)

    async def aclose(self) -> None:
        """Ends everything in reverse order of creation; running answers end with what they have, which is kept."""
        for part in (self.server, self.keys, self.chat, self.downloads, self.engine, self.memory):
            try:
                await part.aclose()
            except Exception as error:  # noqa: BLE001  one part's failure must not keep the next one open
                self.reporter.report(error)


def assemble(
    settings: Settings,
    paths: Paths,
    reporter: ErrorReporter,
    loader: EngineLoader | None = None,
    memory: Memory | None = None,
) -> App:
    """Builds the app; tests hand in a loader of their own. Raises `UserError` when the configured model is none.

    `memory` is where conversations are kept; without one they are gone with the program, as `serve` and `ask` need it.
    """
    has_gpu = has_nvidia_gpu()
    hub = HubCache(paths.hub_cache)
    personas = PersonaLibrary.read(paths.shipped_personas, paths.own_personas)
    loader = loader or VllmLoader(settings.engine, paths.runtime, hub.find_folder, has_gpu=has_gpu)
    engine = EngineManager(
        loader, default_model(settings, paths, hub, has_gpu=has_gpu), queue_limit=settings.server.queue_limit
    )
    memory = memory or Memory.forgetful(paths.data, paths.runtime)
    library = ConversationLibrary(memory.store)
    chat = ChatService(
        engine,
        personas,
        memory.store,
        library,
        model_name=lambda: engine.model.name,
        report=reporter.report,
    )
    board = RequestBoard(engine.abort, keeps_texts=settings.server.keep_texts)
    keys = ApiKeys(paths.api_keys)
    networks = KnownNetworks(paths.known_networks)
    app = create_app(engine, personas, settings.server, board, keys)
    server = EmbeddedServer(app, settings.server, keys, networks)
    return App(
        settings=settings,
        paths=paths,
        reporter=reporter,
        personas=personas,
        hub=hub,
        downloads=ModelDownloads(paths.hub_cache),
        loader=loader,
        engine=engine,
        memory=memory,
        library=library,
        chat=chat,
        searcher=Searcher(memory.store),
        board=board,
        keys=keys,
        networks=networks,
        server=server,
    )


def default_model(settings: Settings, paths: Paths, hub: HubCache, *, has_gpu: bool) -> ModelSpec:
    return choose_model(settings.engine.model, has_gpu=has_gpu, has_on_disk=hub.has, demo_folder=paths.demo_model)


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it is installed, asyncio's own elsewhere."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
