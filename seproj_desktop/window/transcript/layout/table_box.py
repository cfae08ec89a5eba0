"""A piece of a table: a flow per cell, columns as wide as the table's first rows need, thin lines between rows.

On the Qt thread, no widget. The widths come from the table's first piece, so that all its pieces agree.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from seproj_desktop.window.transcript.layout.box import Box, Look, same_at_start
from seproj_desktop.window.transcript.layout.flow import Flow
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.layout.text_box import RunText, SetFormula, draw_chip, target_in
from seproj_desktop.window.transcript.markdown.blocks import Row, Table
from seproj_desktop.window.transcript.markdown.inline import Run

Cell = Sequence[Run]
LaidOut = tuple[RunText, Flow]
NARROWEST = 3
"""Letters that every column has room for, where there is any."""
STEPS = (1, 2, 4, 8)
"""While a table grows its columns are fitted anew at so many rows only: widths that change at every row would jump."""

MOST_REMEMBERED = 64
"""Tables whose columns' widths are remembered."""


class TableBox(Box):
    """At most a dozen rows, with the header if they are the first."""

    def __init__(
        self, table: Table, widths: Sequence[float], style: Style, width: int, set_formula: SetFormula
    ) -> None:
        super().__init__(style, width)
        self._table = table
        self._set_formula = set_formula
        self._widths = widths
        self._texts: list[RunText] = []
        self._lines: list[float] = []
        """Heights at which a line is drawn, the header's own first."""
        if table.is_first:
            bold = QFont(style.font)
            bold.setWeight(QFont.Weight.DemiBold)
            self._place_row(table.header, bold)
        self._place_rows(table.rows)

    @property
    def table(self) -> Table:
        return self._table

    def renew(self, table: Table, widths: Sequence[float]) -> bool:
        """Takes the piece as it has grown: cells that are as they were stay; False where it is another one."""
        before = self._table
        is_same = (table.header, table.alignments, table.first) == (before.header, before.alignments, before.first)
        if not is_same or table.is_first != before.is_first:
            return False
        same = same_at_start(table.rows, before.rows)
        self._table = table
        is_refitted = widths != self._widths
        kept = self._cut(same, table.rows[same:], before.rows[same:])
        if is_refitted:
            self._widths = widths
            self._place_again()
        self.changed_top = 0.0 if is_refitted else self._bottom
        self._place_rows(table.rows[same:], kept)
        return True

    def fit_columns(self, width: int, widths: Sequence[float]) -> bool:
        """Takes another width: the cells' texts stay as they are."""
        self.width = width
        if widths != self._widths:
            self._widths = widths
            self._place_again()
            self.height = round(self._bottom)
        return True

    def _cut(self, count: int, rows: Sequence[Row], before: Sequence[Row]) -> list[LaidOut]:
        """Lets go of what is below `count` rows; the first cells of the next one that are as they were."""
        lines = count + (1 if self._table.is_first else 0)
        first = lines * len(self._table.header)
        same = same_at_start(rows[0], before[0]) if rows and before else 0
        texts, places = self._texts[first : first + same], self.placed[first : first + same]
        del self._lines[lines:], self._texts[first:], self.placed[first:], self._starts[first:]
        return [(text, placed.flow) for text, placed in zip(texts, places, strict=True)]

    def _place_again(self) -> None:
        """The same cells in other columns."""
        flows, columns = [placed.flow for placed in self.placed], len(self._widths)
        del self._lines[:], self.placed[:], self._starts[:]
        for start in range(0, len(flows), columns):
            self._place_cells(flows[start : start + columns])

    def _place_rows(self, rows: Sequence[Sequence[Cell]], kept: Sequence[LaidOut] = ()) -> None:
        for number, row in enumerate(rows):
            self._place_row(row, self.style.font, () if number else kept)
        self.height = round(self._bottom)

    @property
    def _bottom(self) -> float:
        return self._lines[-1] if self._lines else 0.0

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        right = sum(self._widths)
        for index, line in enumerate(self._lines):
            is_header = index == 0 and self._table.is_first
            thickness = 2.0 if is_header else 1.0
            painter.fillRect(QRectF(at.x(), at.y() + line - thickness, right, thickness), self.style.line)
        top, bottom = clip.top() - at.y(), clip.bottom() - at.y()
        for placed, text in zip(self.placed, self._texts, strict=True):
            if text.chips and placed.reaches(top, bottom):
                for chip in text.chips:
                    draw_chip(painter, placed.flow, chip, at + QPointF(placed.left, placed.top), self.style)

    def target_at(self, x: float, y: float) -> str:
        for placed, text in zip(self.placed, self._texts, strict=True):
            if text.targets and placed.rectangle.contains(x, y):
                return target_in(text.targets, placed.flow, x - placed.left, y - placed.top)
        return ""

    def _position_in(self, index: int, letter: int, *, is_end: bool) -> int:
        return self._texts[index].position_of(letter, is_end=is_end)

    def _place_row(self, row: Sequence[Cell], font: QFont, kept: Sequence[LaidOut] = ()) -> None:
        """Places a row's cells under the row before, of which the first are laid out already."""
        texts = [RunText(cell, self.style, self._set_formula, font) for cell in row[len(kept) :]]
        self.formulas.update(*(text.unset for text in texts))
        self._texts += [*(text for text, _ in kept), *texts]
        self._place_cells([*(flow for _, flow in kept), *(text.flow(self.style) for text in texts)])

    def _place_cells(self, flows: Sequence[Flow]) -> None:
        padding, top, left = cell_padding(self.style), self._bottom, 0.0
        for column, flow in enumerate(flows):
            flow.fit(max(1.0, self._widths[column] - 2 * padding))
            room = self._widths[column] - 2 * padding - flow.natural_width
            alignment = self._table.alignments[column] if column < len(self._table.alignments) else ""
            shift = {"right": room, "center": room / 2}.get(alignment, 0.0)
            separator, letters = "\t" if column else "\n", self._texts[len(self.placed)].letters
            self.place(flow, left + padding + max(0.0, shift), top + padding / 2, separator, letters)
            left += self._widths[column]
        self._lines.append(top + padding + max((flow.height for flow in flows), default=0.0))


def cell_padding(style: Style) -> float:
    return float(style.grid)


def column_padding(style: Style) -> float:
    """What a column has beside its text."""
    return 2 * cell_padding(style) + 2


def column_widths(table: Table, style: Style, width: float) -> tuple[float, ...]:
    """Pixels for each column of the table whose first piece is given; together at most `width`."""
    fitted = max((step for step in STEPS if step <= len(table.rows)), default=0)
    wanted = wanted_widths(table.header, table.rows[:fitted] if table.is_open else table.rows, style)
    return fit(wanted, width, column_padding(style) + NARROWEST * style.code_width)


def wanted_widths(header: Row, rows: tuple[Row, ...], style: Style) -> Sequence[float]:
    """What each column would have where there is room. The style remembers it: growth and other widths ask again."""
    known = style.wanted_widths.get((header, rows))
    if known is None:
        bold = QFont(style.font)
        bold.setWeight(QFont.Weight.DemiBold)
        bold_metrics = QFontMetricsF(bold)
        wanted = [natural_width(cell, bold_metrics) for cell in header]
        for row in rows:
            for column, cell in enumerate(row[: len(wanted)]):
                wanted[column] = max(wanted[column], natural_width(cell, style.text_metrics))
        known = tuple(one + column_padding(style) for one in wanted)
        if len(style.wanted_widths) >= MOST_REMEMBERED:
            style.wanted_widths.clear()
        style.wanted_widths[header, rows] = known
    return known


def natural_width(cell: Cell, metrics: QFontMetricsF) -> float:
    """The width of a cell's text in one line, a little generous for code and bold."""
    text = "".join(run.text for run in cell)
    return max((metrics.horizontalAdvance(line) * 1.08 for line in text[:200].split("\n")), default=0.0)


def fit(wanted: Sequence[float], width: float, narrowest: float) -> tuple[float, ...]:
    """Widths that sum to `width` at most: narrow columns get what they want, the wide ones share the rest."""
    if sum(wanted) <= width:
        return tuple(wanted)
    level = width / max(1, len(wanted))
    for _ in wanted:
        small = [one for one in wanted if one <= level]
        large = len(wanted) - len(small)
        if not large:
            break
        raised = (width - sum(small)) / large
        if raised <= level + 0.5:
            break
        level = raised
    return tuple(max(min(one, level), min(one, narrowest)) for one in wanted)
