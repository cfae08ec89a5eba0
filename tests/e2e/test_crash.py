"""The real program, killed while somebody talks with it: nothing that was said is lost.

`make torture` does it 200 times.
"""

import random
from pathlib import Path

import pytest

from benchmarks.crash import Crashes

pytestmark = [pytest.mark.e2e, pytest.mark.engine, pytest.mark.slow]


def test_nothing_that_was_said_is_lost_by_kills_of_the_real_program(tmp_path: Path) -> None:
    crashes = Crashes(tmp_path, random.Random(4))
    for moment in ("answer", "import", "answer"):
        crashes.kill(moment)  # raises when anything is missing
    assert crashes.ledger.said
    assert crashes.ledger.imports
    assert not crashes.faults
