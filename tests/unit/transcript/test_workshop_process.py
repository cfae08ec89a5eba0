"""The workshop's process by itself: what it answers, what it refuses to do, and when it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from seproj_desktop.window.transcript.workshop.orders import (
    Answer,
    ColouredLines,
    ColoursOrder,
    Finished,
    FormulaOrder,
    Order,
    Ready,
    Refusal,
    SetFormula,
)

ROOT = Path(__file__).parents[3]
MAIN = "from seproj_desktop.window.transcript.workshop.workshop_process import *\n"

Child = subprocess.Popen[bytes]


@pytest.fixture
def child() -> Iterator[Child]:
    with subprocess.Popen(
        [sys.executable, "-c", MAIN + "main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as child:
        assert listen(child) == Ready()
        yield child
        child.kill()


def tell(child: Child, order: Order) -> None:
    assert child.stdin is not None
    child.stdin.write(msgspec.json.encode(order) + b"\n")
    child.stdin.flush()


def listen(child: Child) -> Answer:
    assert child.stdout is not None
    answer: Answer = msgspec.json.decode(child.stdout.readline(), type=Answer)
    return answer


def confined(code: str) -> str:
    """What a confined process says about an attempt."""
    script = (
        f"{MAIN}import socket, os, subprocess\nconfine()\ntry:\n    {code}\nexcept OSError as error:\n    print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout


def test_it_answers_in_order_and_ends_with_its_input(child: Child) -> None:
    tell(child, FormulaOrder("x", is_display=False, size=16))
    tell(child, FormulaOrder(r"\unknown", is_display=False, size=16))
    tell(child, ColoursOrder("python", "import os\n"))
    assert isinstance(listen(child), SetFormula)
    assert isinstance(listen(child), Refusal)
    assert isinstance(listen(child), ColouredLines)
    assert listen(child) == Finished()
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(timeout=30) == 0
    assert child.stderr is not None
    assert child.stderr.read() == b""


def test_ctrl_c_in_the_terminal_is_not_for_it(child: Child) -> None:
    child.send_signal(signal.SIGINT)
    tell(child, FormulaOrder("x", is_display=False, size=16))
    assert isinstance(listen(child), SetFormula)


def test_long_code_comes_in_pieces_that_are_quickly_read(child: Child) -> None:
    tell(child, ColoursOrder("python", "x = 1\n" * 450))
    tell(child, ColoursOrder("python", "x = [" + "1, " * 20_000 + "]\n" + "y = 2\n"))
    tell(child, ColoursOrder("no such language", "x"))
    pieces = list(iter(lambda: listen(child), Finished()))
    assert [piece.first for piece in pieces if isinstance(piece, ColouredLines)] == [0, 200, 400]
    pieces = list(iter(lambda: listen(child), Finished()))
    assert all(sum(map(len, piece.lines)) <= 3_100 for piece in pieces if isinstance(piece, ColouredLines))
    assert [piece.first for piece in pieces if isinstance(piece, ColouredLines)] == [0, 1]
    assert listen(child) == Finished()


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 80)",
        "open('/tmp/seproj-workshop-test', 'w')",
        "os.open('/tmp/seproj-workshop-test', os.O_CREAT | os.O_RDWR)",
        "os.remove('/tmp/seproj-workshop-test')",
        "os.system('true')",
        "os.fork()",
        "subprocess.run(['true'])",
    ],
)
def test_it_opens_no_sockets_writes_no_files_and_starts_nothing(code: str) -> None:
    assert confined(code).startswith("not in the workshop")


def test_reading_is_allowed() -> None:
    assert confined("print(len(open('/proc/self/statm').read()) > 0)") == "True\n"


def test_it_knows_neither_qt_nor_the_engine() -> None:
    code = (
        f"{MAIN}import sys; print([name for name in ('PySide6', 'shiboken6', 'vllm', 'torch') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
