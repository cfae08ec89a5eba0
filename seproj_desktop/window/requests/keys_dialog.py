"""The API keys: listed, made, revoked after a question.

On the Qt thread. It shows what it is told, and tells what is wanted.
"""

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.requests.key_maker import KeyMaker
from seproj_desktop.window.requests.record_table import Cell, header_style
from seproj_desktop.window.theme import GRID, Theme

if TYPE_CHECKING:
    from seproj_desktop.server.keys import ApiKey, KeyRing

SIZE = (640, 420)


class KeysDialog(QDialog):
    """Who may come in."""

    create_requested = Signal(str)
    revoke_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: tuple[ApiKey, ...] = ()
        self._is_reachable = False
        self.setObjectName("keysDialog")
        self.setWindowTitle(self.tr("API keys"))
        self.words = QLabel()
        self.words.setObjectName("keysWords")
        self.words.setWordWrap(True)
        self._make_table()
        self.maker = KeyMaker(theme)
        self.maker.create_requested.connect(self.create_requested)
        self._revoke = PlainButton(theme, self.tr("Revoke…"))
        self._revoke.setObjectName("revokeKey")
        self._revoke.setAccessibleName(self.tr("Revoke the chosen key"))
        self._revoke.clicked.connect(self._ask)
        close = PlainButton(theme, self.tr("Close"))
        close.setObjectName("closeKeys")
        close.setAccessibleName(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self._revoke)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)
        column.addWidget(self.maker)
        column.addLayout(foot)
        self.resize(*SIZE)
        self.finished.connect(self.maker.forget)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.maker.name.setFocus()

    def show_ring(self, ring: "KeyRing") -> None:
        chosen = self.chosen
        self._keys = ring.keys
        self.words.setText(ring.problem or self._about())
        self.words.setStyleSheet(f"color: {self._theme.danger.name()}" if ring.problem else "")
        self.table.setRowCount(len(ring.keys))
        for row, key in enumerate(ring.keys):
            for column, text in enumerate(
                (key.name, _day(key.created.astimezone().date()), self._use(key), key.last_four)
            ):
                self.table.setItem(row, column, QTableWidgetItem(text))
            if chosen is not None and key.name == chosen.name:
                self.table.selectRow(row)
        self._show_chosen()

    def show_reachable(self, is_reachable: bool) -> None:
        """Whether the server can be reached from outside, which its last key ends."""
        self._is_reachable = is_reachable

    @property
    def chosen(self) -> "ApiKey | None":
        rows = self.table.selectionModel().selectedRows()
        return self._keys[rows[0].row()] if rows and rows[0].row() < len(self._keys) else None

    def _make_table(self) -> None:
        titles = (self.tr("Name"), self.tr("Made"), self.tr("Last used"), self.tr("Ends with"))
        self.table = QTableWidget(0, len(titles))
        self.table.setObjectName("keysTable")
        self.table.setAccessibleName(self.tr("API keys"))
        self.table.setHorizontalHeaderLabels(list(titles))
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setItemDelegate(Cell(self.table))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in (*titles[1:], "8888-88-88"))
        header.setDefaultSectionSize(widest + 3 * GRID)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._show_chosen)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def _ask(self) -> None:
        key = self.chosen
        if key is None:
            return
        box = QMessageBox(self)
        box.setObjectName("revokeQuestion")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Revoke a key"))
        box.setText(self.tr("Revoke the key “{name}”?").format(name=key.name))
        words = self.tr("Programs that use it are refused from now on. This cannot be undone.")
        if len(self._keys) == 1:
            words += " " + (
                self.tr("It is the last one: the server will turn off, since it can be reached from the network.")
                if self._is_reachable
                else self.tr("It is the last one: programs on this machine will need none.")
            )
        box.setInformativeText(words)
        yes = box.addButton(self.tr("Revoke"), QMessageBox.ButtonRole.DestructiveRole)
        yes.setObjectName("revokeAccept")
        box.addButton(QMessageBox.StandardButton.Cancel)
        yes.clicked.connect(lambda: self.revoke_requested.emit(key.name))
        box.finished.connect(box.deleteLater)
        box.open()

    def _about(self) -> str:
        if not self._keys:
            return self.tr("There are no keys: every program on this machine may use the server, and nobody else.")
        return self.tr("Every program needs one of these keys, those on this machine too.")

    def _use(self, key: "ApiKey") -> str:
        return _day(key.last_used) if key.last_used is not None else self.tr("never")

    def _show_chosen(self) -> None:
        self._revoke.setEnabled(self.chosen is not None)

    def _restyle(self) -> None:
        self.table.horizontalHeader().setStyleSheet(header_style(self._theme))


def _day(day: date) -> str:
    return day.isoformat()
