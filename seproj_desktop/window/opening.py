"""What leaves the transcript on the person's word: links to the browser, code into files.

On the Qt thread; files are written by an operation beside it.
"""

import asyncio
import re
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from seproj_desktop.errors import UserError
from seproj_desktop.window.operations import Operations

SUFFIXES = {
    "bash": ".sh",
    "c": ".c",
    "c++": ".cpp",
    "cpp": ".cpp",
    "csharp": ".cs",
    "css": ".css",
    "diff": ".diff",
    "go": ".go",
    "html": ".html",
    "java": ".java",
    "javascript": ".js",
    "js": ".js",
    "json": ".json",
    "kotlin": ".kt",
    "markdown": ".md",
    "php": ".php",
    "py": ".py",
    "python": ".py",
    "ruby": ".rb",
    "rust": ".rs",
    "sh": ".sh",
    "sql": ".sql",
    "swift": ".swift",
    "toml": ".toml",
    "ts": ".ts",
    "typescript": ".ts",
    "xml": ".xml",
    "yaml": ".yaml",
    "yml": ".yaml",
}
PLAIN_SUFFIX = ".txt"
NAMED = re.compile(r"^\W{1,6}\s*(?:file(?:name)?:\s*)?([\w-]+(?:\.[\w-]+)+)\s*(?:\*/|-->)?\s*$")
"""A first line that is a comment with a file's name and nothing else."""


class Opening(QObject):
    """Opens links and saves code."""

    saved = Signal(str)
    """A file has been written."""

    def __init__(self, operations: Operations, parent: QWidget) -> None:
        super().__init__(parent)
        self._operations = operations
        self._window = parent

    def open_link(self, target: str) -> None:
        """In the desktop's browser or mail program; only checked addresses come here."""
        QDesktopServices.openUrl(QUrl(target))

    def save_code(self, code: str, language: str) -> None:
        """Asks where, then writes the block as UTF-8."""
        dialog = QFileDialog(self._window, self.tr("Save the code"))
        dialog.setObjectName("saveCode")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(file_name(code, language))
        dialog.fileSelected.connect(lambda chosen: self._write(Path(chosen), code))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, path: Path, code: str) -> None:
        self._operations.run(f"save {path}", lambda: self._save(path, code))

    async def _save(self, path: Path, code: str) -> None:
        try:
            await asyncio.to_thread(path.write_text, code.rstrip("\n") + "\n", encoding="utf-8")
        except OSError as error:
            raise UserError(
                self.tr("The code could not be saved to {path}: {reason}.").format(path=path, reason=error.strerror),
                self.tr("Choose another folder."),
            ) from error
        self.saved.emit(str(path))


def file_name(code: str, language: str) -> str:
    """What the block says of itself in its first line, otherwise `code` with the language's suffix."""
    named = NAMED.match(code.split("\n", 1)[0][:200])
    return named[1] if named else "code" + SUFFIXES.get(language, PLAIN_SUFFIX)
