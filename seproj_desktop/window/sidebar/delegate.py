"""How a row of the list looks, and the field that it is renamed in. On the Qt thread; paints, and tells nothing."""

import unicodedata

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from seproj_desktop.window.sidebar.list_model import ROW_ROLE
from seproj_desktop.window.sidebar.rows import ConversationRow, SectionRow
from seproj_desktop.window.sidebar.sorted_model import Index
from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, ROUNDING, Theme, blend

DOT = 8
"""Pixels of the unread mark, and of the room that the three dots of an answer take in height."""
LONGEST_NAME = 200
State = QStyle.StateFlag


class RowDelegate(QStyledItemDelegate):
    """The ground that every row has: hovered, selected, open, and where the keyboard is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, *, is_open: bool = False) -> None:
        theme, state = self.theme, option.state
        ground = QRectF(option.rect).adjusted(GRID / 2 + 0.5, 1.5, -GRID / 2 - 0.5, -1.5)
        colour = None
        if state & State.State_Selected or state & State.State_On:
            colour = blend(theme.background, theme.accent, 0.16)
        elif is_open:
            colour = blend(theme.background, theme.text, 0.08)
        elif state & State.State_MouseOver:
            colour = blend(theme.background, theme.text, 0.05)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(theme.accent, 1.0) if state & (State.State_HasFocus | State.State_On) else Qt.PenStyle.NoPen
        )
        painter.setBrush(colour if colour is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ground, ROUNDING, ROUNDING)

    def line(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, text: str, font: QFont) -> None:
        """One line from the side where reading begins, shortened at its end; `room` is given left to right."""
        painter.setFont(font)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        place = QStyle.visualRect(option.direction, option.rect, room)
        flags = leading(option) | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setLayoutDirection(direction_of(text))
        painter.drawText(place, flags, shown)


class ConversationDelegate(RowDelegate):
    """Heads of sections, and conversations with their marks: a dot for unread, three dots for an answer under way."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, max(CONTROL_HEIGHT, QFontMetrics(option.font).lineSpacing() + GRID + GRID // 2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        painter.save()
        if isinstance(row, SectionRow):
            self._paint_section(painter, option, row)
        elif isinstance(row, ConversationRow):
            self._paint_conversation(painter, option, row)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = QLineEdit(parent)
        field.setObjectName("renameField")
        field.setAccessibleName(self.tr("New name"))
        field.setMaxLength(LONGEST_NAME)
        field.setFrame(False)
        theme = self.theme
        field.setStyleSheet(
            f"QLineEdit {{ background: {theme.background.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.accent.name()}; border-radius: {ROUNDING}px; padding: 0 {GRID - 2}px; }}"
        )
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(GRID // 2, 1, -GRID // 2, -1))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """News of the conversation leave alone what has been typed."""
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def _paint_section(self, painter: QPainter, option: QStyleOptionViewItem, row: SectionRow) -> None:
        if row.folder is not None:
            self.paint_ground(painter, option)
        font = QFont(self.theme.small_font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setPen(self.theme.faint)
        room = option.rect.adjusted(GRID + GRID // 2, 0, -GRID - GRID // 2, 0)
        if row.folder is None:
            room.setTop(room.top() + GRID // 2)
            self.line(painter, option, room, row.words, font)
            return
        self._paint_chevron(painter, option, is_folded=row.is_folded)
        count = f"{row.count:,}" if row.is_folded and row.count else ""
        width = QFontMetrics(font).horizontalAdvance(count)
        self.line(painter, option, room.adjusted(room.width() - width - 1, 0, 0, 0), count, font)
        self.line(painter, option, room.adjusted(2 * GRID, 0, -width - (GRID if count else 0), 0), row.words, font)

    def _paint_chevron(self, painter: QPainter, option: QStyleOptionViewItem, *, is_folded: bool) -> None:
        """Points down while the folder is unfolded, else in the direction of reading."""
        box = QRect(option.rect.left() + GRID + GRID // 2, option.rect.top(), GRID, option.rect.height())
        middle = QRectF(QStyle.visualRect(option.direction, option.rect, box)).center()
        ahead = -2.0 if is_mirrored(option) else 2.0
        folded = [(-ahead, -4.0), (ahead, 0.0), (-ahead, 4.0)]
        steps = folded if is_folded else [(-4.0, -2.0), (0.0, 2.0), (4.0, -2.0)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.faint, 1.5))
        painter.drawPolyline([middle + QPointF(x, y) for x, y in steps])

    def _paint_conversation(self, painter: QPainter, option: QStyleOptionViewItem, row: ConversationRow) -> None:
        self.paint_ground(painter, option, is_open=row.is_open)
        font = QFont(option.font)
        if row.summary.is_unread:
            font.setWeight(QFont.Weight.DemiBold)
        indent = 2 * GRID if row.is_in_folder else 0
        room = option.rect.adjusted(GRID + GRID // 2 + indent, 0, -GRID - GRID // 2, 0)
        if row.is_answering or row.summary.is_unread:
            mark = QRect(room.right() - 2 * DOT, room.top(), 2 * DOT, room.height())
            room.setRight(mark.left() - GRID // 2)
            self._paint_mark(painter, QStyle.visualRect(option.direction, option.rect, mark), row)
        painter.setPen(self.theme.text)
        self.line(painter, option, room, row.words, font)

    def _paint_mark(self, painter: QPainter, place: QRect, row: ConversationRow) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.accent)
        middle = QRectF(place).center()
        if row.is_answering:
            for step in (-6, 0, 6):
                painter.drawEllipse(middle + QPointF(step, 0), 2.0, 2.0)
        else:
            painter.drawEllipse(middle, DOT / 2, DOT / 2)


def is_mirrored(option: QStyleOptionViewItem) -> bool:
    return option.direction is Qt.LayoutDirection.RightToLeft


def leading(option: QStyleOptionViewItem) -> Qt.AlignmentFlag:
    """The side where reading begins in this layout, whatever the text's own direction is."""
    side = Qt.AlignmentFlag.AlignRight if is_mirrored(option) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute


def direction_of(text: str) -> Qt.LayoutDirection:
    """As the first letter that has a direction says; else left to right."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    first = next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L")
    return Qt.LayoutDirection.LeftToRight if first == "L" else Qt.LayoutDirection.RightToLeft
