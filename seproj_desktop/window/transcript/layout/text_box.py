"""Paragraphs, headings and the transcript's own lines: runs of text in one flow, with links, chips and formulas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat

from seproj_desktop.window.transcript.layout.box import Box, Look, fill_rounded
from seproj_desktop.window.transcript.layout.flow import LINE_BREAK, PLACEHOLDER, Flow, Picture, Stretch, utf16_length
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.markdown.inline import Run
from seproj_desktop.window.transcript.markdown.inline import Style as Inline

CHIP_ROUNDING = 3.0

SetFormula = Callable[[str, float], Picture | None]
"""An inline formula's picture for TeX and a text size in pixels; None while there is none, or never will be."""


@dataclass(frozen=True, slots=True)
class Range:
    """Positions `start` to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FormulaLetters:
    """A formula's letters as it is seen, and those that stand for it in the flow: with dollars, or as one picture."""

    seen: Range
    laid_out: Range

    def index(self, letter: int, *, is_end: bool) -> int:
        """Of a letter within the formula; a picture is one, whatever part of it is meant."""
        if self.laid_out.end - self.laid_out.start == len(PLACEHOLDER):
            return self.laid_out.end if is_end else self.laid_out.start
        return self.laid_out.start + 1 + letter - self.seen.start


class RunText:
    """Runs put together: text, formats, and what its ranges mean."""

    def __init__(self, runs: Sequence[Run], style: Style, set_formula: SetFormula, font: QFont) -> None:
        size = style.text_size * font.pointSizeF() / style.font.pointSizeF()
        self._font = font
        self.stretches: list[Stretch] = []
        self.pictures: dict[int, Picture] = {}
        self.unset: set[str] = set()
        """Formulas without a picture."""
        self.chips: list[Range] = []
        self.targets: list[tuple[Range, str]] = []
        self.letters = 0
        """How many are seen."""
        self._formulas: list[FormulaLetters] = []
        parts: list[str] = []
        at = index = 0
        for run in runs:
            text = run.text.replace("\n", LINE_BREAK)
            form = style.inline_format(run.style, is_link=bool(run.target), points=font.pointSizeF())
            if run.style & Inline.MATH:
                picture = set_formula(run.text, size)
                if picture is None:
                    text = f"${text}$"
                    self.unset.add(run.text)
                else:
                    text, form = PLACEHOLDER, picture_format(picture, font)
                    self.pictures[at] = picture
            length = utf16_length(text)
            if not form.isEmpty():
                self.stretches.append(Stretch(at, length, form))
            if run.style & Inline.CODE:
                self.chips.append(Range(at, at + length))
            if run.target:
                self.targets.append((Range(at, at + length), run.target))
            if run.style & Inline.MATH:
                seen = Range(self.letters, self.letters + len(run.text))
                self._formulas.append(FormulaLetters(seen, Range(index, index + len(text))))
            parts.append(text)
            at += length
            index += len(text)
            self.letters += len(run.text)
        self.text = "".join(parts)

    def position_of(self, letter: int, *, is_end: bool) -> int:
        """The flow's position of a letter as it is seen, taken as a range's start or as its end."""
        index = letter
        for formula in reversed(self._formulas):
            if letter > formula.seen.end or (letter == formula.seen.end and not is_end):
                index = formula.laid_out.end + letter - formula.seen.end
                break
            if letter > formula.seen.start or (letter == formula.seen.start and not is_end):
                index = formula.index(letter, is_end=is_end)
                break
        return utf16_length(self.text[:index])

    def flow(self, style: Style, width: float) -> Flow:
        """Laid out at a width."""
        made = Flow(
            self.text,
            self.stretches,
            self._font,
            style.text_option,
            line_height=style.line_height,
            pictures=self.pictures,
        )
        made.lay_out(width)
        return made


class TextBox(Box):
    """One flow of runs."""

    def __init__(
        self, runs: Sequence[Run], font: QFont, style: Style, width: int, set_formula: SetFormula, ink: QColor
    ) -> None:
        super().__init__(style, width)
        self._ink = ink
        self._text = RunText(runs, style, set_formula, font)
        self.formulas = self._text.unset
        self.place(self._text.flow(style, width), 0.0, 0.0, letters=self._text.letters)
        self.height = round(self.placed[0].flow.height)

    @property
    def ink(self) -> QColor:
        return self._ink

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        for chip in self._text.chips:
            draw_chip(painter, self.placed[0].flow, chip, at, self.style)

    def target_at(self, x: float, y: float) -> str:
        if not self._text.targets or not self.is_on_text(x, y):
            return ""
        return target_in(self._text.targets, self.placed[0].flow, x, y)

    def _position_in(self, index: int, letter: int, *, is_end: bool) -> int:
        return self._text.position_of(letter, is_end=is_end)


def target_in(targets: Sequence[tuple[Range, str]], flow: Flow, x: float, y: float) -> str:
    """The link under a point of a flow."""
    for place, target in targets:
        if any(rectangle.contains(x, y) for rectangle in flow.rectangles(place.start, place.end)):
            return target
    return ""


def draw_chip(painter: QPainter, flow: Flow, chip: Range, at: QPointF, style: Style) -> None:
    """The quiet ground behind code within text."""
    for rectangle in flow.rectangles(chip.start, chip.end):
        inset = rectangle.height() * 0.1
        place = rectangle.translated(at).adjusted(-1, inset, 1, -inset)
        fill_rounded(painter, place, style.code_background, CHIP_ROUNDING)


def picture_format(picture: Picture, font: QFont) -> QTextCharFormat:
    """Makes the placeholder as wide as the picture, and inkless."""
    made = QTextCharFormat()
    made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    made.setFontLetterSpacing(picture.width - QFontMetricsF(font).horizontalAdvance(PLACEHOLDER))
    made.setForeground(QColor(0, 0, 0, 0))
    return made
