"""The main job: the real program in a real window, with the real engine, by keyboard."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import PICTURES
from tests.e2e.desktop import Desktop, Program, get_json, post_json, until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PORT = "18765"
BROKEN_SETTINGS = '[server]\nport = "many"\n[window]\ntheme = "dark"\n[engine]\nmodel = "no such model"\n'
HEALTH = f"http://127.0.0.1:{PORT}/health"
SHOW_OTHER = (1040, 625)
"""Where the notice of a second program has its button, in a window of the first size."""
CLOSE_SECONDS = 15.0
"""How long a test waits for the end; the promise of three seconds is for a machine that does nothing else."""


def nothing_is_left(children: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(children, timeout=20)
    return not alive


def test_a_question_typed_into_the_window_is_answered_there_and_over_http(
    desktop: Desktop, start: Callable[..., Program]
) -> None:
    program = start(desktop.environ, "--persona", "developer", "--port", PORT)
    until(desktop.windows, "window")
    desktop.focus()
    empty = desktop.picture(PICTURES / "1-empty.png")
    desktop.type("Build user authentication")
    desktop.keys("Return")
    desktop.keys("ctrl+shift+s")
    until(lambda: (get_json(HEALTH) or {}).get("engine_ready"), "ready engine")

    text = until(lambda: answer_in(desktop), "finished answer in the window")
    assert "Build user authentication" in text
    assert "REQ-DEV-001" in text
    assert "tokens/s" in text
    answered = desktop.picture(PICTURES / "2-answered.png")
    assert answered != empty

    body = {"messages": [{"role": "user", "content": "Add dark mode"}], "persona": "tester", "temperature": 0}
    *tokens, done = [json.loads(line) for line in post_json(f"http://127.0.0.1:{PORT}/generate", body).splitlines()]
    assert done["type"] == "done"
    assert "".join(token["delta"] for token in tokens) == done["content"]
    assert "REQ-QA-001" in done["content"]

    children = program.children()
    assert children
    desktop.keys("ctrl+q")
    assert program.wait(CLOSE_SECONDS) == 0
    assert nothing_is_left(children)
    assert "Traceback" not in program.output


def answer_in(desktop: Desktop) -> str | None:
    """The conversation's text, copied as a user would, once the figures under the answer are there."""
    desktop.keys("ctrl+shift+l", "ctrl+a", "ctrl+c", "ctrl+End", "ctrl+l")
    text = desktop.clipboard()
    return text if "tokens/s" in text else None


def test_the_window_closes_while_the_model_loads(desktop: Desktop, start: Callable[..., Program]) -> None:
    program = start(desktop.environ, "--port", PORT)
    until(desktop.windows, "window")
    desktop.focus()
    until(program.children, "child process")
    children = program.children()
    desktop.keys("ctrl+q")
    assert program.wait(CLOSE_SECONDS) == 0
    assert nothing_is_left(children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_in_order(
    desktop: Desktop, start: Callable[..., Program], number: signal.Signals
) -> None:
    program = start(desktop.environ, "--port", PORT)
    until(desktop.windows, "window")
    program.send(number)
    assert program.wait(CLOSE_SECONDS) == 0
    assert "Traceback" not in program.output


def test_broken_files_do_not_stop_the_start(desktop: Desktop, start: Callable[..., Program], tmp_path: Path) -> None:
    config = tmp_path / "data" / "config"
    (config / "personas").mkdir(parents=True)
    (config / "personas" / "broken.toml").write_text("id = ")
    (config / "settings.toml").write_text(BROKEN_SETTINGS)
    program = start(desktop.environ)
    until(desktop.windows, "window")
    desktop.focus()
    until(lambda: "settings.toml, line 2" in program.output, "named problem")
    desktop.picture(PICTURES / "3-broken-files.png")
    desktop.keys("ctrl+q")
    assert program.wait(CLOSE_SECONDS) == 0


def test_a_second_program_on_the_folder_brings_the_first_ones_window_to_the_front(
    desktop: Desktop, start: Callable[..., Program], tmp_path: Path
) -> None:
    """By mouse, on the button of its notice; then the second one goes. No model is loaded for that."""
    config = tmp_path / "data" / "config"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text('[engine]\nmodel = "nobody/has-this-model"\n')
    first = start(desktop.environ)
    window = until(desktop.windows, "window")
    until(lambda: lock_in(tmp_path / "data") == str(first.process.pid), "lock")
    second = start(desktop.environ)
    until(lambda: len(desktop.windows()) == 2, "second window")

    def click() -> bool:
        """Where the button is, or is not yet: there are only words around it."""
        for y in range(SHOW_OTHER[1] - 40, SHOW_OTHER[1] + 41, 8):
            desktop.click(SHOW_OTHER[0], y)
        return second.process.poll() is not None

    until(click, "end of the second program")
    assert second.wait(CLOSE_SECONDS) == 0
    assert "Traceback" not in second.output
    assert desktop.windows() == window
    until(lambda: desktop.run("xdotool", "getwindowfocus").split() == window, "first window with the focus")
    desktop.keys("ctrl+q")
    assert first.wait(CLOSE_SECONDS) == 0
    assert "Traceback" not in first.output


def lock_in(folder: Path) -> str:
    """The process that has the folder, as far as it says so."""
    lock = folder / "lock"
    return lock.read_text() if lock.exists() else ""


def test_without_a_display_it_says_so_and_serves(start: Callable[..., Program], desktop: Desktop) -> None:
    environ = {name: value for name, value in desktop.environ.items() if name != "DISPLAY"}
    program = start(environ, "--port", "0")
    address = program.address()
    assert "no display" in program.output
    assert get_json(f"{address}/health") is not None
    program.send(signal.SIGTERM)
    assert program.wait(CLOSE_SECONDS) == 0
