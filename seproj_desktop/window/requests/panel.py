"""The server's own window: address and examples above, then the running requests, then the log of those that ended.

On the Qt thread. It can be shown alone: it shows what it is told, and tells what is wanted by signals. While it is out
of sight it says so (`seen_changed`), and nobody needs to tell it anything.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from seproj_desktop.server.records import BoardNews, RequestRecord
from seproj_desktop.server.status import ServerStatus
from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.controls import ShortLabel, Switch
from seproj_desktop.window.requests.address_bar import AddressBar
from seproj_desktop.window.requests.filter_field import FilterField
from seproj_desktop.window.requests.record_models import LogModel, RunningModel
from seproj_desktop.window.requests.record_table import RecordTable
from seproj_desktop.window.theme import GRID, Theme

SIZE = (1180, 700)
SMALLEST = (640, 400)


class RequestsPanel(QWidget):
    """What other programs ask of the model."""

    seen_changed = Signal(bool)
    """It came into sight, or went out of it."""
    stop_requested = Signal(str)
    """A request's id, like the next one."""
    open_requested = Signal(str)
    keep_texts_requested = Signal(bool)
    export_requested = Signal()
    clear_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self._is_seen = False
        self._keeps_texts = False
        self._with_text: frozenset[str] = frozenset()
        self.setObjectName("requestsPanel")
        self.setWindowTitle(self.tr("Server and its requests"))
        self.address = AddressBar(theme)
        self.running = RunningModel(self)
        self.log = LogModel(self)
        self._make_tables()
        self._make_controls()
        self._arrange()
        for key in (QKeySequence.StandardKey.Cancel, QKeySequence.StandardKey.Close):
            QShortcut(QKeySequence(key), self).activated.connect(self.close)
        self.show_news(BoardNews((), (), 0, 1, keeps_texts=False, with_text=frozenset()))

    def open(self) -> None:
        """Brings it into sight, with the keyboard in its first table."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        self.running_table.setFocus()

    def show_status(self, status: ServerStatus) -> None:
        self.address.show_status(status)

    def show_news(self, news: BoardNews) -> None:
        """What a look at the board has brought."""
        self._keeps_texts, self._with_text = news.keeps_texts, news.with_text
        self.running.show(news.running)
        if news.ended or self.log.oldest < news.first:
            self.log.show(news.ended, news.first)
        self._keep.show_state(1.0 if news.keeps_texts else 0.0)
        self._show_counts()
        self._show_chosen()

    def tell(self, words: str) -> None:
        """A word about what was done, beside the buttons, until another request is chosen."""
        self._said = words
        self._show_chosen()

    @property
    def counts(self) -> tuple[str, str]:
        """What stands above the tables."""
        return self._running_words.text(), self._log_words.text()

    @property
    def chosen(self) -> RequestRecord | None:
        """The request that the buttons are about."""
        return self.running_table.chosen or self.log_table.chosen

    # Parts

    def _make_tables(self) -> None:
        self.running_table = RecordTable(self._theme, self.running)
        self.running_table.setObjectName("runningRequests")
        self.running_table.setAccessibleName(self.tr("Running requests"))
        self.running_table.show_empty_words(self.tr("No program asks anything at the moment."))
        self.log_table = RecordTable(self._theme, self.log)
        self.log_table.setObjectName("requestLog")
        self.log_table.setAccessibleName(self.tr("Log of requests"))
        for one, other in ((self.running_table, self.log_table), (self.log_table, self.running_table)):
            one.chosen_changed.connect(lambda one=one, other=other: self._on_chosen(one, other))
        columns = self.running_table.horizontalHeader()
        columns.sectionResized.connect(lambda number, _, size: self._follow(number, size))

    def _make_controls(self) -> None:
        theme = self._theme
        self._running_words = QLabel()
        self._log_words = QLabel()
        self._filter = FilterField(theme)
        self._filter.passed.connect(self._on_filter)
        self._export = _button(theme, "exportLog", self.tr("Export…"), self.tr("Export the requests that are shown"))
        self._export.clicked.connect(self.export_requested)
        self._clear = _button(theme, "clearLog", self.tr("Clear"), self.tr("Clear the log"))
        self._clear.clicked.connect(self.clear_requested)
        self._stop = _button(theme, "stopRequest", self.tr("Stop this request"))
        self._stop.clicked.connect(lambda: self._ask(self.stop_requested.emit))
        self._open = _button(theme, "openRequest", self.tr("Open as a conversation"))
        self._open.clicked.connect(lambda: self._ask(self.open_requested.emit))
        self._said = ""
        self.about = ShortLabel()
        self.about.setObjectName("requestWords")
        self._keep = Switch(theme)
        self._keep.setObjectName("keepTexts")
        self._keep.setAccessibleName(self.tr("Keep what is said"))
        self._keep.clicked.connect(lambda: self.keep_texts_requested.emit(not self._keeps_texts))
        self.keeping = QLabel()
        self.keeping.setBuddy(self._keep)

    def _arrange(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        running, log = QHBoxLayout(), QHBoxLayout()
        running.addWidget(self._running_words, 1)
        log.addWidget(self._log_words, 1)
        for widget in (self._filter, self._export, self._clear):
            log.addWidget(widget)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(GRID)
        self._split.addWidget(_stacked(running, self.running_table))
        self._split.addWidget(_stacked(log, self.log_table))
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 3)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        for widget in (self._stop, self._open):
            foot.addWidget(widget)
        foot.addWidget(self.about, 1)
        foot.addWidget(self.keeping)
        foot.addWidget(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.address)
        column.addWidget(self._split, 1)
        column.addLayout(foot)

    # What the person does

    def _on_chosen(self, one: RecordTable, other: RecordTable) -> None:
        """There is one chosen request, in whichever table."""
        if one.chosen is not None:
            other.clearSelection()
        self._said = ""
        self._show_chosen()

    def _on_filter(self, text: str) -> None:
        chosen = self.log_table.chosen
        self.log.filter(text)
        if chosen is not None:
            self.log_table.choose(chosen.request_id)
        self._show_counts()

    def _ask(self, tell: Callable[[str], object]) -> None:
        if self.chosen is not None:
            tell(self.chosen.request_id)

    def _follow(self, column: int, size: int) -> None:
        self.log_table.horizontalHeader().resizeSection(column, size)

    # What is shown

    def _show_counts(self) -> None:
        queued = sum(record.state == "queued" for record in self.running.records)
        count = len(self.running.records) - queued
        words = self.tr("Running: {count}").format(count=f"{count:,}")
        if queued:
            words += " · " + self.tr("waiting: {count}").format(count=f"{queued:,}")
        self._running_words.setText(words)
        shown, total = len(self.log.records), self.log.total
        log = self.tr("Log: {count}").format(count=f"{total:,}")
        self._log_words.setText(
            log if shown == total else self.tr("Log: {shown} of {count}").format(shown=f"{shown:,}", count=f"{total:,}")
        )
        self.log_table.show_empty_words(
            self.tr("No request passes the filter.") if total else self.tr("Requests that have ended are listed here.")
        )
        self._export.setEnabled(shown > 0)
        self._clear.setEnabled(total > 0)
        self.keeping.setText(
            self.tr("What is said is kept in memory, for the last 200 requests")
            if self._keeps_texts
            else self.tr("What is said is not kept")
        )

    def _show_chosen(self) -> None:
        record = self.chosen
        self._enable(self._stop, record is not None and record.number == 0 and record.state != "stopping")
        self._enable(self._open, record is not None and record.request_id in self._with_text)
        self.about.show_text(self._said or self._about(record))

    def _enable(self, button: PlainButton, is_on: bool) -> None:
        """The keyboard goes back to the table from a button that can do nothing any more, and not to the next one."""
        if not is_on and button.hasFocus():
            self.running_table.setFocus()
        button.setEnabled(is_on)

    def _about(self, record: RequestRecord | None) -> str:
        """Why the chosen request has failed, or why it cannot be opened."""
        if record is None:
            return ""
        if record.words:
            return record.words
        if record.request_id in self._with_text:
            return ""
        if record.number == 0:
            return self.tr("Its messages are not here yet.")
        if self._keeps_texts:
            return self.tr("What was said in it is not kept any more.")
        return self.tr("What was said in it was not kept.")

    # In sight or not

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_seen()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell_seen()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._tell_seen()

    def _tell_seen(self) -> None:
        is_seen = self.isVisible() and not self.isMinimized()
        if is_seen != self._is_seen:
            self._is_seen = is_seen
            self.seen_changed.emit(is_seen)


def _button(theme: Theme, name: str, words: str, spoken: str = "") -> PlainButton:
    button = PlainButton(theme, words)
    button.setObjectName(name)
    button.setAccessibleName(spoken or words)
    return button


def _stacked(head: QHBoxLayout, table: RecordTable) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GRID // 2)
    head.setSpacing(GRID)
    column.addLayout(head)
    column.addWidget(table, 1)
    return part
