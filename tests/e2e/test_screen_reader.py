"""A real AT-SPI client on a real session bus, looking at a real window: what a screen reader finds and hears."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.desktop import ROOT, Desktop, until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SYSTEM_PYTHON = "/usr/bin/python3"
CLIENT = "tests/e2e/at_spi_client.py"
PROGRAM = "tests/e2e/shown_transcript.py"
PACKAGES = "at-spi2-core dbus-daemon gir1.2-atspi-2.0 python3-gi"
MESSAGES = 2000
STREAMED_BLOCKS = 100
PATIENCE = 90.0
NOTHING = {"", "-1", "None", "gone"}
"""What an interface answers that is no more."""

Answer = dict[str, Any]


class Talker:
    """A program that is talked to in lines."""

    def __init__(self, environ: dict[str, str], *command: str) -> None:
        self._command = command
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")

    def hear(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        assert line, f"{self._command} says nothing; it has ended with {self.process.poll()}"
        return line.strip()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Reader(Talker):
    """The client."""

    def ask(self, do: str, *path: int, **more: object) -> Any:
        self.say(json.dumps({"do": do, "path": path, **more}))
        return json.loads(self.hear())


class Shown(Talker):
    """The window with a transcript."""

    def do(self, line: str) -> None:
        self.say(line)
        assert self.hear() == f"done {line.split(maxsplit=1)[0]}"


class Bus:
    """A session bus of its own; the accessibility bus is started by it when somebody asks."""

    def __init__(self, environ: dict[str, str]) -> None:
        reading, writing = os.pipe()
        self._daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--print-address={writing}"],
            env=environ,
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.address = told.readline().strip()
        assert self.address, "dbus-daemon does not start"

    def close(self) -> None:
        self._daemon.terminate()
        self._daemon.wait(10)


@pytest.fixture
def environ(desktop: Desktop) -> Iterator[dict[str, str]]:
    """On a display and a session bus, with Qt told that somebody may listen."""
    environ = {name: value for name, value in desktop.environ.items() if not name.startswith(("AT_SPI", "DBUS"))}
    try:
        bus = Bus(environ)
        subprocess.run(
            [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"],
            env=environ,
            check=True,
            capture_output=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.fail(f"this test needs the system packages {PACKAGES}: {error}")
    yield {**environ, "DBUS_SESSION_BUS_ADDRESS": bus.address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    bus.close()


@pytest.fixture
def reader(environ: dict[str, str]) -> Iterator[Reader]:
    reader = Reader(environ, SYSTEM_PYTHON, CLIENT)
    yield reader
    reader.end()


@pytest.fixture
def shown(environ: dict[str, str], reader: Reader) -> Iterator[Shown]:
    """The window with many messages, found by the reader."""
    assert reader.ask("listen")
    shown = Shown(environ | {"PYTHONPATH": str(ROOT)}, sys.executable, "-X", "faulthandler", PROGRAM)
    assert shown.hear() == "done start"
    shown.do(f"load {MESSAGES}")
    found = reader.ask("find", program="shown-transcript", name="Conversation")
    assert (found["role"], found["count"]) == ("list", MESSAGES + 1)
    yield shown
    shown.end()


def quit_in_order(shown: Shown) -> None:
    shown.say("quit")
    assert shown.process.wait(30) == 0


def test_every_message_and_its_blocks_are_found(shown: Shown, reader: Reader) -> None:
    walked = reader.ask("walk", blocks_of_every=50)
    assert walked["roles"]["list item"] == MESSAGES
    assert walked["names"][1997].startswith("Developer: Requirements 1998\n\nThe system shall let a person sign in.")
    assert len(set(walked["names"])) == MESSAGES + 1
    last = reader.ask("describe", MESSAGES - 1)
    assert last["description"] == f"message {MESSAGES} of {MESSAGES}, Demo model, 14:32"
    assert "showing" in last["states"]
    blocks = [(block["role"], block["name"], block["description"]) for block in reader.ask("children", MESSAGES - 1)]
    assert blocks == [
        ("push button", "Thought for 4.2 s, 311 tokens", ""),
        ("heading", "Requirements 2000", "Heading 1"),
        ("label", "The system shall let a person sign in.", ""),
        ("list item", "• a password", ""),
        ("list item", "• a key", ""),
        ("label", "Code, python", "def sign_in(name: str) -> bool:\n    return True"),
        ("table", "Table, 2 columns, 2 rows", "Name, Priority\nREQ-1, high\nREQ-2, low"),
        ("label", "Never in plain text.", "Quote"),
        ("image", "E = mc^2", "Formula"),
        ("separator", "Line", ""),
        ("label", "The end of answer 2000.", ""),
        ("label", "700 tokens/s", ""),
    ]
    quit_in_order(shown)


def test_places_and_states_say_what_is_in_sight(shown: Shown, reader: Reader) -> None:
    whole, first, last = reader.ask("describe"), reader.ask("describe", 0), reader.ask("describe", MESSAGES - 1)
    assert "showing" not in first["states"]
    assert is_within(last["extents"], whole["extents"])
    tops = []
    for block in reader.ask("children", MESSAGES - 1):
        if "showing" in block["states"]:
            assert is_within(block["extents"], last["extents"])
            tops.append(block["extents"][1])
    assert len(tops) > 5
    assert tops == sorted(set(tops))
    assert reader.ask("find_below", name="Go to the end")["role"] == "push button"
    quit_in_order(shown)


def is_within(inner: list[int], outer: list[int]) -> bool:
    (left, top, width, height), (outer_left, outer_top, outer_width, outer_height) = inner, outer
    return (
        outer_left <= left
        and outer_top <= top
        and left + width <= outer_left + outer_width
        and top + height <= outer_top + outer_height
    )


def test_the_focus_is_told_as_keys_move_it(shown: Shown, reader: Reader, desktop: Desktop) -> None:
    def focus(words: str) -> Answer:
        answer: Answer = reader.ask("hear", event="object:state-changed:focused", words=words)
        return answer

    until(desktop.windows, "window")
    desktop.focus()
    assert focus("Conversation")["role"] == "list"
    desktop.keys("ctrl+Up")
    assert focus("Developer: Requirements 1998")["role"] == "list item"
    desktop.keys("ctrl+Page_Down")
    assert focus("Thought for 4.2 s")["role"] == "push button"
    desktop.keys("Return")
    assert reader.ask("hear", event="object:announcement", words="Thinking is shown")
    assert "expanded" in reader.ask("describe", 1997, 0)["states"]
    desktop.keys("ctrl+Page_Down")
    assert focus("Let me think.")["role"] == "label"
    desktop.keys("ctrl+Page_Down")
    assert focus("Requirements 1998")["role"] == "heading"
    assert "focused" in reader.ask("describe", 1997, 2)["states"]

    desktop.keys("F7")
    assert focus("Message of Developer")["role"] == "text"
    assert "The system shall let a person sign in." in reader.ask("find_below", name="Message of Developer")["text"]
    desktop.keys("Right")
    assert reader.ask("hear", event="object:text-caret-moved", words="Message of")["detail"] == 1
    desktop.keys("Escape")
    assert focus("Requirements 1998")["role"] == "heading"
    quit_in_order(shown)


def test_new_text_is_told_now_and_then_and_at_its_end(shown: Shown, reader: Reader) -> None:
    shown.do("stream")
    assert reader.ask("hear", event="object:children-changed:add", words="Conversation")["detail"] == MESSAGES
    told = [reader.ask("hear", event="object:announcement", words="")["text"]]
    while not told[-1].endswith("End of the answer."):
        told.append(reader.ask("hear", event="object:announcement", words="")["text"])
    assert told[0] == "Developer: Requirements now 0"
    assert "The system shall let a person sign in.\n• a password\n• a key\nCode, python.\nTable: " in told[1]
    assert told[-1].endswith("The end of answer now 9.\nEnd of the answer.")
    assert len(told) < STREAMED_BLOCKS / 4
    assert reader.ask("describe", MESSAGES)["name"].startswith("Developer: Requirements now 0\n\nThe system")
    quit_in_order(shown)


def test_looking_while_text_streams_and_after_everything_is_gone(shown: Shown, reader: Reader) -> None:
    shown.say("stream")
    assert reader.ask("hear", event="object:children-changed:add", words="Conversation")
    for _ in range(12):
        assert reader.ask("describe", MESSAGES)["name"].startswith("Developer")
        reader.ask("children", MESSAGES)
        reader.ask("describe", 3, 4)
    assert shown.hear() == "done stream"
    assert len(reader.ask("children", MESSAGES)) == STREAMED_BLOCKS + 1

    assert reader.ask("keep", *range(40), MESSAGES)
    shown.do("clear")
    assert reader.ask("describe")["count"] == 1
    assert set(reader.ask("ask_kept")) <= NOTHING
    shown.do("load 20")
    assert reader.ask("describe", 3)["description"] == "message 4 of 20, Demo model, 14:32"
    assert set(reader.ask("ask_kept")) <= NOTHING
    quit_in_order(shown)
