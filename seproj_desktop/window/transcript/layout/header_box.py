"""A message's header: the speaker's name in its colour, the model and the time, and the way to other versions.

On the Qt thread, no widget. Nothing in it can be selected.
"""

from functools import cached_property

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from seproj_desktop.window.theme import blend
from seproj_desktop.window.transcript.layout.box import Control, Look
from seproj_desktop.window.transcript.layout.line_boxes import LineBox, time_words
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.message import Header, Message

ARROW_ROOM = 3
"""The width of an arrow's place, in units of the grid: easier to hit than the arrow alone."""
NOTHING_FURTHER = 0.6
"""How much of the ground is in an arrow that leads nowhere."""


class HeaderBox(LineBox):
    """One line; where there are versions it ends with "‹ 2/3 ›", whose arrows can be clicked."""

    def __init__(self, header: Header, style: Style, width: int) -> None:
        super().__init__(style, width)
        self._header = header
        self._name_metrics = QFontMetricsF(style.name_font)
        self.height = round(self._name_metrics.height() + style.grid / 2)

    @property
    def label(self) -> str:
        """Everything that is written, in words."""
        parts = (self._header.speaker.name, self._aside, version_words(self._header))
        return " · ".join(part for part in parts if part)

    def control_at(self, x: float, y: float) -> Control | None:
        if not 0 <= y < self.height:
            return None
        header, room = self._header, self._arrow_room
        if header.version > 1 and 0 <= x - self._versions_left < room:
            return Control.OLDER_VERSION
        if header.version < header.versions and 0 <= x - self._newer_left < room:
            return Control.NEWER_VERSION
        return None

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        style = self.style
        baseline = at.y() + self._name_metrics.ascent()
        painter.setPen(self._name_colour)
        painter.setFont(style.name_font)
        painter.drawText(QPointF(at.x(), baseline), self._header.speaker.name)
        painter.setPen(style.faint)
        painter.setFont(style.small_font)
        painter.drawText(QPointF(at.x() + self._aside_left, baseline), self._shown_aside)
        if self._header.versions > 1:
            self._draw_versions(painter, at, baseline, look)

    def _draw_versions(self, painter: QPainter, at: QPointF, baseline: float, look: Look) -> None:
        header, style = self._header, self.style
        painter.drawText(QPointF(at.x() + self._versions_left + self._arrow_room, baseline), self._count)
        middle = baseline - style.small_metrics.xHeight() / 2
        for control, left, leads in (
            (Control.OLDER_VERSION, self._versions_left, header.version > 1),
            (Control.NEWER_VERSION, self._newer_left, header.version < header.versions),
        ):
            colour = style.text if look.hovered is control else style.faint
            if not leads:
                colour = blend(colour, style.background, NOTHING_FURTHER)
            tip = -1 if control is Control.OLDER_VERSION else 1
            self._draw_arrow(painter, QPointF(at.x() + left + self._arrow_room / 2, middle), tip, colour)

    def _draw_arrow(self, painter: QPainter, middle: QPointF, tip: int, colour: QColor) -> None:
        """Drawn and not written: a font's own is small, and stands elsewhere in each. `tip` is -1 or 1."""
        half = self.style.small_metrics.xHeight() * 0.55
        corners = (QPointF(-tip * half / 2, -half), QPointF(tip * half / 2, 0), QPointF(-tip * half / 2, half))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, max(1.0, half / 2.5), c=Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF([middle + corner for corner in corners]))
        painter.restore()

    # What is where; of what the width does not change it is reckoned once, for it is painted often

    @cached_property
    def _name_colour(self) -> QColor:
        colour = self._header.speaker.colour
        return self.style.theme.readable(QColor(colour)) if colour else self.style.text

    @cached_property
    def _aside(self) -> str:
        header = self._header
        time = time_words(header.time) if header.time else ""
        return " · ".join(part for part in (header.speaker.model, time) if part)

    @property
    def _shown_aside(self) -> str:
        """As much of it as leaves room for the versions."""
        room = self.width - self._aside_left - self._versions_width
        if self._aside_width <= room:
            return self._aside
        return self.style.small_metrics.elidedText(self._aside, Qt.TextElideMode.ElideRight, max(0.0, room))

    @cached_property
    def _aside_width(self) -> float:
        return self.style.small_metrics.horizontalAdvance(self._aside)

    @cached_property
    def _aside_left(self) -> float:
        return self._name_metrics.horizontalAdvance(self._header.speaker.name) + self.style.grid

    @property
    def _count(self) -> str:
        return f"{self._header.version}/{self._header.versions}"

    @property
    def _arrow_room(self) -> float:
        return ARROW_ROOM * self.style.grid

    @cached_property
    def _versions_width(self) -> float:
        if self._header.versions < 2:
            return 0.0
        return 2 * self._arrow_room + self.style.small_metrics.horizontalAdvance(self._count)

    @property
    def _versions_left(self) -> float:
        return self._aside_left + self.style.small_metrics.horizontalAdvance(self._shown_aside)

    @property
    def _newer_left(self) -> float:
        return self._versions_left + self._versions_width - self._arrow_room


def version_words(of: Header | Message) -> str:
    """For example "version 2 of 3"; nothing where there is only one."""
    if of.versions < 2:
        return ""
    words = QCoreApplication.translate("HeaderBox", "version {number} of {count}")
    return words.format(number=of.version, count=of.versions)
