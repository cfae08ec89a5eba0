"""Imports a huge package without freezing the other threads of the process.

Measured while `import vllm` ran in a thread beside a 5 ms ticker, 2 cores: 5 to 8 stalls over 100 ms, the longest
0.25 to 0.86 s, against 2 to 4 of at most 0.12 s this way. Two things cause them: the garbage collector walking a
heap that grows by a million objects, and the dynamic linker working on 500 MB while Python's lock is held.
"""

import contextlib
import ctypes
import gc
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

LIBRARIES = (("torch", "lib/libtorch_cpu.so"), ("llvmlite", "binding/libllvmlite.so"))
"""The largest ones that vLLM's import brings in, by package."""


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Around an import: libraries first, and no garbage collection until it is done; what came is then never walked."""
    load_libraries()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def load_libraries() -> None:
    """Loads `LIBRARIES` through the C library's own `dlopen`, which ctypes calls with Python's lock released.

    Python's import finds them loaded afterwards. What is missing or does not load is left to the import, which tells
    why.
    """
    linker = ctypes.CDLL(None)
    linker.dlopen.restype = ctypes.c_void_p
    linker.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    for package, file in LIBRARIES:
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            path = Path(folder) / file
            if path.exists():
                linker.dlopen(os.fsencode(path), os.RTLD_NOW)
