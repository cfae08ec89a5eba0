"""The doors to the demo model, started with the same engine arguments in the same environment.

(a) `EngineManager.generate` in process, (b), (e) and (f) `seproj-desktop serve`, (c) and (d) vLLM's own API server.
Each in processes of its own; each with an engine that starts by `spawn`.
"""

import http.client
import json
import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.processes import PYTHON, BenchmarkError, Program
from benchmarks.wire import Worker
from seproj_desktop.engine.catalog import DEMO_NAME
from seproj_desktop.engine.environment import engine_variables
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.precision import plan_for_cpu
from seproj_desktop.engine.vllm_engine import CPU_BLOCK
from seproj_desktop.paths import resources_folder
from seproj_desktop.settings import EngineSettings

DEMO = resources_folder() / "models" / "demo"
CACHE_MIB = 256
CONTEXT = 4096
SEQUENCES = 272
"""More than the most clients, so that it is not the queue that is measured."""
START_SECONDS = 600.0
OWN_LOGGING = ("VLLM_LOGGING_CONFIG_PATH",)
"""Variables of ours that vLLM's own server does not get."""


def engine_settings(start_method: str = "spawn") -> EngineSettings:
    return EngineSettings.model_validate(
        {
            "model": "demo",
            "start_method": start_method,
            "context_length": CONTEXT,
            "max_sequences": SEQUENCES,
            "cpu_cache_mib": CACHE_MIB,
            "eager": True,
        }
    )


def settings_variables(settings: EngineSettings) -> dict[str, str]:
    """The same settings for a program that is started by its command line."""
    values = settings.model_dump(exclude_none=True)
    return {f"SEPROJ_ENGINE_{name.upper()}": str(value) for name, value in values.items()}


def vllm_arguments(*, own_blocks: bool = False) -> list[str]:
    """What the program hands to vLLM, in the words of its command line; logs of requests are off.

    With `own_blocks` the size of the cache's blocks is left to vLLM.
    """
    device: list[str] = []
    if not has_nvidia_gpu():
        blocks = [] if own_blocks else ["--block-size", str(CPU_BLOCK)]
        plan = plan_for_cpu(DEMO, usual_cache=CACHE_MIB, wanted_cache=CACHE_MIB)
        device = ["--dtype", plan.dtype, "--kv-cache-memory-bytes", str(plan.cache), *blocks]
    return [
        *("--model", str(DEMO), "--served-model-name", DEMO_NAME),
        *("--max-model-len", str(CONTEXT), "--max-num-seqs", str(SEQUENCES)),
        *("--scheduling-policy", "priority", "--enable-prefix-caching", "--enforce-eager"),
        *("--disable-uvicorn-access-log", *device),
    ]


def vllm_variables(folder: Path) -> dict[str, str]:
    """The environment that our loader gives to vLLM, but for the logging."""
    ours = engine_variables(folder, folder / "unused", eager=not has_nvidia_gpu())
    return {name: value for name, value in ours.items() if name not in OWN_LOGGING}


def start_in_process(stack: ExitStack, folder: Path, start_method: str = "spawn", name: str = "in-process") -> Worker:
    """Not ready yet: its first announcement is."""
    settings = engine_settings(start_method).model_dump_json()
    arguments = ["--runtime", str(folder), "--settings", settings]
    return stack.enter_context(Worker(name, "inprocess", arguments, folder))


def start_ours(stack: ExitStack, folder: Path, name: str = "serve", **variables: str) -> Program:
    command = [PYTHON, "-m", "seproj_desktop", "serve", "--port", "0", "--data-dir", str(folder / f"{name}-data")]
    environment = settings_variables(engine_settings()) | {"XDG_RUNTIME_DIR": str(folder)} | variables
    return stack.enter_context(Program(name, command, folder, environment))


def port_of(ours: Program) -> int:
    """From the line that `serve` writes once it listens."""
    line = ours.wait_for_line(lambda line: line.startswith("Serving "), 60)
    return int(line.partition("http://127.0.0.1:")[2].split()[0])


def wait_until_loaded(ours: Program) -> None:
    ours.wait_for_line(lambda line: line.strip().startswith("Ready:"), START_SECONDS)


def start_vllm(stack: ExitStack, folder: Path, port: int, *, name: str = "vllm", own_blocks: bool = False) -> Program:
    module = ["-W", "ignore", "-m", "vllm.entrypoints.openai.api_server"]
    command = [PYTHON, *module, "--host", "127.0.0.1", "--port", str(port)]
    command += vllm_arguments(own_blocks=own_blocks)
    return stack.enter_context(Program(name, command, folder, vllm_variables(folder)))


def wait_until_healthy(program: Program, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while get_json(port, "/health") is None:
        if program.exit_code is not None or time.monotonic() > end:
            program.wait_for_line(lambda _: False, 0)  # raises, with the end of the log
        time.sleep(0.2)


def get_json(port: int, path: str) -> Any:
    """What a server answers with status 200 (an empty body counts as true), or None."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        return (json.loads(body) if body else True) if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_demo_model() -> None:
    if not (DEMO / "model.safetensors").is_file():
        raise BenchmarkError(f"The demo model is missing: {DEMO} (see packaging/train_demo_model.py).")
    if not os.access("/proc/self/stat", os.R_OK):
        raise BenchmarkError("The measurements need Linux's /proc.")
