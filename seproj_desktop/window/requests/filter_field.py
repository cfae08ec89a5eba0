"""The field that narrows the log: every word must occur in a request's client, endpoint, persona or outcome.

On the Qt thread; knows nothing of requests.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from seproj_desktop.window.fields import ClearingField
from seproj_desktop.window.sidebar.search_box import Newest
from seproj_desktop.window.theme import GRID, Theme

PAUSE_MS = 100
WIDTH = 30 * GRID


class FilterField(ClearingField):
    """Tells its newest text."""

    passed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("logFilter")
        self.setPlaceholderText(self.tr("Filter"))
        self.setAccessibleName(self.tr("Filter the log"))
        hint = self.tr("Words of client, endpoint, persona or outcome, such as: curl refused")
        self.setAccessibleDescription(hint)
        self.setToolTip(hint)
        self.setFixedWidth(WIDTH)
        newest = Newest(PAUSE_MS, self)
        self.textChanged.connect(newest.take)
        newest.passed.connect(self.passed)
