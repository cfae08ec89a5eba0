"""How the run speaks with its own child processes: one JSON object per line, a question down and an answer up.

`Worker` is the parent's end. `serve_commands` is the child's: its answers carry a mark, since the engine's processes
may write to the same standard output. A child ends when its standard input does.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import PYTHON, BenchmarkError, Program

MARK = "@bench "
Handler = Callable[[dict[str, Any]], Awaitable[Any]]
LONGEST_LINE = 64 * 1024 * 1024


class Worker(Program):
    """A child process that runs a module of this package and answers questions."""

    def __init__(
        self, name: str, module: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str] = {}
    ) -> None:
        super().__init__(name, [PYTHON, "-m", f"benchmarks.{module}", *arguments], folder, environment)

    def ask(self, command: str, timeout: float = 120.0, **fields: Any) -> Any:
        """The answer; raises `BenchmarkError` with the child's own words when it fails."""
        self.write(json.dumps({"command": command, **fields}))
        return self.hear(timeout)

    def hear(self, timeout: float) -> Any:
        line = self.wait_for_line(lambda line: line.startswith(MARK), timeout)
        answer = json.loads(line[len(MARK) :])
        if "error" in answer:
            raise BenchmarkError(f"{self.name}: {answer['error']}")
        return answer["result"]


def say(result: Any) -> None:
    """The child's answer, or an announcement that its parent waits for."""
    print(MARK + json.dumps({"result": result}), flush=True)


def say_error(error: BaseException) -> None:
    print(MARK + json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)


async def serve_commands(handlers: Mapping[str, Handler]) -> None:
    """Answers until standard input ends."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        fields = json.loads(line)
        try:
            say(await handlers[fields.pop("command")](fields))
        except Exception as error:  # noqa: BLE001  the parent gets it, whatever it is
            say_error(error)
