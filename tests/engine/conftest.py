"""The real engine: vLLM on this machine with the bundled demo model, loaded once for the whole test session."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from seproj_desktop.engine.catalog import resolve_model
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.vllm_loader import VllmLoader
from seproj_desktop.paths import resources_folder
from seproj_desktop.settings import EngineSettings

DEMO = resources_folder() / "models" / "demo"


@pytest.fixture(scope="session")
def runtime_parent() -> Iterator[Path]:
    """A short path: the addresses of UNIX sockets hold 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


def make_manager(runtime_parent: Path, settings: EngineSettings | None = None, model: str = "demo") -> EngineManager:
    """A manager of its own over the real loader."""
    loader = VllmLoader(
        settings or EngineSettings(), runtime_parent, lambda spec: Path(spec.source), has_gpu=has_nvidia_gpu()
    )
    return EngineManager(loader, resolve_model(model, DEMO))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def manager(runtime_parent: Path) -> AsyncIterator[EngineManager]:
    """The shared engine, already loaded. Tests that end it must leave a fresh `start` possible."""
    manager = make_manager(runtime_parent)
    await manager.start()
    yield manager
    await manager.aclose()


MakeManager = Callable[..., EngineManager]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def new_manager(runtime_parent: Path, manager: EngineManager) -> AsyncIterator[MakeManager]:
    """Makes further ones. They are closed with the session: closing one ends the fork server that all of them share,
    and the next start would import vLLM again."""
    made: list[EngineManager] = []

    def make(settings: EngineSettings | None = None, model: str = "demo") -> EngineManager:
        made.append(make_manager(runtime_parent, settings, model))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


def engine_processes() -> list[psutil.Process]:
    """Every living process below this one, but the resource tracker of multiprocessing itself."""
    found = []
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            is_tracker = "resource_tracker" in " ".join(process.cmdline())
            if process.status() != psutil.STATUS_ZOMBIE and not is_tracker:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found
