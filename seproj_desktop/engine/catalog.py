"""Which model: what the person named, or what suits this machine.

Knows the bundled demo model, folders and hub ids. Looks at folders on the disk, never at the network.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from seproj_desktop.errors import UserError

DEMO = "demo"
DEMO_NAME = "seproj-demo"
DEMO_NOTE = "A small demo model for trying things out; its answers are not to be relied on."
GPU_DEFAULT = "Qwen/Qwen3-4B"
GPU_DEFAULT_BYTES = 8_060_000_000
"""The offered model's files: 4.02 billion parameters in bfloat16, and a tokenizer."""

HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[\w.-]+$")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model to load: the name everybody sees, and where its files are (a folder, or a hub id)."""

    name: str
    source: str
    kind: Literal["demo", "folder", "hub"]

    @property
    def note(self) -> str:
        return DEMO_NOTE if self.kind == "demo" else ""


def resolve_model(named: str, demo_folder: Path) -> ModelSpec:
    """`demo`, a folder, or a hub id such as `Qwen/Qwen3-4B`. Raises `UserError` for anything else."""
    named = named.strip()
    if named in (DEMO, DEMO_NAME):
        return ModelSpec(DEMO_NAME, str(demo_folder), "demo")
    folder = Path(named).expanduser()
    if named and (folder.is_dir() or named.startswith(("/", ".", "~"))):
        return ModelSpec(folder.resolve().name or named, str(folder.resolve()), "folder")
    if HUB_ID.match(named):
        return ModelSpec(named, named, "hub")
    raise UserError(f"{named!r} is no model.", 'Name "demo", a folder, or a hub id such as "Qwen/Qwen3-4B".')


def choose_model(
    configured: str | None, *, has_gpu: bool, has_on_disk: Callable[[str], bool], demo_folder: Path
) -> ModelSpec:
    """What was configured; otherwise a GPU's default where it is on the disk already; otherwise the demo model."""
    if configured:
        return resolve_model(configured, demo_folder)
    if has_gpu and has_on_disk(GPU_DEFAULT):
        return resolve_model(GPU_DEFAULT, demo_folder)
    return resolve_model(DEMO, demo_folder)


def check_folder(folder: Path) -> None:
    """Raises `UserError` unless the folder looks like a model: a readable config.json and weights."""
    if not folder.is_dir():
        raise UserError(f"The model folder {folder} does not exist.", "Choose another folder, or the demo model.")
    config = folder / "config.json"
    if not config.is_file():
        raise UserError(
            f"{folder} is not a model folder: it has no config.json.",
            "Choose the folder that holds config.json, the tokenizer and the *.safetensors files.",
        )
    try:
        parsed = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The model's {config} cannot be read: {error}.", "Download the model again.") from error
    if not isinstance(parsed, dict) or not parsed.get("architectures"):
        raise UserError(f"The model's {config} names no architecture.", "Choose a model that vLLM supports.")
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        raise UserError(f"{folder} holds no weights (*.safetensors).", "Download the model again; it is incomplete.")
