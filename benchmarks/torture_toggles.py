"""Torture, as a child process: the assembled program, its server switched on and off under load.

After every switch-off nothing may listen; at the end the engine must run nothing and one answer must be whole.
"""

import argparse
import asyncio
import contextlib
import os
import random
import socket
from collections import Counter
from pathlib import Path

from benchmarks.doors import free_port
from benchmarks.vanishing import ask_until_cut
from benchmarks.wire import say, say_error
from seproj_desktop.app import App, assemble, new_loop
from seproj_desktop.errors import ErrorReporter
from seproj_desktop.paths import Paths
from seproj_desktop.server.status import Off
from seproj_desktop.settings import load_settings

ASKERS = 16
IDLE_SECONDS = 15.0


async def toggle(app: App, port: int, count: int, order: random.Random) -> dict[str, int]:
    """How the answers ended; raises when a promise was broken."""
    await app.engine.start()
    endings: Counter[str] = Counter()
    askers = [asyncio.create_task(_keep_asking(port, random.Random(number), endings)) for number in range(ASKERS)]
    try:
        for number in range(count):
            await app.server.start(port=port)
            await asyncio.sleep(order.uniform(0.0, 0.4))
            await app.server.stop(order.choice((0.0, 0.0, 0.1, 0.3)))
            _check_off(app, port, number)
            _raise_failures(askers)
    finally:
        for asker in askers:
            asker.cancel()
        await asyncio.gather(*askers, return_exceptions=True)
    async with asyncio.timeout(IDLE_SECONDS):
        while app.engine.load.running or app.engine.load.waiting or app.engine.queued:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await app.server.start(port=port)
    if (ending := await ask_until_cut(port, order)) != "done":
        raise AssertionError(f"the answer after all toggles ended as {ending!r}")
    return dict(endings)


async def _keep_asking(port: int, order: random.Random, endings: Counter[str]) -> None:
    while True:
        endings[await ask_until_cut(port, order)] += 1
        await asyncio.sleep(order.uniform(0.0, 0.05))


def _check_off(app: App, port: int, number: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise AssertionError(f"something listens after switch-off {number}")
    if not isinstance(app.server.status, Off):
        raise AssertionError(f"after switch-off {number} the status is {app.server.status}")


def _raise_failures(askers: list[asyncio.Task[None]]) -> None:
    for asker in askers:
        if asker.done():
            asker.result()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    paths = Paths.find(os.environ, options.data_dir)
    paths.create()
    app = assemble(load_settings(paths.settings_file, os.environ).settings, paths, ErrorReporter())
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(app.aclose)
        try:
            say(await toggle(app, free_port(), options.count, random.Random(options.seed)))
        except Exception as error:  # noqa: BLE001  the parent says it
            say_error(error)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
