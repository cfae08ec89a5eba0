"""Imports a huge package without freezing the other threads of the process.

Measured while `import vllm` ran in a thread beside a 5 ms ticker, 2 cores: 5 to 8 stalls over 100 ms, the longest
0.25 to 0.86 s, against 2 to 4 of at most 0.12 s this way. Two things cause them: the garbage collector walking a
heap that grows by a million objects, and the dynamic linker working on 500 MB while Python's lock is held. The linker
is therefore asked ahead, with the lock released. After a restart of the machine, when the files are not in memory,
a single module (OpenCV's) held the lock for 230 ms; for the two largest alone the longest stall was 221 ms.
"""

import contextlib
import ctypes
import gc
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

LIBRARIES = (("torch", "lib/libtorch_cpu.so"), ("llvmlite", "binding/libllvmlite.so"))
"""By package, the largest that vLLM's import brings in; llvmlite's is no module: it is opened by itself."""


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Around an import: libraries ahead of it, and no garbage collection until it is done; what came is never walked.

    For the whole process: what another thread imports meanwhile is imported in the same way.
    """
    load_libraries()
    finder = OpeningFinder()
    sys.meta_path.insert(sys.meta_path.index(PathFinder), finder)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        gc.freeze()
        if was_enabled:
            gc.enable()


def load_libraries() -> None:
    """Opens `LIBRARIES`, so that whoever needs them finds them open."""
    for package, file in LIBRARIES:
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            open_library(Path(folder) / file)


def open_library(path: Path) -> None:
    """Calls the C library's own `dlopen`, as ctypes does with Python's lock released.

    What is missing or cannot be opened is left to whoever needs it, which tells why.
    """
    linker = ctypes.CDLL(None)
    linker.dlopen.restype = ctypes.c_void_p
    linker.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    linker.dlopen(os.fsencode(path), sys.getdlopenflags())


class OpeningLoader(ExtensionFileLoader):
    """Loads a compiled module whose file it has opened before, without Python's lock."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        open_library(Path(self.path))
        return super().create_module(spec)


class OpeningFinder(MetaPathFinder):
    """Finds what Python's own finder finds, and has compiled modules loaded by an `OpeningLoader`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader):
            spec.loader = OpeningLoader(spec.loader.name, spec.loader.path)
        return spec
