"""What the set-up promises: exact locks without addresses, one version, a stamp that tells the truth, a complete wheel.

Also holds the reproducer of a defect in PySide6 6.12.0, run against the version that is installed.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lock
import seproj_desktop
import setup_env

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(setup_env.REQUIREMENTS.glob("*.txt"))
LOCK_IDS = [path.stem for path in LOCKS]

TOGETHER = {
    "cpu": ("app", "build", "engine-cpu", "test", "torch"),
    "gpu": ("app", "build", "engine-gpu", "test"),
}


# --- locks


@pytest.mark.parametrize("path", LOCKS, ids=LOCK_IDS)
def test_lock_names_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "@" not in text
    assert "--" not in text


@pytest.mark.parametrize("path", LOCKS, ids=LOCK_IDS)
def test_lock_is_exact(path: Path) -> None:
    lines = lock.locked_lines(path)
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][a-z0-9.]*(; \w+ \S+ '[\w.]+')?", line), line


@pytest.mark.parametrize("engine", sorted(TOGETHER))
def test_locks_that_are_used_together_agree(engine: str) -> None:
    seen: dict[str, str] = {}
    for name in TOGETHER[engine]:
        for line in lock.locked_lines(setup_env.REQUIREMENTS / f"{name}.txt"):
            pin = line.partition(";")[0]
            assert seen.setdefault(Requirement(line).name, pin) == pin


def test_environment_is_what_the_locks_say() -> None:
    for line in lock.locked_lines(setup_env.REQUIREMENTS / "app.txt"):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(importlib.metadata.version(requirement.name)), line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a==1", "a==1"),
        ("a==1 ; sys_platform == 'linux' and python_full_version < '3.15'", "a==1"),
        ("a==1 ; sys_platform == 'win32'", ""),
        ("a==1 ; python_full_version >= '3.12' and sys_platform == 'linux'", "a==1; python_version >= '3.12'"),
        (
            "a==1 ; platform_machine == 'x86_64' and implementation_name == 'cpython'",
            "a==1; platform_machine == 'x86_64'",
        ),
    ],
)
def test_markers_are_shortened(line: str, expected: str) -> None:
    assert lock.simplified(line) == expected


# --- PySide6


def test_pyside_is_the_locked_one() -> None:
    assert "pyside6-essentials==6.11.3" in lock.locked_lines(setup_env.REQUIREMENTS / "app.txt")
    assert importlib.metadata.version("PySide6-Essentials") == "6.11.3"


def test_void_calls_keep_their_reference_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one at every call, and the process dies after some thousands."""
    code = (
        "import sys\n"
        "from PySide6.QtCore import QObject\n"
        "thing = QObject()\n"
        "before = sys.getrefcount(None)\n"
        "for _ in range(500): thing.setObjectName('x')\n"
        "print(before - sys.getrefcount(None))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert abs(int(done.stdout)) < 50


# --- version


def test_version_is_said_once() -> None:
    assert importlib.metadata.version("seproj-desktop") == seproj_desktop.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", seproj_desktop.__version__)


# --- set-up


@pytest.fixture
def environment(tmp_path: Path) -> setup_env.Environment:
    """A folder that looks like a virtual environment."""
    made = setup_env.Environment(tmp_path / "venv")
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    return made


@pytest.fixture
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the locks that a test may change."""
    copy = tmp_path / "requirements"
    shutil.copytree(setup_env.REQUIREMENTS, copy)
    monkeypatch.setattr(setup_env, "REQUIREMENTS", copy)
    return copy


def test_new_environment_has_no_stamp(environment: setup_env.Environment) -> None:
    assert not environment.is_stamped("cpu", with_tests=False)


def test_stamp_for_running_is_none_for_testing(environment: setup_env.Environment) -> None:
    environment.stamp("cpu", with_tests=False)
    assert environment.is_stamped("cpu", with_tests=False)
    assert not environment.is_stamped("cpu", with_tests=True)


def test_stamp_for_testing_is_also_one_for_running(environment: setup_env.Environment) -> None:
    environment.stamp("cpu", with_tests=True)
    assert environment.is_stamped("cpu", with_tests=True)
    assert environment.is_stamped("cpu", with_tests=False)


def test_stamp_is_for_one_engine(environment: setup_env.Environment) -> None:
    environment.stamp("cpu", with_tests=False)
    assert not environment.is_stamped("gpu", with_tests=False)


def test_stamp_falls_with_a_changed_lock(environment: setup_env.Environment, own_locks: Path) -> None:
    environment.stamp("cpu", with_tests=True)
    with (own_locks / "test.txt").open("a", encoding="utf-8") as test_lock:
        test_lock.write("something==1.0\n")
    assert not environment.is_stamped("cpu", with_tests=True)
    assert environment.is_stamped("cpu", with_tests=False)


def test_stamp_falls_with_the_interpreter(environment: setup_env.Environment) -> None:
    environment.stamp("cpu", with_tests=False)
    environment.python.unlink()
    assert not environment.is_stamped("cpu", with_tests=False)


def test_stamped_environment_is_left_alone(environment: setup_env.Environment) -> None:
    environment.stamp("cpu", with_tests=False)
    setup_env.set_up(environment, "cpu", with_tests=False)
    assert sorted(path.name for path in environment.path.iterdir()) == [".stamp-run", "bin"]


def test_half_installed_packages_are_forgotten(tmp_path: Path) -> None:
    whole, half, renamed = (tmp_path / name for name in ("a-1.dist-info", "b-1.dist-info", "~orch"))
    for folder in (whole, half, renamed):
        folder.mkdir()
    (whole / "RECORD").touch()
    (half / "METADATA").touch()
    setup_env.forget_half_installed(tmp_path)
    assert list(tmp_path.iterdir()) == [whole]


def test_old_python_is_refused_in_words() -> None:
    setup_env.check_python((3, 11))
    with pytest.raises(setup_env.SetupError, match=r"Python 3\.11 or newer is needed, and .* is 3\.10"):
        setup_env.check_python((3, 10))


def test_full_disk_is_refused_in_words(tmp_path: Path) -> None:
    setup_env.check_space(tmp_path, 0)
    with pytest.raises(setup_env.SetupError, match=r"GB free; .* need about"):
        setup_env.check_space(tmp_path, 2**60)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("MaxRetryError: (Caused by NewConnectionError)", "cannot be reached"),
        ("MaxRetryError: SSLError(... CERTIFICATE_VERIFY_FAILED ...)", "does not trust"),
        ("ERROR: something else", "pip failed"),
    ],
)
def test_failing_pip_is_explained(line: str, words: str) -> None:
    message = setup_env.explain_pip("torch", ["first", line])
    assert words in message
    assert line in message


def test_gpu_is_seen_where_the_driver_lists_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not setup_env.has_nvidia_gpu(driver=tmp_path / "gpus")
    (tmp_path / "gpus" / "0000:01:00.0").mkdir(parents=True)
    assert setup_env.has_nvidia_gpu(driver=tmp_path / "gpus")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("#!/bin/sh\necho 'GPU 0: NVIDIA H200 (UUID: GPU-1)'\n", True),
        ("#!/bin/sh\necho 'No devices were found'\n", False),
        ("#!/bin/sh\necho 'GPU 0: gone'; exit 9\n", False),
    ],
)
def test_gpu_is_seen_through_nvidia_smi(
    script: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(script, encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup_env.has_nvidia_gpu(driver=tmp_path / "none") is expected


def test_wish_decides_over_the_machine() -> None:
    assert setup_env.choose_engine("gpu") == "gpu"
    assert setup_env.choose_engine("cpu") == "cpu"


def test_tests_bring_what_they_need() -> None:
    """The set-up that made this environment left nothing out."""
    assert setup_env.missing_packages(with_tests=True) == []


@pytest.fixture
def poor_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person without root's rights, on a machine without one of the libraries."""
    monkeypatch.setattr(setup_env, "QT_LIBRARIES", {"libnowhere.so.9": "libnowhere9"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("poor_user")
def test_missing_libraries_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    with pytest.raises(setup_env.SetupError, match=r"sudo apt-get install .*libnowhere9"):
        setup_env.require_system_packages(with_tests=False)


@pytest.mark.usefixtures("poor_user")
def test_missing_libraries_do_not_keep_the_server_from_running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    setup_env.require_system_packages(with_tests=False)
    assert "libnowhere9" in capsys.readouterr().out


# --- wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT])
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; everything else is borrowed from the environment of the tests."""
    folder = tmp_path_factory.mktemp("fresh")
    _run([sys.executable, "-m", "venv", "--without-pip", folder])
    library = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # A plain path in a .pth file: its packages can be imported, its own .pth files (our checkout) are not read.
    (library / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    _run([sys.executable, "-m", "pip", f"--python={folder}/bin/python", "install", "--no-deps", "--no-index", wheel])
    return folder


@pytest.mark.slow
def test_wheel_holds_the_program_and_its_resources(wheel: Path) -> None:
    assert wheel.name == f"seproj_desktop-{seproj_desktop.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    kept = [path for path in _tracked("resources") if path.is_file() and "screenshots" not in path.parts]
    assert kept
    assert {f"seproj_desktop/{path.relative_to(ROOT).as_posix()}" for path in kept} <= held
    assert "seproj_desktop/cli.py" in held
    assert not [name for name in held if "screenshots" in name], "the README's pictures are no part of the program"
    assert not [name for name in held if name.startswith(("tests", "packaging", "benchmarks"))]


@pytest.mark.slow
def test_installed_wheel_is_used_and_brings_its_resources(installed: Path, tmp_path: Path) -> None:
    code = (
        "import seproj_desktop, pathlib\n"
        "home = pathlib.Path(seproj_desktop.__file__).parent\n"
        "print(home)\n"
        "print(len(list((home / 'resources' / 'personas').glob('*.toml'))))\n"
    )
    home, personas = _run([installed / "bin" / "python", "-c", code], cwd=tmp_path).split()
    assert Path(home).is_relative_to(installed)
    assert int(personas) == len(list((ROOT / "resources" / "personas").glob("*.toml")))


@pytest.mark.slow
def test_installed_wheel_runs_its_doctor(installed: Path, tmp_path: Path) -> None:
    report = _run([installed / "bin" / "seproj-desktop", "doctor"], cwd=tmp_path)
    assert "6.11.3" in report


def _tracked(folder: str) -> list[Path]:
    """The files of a folder that belong to the project, apart from what running leaves behind."""
    return [path for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]


def _run(command: Sequence[str | Path], cwd: Path = ROOT) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout
