"""How a search result looks: title and time, and below them the place that was found. On the Qt thread; paints only."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from seproj_desktop.window.sidebar.delegate import RowDelegate, direction_of, leading
from seproj_desktop.window.sidebar.hits import HIT_ROLE, TIME_ROLE, Marked, around_mark, utf16_marks
from seproj_desktop.window.sidebar.sorted_model import Index
from seproj_desktop.window.theme import GRID

INSET = GRID + GRID // 2


class ResultDelegate(RowDelegate):
    """Two lines of the small kind; what was looked for is bold and in the accent's colour."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = QFontMetrics(option.font).lineSpacing() + QFontMetrics(self.theme.small_font()).lineSpacing()
        return QSize(0, lines + 2 * GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self.paint_ground(painter, option)
        hit = index.data(HIT_ROLE)
        room = option.rect.adjusted(INSET, GRID, -INSET, -GRID)
        split = QFontMetrics(option.font).lineSpacing()
        upper = QRect(room.left(), room.top(), room.width(), split)
        lower = QRect(room.left(), room.top() + split, room.width(), room.height() - split)
        time, small = str(index.data(TIME_ROLE)), self.theme.small_font()
        width = QFontMetrics(small).horizontalAdvance(time) + 1
        painter.setPen(self.theme.faint)
        self.line(painter, option, upper.adjusted(upper.width() - width, 0, 0, 0), time, small)
        title = upper.adjusted(0, 0, -width - GRID, 0)
        is_title = hit.message is None and bool(hit.snippet)
        painter.setPen(self.theme.text)
        if is_title:
            self._marked(painter, option, title, (hit.snippet, hit.marks), option.font)
        else:
            self.line(painter, option, title, str(index.data()), option.font)
        painter.setPen(self.theme.faint)
        if is_title:
            self.line(painter, option, lower, self.tr("In the title"), small)
        else:
            self._marked(painter, option, lower, (hit.snippet, hit.marks), small)
        painter.restore()

    def _marked(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, marked: Marked, font: QFont
    ) -> None:
        """One line with marks, shortened at its end, and before the first mark where that would not be seen."""
        bold = QFont(font)
        bold.setWeight(QFont.Weight.Bold)
        metrics = QFontMetrics(bold)
        seen = max(1, room.width() // max(1, metrics.averageCharWidth()))
        text, marks = around_mark(*marked, seen)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        layout = QTextLayout(text, font)
        layout.setFormats([self._format(start, length, bold) for start, length in utf16_marks(text, marks)])
        options = QTextOption(leading(option))
        options.setTextDirection(direction_of(text))
        options.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(options)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room.width())
        layout.endLayout()
        place = QStyle.visualRect(option.direction, option.rect, room)
        top = place.top() + (place.height() - line.height()) / 2
        layout.draw(painter, QPointF(place.left(), top))

    def _format(self, start: int, length: int, bold: QFont) -> QTextLayout.FormatRange:
        format_ = QTextCharFormat()
        format_.setFontWeight(bold.weight())
        format_.setForeground(self.theme.accent)
        marked = QTextLayout.FormatRange()
        marked.start, marked.length, marked.format = start, length, format_
        return marked
