"""In which precision a model runs on a CPU, and how large its cache is. Reads files only; nothing here imports torch.

A processor without instructions for bfloat16 emulates it, and answers many at once several times as fast in float32.
That takes twice the memory, though.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from seproj_desktop.engine.hardware import free_memory, lacks_bfloat16
from seproj_desktop.engine.model_files import read_json

MIB = 1 << 20
USUAL_CACHE_MIB = 4096
"""For keys and values in numbers of 16 bits, where nobody wishes for another size."""
SHARE = 0.75
"""Of the free memory that weights and cache may take in float32: everybody else needs some too."""


@dataclass(frozen=True, slots=True)
class CpuPlan:
    """The type of weights and cache in vLLM's words, and the bytes of the key-value cache."""

    dtype: Literal["bfloat16", "float32"]
    cache: int


def plan_for_cpu(folder: Path, *, usual_cache: int, wanted_cache: int | None) -> CpuPlan:
    """For a model's folder on this machine, with the memory that is free now.

    In MiB: `usual_cache` is for numbers of 16 bits and grows with them, `wanted_cache` is somebody's wish and stays.
    """
    return make_plan(folder, usual_cache, wanted_cache, is_emulated=lacks_bfloat16(), memory=free_memory())


def make_plan(folder: Path, usual_cache: int, wanted_cache: int | None, *, is_emulated: bool, memory: int) -> CpuPlan:
    """float32 where bfloat16 is emulated, the weights are plain, and all of it fits into `memory` bytes with room."""
    plain = CpuPlan("bfloat16", (wanted_cache or usual_cache) * MIB)
    double = CpuPlan("float32", (wanted_cache or 2 * usual_cache) * MIB)
    weights = 2 * sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    fits = 0 < weights <= SHARE * memory - double.cache
    is_plain = "quantization_config" not in read_json(folder / "config.json")  # the rest is unpacked to 16 bits only
    return double if is_emulated and fits and is_plain else plain
