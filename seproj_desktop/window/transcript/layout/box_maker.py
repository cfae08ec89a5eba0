"""Which box a piece gets, how far it stands in, and how much room is above it.

On the Qt thread, no widget. Formulas and colours come from collaborators, and may come later.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from seproj_desktop.window.transcript.code_blocks import CodeBlock
from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.layout.ending_box import EndingBox
from seproj_desktop.window.transcript.layout.flow import Picture
from seproj_desktop.window.transcript.layout.header_box import HeaderBox
from seproj_desktop.window.transcript.layout.line_boxes import BacklogBox, FormulaBox, RuleBox, SummaryBox
from seproj_desktop.window.transcript.layout.style import Style
from seproj_desktop.window.transcript.layout.table_box import TableBox, column_widths
from seproj_desktop.window.transcript.layout.text_box import TextBox
from seproj_desktop.window.transcript.markdown.blocks import (
    Code,
    Container,
    Formula,
    Gap,
    Heading,
    Leaf,
    Paragraph,
    Rule,
    Table,
)
from seproj_desktop.window.transcript.markdown.inline import Run
from seproj_desktop.window.transcript.markdown.inline import Style as Inline
from seproj_desktop.window.transcript.message import Backlog, Header, Note, Part, Piece, Stub, Summary

HEADER_AND_GAPS = 8
"""A message's height beyond its text, in units of the grid, as a guess."""
ITEM_INDENT = 3
QUOTE_INDENT = 2
"""In units of the grid."""
GAPS = {Gap.NONE: 0.0, Gap.SMALL: 0.5, Gap.NORMAL: 1.5, Gap.LARGE: 2.5}
GAPS_OF_PARTS = {
    Part.HEADER: 4.0,
    Part.SUMMARY: 0.5,
    Part.THOUGHT: 1.0,
    Part.BODY: 0.75,
    Part.NOTE: 0.75,
    Part.ENDING: 1.0,
}
"""Above the first piece of a part."""

FormulaSource = Callable[[str, bool, float, QColor], Picture | None]
"""A formula's picture: TeX, whether it stands on a line of its own, text size in pixels, colour."""


@dataclass(frozen=True, slots=True)
class CodeLook:
    """How code is shown."""

    is_wrapped: bool = False
    has_numbers: bool = False


class Setting(NamedTuple):
    """What surrounds a piece: the piece before it in its message, its table's first piece, its block's colours."""

    before: Piece | None
    table: Table | None
    code_block: CodeBlock | None


class BoxMaker:
    """Makes boxes in one style at one width."""

    def __init__(self, style: Style, width: int, code_look: CodeLook, formulas: FormulaSource) -> None:
        self.style = style
        self.width = width
        self.code_look = code_look
        self._formulas = formulas
        self._lines_per_letter = style.letter_width / max(1, width)
        self._text_line = style.text_line

    def looks_like(self, other: "BoxMaker") -> bool:
        """Whether its boxes differ from another's in their width only."""
        return self.style is other.style and self.code_look == other.code_look

    def make(self, piece: Piece, setting: Setting) -> Box:
        """Lays out a piece."""
        style, content, width = self.style, piece.content, self.box_width(piece)
        match content:
            case Leaf():
                return self._leaf_box(content, width, setting, style.faint if is_thought(piece) else style.text)
            case Header():
                return HeaderBox(content, style, width)
            case Summary():
                return SummaryBox(content, style, width)
            case Ending():
                return EndingBox(content, style, width)
            case Note():
                return TextBox((Run(content.words),), style.small_font, style, width, self._inline_formula, style.faint)
            case Backlog():
                return BacklogBox(self.guess(content.length), style, width)
            case Stub():
                raise AssertionError("a stub is parsed before it is laid out")
        assert_never(content)

    def _leaf_box(self, leaf: Leaf, width: int, setting: Setting, ink: QColor) -> Box:
        style, block = self.style, leaf.block
        match block:
            case Paragraph():
                return TextBox(block.runs, style.font, style, width, self._inline_formula, ink)
            case Heading():
                return TextBox(block.runs, style.heading_font(block.level), style, width, self._inline_formula, ink)
            case Code():
                return self._code_box(block, width, setting)
            case Table():
                widths = self.table_widths(block, setting, width)
                return TableBox(block, widths, style, width, self._inline_formula)
            case Formula():
                picture = self._formulas(block.tex, True, style.text_size, ink)
                if picture is not None:
                    return FormulaBox(picture, style, width)
                return TextBox((Run(block.tex, Inline.MATH),), style.font, style, width, _no_formula, ink)
            case Rule():
                return RuleBox(style, width)
        assert_never(block)

    def table_widths(self, table: Table, setting: Setting, width: int) -> tuple[float, ...]:
        """The columns' widths, which the table's first piece decides."""
        first = setting.table or table
        return column_widths(first, self.style, width)

    def _code_box(self, code: Code, width: int, setting: Setting) -> CodeBox:
        look, block = self.code_look, setting.code_block
        assert block is not None, "every piece of code belongs to a block"
        return CodeBox(
            code,
            self.style,
            width,
            block.colouring.spans,
            block.side,
            is_wrapped=look.is_wrapped,
            has_numbers=look.has_numbers,
        )

    def _inline_formula(self, tex: str, size: float) -> Picture | None:
        return self._formulas(tex, False, size, self.style.text)

    # Room

    def box_width(self, piece: Piece) -> int:
        """In pixels, without what the piece stands in."""
        return self.width - self.indent(piece)

    def indent(self, piece: Piece) -> int:
        """How far the piece stands in, in pixels."""
        indent = QUOTE_INDENT * self.style.grid if is_thought(piece) else 0
        if isinstance(piece.content, Leaf):
            for container in piece.content.path:
                indent += self._indent_of(container)
        return min(indent, self.width // 2)

    def gap(self, piece: Piece, before: Piece | None) -> int:
        """The room above the piece, in pixels."""
        if before is None or before.place.part is not piece.place.part:
            return round(GAPS_OF_PARTS[piece.place.part] * self.style.grid)
        return round(GAPS[piece.content.gap] * self.style.grid) if isinstance(piece.content, Leaf) else 0

    def estimate(self, piece: Piece, before: Piece | None) -> int:
        """A guess at the height of a piece that has not been laid out, its gap included."""
        match piece.content:
            case Stub():
                return self.gap(piece, before) + self.guess(len(piece.content.segment.text))
            case Backlog():
                return self.gap(piece, before) + self.guess(piece.content.length)
            case _:
                return self.gap(piece, before) + 2 * self.style.grid

    def guess(self, characters: int) -> int:
        """The height of so many characters of running text."""
        return int((1 + int(characters * self._lines_per_letter)) * self._text_line)

    def guess_messages(self, lengths: Iterable[int]) -> list[int]:
        """The heights of messages of which no more is known than how many characters they have."""
        guess, beyond = self.guess, HEADER_AND_GAPS * self.style.grid
        return [guess(characters) + beyond for characters in lengths]

    def _indent_of(self, container: Container) -> int:
        return (QUOTE_INDENT if container is Container.QUOTE else ITEM_INDENT) * self.style.grid

    # What is around a box

    def draw_around(self, painter: QPainter, piece: Piece, before: Piece | None, left: float, box: QRectF) -> None:
        """The bars of quotes, through the gap above where they go on, and the marker of a list's item.

        `left` is the column's, `box` the piece's own place without its gap.
        """
        top, height = box.top(), box.height()
        gap = self.gap(piece, before)
        style = self.style
        bar = max(2, style.scaled(3))
        if is_thought(piece):
            above = gap if before is not None and is_thought(before) else 0
            painter.fillRect(QRectF(left, top - above, bar - 1, height + above), style.line)
            left += QUOTE_INDENT * style.grid
        if not isinstance(piece.content, Leaf):
            return
        shared = shared_depth(piece.content, before)
        for depth, container in enumerate(piece.content.path):
            if container is Container.QUOTE:
                above = gap if depth < shared else 0
                painter.fillRect(QRectF(left, top - above, bar, height + above), style.line)
            left += self._indent_of(container)
        if piece.content.marker:
            self._draw_marker(painter, piece.content.marker, left, top)

    def _draw_marker(self, painter: QPainter, marker: str, left: float, top: float) -> None:
        style, metrics = self.style, self.style.text_metrics
        painter.setFont(style.font)
        painter.setPen(style.faint)
        leading = metrics.height() * (style.line_height - 1) / 2
        x = left - style.grid * 0.75 - metrics.horizontalAdvance(marker)
        painter.drawText(round(x), round(top + leading + metrics.ascent()), marker)


def is_thought(piece: Piece) -> bool:
    return piece.place.part is Part.THOUGHT


def shared_depth(leaf: Leaf, before: Piece | None) -> int:
    """How many of a leaf's containers also hold the piece above it."""
    if before is None or not isinstance(before.content, Leaf) or before.place.part is Part.THOUGHT:
        return 0
    depth = 0
    for one, other in zip(leaf.path, before.content.path, strict=False):
        if one is not other:
            break
        depth += 1
    if leaf.marker:
        # The item is a new one, and so is everything within it.
        innermost = max(index for index, container in enumerate(leaf.path) if container is Container.ITEM)
        depth = min(depth, innermost)
    return depth


def _no_formula(_tex: str, _size: float) -> Picture | None:
    """For a formula that is shown as its source."""
    return None
