"""Which model is meant, whether it is there, and why it could not be loaded."""

import json
from pathlib import Path

import pytest

from seproj_desktop.engine.catalog import DEMO_NAME, GPU_DEFAULT, ModelSpec, check_folder, choose_model, resolve_model
from seproj_desktop.engine.failures import explain_failure
from seproj_desktop.engine.hub import HubCache, ModelNotDownloadedError
from seproj_desktop.engine.log_bridge import ChildRecord
from seproj_desktop.errors import UserError

DEMO = Path("/demo")


def test_a_model_is_named_in_four_ways(tmp_path: Path) -> None:
    assert resolve_model("demo", DEMO) == ModelSpec(DEMO_NAME, "/demo", "demo")
    assert resolve_model(DEMO_NAME, DEMO).note
    assert resolve_model(str(tmp_path), DEMO) == ModelSpec(tmp_path.name, str(tmp_path), "folder")
    assert resolve_model("Qwen/Qwen3-4B", DEMO) == ModelSpec("Qwen/Qwen3-4B", "Qwen/Qwen3-4B", "hub")
    assert resolve_model("./missing", DEMO).kind == "folder"


@pytest.mark.parametrize("nonsense", ["", "qwen", "a b", "a/b/c", "http://x/y"])
def test_what_is_no_model_is_refused_with_advice(nonsense: str) -> None:
    with pytest.raises(UserError, match="hub id"):
        resolve_model(nonsense, DEMO)


@pytest.mark.parametrize(
    ("configured", "has_gpu", "on_disk", "name"),
    [
        ("Qwen/Qwen3-0.6B", True, True, "Qwen/Qwen3-0.6B"),
        (None, True, True, GPU_DEFAULT),
        (None, True, False, DEMO_NAME),
        (None, False, True, DEMO_NAME),
    ],
)
def test_the_choice_follows_its_order(configured: str | None, has_gpu: bool, on_disk: bool, name: str) -> None:
    chosen = choose_model(configured, has_gpu=has_gpu, has_on_disk=lambda _: on_disk, demo_folder=DEMO)
    assert chosen.name == name


def make_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": ["Qwen3ForCausalLM"]}))
    (folder / "model.safetensors").write_bytes(b"x")
    return folder


def test_a_folder_is_checked_before_vllm_sees_it(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model")
    check_folder(model)
    (model / "config.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        check_folder(model)
    (model / "config.json").write_text("{}")
    with pytest.raises(UserError, match="no architecture"):
        check_folder(model)
    (model / "config.json").write_text('{"architectures": ["X"]}')
    (model / "model.safetensors").unlink()
    with pytest.raises(UserError, match="no weights"):
        check_folder(model)


def test_only_complete_downloads_count(tmp_path: Path) -> None:
    cache = HubCache(tmp_path)
    spec = ModelSpec("org/name", "org/name", "hub")
    with pytest.raises(ModelNotDownloadedError, match="not been downloaded"):
        cache.find_folder(spec)
    home = tmp_path / "models--org--name"
    snapshot = make_model(home / "snapshots" / "abc")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    assert cache.find_folder(spec) == snapshot
    assert cache.list() == ["org/name"]
    (home / "blobs").mkdir()
    (home / "blobs" / "x.incomplete").touch()
    assert not cache.has("org/name")


def record(cause: str) -> ChildRecord:
    return ChildRecord(40, "vllm", "EngineCore", 1, "failed", cause, "")


@pytest.mark.parametrize(
    ("cause", "message", "advice"),
    [
        ("ValueError: ... the estimated maximum model length is 896. Try", "too small", "896"),
        ("torch.OutOfMemoryError: CUDA out of memory.", "not enough memory", "smaller"),
        ("ValueError: Model architectures ['NoSuch'] are not supported for now.", "NoSuch", "newer"),
        ("SafetensorError: HeaderTooLarge", "damaged", "Download"),
        ("RuntimeError: Device string must not be empty", "there is none", "nvidia-smi"),
        ("ModuleNotFoundError: No module named 'flashinfer'", "(flashinfer)", "make setup"),
        ("KeyError: 'something new'", "something new", "log"),
    ],
)
def test_a_load_s_failure_is_told_by_its_true_cause(cause: str, message: str, advice: str) -> None:
    told = explain_failure(RuntimeError("Engine core initialization failed. See root cause above."), record(cause))
    assert message in told.message
    assert advice in told.advice
    assert "See root cause" not in told.message
