"""The precision on a CPU, from files as Linux writes them."""

from pathlib import Path

import pytest

from seproj_desktop.engine.hardware import free_memory, has_nvidia_gpu, lacks_bfloat16
from seproj_desktop.engine.precision import CpuPlan, make_plan, plan_for_cpu
from seproj_desktop.paths import resources_folder

MIB = 1 << 20


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """One MiB of plain weights."""
    (tmp_path / "model.safetensors").write_bytes(bytes(MIB))
    (tmp_path / "config.json").write_text('{"dtype": "bfloat16"}', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("processor", "is_lacking"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse avx2 fma\n", True),
        ("flags\t\t: fpu avx2 avx512f avx512_bf16\n", False),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", False),
        ("Features\t: fp asimd bf16\n", False),
        ("Features\t: fp asimd\n", True),
        ("vendor_id\t: unheard of\n", False),
        ("", False),
    ],
)
def test_the_processor_says_what_it_has(tmp_path: Path, processor: str, is_lacking: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(processor, encoding="utf-8")
    assert lacks_bfloat16(path) is is_lacking


def test_a_system_without_these_files_is_known_to_lack_nothing(tmp_path: Path) -> None:
    assert not lacks_bfloat16(tmp_path / "none")
    assert free_memory(tmp_path / "none") == 0


def test_free_memory_is_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:       24105000 kB\nMemAvailable:   2 kB\n", encoding="utf-8")
    assert free_memory(path) == 2048
    assert free_memory() > 0


@pytest.mark.parametrize(
    ("is_emulated", "memory", "expected"),
    [
        (True, 16, CpuPlan("float32", 10 * MIB)),
        (True, 15, CpuPlan("bfloat16", 5 * MIB)),
        (True, 0, CpuPlan("bfloat16", 5 * MIB)),
        (False, 100, CpuPlan("bfloat16", 5 * MIB)),
    ],
)
def test_float32_is_for_those_who_need_it_and_have_the_memory(
    model: Path, is_emulated: bool, memory: int, expected: CpuPlan
) -> None:
    """2 MiB of weights and 10 MiB of cache, in three quarters of what is free."""
    assert make_plan(model, 5, None, is_emulated=is_emulated, memory=memory * MIB) == expected


def test_a_cache_that_was_wished_for_stays_as_large(model: Path) -> None:
    assert make_plan(model, 5, 7, is_emulated=True, memory=12 * MIB) == CpuPlan("float32", 7 * MIB)
    assert make_plan(model, 5, 7, is_emulated=False, memory=12 * MIB) == CpuPlan("bfloat16", 7 * MIB)


def test_quantized_weights_stay_as_they_are(model: Path) -> None:
    (model / "config.json").write_text('{"quantization_config": {"quant_method": "awq"}}', encoding="utf-8")
    assert make_plan(model, 5, None, is_emulated=True, memory=100 * MIB).dtype == "bfloat16"


@pytest.mark.parametrize("config", ["", "[]", "{", "\ud800"])
def test_a_config_that_cannot_be_read_is_for_the_loader_to_refuse(model: Path, config: str) -> None:
    (model / "config.json").write_bytes(config.encode("utf-8", "surrogatepass"))
    assert make_plan(model, 5, None, is_emulated=True, memory=100 * MIB).dtype == "float32"


def test_a_folder_without_weights_decides_nothing(tmp_path: Path) -> None:
    assert make_plan(tmp_path, 5, None, is_emulated=True, memory=100 * MIB).dtype == "bfloat16"


def test_this_machine_knows_what_to_do_with_the_demo_model() -> None:
    plan = plan_for_cpu(resources_folder() / "models" / "demo", usual_cache=1, wanted_cache=None)
    assert plan == (CpuPlan("float32", 2 * MIB) if lacks_bfloat16() else CpuPlan("bfloat16", MIB))


@pytest.mark.parametrize(
    "file", ["proc/driver/nvidia/gpus/0000:00:06.0", "dev/nvidia0", "usr/lib/wsl/lib/libcuda.so.1"]
)
def test_a_card_is_seen_by_its_driver_its_device_or_windows_library(file: str, tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidiactl").touch()  # stays when the card itself is not given to a container
    assert not has_nvidia_gpu(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).touch()
    assert has_nvidia_gpu(tmp_path)
