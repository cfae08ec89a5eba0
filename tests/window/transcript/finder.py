"""A person before a transcript who looks for words: keys, the count, the marks that are painted, what is in sight."""

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Entry, Speaker
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.message import Place
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PATIENCE

W = TypeVar("W", bound=QWidget)
ALICE = Speaker("assistant", "Alice")
YOU = Speaker("user", "You")
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FILLING = "Nothing in particular is said in this paragraph, but it takes some room.\n\n" * 30


class Reader:
    """A person before a transcript."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.qtbot = qtbot
        self.view = Transcript(theme)
        qtbot.addWidget(self.view)
        self.view.resize(900, 600)
        self.view.show()
        self.view.activateWindow()
        self.view.setFocus()

    def load(self, *texts: str, speaker: Speaker = ALICE) -> "Reader":
        """Messages with these texts; the beginning is in sight."""
        self.view.load([Entry(str(number), speaker, text) for number, text in enumerate(texts)])
        self.view.scroll_to_start()
        return self

    def part(self, kind: type[W], name: str) -> W:
        found = self.view.findChild(kind, name)
        assert found is not None, name
        return found

    @property
    def field(self) -> QLineEdit:
        return self.part(QLineEdit, "findField")

    @property
    def said(self) -> str:
        return self.part(QLabel, "findCount").text()

    def find(self, words: str) -> str:
        """Opens the bar, types the words, waits until all is searched; what the count says."""
        QTest.keyClick(self.view, Qt.Key.Key_F, CONTROL)
        QTest.keyClicks(self.field, words)
        return self.wait()

    def wait(self) -> str:
        self.qtbot.waitUntil(lambda: self.view.finding.counting.is_complete, timeout=PATIENCE)
        return self.said

    def wait_for(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: self.said == words, timeout=PATIENCE)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        QTest.keyClick(self.field, key, modifier)
        return self.said

    def click(self, name: str) -> str:
        button = self.part(QToolButton, name)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return self.wait()

    def marked(self) -> list[str]:
        """The words that are marked in sight; the current ones in brackets."""
        return [self._words(one, *hit) for one in self.view.scroller.shown for hit in self._hits(one)]

    def current_place(self) -> QRectF:
        """Where in the viewport the current hit is."""
        for one in self.view.scroller.shown:
            for start, end, is_current in self._hits(one):
                if is_current:
                    shift = one.box.side.shift if isinstance(one.box, CodeBox) else 0.0
                    rectangle = next(iter(one.box.rectangles(start, end)))
                    return rectangle.translated(self.view.box_left(one.piece) - shift, one.box_top)
        raise AssertionError("no current hit in sight")

    def is_current_in_sight(self) -> bool:
        return QRectF(self.view.viewport().rect()).contains(self.current_place())

    def seen(self) -> list[tuple[Place, int]]:
        """What is in sight, and where."""
        return [(one.piece.place, one.top) for one in self.view.scroller.shown]

    def pixels(self, colour: QColor) -> int:
        """How many pixels of the text have a colour."""
        image = self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        rows = range(0, image.height(), 3)
        return sum(image.pixel(x, y) == colour.rgb() for y in rows for x in range(0, image.width(), 3))

    def _hits(self, one: Shown) -> Sequence[tuple[int, int, bool]]:
        return list(self.view.moment.hits.in_piece(one.message, one.piece.place))

    def _words(self, one: Shown, start: int, end: int, is_current: bool) -> str:
        words = one.box.source(start, end)
        return f"[{words}]" if is_current else words
