"""The doors to one model, started with the same engine arguments in the same environment.

(a) `EngineManager.generate` in process, (b), (e) and (f) `seproj-desktop serve`, (c) and (d) vLLM's own API server.
Each in processes of its own; each with an engine that starts by `spawn`.
"""

import http.client
import json
import os
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import PYTHON, BenchmarkError, Program
from benchmarks.wire import Worker
from seproj_desktop.engine.catalog import DEMO as DEMO_MODEL
from seproj_desktop.engine.catalog import DEMO_NAME
from seproj_desktop.engine.environment import engine_variables
from seproj_desktop.engine.hardware import has_nvidia_gpu
from seproj_desktop.engine.parsers import choose_parsers
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
GPU_SHARE = 0.24
"""Of the card's memory, for each of the engines that stay up together."""
OWN_VARIABLES = ("VLLM_LOGGING_CONFIG_PATH", "VLLM_V1_OUTPUT_PROC_CHUNK_SIZE")
"""Variables of ours that vLLM's own server does not get."""


@dataclass(frozen=True, slots=True)
class Served:
    """The model behind every door: its files, and the name by which our program and its clients know it."""

    folder: Path = DEMO
    setting: str = DEMO_MODEL
    name: str = DEMO_NAME
    eager: bool = True
    """Without compilation and CUDA graphs: for the demo model they would only cost time."""


DEMO_SERVED = Served()


def engine_settings(start_method: str = "spawn", served: Served = DEMO_SERVED) -> EngineSettings:
    return EngineSettings.model_validate(
        {
            "model": served.setting,
            "start_method": start_method,
            "context_length": CONTEXT,
            "max_sequences": SEQUENCES,
            "cpu_cache_mib": CACHE_MIB,
            "gpu_memory_fraction": GPU_SHARE,
            "eager": served.eager,
        }
    )


def settings_variables(settings: EngineSettings) -> dict[str, str]:
    """The same settings for a program that is started by its command line."""
    values = settings.model_dump(exclude_none=True)
    return {f"SEPROJ_ENGINE_{name.upper()}": str(value) for name, value in values.items()}


def vllm_arguments(served: Served = DEMO_SERVED, *, own_blocks: bool = False, with_parsers: bool = False) -> list[str]:
    """What the program hands to vLLM, in the words of its command line; logs of requests are off.

    With `own_blocks` the size of the cache's blocks is left to vLLM; `with_parsers` it looks for thinking and for tool
    calls, as our program does.
    """
    if has_nvidia_gpu():
        device = ["--gpu-memory-utilization", str(GPU_SHARE)]
    else:
        blocks = [] if own_blocks else ["--block-size", str(CPU_BLOCK)]
        plan = plan_for_cpu(served.folder, usual_cache=CACHE_MIB, wanted_cache=CACHE_MIB)
        device = ["--dtype", plan.dtype, "--kv-cache-memory-bytes", str(plan.cache), *blocks]
    eager = ["--enforce-eager"] if served.eager or not has_nvidia_gpu() else []
    return [
        *("--model", str(served.folder), "--served-model-name", served.name),
        *("--max-model-len", str(CONTEXT), "--max-num-seqs", str(SEQUENCES)),
        *("--scheduling-policy", "priority", "--enable-prefix-caching"),
        *("--disable-uvicorn-access-log", *eager, *device, *(_parser_arguments(served.folder) if with_parsers else [])),
    ]


def _parser_arguments(folder: Path) -> list[str]:
    parsers = choose_parsers(folder)
    arguments = ["--reasoning-parser", parsers.reasoning] if parsers.reasoning else []
    if parsers.tools:
        arguments += ["--enable-auto-tool-choice", "--tool-call-parser", parsers.tools]
    return arguments


def vllm_variables(folder: Path) -> dict[str, str]:
    """The environment that our loader gives to vLLM, but for `OWN_VARIABLES`."""
    ours = engine_variables(folder, folder / "unused", eager=not has_nvidia_gpu())
    return {name: value for name, value in ours.items() if name not in OWN_VARIABLES}


def start_in_process(
    stack: ExitStack,
    folder: Path,
    start_method: str = "spawn",
    name: str = "in-process",
    served: Served = DEMO_SERVED,
) -> Worker:
    """Not ready yet: its first announcement is."""
    settings = engine_settings(start_method, served).model_dump_json()
    arguments = ["--runtime", str(folder), "--settings", settings]
    return stack.enter_context(Worker(name, "inprocess", arguments, folder))


def start_ours(
    stack: ExitStack, folder: Path, name: str = "serve", served: Served = DEMO_SERVED, **variables: str
) -> Program:
    command = [PYTHON, "-m", "seproj_desktop", "serve", "--port", "0", "--data-dir", str(folder / f"{name}-data")]
    environment = settings_variables(engine_settings(served=served)) | {"XDG_RUNTIME_DIR": str(folder)} | variables
    return stack.enter_context(Program(name, command, folder, environment))


def port_of(ours: Program) -> int:
    """From the line that `serve` writes once it listens."""
    line = ours.wait_for_line(lambda line: line.startswith("Serving "), 60)
    return int(line.partition("http://127.0.0.1:")[2].split()[0])


def wait_until_loaded(ours: Program) -> str:
    """The line that says so: model, device and context length."""
    return ours.wait_for_line(lambda line: line.strip().startswith("Ready:"), START_SECONDS).strip()


def start_vllm(
    stack: ExitStack,
    folder: Path,
    port: int,
    *,
    name: str = "vllm",
    served: Served = DEMO_SERVED,
    own_blocks: bool = False,
    with_parsers: bool = False,
) -> Program:
    module = ["-W", "ignore", "-m", "vllm.entrypoints.openai.api_server"]
    command = [PYTHON, *module, "--host", "127.0.0.1", "--port", str(port)]
    command += vllm_arguments(served, own_blocks=own_blocks, with_parsers=with_parsers)
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
