"""The choice among conversations, archive and bin. On the Qt thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabBar, QWidget

from seproj_desktop.window.sidebar.rows import Shelf
from seproj_desktop.window.sidebar.words import shelf_words
from seproj_desktop.window.theme import CONTROL_HEIGHT, ROUNDING, Theme, blend


class ShelfTabs(QTabBar):
    """Flat words side by side; arrow keys go from one to the next."""

    shelf_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("shelfTabs")
        self.setAccessibleName(self.tr("What is listed"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        for shelf in Shelf:
            self.setTabData(self.addTab(shelf_words(shelf)), shelf)
        self.currentChanged.connect(lambda place: self.shelf_chosen.emit(self.tabData(place)))
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_shelf(self, shelf: Shelf) -> None:
        self.setCurrentIndex(list(Shelf).index(shelf))

    def _restyle(self) -> None:
        theme = self._theme
        chosen = blend(theme.background, theme.text, 0.08).name()
        self.setStyleSheet(
            f"QTabBar::tab {{ color: {theme.faint.name()}; background: transparent; border: 1px solid transparent;"
            f" border-radius: {ROUNDING}px; padding: 0 7px; height: {CONTROL_HEIGHT - 6}px; }}"
            f"QTabBar::tab:hover {{ color: {theme.text.name()}; }}"
            f"QTabBar::tab:selected {{ color: {theme.text.name()}; background: {chosen}; }}"
            f"QTabBar::tab:selected:focus {{ border-color: {theme.accent.name()}; }}"
        )
