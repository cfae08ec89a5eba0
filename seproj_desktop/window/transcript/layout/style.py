"""Fonts, colours and distances of the transcript at one zoom in one theme: an unchanging snapshot.

On the Qt thread. A change of theme, zoom or font makes a new style; what was laid out with the old one is laid out
anew.
"""

from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QTextCharFormat, QTextOption

from seproj_desktop.window.theme import COLUMN_WIDTH, GRID, LINE_HEIGHT, Theme, blend
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.markdown.blocks import Row
from seproj_desktop.window.transcript.markdown.inline import Style as Inline
from seproj_desktop.window.transcript.workshop.formula_picture import matching_size

CODE_LINE_HEIGHT = 1.3
CODE_SIZE = 0.95
"""Code's size beside the text's: monospaced letters look larger."""
HEADING_SIZES = (1.5, 1.3, 1.15, 1.05, 1.0, 1.0)
TAB_COLUMNS = 4
LIGHT_CODE = {
    Kind.KEYWORD: "#a3268f",
    Kind.TYPE: "#1f6f8b",
    Kind.FUNCTION: "#2557b8",
    Kind.STRING: "#3b7a2a",
    Kind.ESCAPE: "#9a5b00",
    Kind.NUMBER: "#9a5b00",
    Kind.COMMENT: "#6a737d",
    Kind.OPERATOR: "#50565e",
    Kind.META: "#8a5a14",
    Kind.TAG: "#1f6f8b",
    Kind.ATTRIBUTE: "#8a5a14",
    Kind.VARIABLE: "#a04a1e",
    Kind.HEADING: "#2557b8",
    Kind.INSERTED: "#22792f",
    Kind.DELETED: "#b3312b",
}
DARK_CODE = {
    Kind.KEYWORD: "#d68fd6",
    Kind.TYPE: "#6cc3dd",
    Kind.FUNCTION: "#86b4ff",
    Kind.STRING: "#9ccc80",
    Kind.ESCAPE: "#e5b567",
    Kind.NUMBER: "#e5b567",
    Kind.COMMENT: "#8b949e",
    Kind.OPERATOR: "#b6bdc7",
    Kind.META: "#d9b372",
    Kind.TAG: "#6cc3dd",
    Kind.ATTRIBUTE: "#d9b372",
    Kind.VARIABLE: "#e6a07c",
    Kind.HEADING: "#86b4ff",
    Kind.INSERTED: "#7cc489",
    Kind.DELETED: "#f08b84",
}


@dataclass(frozen=True)
class Style:
    """What layout and painting ask for; build it with `make_style`."""

    font: QFont
    code_font: QFont
    text: QColor
    faint: QColor
    line: QColor
    link: QColor
    danger: QColor
    background: QColor
    code_background: QColor
    selection: QColor
    hit: QColor
    current_hit: QColor
    code_colours: dict[Kind, QColor]
    zoom: float
    ratio: float
    theme: Theme
    line_height: float = LINE_HEIGHT / 100
    _formats: dict[tuple[Inline, bool, float], QTextCharFormat] = field(default_factory=dict)
    wanted_widths: dict[tuple[Row, tuple[Row, ...]], tuple[float, ...]] = field(default_factory=dict)
    """What the columns of tables with this header and these rows would have where there is room."""

    @cached_property
    def column_width(self) -> int:
        """The widest that running text gets, in pixels."""
        return self.scaled(COLUMN_WIDTH)

    @cached_property
    def small_font(self) -> QFont:
        return sized(self.font, 0.9)

    @cached_property
    def name_font(self) -> QFont:
        font = QFont(self.font)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    @cached_property
    def text_option(self) -> QTextOption:
        return text_option()

    @cached_property
    def code_option(self) -> QTextOption:
        return self._code_option(QTextOption.WrapMode.NoWrap)

    @cached_property
    def wrapped_code_option(self) -> QTextOption:
        return self._code_option(QTextOption.WrapMode.WrapAnywhere)

    @cached_property
    def code_width(self) -> float:
        """Of one letter of code."""
        return QFontMetricsF(self.code_font).horizontalAdvance("0")

    @cached_property
    def small_metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.small_font)

    @cached_property
    def text_metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font)

    @cached_property
    def letter_width(self) -> float:
        """Of a letter of running text, on the average."""
        return max(1.0, self.text_metrics.averageCharWidth())

    @cached_property
    def text_line(self) -> float:
        """The height of a line of running text, its leading included."""
        return self.text_metrics.height() * self.line_height

    @cached_property
    def text_size(self) -> float:
        """The size in pixels at which a formula's letters are as high as the text's."""
        return matching_size(self.font)

    def scaled(self, pixels: float) -> int:
        """Pixels at 100 % as they are at this zoom."""
        return round(pixels * self.zoom)

    @cached_property
    def grid(self) -> int:
        return self.scaled(GRID)

    def heading_font(self, level: int) -> QFont:
        """`level` from 1 to 6."""
        font = sized(self.font, HEADING_SIZES[level - 1])
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def inline_format(self, style: Inline, *, is_link: bool, points: float) -> QTextCharFormat:
        """The format of a run in text of so many points; the same object for the same kind of run."""
        key = (style, is_link, points)
        if key not in self._formats:
            self._formats[key] = self._make_format(style, is_link=is_link, points=points)
        return self._formats[key]

    @cached_property
    def code_formats(self) -> dict[Kind, QTextCharFormat]:
        return {kind: self._make_code_format(kind) for kind in self.code_colours}

    def _make_code_format(self, kind: Kind) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(self.code_colours[kind])
        if kind is Kind.COMMENT:
            made.setFontItalic(True)
        return made

    def _make_format(self, style: Inline, *, is_link: bool, points: float) -> QTextCharFormat:
        made = QTextCharFormat()
        if style & Inline.STRONG:
            made.setFontWeight(QFont.Weight.Bold)
        if style & Inline.EMPHASIS:
            made.setFontItalic(True)
        if style & Inline.STRIKE:
            made.setFontStrikeOut(True)
        if style & (Inline.CODE | Inline.MATH):
            made.setFontFamilies(self.code_font.families())
            made.setFontPointSize(points * CODE_SIZE)
        if style & Inline.IMAGE:
            made.setForeground(self.faint)
        if style & Inline.RAISED:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if is_link:
            made.setForeground(self.link)
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        return made

    def _code_option(self, mode: QTextOption.WrapMode) -> QTextOption:
        option = QTextOption()
        option.setWrapMode(mode)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(TAB_COLUMNS * self.code_width)
        return option


def text_option() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    return option


def sized(font: QFont, factor: float) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * factor)
    return made


def make_style(theme: Theme, font: QFont, *, zoom: float = 1.0, ratio: float = 1.0) -> Style:
    """The style for a theme as it is now; `font` at 100 %, `ratio` the screen's pixels per pixel."""
    text_font = sized(font, zoom)
    code_font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    code_font.setFamilies([code_font.family(), "monospace"])
    code_font.setStyleHint(QFont.StyleHint.Monospace)
    code_font.setPointSizeF(text_font.pointSizeF() * CODE_SIZE)
    code = DARK_CODE if theme.is_dark else LIGHT_CODE
    return Style(
        font=text_font,
        code_font=code_font,
        text=theme.text,
        faint=theme.faint,
        line=theme.line,
        link=theme.accent,
        danger=theme.danger,
        background=theme.background,
        code_background=blend(theme.background, theme.text, 0.045),
        selection=blend(theme.background, theme.accent, 0.32),
        hit=blend(theme.background, QColor("#f2b600"), 0.45),
        current_hit=blend(theme.background, QColor("#f28500"), 0.75),
        code_colours={kind: theme.readable(QColor(name)) for kind, name in code.items()},
        zoom=zoom,
        ratio=ratio,
        theme=theme,
    )
