"""The line above everything: the list's switch, the title, the engine, the server, the menu; a slim bar of progress.

On the Qt thread. Only arranges; what the parts do is theirs.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import MenuButton, SideButton
from seproj_desktop.window.controls import ShortLabel, SlimBar
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.server_panel import ServerPanel
from seproj_desktop.window.theme import GRID, Theme

HEIGHT = 6 * GRID


class Header(QWidget):
    """[list] title, [model] state, server, menu."""

    list_toggled = Signal()

    def __init__(self, theme: Theme, engine: EnginePanel, server: ServerPanel, menu: QMenu) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.menu_button = MenuButton(theme, menu)
        self.menu_button.setObjectName("menuButton")
        self.menu_button.setText("☰")
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self.menu_button.setToolTip(self.tr("Menu (F10)"))
        self.menu_button.setFixedWidth(4 * GRID)
        self.bar = SlimBar(theme)
        self.list_button = SideButton(theme)
        self.list_button.setObjectName("listButton")
        self.list_button.setAccessibleName(self.tr("Conversations"))
        self.list_button.setToolTip(self.tr("Show or hide the conversations (F9)"))
        self.list_button.clicked.connect(self.list_toggled)
        self.title = ShortLabel()
        self.title.setObjectName("conversationTitle")
        row = QHBoxLayout()
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(self.list_button)
        row.addWidget(self.title, 2)
        row.addWidget(engine, 3)
        row.addSpacing(2 * GRID)
        row.addWidget(server)
        row.addWidget(self.menu_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.bar)
        self.setFixedHeight(HEIGHT)
        engine.progress_changed.connect(self.bar.show_fraction)
