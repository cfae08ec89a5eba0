"""ARCHITECTURE.md names what exists, and everything that exists at the top."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
TOP = {
    *("pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "ARCHITECTURE.md", "LICENSE"),
    *("seproj_desktop", "resources", "tests", "packaging", "benchmarks"),
}


def test_every_path_on_the_page_exists() -> None:
    named = re.findall(r"`((?:seproj_desktop|resources|tests|packaging|benchmarks)/[\w./-]*)`", PAGE)
    assert len(named) > 20
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_every_module_of_the_backend_is_on_the_page() -> None:
    modules = [
        file.relative_to(ROOT).as_posix()
        for part in ("", "chat", "engine", "server", "bridge")
        for file in (ROOT / "seproj_desktop" / part).glob("*.py")
        if file.name != "__init__.py"
    ]
    assert not [module for module in modules if f"`{module}`" not in PAGE]


def test_every_class_named_on_the_page_exists() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "seproj_desktop").rglob("*.py"))
    named = set(re.findall(r"`([A-Z]\w+)`", PAGE))
    assert len(named) > 8
    assert not [name for name in named if not re.search(rf"\b(class {name}\b|{name} = )", source)]


def test_the_page_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 120


def test_the_top_level_holds_what_was_agreed() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    tops = {path.split("/")[0] for path in listed if path}
    assert {top for top in tops if not top.startswith(".")} <= TOP
