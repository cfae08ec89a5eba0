"""The choice of who answers: name, colour, description, and a warning where a persona file could not be read.

On the Qt thread. Reads no files; it is given the personas.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QWidget

from seproj_desktop.chat.personas import Persona, PersonaProblem
from seproj_desktop.window.buttons import LinkButton
from seproj_desktop.window.controls import CalmComboBox
from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, Theme

DOT = 64
"""Pixels of the dot's picture; it is scaled down when drawn."""


class PersonaPanel(QWidget):
    """The dropdown and the warning."""

    persona_changed = Signal(object)
    """The chosen `Persona`."""
    problems_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._personas: tuple[Persona, ...] = ()
        self.box = CalmComboBox(theme)
        self.box.setObjectName("personaBox")
        self.box.setAccessibleName(self.tr("Persona"))
        self.box.setMinimumHeight(CONTROL_HEIGHT)
        self.box.setMinimumWidth(22 * GRID)
        self.box.setMaxVisibleItems(20)
        self.box.setEnabled(False)
        self.warning = LinkButton(theme)
        self.warning.setObjectName("personaProblems")
        self.warning.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addWidget(self.warning)
        self.box.currentIndexChanged.connect(self._tell)
        self.warning.clicked.connect(self.problems_requested)
        theme.changed.connect(self._draw_dots)

    @property
    def persona(self) -> Persona | None:
        index = self.box.currentIndex()
        return self._personas[index] if 0 <= index < len(self._personas) else None

    def show_personas(self, personas: Sequence[Persona], chosen_id: str) -> None:
        """Fills the box; where `chosen_id` is none of them, the first is chosen."""
        self._personas = tuple(personas)
        self.box.blockSignals(True)
        self.box.clear()
        for persona in personas:
            self.box.addItem(persona.name)
            self.box.setItemData(self.box.count() - 1, persona.description, Qt.ItemDataRole.ToolTipRole)
        self._draw_dots()
        ids = [persona.id for persona in personas]
        self.box.setCurrentIndex(ids.index(chosen_id) if chosen_id in ids else 0)
        self.box.blockSignals(False)
        self.box.setEnabled(bool(personas))
        self._tell()

    def show_problems(self, problems: Sequence[PersonaProblem]) -> None:
        self.warning.setVisible(bool(problems))
        self.warning.setText(self.tr("{count} skipped").format(count=len(problems)))
        self.warning.setAccessibleName(self.tr("Persona files that could not be read"))
        self.warning.setToolTip("\n".join(str(problem) for problem in problems))

    def choose(self, persona_id: str) -> None:
        """As if the person had; nothing happens when there is no such persona."""
        for index, persona in enumerate(self._personas):
            if persona.id == persona_id:
                self.box.setCurrentIndex(index)

    def open(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.showPopup()

    def _tell(self) -> None:
        persona = self.persona
        if persona is not None:
            self.box.setToolTip(persona.description)
            self.box.setAccessibleDescription(persona.description)
            self.persona_changed.emit(persona)

    def _draw_dots(self) -> None:
        for index, persona in enumerate(self._personas):
            self.box.setItemIcon(index, dot(self._theme.readable(QColor(persona.colour)), self._theme.background))


def dot(colour: QColor, ring: QColor) -> QIcon:
    """The ring, in the background's colour, shows it on a highlighted row too."""
    picture = QPixmap(DOT, DOT)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ring, DOT / 16))
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(DOT / 5, DOT / 5, DOT * 3 / 5, DOT * 3 / 5))
    painter.end()
    return QIcon(picture)
