"""ARCHITECTURE.md names what exists, and everything that exists at the top."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
TOP = {
    *("pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "ARCHITECTURE.md", "LICENSE"),
    *("seproj_desktop", "resources", "tests", "packaging", "benchmarks"),
}


def modules_in(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if file.name != "__init__.py"]


def test_every_path_on_the_page_exists() -> None:
    named = re.findall(r"`((?:seproj_desktop|resources|tests|packaging|benchmarks)/[\w./-]*)`", PAGE)
    assert len(named) > 20
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_every_module_outside_a_room_is_on_the_page() -> None:
    folder = ROOT / "seproj_desktop"
    modules = [*modules_in(folder.glob("*.py")), *modules_in((folder / "bridge").glob("*.py"))]
    assert not [module for module in modules if f"`{module.relative_to(ROOT).as_posix()}`" not in PAGE]


@pytest.mark.parametrize("room", ["chat", "storage", "engine", "server"])
def test_each_section_names_the_modules_of_its_room(room: str) -> None:
    section = PAGE.partition(f": `seproj_desktop/{room}/`\n")[2].partition("\n#")[0]
    modules = modules_in((ROOT / "seproj_desktop" / room).rglob("*.py"))
    assert sorted(re.findall(r"`(\w+\.py)`", section)) == sorted(module.name for module in modules)


def test_every_class_named_on_the_page_exists() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "seproj_desktop").rglob("*.py"))
    named = set(re.findall(r"`([A-Z]\w+)`", PAGE))
    assert len(named) > 8
    assert not [name for name in named if not re.search(rf"\b(class {name}\b|{name} = )", source)]


def test_the_page_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 120


def test_the_top_level_holds_what_was_agreed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    tops = {path.split("/")[0] for path in listed if path}
    assert {top for top in tops if not top.startswith(".")} <= TOP
