"""The one place for colours, spacing and fonts; light and dark as the desktop has them, or fixed by a setting.

On the Qt thread. Where the desktop brings a palette of its own it is kept; on a bare display Qt would draw Fusion in
its 1990s grey, so there (and only there) the calm palettes below are used.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

GRID = 8
"""Pixels of the grid: every distance is a multiple or half of it."""
COLUMN_WIDTH = 900
"""The text column's widest, in pixels."""
LINE_HEIGHT = 135
"""Per cent of the font's own line height, in running text."""
CONTROL_HEIGHT = 4 * GRID
ROUNDING = 6
BARE_POINT_SIZE = 10
ENOUGH_CONTRAST = 4.5
"""WCAG AA for text."""
SCHEMES = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one bare palette, as Qt's roles are named."""

    window: str
    base: str
    raised: str
    text: str
    faint: str
    line: str
    accent: str


LIGHT = Shades("#f5f6f7", "#ffffff", "#ffffff", "#1c1f23", "#7a818b", "#d5d9de", "#2f6fdb")
DARK = Shades("#202327", "#17191c", "#2b2f35", "#e3e6ea", "#868e99", "#3b4048", "#6ea1ff")


class Theme(QObject):
    """What the widgets ask for their colours; `changed` tells when they must ask again."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._is_bare = application.styleHints().colorScheme() is Qt.ColorScheme.Unknown
        application.styleHints().colorSchemeChanged.connect(self._on_scheme)
        # Not by an event filter on the application, which would be asked about every event of every object.
        application.paletteChanged.connect(self.changed)
        if self._is_bare and application.font().pointSize() < BARE_POINT_SIZE:
            font = application.font()
            font.setPointSize(BARE_POINT_SIZE)
            application.setFont(font)
        self.choose(choice)

    @property
    def is_dark(self) -> bool:
        return self._palette.color(QPalette.ColorRole.Base).lightnessF() < 0.5

    def choose(self, choice: str) -> None:
        """`system`, `light` or `dark`."""
        self._choice = choice
        self._application.styleHints().setColorScheme(SCHEMES[choice])
        if self._is_bare or self._ignores_scheme():
            self._application.setPalette(bare_palette(DARK if choice == "dark" else LIGHT))
        self.changed.emit()

    @property
    def text(self) -> QColor:
        return self._palette.color(QPalette.ColorRole.Text)

    @property
    def faint(self) -> QColor:
        """For what is secondary: still 4.5 to 1 on the text's background."""
        return self.readable(blend(self.text, self.background, 0.42))

    @property
    def background(self) -> QColor:
        return self._palette.color(QPalette.ColorRole.Base)

    @property
    def line(self) -> QColor:
        return blend(self.text, self.background, 0.83)

    @property
    def danger(self) -> QColor:
        return self.readable(QColor("#c0362c"))

    @property
    def good(self) -> QColor:
        return self.readable(QColor("#2b8a3e"))

    @property
    def accent(self) -> QColor:
        return self.readable(self._palette.color(QPalette.ColorRole.Highlight))

    def readable(self, colour: QColor) -> QColor:
        """The colour, made lighter or darker until it can be read as text on the background."""
        hue, saturation, lightness = colour.hslHueF(), colour.hslSaturationF(), colour.lightnessF()
        step = 0.02 if self.is_dark else -0.02
        while contrast(colour, self.background) < ENOUGH_CONTRAST and 0.0 < lightness + step < 1.0:
            lightness += step
            colour = QColor.fromHslF(max(hue, 0.0), saturation, lightness)
        return colour

    def on(self, colour: QColor) -> QColor:
        """Black or white, whichever can be read on `colour`."""
        return max((QColor("white"), QColor("#101214")), key=lambda ink: contrast(ink, colour))

    def small_font(self) -> QFont:
        font = QFont(self._application.font())
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.9))
        return font

    def title_font(self) -> QFont:
        font = QFont(self._application.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        return font

    @property
    def _palette(self) -> QPalette:
        return self._application.palette()

    def _ignores_scheme(self) -> bool:
        wanted = SCHEMES[self._choice]
        return wanted is not Qt.ColorScheme.Unknown and self._application.styleHints().colorScheme() is not wanted

    def _on_scheme(self) -> None:
        self._is_bare = False
        self.changed.emit()


def bare_palette(shades: Shades) -> QPalette:
    """A whole palette from a few shades."""
    role = QPalette.ColorRole
    palette = QPalette(QColor(shades.raised), QColor(shades.window))
    colours = {
        role.Window: shades.window,
        role.Base: shades.base,
        role.AlternateBase: shades.window,
        role.Button: shades.raised,
        role.ToolTipBase: shades.raised,
        role.PlaceholderText: shades.faint,
        role.Mid: shades.line,
        role.Highlight: shades.accent,
        role.Accent: shades.accent,
        role.Link: shades.accent,
    }
    for place, colour in colours.items():
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText):
        palette.setColor(place, QColor(shades.text))
        palette.setColor(QPalette.ColorGroup.Disabled, place, QColor(shades.faint))
    palette.setColor(role.HighlightedText, QColor(shades.base))
    return palette


def blend(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` (0 to 1) of `other`."""
    red, green, blue = (a + (b - a) * share for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return QColor.fromRgbF(red, green, blue)


def contrast(one: QColor, other: QColor) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: QColor) -> float:
    """WCAG's relative luminance, 0 to 1."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else pow((part + 0.055) / 1.055, 2.4) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
