"""One table of requests: a row is chosen as a whole, widths are fitted once, and what is looked at stays where it is.

On the Qt thread; knows its model and its theme.
"""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from seproj_desktop.server.records import RequestRecord
from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.requests.columns import COLUMNS, STATE_COLUMN, STRETCHED
from seproj_desktop.window.requests.record_models import Index, RecordModel
from seproj_desktop.window.theme import GRID, Theme

NARROWEST = 21 * GRID
"""Of the stretched column."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
FAILURES = frozenset({"failed", "refused"})
CELL_MARGIN = 5
"""Pixels, besides Qt's own three: the words stand below their titles."""


class RecordTable(QTableView):
    """The view of a `RecordModel`."""

    chosen_changed = Signal()

    def __init__(self, theme: Theme, model: RecordModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._records = model
        self._empty_words = ""
        self.setModel(model)
        self.setItemDelegate(_RecordCell(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # both tables' columns stay in line
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)
        self._fit()
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        model.rowsInserted.connect(self._hold_place)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def chosen(self) -> RequestRecord | None:
        rows = self.selectionModel().selectedRows()
        return self._records.record(rows[0]) if rows else None

    def choose(self, request_id: str) -> None:
        """Nothing happens where the request is not shown."""
        index = self._records.index_of(request_id)
        if index.isValid():
            self.selectRow(index.row())

    def show_empty_words(self, words: str) -> None:
        """What stands here while there are no rows."""
        if words != self._empty_words:
            self._empty_words = words
            self.setAccessibleDescription(words)
            self.viewport().update()

    def rowsAboutToBeRemoved(self, parent: Index, first: int, last: int) -> None:
        """With its row the choice is gone: Qt would choose the next one, and a second click on Stop would end that."""
        if first <= self.currentIndex().row() <= last:
            self.selectionModel().clear()
        super().rowsAboutToBeRemoved(parent, first, last)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._records.records:
            painter = QPainter(self.viewport())
            painter.setPen(self._theme.faint)
            painter.drawText(self.viewport().rect(), CENTRED, self._empty_words)

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(metrics.height())
        rows.setDefaultSectionSize(metrics.height() + GRID)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setMinimumSectionSize(4 * GRID)
        for number, column in enumerate(COLUMNS):
            title = str(self._records.headerData(number, Qt.Orientation.Horizontal))
            widest = max(metrics.horizontalAdvance(text) for text in (title, column.sample))
            columns.resizeSection(number, max(widest + 3 * GRID, NARROWEST if number == STRETCHED else 0))
        columns.setSectionResizeMode(STRETCHED, QHeaderView.ResizeMode.Stretch)

    def _hold_place(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Rows that come above what is looked at must not push it down."""
        bar = self.verticalScrollBar()
        height = self.verticalHeader().defaultSectionSize()
        if bar.value() > first * height:
            self.updateGeometries()
            bar.setValue(bar.value() + (last - first + 1) * height)

    def _restyle(self) -> None:
        self.horizontalHeader().setStyleSheet(header_style(self._theme))


def header_style(theme: Theme) -> str:
    """A table's titles, quiet, above a line."""
    return (
        f"QHeaderView {{ background: {theme.background.name()}; }}"
        f"QHeaderView::section {{ background: {theme.background.name()}; color: {theme.faint.name()};"
        f" border: none; border-bottom: 1px solid {theme.line.name()}; padding: {GRID // 2}px {GRID}px; }}"
    )


class Cell(QStyledItemDelegate):
    """Room at the sides, and no frame around a single cell: a row is chosen as a whole."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        option.rect = option.rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0)


class _RecordCell(QStyledItemDelegate):
    """Draws the words and nothing else: by Qt's own way all cells in sight took 26 ms, and a frame has 16.

    Failures have their colour.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        record = model.record(index) if isinstance(model, RecordModel) else None
        if record is None:
            return
        column = COLUMNS[index.column()]
        area, palette = option.rect, option.palette
        text = column.words(record)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Highlight))
            painter.setPen(palette.color(QPalette.ColorRole.HighlightedText))
        elif index.column() == STATE_COLUMN and record.state in FAILURES:
            painter.setPen(self._theme.danger)
        else:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
        room = area.adjusted(GRID, 0, -GRID, 0)
        if column.is_figure:
            painter.drawText(room, RIGHT, text)
        elif text:
            painter.drawText(room, LEFT, option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
