"""What an empty conversation says: who answers, three questions to begin with, and what the demo model is.

On the Qt thread. A click on an example only offers its text.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from seproj_desktop.chat.personas import Persona
from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.theme import GRID, Theme

EXAMPLES = 3
WIDTH = 68 * GRID


class EmptyState(QScrollArea):
    """Centred, and as quiet as an empty page; it scrolls where the window is too low for it."""

    example_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._persona_examples: tuple[str, ...] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = _centred("emptyTitle")
        self._description = _centred("emptyDescription")
        self._note = _centred("emptyNote")
        self._examples = [self._example(number) for number in range(EXAMPLES)]
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addWidget(self._title)
        column.addWidget(self._description)
        column.addSpacing(2 * GRID)
        for button in self._examples:
            column.addWidget(button)
        column.addSpacing(2 * GRID)
        column.addWidget(self._note)
        middle = QWidget()
        middle.setLayout(column)
        middle.setFixedWidth(WIDTH)
        sheet = QWidget()
        sheet.setBackgroundRole(QPalette.ColorRole.Base)
        page = QVBoxLayout(sheet)
        page.addStretch(2)
        page.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        page.addStretch(3)
        self.setWidget(sheet)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_persona(self, persona: Persona) -> None:
        self._persona_examples = persona.examples
        self._title.setText(persona.name)
        self._description.setText(persona.description)
        for number, button in enumerate(self._examples):
            has_example = number < len(persona.examples)
            button.setVisible(has_example)
            if has_example:
                button.setText(persona.examples[number].replace("&", "&&"))
                button.setAccessibleName(self.tr("Example: {text}").format(text=persona.examples[number]))

    def show_note(self, note: str) -> None:
        self._note.setText(note)

    def _example(self, number: int) -> PlainButton:
        button = PlainButton(self._theme, "")
        button.setObjectName(f"example{number}")
        button.setVisible(False)
        button.clicked.connect(lambda: self.example_chosen.emit(self._persona_examples[number]))
        return button

    def _restyle(self) -> None:
        self._title.setFont(self._theme.title_font())
        for label in (self._description, self._note):
            label.setStyleSheet(f"color: {self._theme.faint.name()}")


def _centred(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    label.setWordWrap(True)
    return label
