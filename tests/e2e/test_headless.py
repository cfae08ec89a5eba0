"""`serve` and `ask` as a shell uses them, with the real engine."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.desktop import ROOT, Program, get_json, post_json, until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith(("SEPROJ_", "DISPLAY"))}


def question(text: str, **fields: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], "stream": False, "max_tokens": 20} | fields


def test_serve_answers_health_while_it_loads_and_requests_wait(start: Callable[..., Program]) -> None:
    program = start(ENVIRON, "serve", "--port", "0")
    address = program.address()
    health = until(lambda: get_json(f"{address}/health"), "health")
    assert health["engine_ready"] is False
    assert b"output" in post_json(f"{address}/generate", question("Hi"))
    ready = get_json(f"{address}/health")
    assert ready is not None
    assert ready["engine_ready"] is True
    children = program.children()
    program.send(signal.SIGTERM)
    assert program.wait() == 0
    assert not psutil.wait_procs(children, timeout=20)[1]


def test_lazy_serve_loads_at_the_first_request_and_ctrl_c_drains(start: Callable[..., Program]) -> None:
    program = start(ENVIRON, "serve", "--port", "0", "--lazy")
    address = program.address()
    health = get_json(f"{address}/health")
    assert health is not None
    assert health["state"] == "stopped"
    assert b"output" in post_json(f"{address}/generate", question("Hi"))
    answers: list[bytes] = []
    late = threading.Thread(
        target=lambda: answers.append(post_json(f"{address}/generate", question("Add dark mode", max_tokens=300)))
    )
    late.start()
    until(lambda: (get_json(f"{address}/health") or {"queue": {}})["queue"].get("running"), "running answer")
    program.send(signal.SIGINT)
    assert program.wait() == 0
    late.join(20)
    assert b"finish_reason" in answers[0], "what ran when it was told to stop was answered to its end"


def test_a_killed_program_leaves_no_engine_behind(start: Callable[..., Program]) -> None:
    program = start(ENVIRON, "serve", "--port", "0")
    address = program.address()
    until(lambda: (get_json(f"{address}/health") or {}).get("engine_ready"), "ready engine")
    shared = {path.name for path in Path("/dev/shm").iterdir()}
    children = program.children()
    assert len(children) >= 2
    program.send(signal.SIGKILL)
    program.wait()
    assert not psutil.wait_procs(children, timeout=20)[1]
    assert {path.name for path in Path("/dev/shm").iterdir()} <= shared


def test_ask_streams_one_answer_to_standard_output(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "seproj_desktop",
        "ask",
        "--persona",
        "developer",
        "--data-dir",
        str(tmp_path),
        "-",
    ]
    ended = subprocess.run(
        command,
        input="Build user authentication",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=ENVIRON,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "REQ-DEV-001" in ended.stdout
    assert "user authentication" in ended.stdout.lower()
    assert "Traceback" not in ended.stderr


def test_serve_for_others_wants_a_key_and_says_where_it_can_be_reached(start: Callable[..., Program]) -> None:
    outside = ("serve", "--port", "0", "--lazy", "--model", "demo", "--host", "0.0.0.0")
    refused = start(ENVIRON, *outside)
    assert refused.wait(90) == 1
    assert "there is no API key" in refused.output
    made = start(ENVIRON, "keys", "create", "laptop")
    assert made.wait(90) == 0
    program = start(ENVIRON, *outside)
    address = program.address()
    assert address.startswith("http://127.0.0.1:")
    assert get_json(f"{address}/health") == {"status": "ok"}
    secret = next(line for line in made.output.splitlines() if line.startswith("sk-seproj-"))
    asked = urllib.request.Request(f"{address}/health", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert b'"state":"stopped"' in answer.read()
    assert start(ENVIRON, "keys", "revoke", "laptop").wait(90) == 0
    get_json(f"{address}/health")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(asked, timeout=30)
    program.send(signal.SIGTERM)
    assert program.wait() == 0
