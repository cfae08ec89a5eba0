"""The kinds of text in the transcript, and their formats in the theme's colours.

On the Qt thread. Each run of text remembers its kind, so that a change from light to dark repaints it without setting
it anew.
"""

from enum import IntEnum

from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat

from seproj_desktop.window.theme import GRID, LINE_HEIGHT, Theme

KIND_PROPERTY = int(QTextFormat.Property.UserProperty) + 1
COLOUR_PROPERTY = int(QTextFormat.Property.UserProperty) + 2


class Ink(IntEnum):
    """Who or what a run of text is."""

    SPEAKER = 1
    TEXT = 2
    THINKING = 3
    FIGURES = 4
    FAILURE = 5


def char_format(theme: Theme, ink: Ink, colour: str = "") -> QTextCharFormat:
    """`colour` is the speaker's own, as #rrggbb."""
    form = QTextCharFormat()
    form.setProperty(KIND_PROPERTY, int(ink))
    form.setProperty(COLOUR_PROPERTY, colour)
    form.setForeground(_foreground(theme, ink, colour))
    if ink is Ink.SPEAKER:
        form.setFontWeight(QFont.Weight.DemiBold)
    elif ink is Ink.FIGURES:
        form.setFontPointSize(theme.small_font().pointSizeF())
    elif ink is Ink.THINKING:
        form.setFontItalic(True)
    return form


def block_format(ink: Ink, *, is_first: bool = False) -> QTextBlockFormat:
    form = QTextBlockFormat()
    form.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    if ink is Ink.SPEAKER:
        form.setTopMargin(GRID if is_first else 3 * GRID)
        form.setBottomMargin(GRID // 2)
    elif ink in (Ink.FIGURES, Ink.FAILURE):
        form.setTopMargin(GRID // 2)
    elif ink is Ink.THINKING:
        form.setLeftMargin(2 * GRID)
    return form


def recolour(document: QTextDocument, theme: Theme) -> None:
    """Gives every run its colour in the theme as it is now."""
    runs = []
    block = document.begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            runs.append((fragment.position(), fragment.length(), fragment.charFormat()))
            fragments += 1
        block = block.next()
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for position, length, form in runs:
        kind = form.property(KIND_PROPERTY)
        if kind is not None:
            change = QTextCharFormat()
            change.setForeground(_foreground(theme, Ink(kind), str(form.property(COLOUR_PROPERTY) or "")))
            cursor.setPosition(position)
            cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(change)
    cursor.endEditBlock()


def _foreground(theme: Theme, ink: Ink, colour: str) -> QColor:
    match ink:
        case Ink.SPEAKER:
            return theme.readable(QColor(colour)) if colour else theme.text
        case Ink.THINKING | Ink.FIGURES:
            return theme.faint
        case Ink.FAILURE:
            return theme.danger
        case Ink.TEXT:
            return theme.text
