"""Letters of a text as it is seen, and the positions that stand for them where it is laid out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.code_blocks import CodeBlock
from seproj_desktop.window.transcript.entries import Entry, Speaker
from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker, CodeLook, Setting
from seproj_desktop.window.transcript.layout.flow import Picture
from seproj_desktop.window.transcript.layout.style import make_style
from seproj_desktop.window.transcript.markdown.blocks import (
    Block,
    Code,
    Formula,
    Heading,
    Leaf,
    Paragraph,
    Table,
    seen_text,
)
from seproj_desktop.window.transcript.markdown.inline import Run, Style
from seproj_desktop.window.transcript.message import Message, Part, Piece, Place

X = Run("x", Style.MATH)
SQUARE = Run("y^2", Style.MATH)
WORDS = st.text(st.sampled_from("ab é漢😀\n👍🏽"), min_size=1, max_size=5)
RUNS = st.lists(st.builds(Run, WORDS, st.sampled_from([Style(0), Style.STRONG, Style.CODE])), max_size=4).map(tuple)
# The boxes keep nothing from one input to the next.
MANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Boxes:
    """Lays out single blocks; formulas are pictures or not."""

    def __init__(self, theme: Theme, font_of: QApplication) -> None:
        self.style = make_style(theme, font_of.font())

    def make(self, block: Block, *, has_pictures: bool = False) -> Box:
        maker = BoxMaker(self.style, 400, CodeLook(), self._picture if has_pictures else self._nothing)
        piece = Piece(Place(Part.BODY), Leaf(block))
        code = CodeBlock(Message(Entry("a", Speaker("assistant", "Alice"))), piece.place, "")
        return maker.make(piece, Setting(None, None, code if isinstance(block, Code) else None))

    def marked(self, block: Block, words: str, *, has_pictures: bool = False) -> str:
        """What stands where the words were found."""
        box, start = self.make(block, has_pictures=has_pictures), seen_text(Leaf(block)).index(words)
        return box.source(*box.letters_of(start, start + len(words)))

    def _picture(self, tex: str, is_display: bool, size: float, colour: QColor) -> Picture:
        return Picture(QImage(QSize(9, 9), QImage.Format.Format_RGB32), 9, 9, 7, tex if is_display else f"${tex}$")

    def _nothing(self, tex: str, is_display: bool, size: float, colour: QColor) -> None:
        return None


@pytest.fixture
def boxes(theme: Theme, qapp: QApplication) -> Boxes:
    return Boxes(theme, qapp)


def runs(*parts: str | Run) -> tuple[Run, ...]:
    return tuple(part if isinstance(part, Run) else Run(part) for part in parts)


def table(*cells: tuple[Run, ...]) -> Table:
    """Two columns, the header first."""
    rows = tuple(zip(cells[::2], cells[1::2], strict=True))
    return Table(rows[0], ("", ""), rows[1:])


@pytest.mark.parametrize("kind", [Paragraph, lambda parts: Heading(2, parts)])
def test_text_of_several_runs(boxes: Boxes, kind: type[Paragraph]) -> None:
    block = kind(
        runs("😀 one ", Run("two", Style.STRONG), " 漢字\n", Run("three", Style.CODE, "https://a.org"), " 👍🏽 four")
    )
    for words in ("😀", "one two", "two", "漢字", "字\nthree", "three 👍🏽", "four"):
        assert boxes.marked(block, words) == words


@given(RUNS, st.data())
@MANY
def test_any_stretch_of_a_paragraph(boxes: Boxes, parts: tuple[Run, ...], data: st.DataObject) -> None:
    box, text = boxes.make(Paragraph(parts)), seen_text(Leaf(Paragraph(parts)))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert box.source(*box.letters_of(start, end)) == text[start:end]


@given(st.lists(RUNS, min_size=4, max_size=4), st.data())
@MANY
def test_any_stretch_of_a_table(boxes: Boxes, cells: list[tuple[Run, ...]], data: st.DataObject) -> None:
    block = table(*cells)
    box, text = boxes.make(block), seen_text(Leaf(block))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert box.source(*box.letters_of(start, end)).strip() == text[start:end].strip()


@given(st.lists(st.text(st.sampled_from("ab 😀漢"), max_size=5), min_size=1, max_size=6), st.data())
@MANY
def test_any_stretch_of_code(boxes: Boxes, lines: list[str], data: st.DataObject) -> None:
    block = Code("", tuple(lines))
    box, text = boxes.make(block), "\n".join(lines)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert box.source(*box.letters_of(start, end)).strip("\n") == text[start:end].strip("\n")


def test_formulas_as_pictures_are_marked_as_a_whole(boxes: Boxes) -> None:
    block = Paragraph(runs("😀 a ", X, " b ", SQUARE, SQUARE, " 漢 c"))
    expected = {"a": "a", "a x": "a $x$", "x": "$x$", "b": "b", "^": "$y^2$", "2 漢": "$y^2$ 漢", "漢 c": "漢 c"}
    assert {words: boxes.marked(block, words, has_pictures=True) for words in expected} == expected
    assert boxes.marked(block, "y^2y", has_pictures=True) == "$y^2$$y^2$"


def test_formulas_as_source_are_marked_letter_by_letter(boxes: Boxes) -> None:
    block = Paragraph(runs("😀 a ", X, " b ", SQUARE, " 漢 c"))
    expected = {"a": "a", "x": "x", "x b": "x$ b", "^2": "^2", "b y": "b $y", "漢 c": "漢 c"}
    assert {words: boxes.marked(block, words) for words in expected} == expected


@pytest.mark.parametrize("has_pictures", [True, False])
def test_formulas_in_cells(boxes: Boxes, has_pictures: bool) -> None:
    block = table(runs("😀 ", X), runs("b"), runs(SQUARE, " c"), runs("d ", X, " e"))
    for words in ("😀", "b", " c", "d", "e"):
        assert boxes.marked(block, words, has_pictures=has_pictures) == words


def test_a_table_that_goes_on_has_no_header(boxes: Boxes) -> None:
    block = Table((runs("header"), runs("b")), ("", ""), ((runs("😀 c"), runs("d")),), first=12, is_first=False)
    assert boxes.marked(block, "d") == "d"
    assert boxes.marked(block, "c\td") == "c\td"


def test_a_formula_of_its_own(boxes: Boxes) -> None:
    block = Formula("a+b")
    assert boxes.marked(block, "+", has_pictures=True) == "a+b"
    assert boxes.marked(block, "+") == "+"


def test_code_that_grows(boxes: Boxes) -> None:
    box = boxes.make(Code("", ("😀 a", "b")))
    assert box.source(*box.letters_of(4, 5)) == "b"
    box.renew(Code("", ("😀 a", "b 漢", "c 😀 d")))  # type: ignore[attr-defined]
    assert box.source(*box.letters_of(12, 13)) == "d"
