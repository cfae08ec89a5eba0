"""The sidebar among 100, 1,000 and 10,000 conversations: what each thing that happens to it costs the Qt thread.

Off screen and painted by the processor, from the call until the changed rows are painted. A frame is 16.7 ms.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, cycle
from statistics import median

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from benchmarks.report import Report, Section
from seproj_desktop.chat.conversations import ConversationSummary, Folder
from seproj_desktop.chat.news import AnsweringChanged, SummaryChanged
from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.rows import Shelf
from seproj_desktop.window.sidebar.sidebar import Sidebar
from seproj_desktop.window.theme import Theme

SIZES = (100, 1_000, 10_000)
NOW = 1_790_000_000.0
DAY = 86_400.0
FOLDERS = (Folder(1, "Work"), Folder(2, "Home"))
SIZE = (260, 760)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the Qt thread, each from one repetition."""

    what: str
    conversations: int
    seconds: tuple[float, ...]


def run_sidebar_benchmark(report: Report, tell: Callable[[str], None], *, quick: bool) -> None:
    application = QApplication.instance() or QApplication(["benchmark", "-platform", "offscreen"])
    assert isinstance(application, QApplication)
    theme = Theme(application, "light")
    costs: list[Cost] = []
    for size in SIZES:
        tell(f"the sidebar among {size:,} conversations")
        costs += Subject(theme, size).measure(5 if quick else 30)
    application.paletteChanged.disconnect(theme.changed)
    report.data["sidebar"] = [{"what": cost.what, "n": cost.conversations, "s": cost.seconds} for cost in costs]
    report.add(section(costs))


def section(costs: list[Cost]) -> Section:
    rows = []
    for what in dict.fromkeys(cost.what for cost in costs):
        found = {cost.conversations: cost.seconds for cost in costs if cost.what == what}
        cells = [f"{median(found[size]) * 1e3:.2f} / {max(found[size]) * 1e3:.2f}" for size in SIZES]
        rows.append((what, *cells))
    header = ("ms until painted, median / longest", *(f"{size:,}" for size in SIZES))
    notes = ["What has to look at every conversation: opening, another shelf, a folder's folding, midnight."]
    return Section("The list of conversations", header, rows, notes)


class Subject:
    """A sidebar of its own for every size."""

    def __init__(self, theme: Theme, size: int) -> None:
        self._now = NOW
        self._size = size
        self._summaries = conversations(size)
        self._sidebar = Sidebar(theme, lambda: self._now)
        self._sidebar.resize(*SIZE)
        self._sidebar.show()
        view = self._sidebar.findChild(ConversationView)
        assert view is not None
        self._view = view
        model = self._sidebar.findChild(ConversationListModel)
        assert model is not None
        self._model = model
        self._ages = count(1)

    def measure(self, rounds: int) -> list[Cost]:
        steps: dict[str, Iterator[Callable[[], object]]] = {
            "open the list": cycle([self._open]),
            "a conversation moves to the top": self._moves_to_the_top(),
            "a new conversation": self._new_ones(),
            "an answer begins or ends": self._marks(),
            "scroll by a page": self._pages(),
            "fold or unfold a folder": self._folds(),
            "another shelf": self._shelves(),
            "midnight": cycle([self._midnight]),
        }
        self._paint(self._open)
        costs = [Cost(what, self._size, self._time(acts, rounds)) for what, acts in steps.items()]
        self._sidebar.close()
        self._sidebar.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return costs

    def _time(self, acts: Iterator[Callable[[], object]], rounds: int) -> tuple[float, ...]:
        return tuple(self._paint(next(acts)) for _ in range(rounds))

    def _paint(self, act: Callable[[], object]) -> float:
        """Seconds from the call until nothing is left to be painted."""
        started = time.perf_counter()
        act()
        QApplication.processEvents()
        return time.perf_counter() - started

    def _open(self) -> None:
        self._sidebar.show_list(self._summaries, FOLDERS)

    def _midnight(self) -> None:
        self._now += DAY
        self._model.turn_day()

    def _moves_to_the_top(self) -> Iterator[Callable[[], object]]:
        for age in self._ages:
            summary = replace(self._summaries[age * 7919 % self._size], changed=NOW + age)
            yield partial(self._sidebar.apply, SummaryChanged(summary))

    def _new_ones(self) -> Iterator[Callable[[], object]]:
        for age in self._ages:
            summary = replace(self._summaries[0], id=10**15 + age, changed=NOW + age)
            yield partial(self._sidebar.apply, SummaryChanged(summary))

    def _marks(self) -> Iterator[Callable[[], object]]:
        for answering in cycle([frozenset({self._summaries[1].id}), frozenset[int]()]):
            yield partial(self._sidebar.apply, AnsweringChanged(answering))

    def _pages(self) -> Iterator[Callable[[], object]]:
        bar = self._view.verticalScrollBar()
        while True:
            value = 0 if bar.value() == bar.maximum() else bar.value() + bar.pageStep()
            yield partial(bar.setValue, value)

    def _folds(self) -> Iterator[Callable[[], object]]:
        for folded in cycle([[1], []]):
            yield partial(self._sidebar.show_folded, folded)

    def _shelves(self) -> Iterator[Callable[[], object]]:
        for shelf in cycle([Shelf.ARCHIVE, Shelf.CONVERSATIONS]):
            yield partial(self._sidebar.show_shelf, shelf)


def conversations(size: int) -> list[ConversationSummary]:
    """Over three years, the newest first; a tenth in folders, a twentieth archived, a few pinned."""
    summaries = []
    for number in range(size):
        moment = NOW - number * 3 * 365 * DAY / size
        summary = ConversationSummary(10**12 + number, f"What was said in {number}", "developer", moment, moment)
        if number % 10 == 3:
            summary = replace(summary, folder=FOLDERS[number // 10 % 2].id)
        elif number % 20 == 5:
            summary = replace(summary, is_archived=True)
        elif number % 500 == 7:
            summary = replace(summary, is_pinned=True)
        summaries.append(summary)
    return summaries
