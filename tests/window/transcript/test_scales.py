"""Pictures at 100 %, 150 % and 200 %, in light and in dark."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("compare_pictures.py")


@pytest.mark.parametrize("scale", ["1.0", "1.5", "2.0"])
def test_pictures_are_equal_at_every_scale(scale: str) -> None:
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), scale], env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "equal", done.stderr
