"""From a formula's SVG to its picture in a colour, for a screen's pixel ratio.

On the Qt thread. The drawing is read once for a ratio (a third of a millisecond); another colour costs a copy.
"""

import math
import re
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from seproj_desktop.window.transcript.workshop.orders import MAX_SVG, SetFormula

MAX_PIXELS = 4_000_000
X_HEIGHT = 0.473
"""Of the formulas' font, for its size."""
ELEMENTS = frozenset(("svg", "g", "path", "rect", "ellipse"))
REACHING_OUT = ("<!", "<?", "href", "url", "style", "@", "&")
_ELEMENT = re.compile(r"<[\s/]*([^\s/>]*)")


@dataclass(frozen=True, slots=True)
class FormulaPicture:
    """A picture and its size in logical pixels; `ascent` stands above the baseline, a whole number of screen pixels."""

    image: QImage
    width: float
    height: float
    ascent: float


class DrawnFormula:
    """A set formula: its drawing, its shape for one screen, and its picture in one colour."""

    __slots__ = ("_colour", "_mask", "_picture", "_ratio", "_set")

    def __init__(self, formula: SetFormula) -> None:
        self._set = formula
        self._ratio = 0.0
        self._colour = 0
        self._mask = QImage()
        self._picture: FormulaPicture | None = None

    @property
    def size(self) -> int:
        """Bytes, about."""
        return 1_000 + len(self._set.svg) + 5 * self._mask.width() * self._mask.height()

    def picture(self, colour: QColor, ratio: float) -> FormulaPicture | None:
        """None if it cannot be drawn."""
        if self._ratio != ratio:
            self._ratio, self._mask, self._picture = ratio, _shape(self._set, ratio), None
        if not self._mask.isNull() and (self._picture is None or self._colour != colour.rgba()):
            self._colour, self._picture = colour.rgba(), self._paint(colour)
        return self._picture

    def _paint(self, colour: QColor) -> FormulaPicture:
        image = QImage(self._mask.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(colour)
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.drawImage(0, 0, self._mask)
        painter.end()
        image.setDevicePixelRatio(self._ratio)
        above = math.ceil(self._set.ascent * self._ratio)
        return FormulaPicture(image, image.width() / self._ratio, image.height() / self._ratio, above / self._ratio)


def _shape(formula: SetFormula, ratio: float) -> QImage:
    """The formula's ink as transparency, its baseline between two rows of pixels; null if it is not to be drawn."""
    above = math.ceil(formula.ascent * ratio)
    below = math.ceil((formula.height - formula.ascent) * ratio)
    width = math.ceil(formula.width * ratio)
    if not 0 < width * (above + below) <= MAX_PIXELS:
        return QImage()
    renderer = QSvgRenderer(QByteArray(formula.svg.encode()))
    image = QImage(width, above + below, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    place = QRectF(0, above - formula.ascent * ratio, formula.width * ratio, formula.height * ratio)
    renderer.render(painter, place)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Alpha8) if renderer.isValid() else QImage()


def is_harmless(formula: SetFormula) -> bool:
    """Whether it is a drawing of bounded size that refers to nothing; it was made in a process that reads anything."""
    numbers = (formula.width, formula.height, formula.ascent)
    if not all(math.isfinite(number) and 0 <= number < MAX_PIXELS for number in numbers):
        return False
    if formula.ascent > formula.height or len(formula.svg) > MAX_SVG:
        return False
    svg = formula.svg.lower()
    return not any(word in svg for word in REACHING_OUT) and set(_ELEMENT.findall(svg)) <= ELEMENTS


def matching_size(font: QFont) -> float:
    """The size at which a formula's letters are as high as the font's, within reason: its own is often smaller."""
    pixels = QFontInfo(font).pixelSize()
    return min(max(QFontMetricsF(font).xHeight() / X_HEIGHT, pixels), 1.2 * pixels)
