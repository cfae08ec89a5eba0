"""The two views under measurement behind the same few verbs: the program's transcript and the naive way.

On the Qt thread of a child process. The naive way is what most chat windows do: one `QTextBrowser`, and
`setMarkdown` of the whole text whenever some has come.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QTextBrowser

from benchmarks.corpus import Said
from benchmarks.transcript_orders import View, Work
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.workshop.workshop import Workshop

SPEAKERS = {"user": Speaker("user", "You"), "assistant": Speaker("assistant", "REQ-DEV", "#2f6fdb", "demo")}
GROWING = "growing"
QUESTION = "What is the answer?"
PIXELS = "pixels painted"


class Pane(Protocol):
    """What is asked of a view."""

    @property
    def area(self) -> QAbstractScrollArea: ...

    def prepare(self, said: Sequence[Said]) -> None:
        """Takes a conversation without showing it."""

    def open(self) -> None:
        """Shows what was prepared, its end in sight."""

    def begin(self) -> None:
        """Shows a question and the answer to it, which is empty."""

    def take(self, text: str) -> None:
        """More of the answer."""

    def finish(self) -> None:
        """The answer is whole."""

    def scroll(self, pixels: int) -> None: ...

    def zoom(self, size: float) -> None:
        """1.0 is the usual size."""

    def select_all(self) -> None: ...

    def search(self, words: str) -> None:
        """Marks them wherever they are, also in what is still to come."""

    def work(self) -> Work:
        """What was done since the view was made."""


class OurPane:
    """The program's transcript."""

    def __init__(self, theme: Theme, workshop: Workshop) -> None:
        self.area = Transcript(theme, workshop)
        self._entries: Sequence[Entry] = ()

    def prepare(self, said: Sequence[Said]) -> None:
        self._entries = [Entry(str(number), SPEAKERS[one.role], one.text) for number, one in enumerate(said)]

    def open(self) -> None:
        self.area.load(self._entries)

    def begin(self) -> None:
        self.area.load([Entry("question", SPEAKERS["user"], QUESTION)])
        self.area.add(Entry(GROWING, SPEAKERS["assistant"]), is_open=True)

    def take(self, text: str) -> None:
        self.area.add_text(GROWING, text)

    def finish(self) -> None:
        self.area.finish(GROWING, Ending("20,000 tokens, 700 per second"))

    def scroll(self, pixels: int) -> None:
        self.area.scroll_by(pixels)

    def zoom(self, size: float) -> None:
        self.area.set_zoom(size)

    def select_all(self) -> None:
        self.area.commands.select_all()

    def search(self, words: str) -> None:
        self.area.open_find()
        self.area.finding.search(words)

    def work(self) -> Work:
        counted: Work = {name.replace("_", " "): count for name, count in asdict(self.area.sheet.counters).items()}
        return counted | {PIXELS: self.area.painted_pixels}


class CountingBrowser(QTextBrowser):
    """Counts the pixels it paints."""

    def __init__(self) -> None:
        super().__init__()
        self.painted_pixels = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        super().paintEvent(event)
        self.painted_pixels += event.rect().width() * event.rect().height()


class NaivePane:
    """The whole text as one document, made anew each time."""

    def __init__(self) -> None:
        self.area = CountingBrowser()
        self._text = ""
        self._size = self.area.font().pointSizeF()

    def prepare(self, said: Sequence[Said]) -> None:
        self._text = "\n\n---\n\n".join(f"**{SPEAKERS[one.role].name}**\n\n{one.text}" for one in said)

    def open(self) -> None:
        self.area.setMarkdown(self._text)
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.maximum())

    def begin(self) -> None:
        self._text = ""
        self.open()

    def take(self, text: str) -> None:
        self._text += text
        self.open()

    def finish(self) -> None:
        """It knows of no end."""

    def scroll(self, pixels: int) -> None:
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + pixels)

    def zoom(self, size: float) -> None:
        font = self.area.font()
        font.setPointSizeF(self._size * size)
        self.area.setFont(font)

    def select_all(self) -> None:
        self.area.selectAll()

    def search(self, words: str) -> None:
        self.area.find(words)

    def work(self) -> Work:
        return {PIXELS: self.area.painted_pixels}


def difference(now: Work, before: Work) -> Work:
    """What was done between two looks at a pane's counters."""
    return {name: count - before[name] for name, count in now.items()}


def make_pane(view: View, theme: Theme, workshop: Workshop) -> Pane:
    return OurPane(theme, workshop) if view == "ours" else NaivePane()
