"""What this machine has, found without importing torch: the GPU, its driver, the processor's arithmetic, and memory.

Reads /proc and asks `nvidia-smi`, which can take a second: call it on the backend or from the command line.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

GPU_FILES = ("proc/driver/nvidia/gpus/*", "dev/nvidia[0-9]*", "usr/lib/wsl/lib/libcuda.so*")
"""One of these is there where NVIDIA's driver serves a card: as a module of the kernel, in a container or sandbox that
shows only its devices, under WSL."""
PROCESSOR, MEMORY = Path("/proc/cpuinfo"), Path("/proc/meminfo")
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Instructions for the arithmetic of neural networks in 16 bits, as the kernel names them; the last is Arm's."""
QUERY = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One NVIDIA card; memory in MiB."""

    name: str
    memory: int
    driver: str


def has_nvidia_gpu(root: Path = Path("/")) -> bool:
    """Whether NVIDIA's driver serves a card."""
    return any(any(root.glob(pattern)) for pattern in GPU_FILES)


def list_gpus(timeout: float = 5.0) -> list[Gpu]:
    """What `nvidia-smi` lists; empty where there is none or it does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        answer = subprocess.run([program, *QUERY], capture_output=True, text=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in answer.stdout.splitlines()]
    return [Gpu(row[0], int(row[1]), row[2]) for row in rows if len(row) == 3 and row[1].isdigit()]


def lacks_bfloat16(processor: Path = PROCESSOR) -> bool:
    """Whether the processor has to emulate bfloat16; False where it does not say what it has."""
    lines = _read(processor).splitlines()
    found = [line.partition(":")[2].split() for line in lines if line.lower().startswith(("flags", "features"))]
    return bool(found) and BFLOAT16.isdisjoint(found[0])


def free_memory(memory: Path = MEMORY) -> int:
    """Bytes that programs could still take; 0 where that is not known."""
    for line in _read(memory).splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
