"""How fast this machine is beside the one that the transcript's aims were set on.

The same versions of the same package are imported, in a process of its own: Python's own work, no Qt, like most of a
flush. What it took there is in the notes that the aims come from.
"""

import subprocess
from dataclasses import dataclass, field
from statistics import median

from benchmarks.processes import PYTHON, BenchmarkError

PACKAGE = "ziamath"
REFERENCE = 110.0
"""Milliseconds of importing it there."""
CODE = f"import time; start = time.process_time(); import {PACKAGE}; print((time.process_time() - start) * 1e3)"
TIME_LIMIT = 60.0
AT_ONCE = 3


@dataclass(slots=True)
class Speed:
    """The imports so far, in milliseconds of processor time."""

    imports: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """A few more; spread over a run they tell how the machine was meanwhile."""
        self.imports += [_import_once() for _ in range(AT_ONCE)]

    @property
    def factor(self) -> float:
        """How many times as long everything takes here."""
        return median(self.imports) / REFERENCE

    @property
    def words(self) -> str:
        lowest, highest = min(self.imports), max(self.imports)
        return (
            f"Importing {PACKAGE} took {median(self.imports):.0f} ms ({lowest:.0f} to {highest:.0f},"
            f" {len(self.imports)} times), on the machine of the aims {REFERENCE:.0f}: a factor of {self.factor:.1f}."
        )


def _import_once() -> float:
    ended = subprocess.run([PYTHON, "-c", CODE], capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    if ended.returncode:
        raise BenchmarkError(f"{PACKAGE} cannot be imported: {ended.stderr.strip()}")
    return float(ended.stdout)
