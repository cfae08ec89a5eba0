"""Links to the browser and code into files."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from seproj_desktop.errors import ErrorReport, ErrorReporter
from seproj_desktop.window.opening import Opening, file_name
from seproj_desktop.window.operations import Operations


@pytest.fixture
def reports() -> list[ErrorReport]:
    return []


@pytest.fixture
def opening(qtbot: QtBot, qt_loop: QEventLoop, reports: list[ErrorReport]) -> Opening:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    reporter = ErrorReporter()
    reporter.add_sink(reports.append)
    return Opening(Operations(reporter), window)


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("x = 1", "python", "code.py"),
        ("x", "", "code.txt"),
        ("x", "klingon", "code.txt"),
        ("# app.py\nx = 1", "python", "app.py"),
        ("// file: main.rs", "rust", "main.rs"),
        ("/* style.css */\n", "css", "style.css"),
        ("# a comment. with words", "python", "code.py"),
        ("# ../../etc/passwd", "bash", "code.sh"),
    ],
)
def test_a_block_names_its_file(code: str, language: str, name: str) -> None:
    assert file_name(code, language) == name


def test_code_is_saved_where_the_person_says(qtbot: QtBot, opening: Opening, tmp_path: Path) -> None:
    dialog = ask_for_file(opening)
    with qtbot.waitSignal(opening.saved):
        dialog.fileSelected.emit(str(tmp_path / "ü.py"))
    assert (tmp_path / "ü.py").read_text(encoding="utf-8") == "x = 'ä'\n"
    dialog.reject()


def test_code_that_cannot_be_saved_is_told(
    qtbot: QtBot, opening: Opening, tmp_path: Path, reports: list[ErrorReport]
) -> None:
    dialog = ask_for_file(opening)
    dialog.fileSelected.emit(str(tmp_path / "missing" / "code.py"))
    qtbot.waitUntil(lambda: bool(reports))
    assert "could not be saved" in reports[0].message
    assert not reports[0].traceback
    dialog.reject()


def ask_for_file(opening: Opening) -> QFileDialog:
    opening.save_code("x = 'ä'\n", "python")
    window = opening.parent()
    assert window is not None
    dialog = window.findChild(QFileDialog, "saveCode")
    assert isinstance(dialog, QFileDialog)
    return dialog
