"""The environment variables that vLLM is started under, borrowed for the time of a load.

vLLM changes the environment of its parent (LD_PRELOAD, thread counts, ...). Everything is put back afterwards, so
that no other program that we start inherits it. Called on the loader thread only.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SLICE = 16
"""How many of a step's outputs vLLM hands out before others on the loop have a turn; its own default is 128."""


def engine_variables(runtime: Path, logging_config: Path, *, eager: bool) -> dict[str, str]:
    """What vLLM and its children are to see: no telemetry, no network, our logging, no noise, private sockets."""
    variables = {
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
        "VLLM_LOGGING_CONFIG_PATH": str(logging_config),
        "VLLM_RPC_BASE_PATH": str(runtime),
        "VLLM_V1_OUTPUT_PROC_CHUNK_SIZE": str(SLICE),
        "PYTHONWARNINGS": "ignore",
        "TORCH_CPP_LOG_LEVEL": "ERROR",
    }
    if eager:
        variables["TORCH_COMPILE_DISABLE"] = "1"
    return variables


@contextmanager
def borrowed_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets `variables` inside the block; afterwards the environment is exactly as it was before."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
