"""Paragraphs, headings and the transcript's own lines: runs of text in one flow, with links, chips and formulas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat

from seproj_desktop.window.transcript.layout.box import Box, Look, fill_rounded
from seproj_desktop.window.transcript.layout.flow import LINE_BREAK, PLACEHOLDER, Flow, Picture, Stretch, utf16_length
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.markdown.inline import PLAIN, Run
from seproj_desktop.window.transcript.markdown.inline import Style as Inline

CHIP_ROUNDING = 3.0

SetFormula = Callable[[str, float], Picture | None]
"""An inline formula's picture for TeX and a text size in pixels; None while there is none, or never will be."""


class Range(NamedTuple):
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
            if run.style is PLAIN and not run.target:
                text = run.text.replace("\n", LINE_BREAK)
            elif Inline.MATH in run.style:
                text = self._add_formula(run, at, index, style, set_formula)
            else:
                text = run.text.replace("\n", LINE_BREAK)
                self._mark(run, at, utf16_length(text), style)
            parts.append(text)
            at += utf16_length(text)
            index += len(text)
            self.letters += len(run.text)
        self.text = "".join(parts)

    def _mark(self, run: Run, at: int, length: int, style: Style) -> None:
        """Text that looks or does something else than the text around it."""
        form = style.inline_format(run.style, is_link=bool(run.target), points=self._font.pointSizeF())
        if not form.isEmpty():
            self.stretches.append(Stretch(at, length, form))
        if Inline.CODE in run.style:
            self.chips.append(Range(at, at + length))
        if run.target:
            self.targets.append((Range(at, at + length), run.target))

    def _add_formula(self, run: Run, at: int, index: int, style: Style, set_formula: SetFormula) -> str:
        """The letters that stand for a formula at a position, which is the letter `index`."""
        size = style.text_size * self._font.pointSizeF() / style.font.pointSizeF()
        picture = set_formula(run.text, size)
        if picture is None:
            text = f"${run.text}$".replace("\n", LINE_BREAK)
            self.unset.add(run.text)
            self._mark(run, at, utf16_length(text), style)
        else:
            text = PLACEHOLDER
            self.pictures[at] = picture
            self.stretches.append(Stretch(at, len(PLACEHOLDER), picture_format(picture, self._font)))
            if run.target:
                self.targets.append((Range(at, at + len(PLACEHOLDER)), run.target))
        seen = Range(self.letters, self.letters + len(run.text))
        self._formulas.append(FormulaLetters(seen, Range(index, index + len(text))))
        return text

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

    def same_until(self, before: "RunText") -> int:
        """The flow's position up to which the text looks as it did, or less: pictures are taken for different."""
        if self._font != before._font:
            return 0
        same = utf16_length(self.text[: common_length(self.text, before.text)])
        for one, other in zip_longest(self.stretches, before.stretches):
            if one != other:
                same = min(same, difference(one, other))
                break
        return min((same, *self.pictures, *before.pictures))

    def flow(self, style: Style) -> Flow:
        """Not laid out yet."""
        return Flow(
            self.text,
            self.stretches,
            self._font,
            style.text_option,
            line_height=style.line_height,
            pictures=self.pictures,
        )


class TextBox(Box):
    """One flow of runs."""

    def __init__(
        self, runs: Sequence[Run], font: QFont, style: Style, width: int, set_formula: SetFormula, ink: QColor
    ) -> None:
        super().__init__(style, width)
        self._ink = ink
        self._text = RunText(runs, style, set_formula, font)
        self.formulas = self._text.unset
        self.place(self._text.flow(style), 0.0, 0.0, letters=self._text.letters)
        self._lay_out()

    def fit(self, width: int) -> bool:
        self.width = width
        self._lay_out()
        return True

    def _lay_out(self) -> None:
        flow = self.placed[0].flow
        flow.fit(self.width)
        self.height = round(flow.height)

    def changed_since(self, before: Box) -> float:
        """The top of the first line that is not as it was: text grows at its end, and words move to the next line."""
        if not isinstance(before, TextBox) or (self.width, self._ink) != (before.width, before._ink):
            return 0.0
        flow = self.placed[0].flow
        return flow.changed_top(before.placed[0].flow, self._text.same_until(before._text))

    @property
    def ink(self) -> QColor:
        return self._ink

    def draw_behind(self, painter: QPainter, at: QPointF, clip: QRectF, look: Look) -> None:
        flow = self.placed[0].flow
        if not self._text.chips:
            return
        first = flow.lines[flow.line_number(clip.top() - at.y())].start
        end = flow.lines[flow.line_number(clip.bottom() - at.y())].end
        for chip in self._text.chips:
            if first < chip.end and chip.start < end:
                draw_chip(painter, flow, chip, at, self.style)

    def target_at(self, x: float, y: float) -> str:
        if not self._text.targets or not self.is_on_text(x, y):
            return ""
        return target_in(self._text.targets, self.placed[0].flow, x, y)

    def _position_in(self, index: int, letter: int, *, is_end: bool) -> int:
        return self._text.position_of(letter, is_end=is_end)


def common_length(text: str, other: str) -> int:
    """How many letters two texts begin with that are the same."""
    low, high = 0, min(len(text), len(other))
    if text[:high] == other[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if text[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def difference(one: Stretch | None, other: Stretch | None) -> int:
    """The position from which on two stretches differ; there may be only one of them."""
    if one is None or other is None:
        return min(stretch.start for stretch in (one, other) if stretch is not None)
    if (one.start, one.format) != (other.start, other.format):
        return min(one.start, other.start)
    return one.start + min(one.length, other.length)


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
