"""The store under `kill -9`, many times on one folder: what was said is there, and no answer is shorter than it was.

A child process with the real chat service and store and a fake engine; the whole program with its window and real
engine is killed in `tests/e2e/test_crash.py` and, at length, in `make torture`.
"""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.crash_ledger import Ledger, Loss
from benchmarks.crash_wire import Listener

ROOT = Path(__file__).parents[2]
KILLS = 25
ACTS = (0, 30)
PATIENCE = 60.0


@pytest.mark.slow
def test_what_was_on_the_screen_survives_kills_at_random_moments(tmp_path: Path) -> None:
    order, ledger = random.Random(4), Ledger()
    losses = [live_and_die(tmp_path, ledger, order) for _ in range(KILLS)]
    assert sum(loss.interrupted for loss in losses) > KILLS // 4, "most kills come while answers stream"
    assert ledger.said
    assert ledger.imports


def live_and_die(folder: Path, ledger: Ledger, order: random.Random) -> Loss:
    """One life of the child, from its start to a kill after a random number of acts."""
    acts, seed = order.randint(*ACTS), order.randrange(1 << 40)
    pipe = folder / "pipe"
    command = [sys.executable, "-m", "tests.storage.killed_child", "--data-dir", str(folder / "data")]
    command += ["--pipe", str(pipe), "--scratch", str(folder), "--seed", str(seed)]
    with closing(Listener(pipe)) as listener, subprocess.Popen(command, cwd=ROOT) as child:
        try:
            for told in listener.listen(PATIENCE):
                assert "bug" not in told, told
                ledger.hear(told)
                acts -= "act" in told
                if acts <= 0:
                    break
            assert child.poll() is None, "it lives until it is killed"
        finally:
            killed = time.monotonic()
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        for told in listener.listen(PATIENCE):
            ledger.hear(told)
    return ledger.check(folder / "data", killed)
