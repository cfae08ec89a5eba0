"""One virtual display per test, and whatever was started on it ended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import ROOT, Desktop, Program

PICTURES = ROOT / "tests" / "artifacts"


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    desktop = Desktop()
    yield desktop
    desktop.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts the real program with a data folder of its own: `start(environ, *arguments)`."""
    started: list[Program] = []

    def start(environ: dict[str, str], *arguments: str) -> Program:
        program = Program(environ, *arguments, "--data-dir", str(tmp_path / "data"))
        started.append(program)
        return program

    yield start
    for program in started:
        program.end()
