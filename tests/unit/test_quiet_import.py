"""Importing something huge beside a window: what is opened ahead, and what is left as it was."""

import gc
import importlib
import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import markupsafe
import pytest

from seproj_desktop.engine.quiet_import import OpeningFinder, OpeningLoader, quiet_import


def test_compiled_modules_are_opened_ahead() -> None:
    spec = OpeningFinder().find_spec("markupsafe._speedups", markupsafe.__path__)
    assert spec is not None
    assert isinstance(spec.loader, OpeningLoader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module._escape_inner("<") == "&lt;"


def test_other_modules_are_found_as_ever() -> None:
    spec = OpeningFinder().find_spec("json", None)
    assert spec is not None
    assert not isinstance(spec.loader, OpeningLoader)
    assert OpeningFinder().find_spec("no_such_module", None) is None


def test_a_file_that_cannot_be_opened_is_the_import_s_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / f"broken_module{EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"no library")
    monkeypatch.syspath_prepend(tmp_path)
    with quiet_import(), pytest.raises(ImportError, match=file.name):
        importlib.import_module("broken_module")


def test_imports_and_collection_are_afterwards_what_they_were() -> None:
    finders = list(sys.meta_path)
    with quiet_import():
        assert len(sys.meta_path) == len(finders) + 1
        assert not gc.isenabled()
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("no_such_module")
    assert sys.meta_path == finders
    assert gc.isenabled()
