"""The command line's edges: usage, exit codes, doctor. What needs an engine is in `tests/e2e`."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from seproj_desktop import __version__
from seproj_desktop.cli import build_parser, run_command
from seproj_desktop.display import display_problem
from seproj_desktop.doctor import examine
from seproj_desktop.paths import Paths
from seproj_desktop.settings import LoadedSettings, SettingProblem, Settings

ROOT = Path(__file__).parents[2]


def test_options_may_stand_before_or_behind_the_command() -> None:
    parser = build_parser()
    for line in ("--model demo serve --port 1", "serve --model demo --port 1"):
        options = parser.parse_args(line.split())
        assert (options.command, options.model, options.port) == ("serve", "demo", 1)
    assert parser.parse_args([]).command is None
    assert parser.parse_args(["--persona", "tester", "--serve"]).persona == "tester"
    assert parser.parse_args(["ask", "--persona", "tester", "Hi"]).question == "Hi"
    assert parser.parse_args(["export", "a.md", "--conversation", "1", "--conversation", "2"]).conversation == [
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    "line",
    [
        *("serve --port many", "serve --port 70000", "ask", "nonsense", "serve --unknown", "ask a b"),
        *("backup", "restore", "import", "export a --format pdf", "export a --all --conversation 1"),
    ],
)
def test_wrong_usage_is_exit_code_2(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_command(["--data-dir", str(tmp_path), *line.split()])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ask --persona nobody Hi", "no persona"),
        ("ask --model nonsense Hi", "is no model"),
        ("ask --model ./missing Hi", "does not exist"),
        ("serve --model nonsense", "is no model"),
        ("serve --host 0.0.0.0 --port 0", "0.0.0.0"),
    ],
)
def test_failures_are_told_in_words_with_exit_code_1(line: str, words: str, tmp_path: Path) -> None:
    ended = run(*line.split(), data_dir=tmp_path)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_empty_question_is_refused(tmp_path: Path) -> None:
    ended = run("ask", "-", data_dir=tmp_path, stdin="  \n")
    assert (ended.returncode, "empty" in ended.stderr) == (1, True)


def test_a_port_in_use_is_told_with_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("serve", "--port", str(port), data_dir=tmp_path)
    assert ended.returncode == 1
    assert str(port) in ended.stderr


def test_the_version_is_told() -> None:
    assert run("--version").stdout.split() == ["seproj-desktop", __version__]


def test_importing_any_module_of_ours_has_no_effects() -> None:
    """vLLM's children import the main module again: no Qt, no engine, no thread, no socket, no environment change."""
    code = """
import os, pkgutil, sys, threading, importlib
before = dict(os.environ)
import seproj_desktop
names = [m.name for m in pkgutil.walk_packages(seproj_desktop.__path__, "seproj_desktop.")]
light = [n for n in names if ".window" not in n and ".bridge" not in n]
for name in light: importlib.import_module(name)
assert not {"PySide6", "torch", "vllm", "transformers", "qasync"} & set(sys.modules), "heavy"
for name in names: importlib.import_module(name)
assert not {"torch", "vllm", "transformers"} & set(sys.modules), "engine"
from PySide6.QtCore import QCoreApplication
assert QCoreApplication.instance() is None
assert threading.active_count() == 1
assert dict(os.environ) == before
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_the_command_line_itself_is_light() -> None:
    heavy = {"PySide6", "fastapi", "pydantic", "sqlite3"}
    code = f"import sys, seproj_desktop.cli; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    paths = Paths.find({}, tmp_path)
    personas = paths.own_personas
    personas.mkdir(parents=True)
    (personas / "bad.toml").write_text("id = ")
    settings = Settings.model_validate({"engine": {"model": "./missing"}})
    findings = examine(paths, LoadedSettings(settings, (SettingProblem("settings.toml, line 1", "odd"),)), {})
    wrong = [str(finding) for finding in findings if finding.is_broken]
    assert any("bad.toml, line 1" in line for line in wrong)
    assert any("does not exist" in line for line in wrong)
    assert any("settings.toml, line 1: odd" in line for line in wrong)
    assert any("vLLM" in str(finding) for finding in findings)


def test_doctor_runs(tmp_path: Path) -> None:
    ended = run("doctor", data_dir=tmp_path)
    assert "seproj-demo" in ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "no display"),
        ({"DISPLAY": ":987"}, "does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, None),
        ({"QT_QPA_PLATFORM": "offscreen"}, None),
        ({"DISPLAY": "elsewhere:0"}, None),
    ],
)
def test_a_missing_display_is_found_before_qt_is_asked(environ: dict[str, str], words: str | None) -> None:
    problem = display_problem(environ)
    assert (problem is None) if words is None else (problem is not None and words in problem)


def run(*arguments: str, data_dir: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own."""
    where = ["--data-dir", str(data_dir)] if data_dir else []
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SEPROJ_")}
    return subprocess.run(
        [sys.executable, "-m", "seproj_desktop", *where, *arguments],
        cwd=ROOT,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_keys_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def keys(*line: str) -> tuple[int, str, str]:
        code = run_command(["--data-dir", str(tmp_path), "keys", *line])
        told = capsys.readouterr()
        return code, told.out, told.err

    assert keys() == (0, "", "There are no API keys.\n")
    code, secret, words = keys("create", "laptop")
    assert (code, secret[:10], "once" in words) == (0, "sk-seproj-", True)
    code, listed, _ = keys("list")
    assert listed.split("\t")[:2] == ["laptop", f"...{secret.strip()[-4:]}"]
    assert keys("create", "laptop")[0] == 1
    assert keys("revoke", "nobody")[0] == 1
    assert keys("revoke", "laptop")[0] == 0
    assert keys("list")[1] == ""
    (tmp_path / "config" / "api-keys.json").write_text("{")
    code, _, words = keys("list")
    assert (code, "api-keys.json cannot be read" in words) == (1, True)
