"""Formulas as pictures: when they come, how they stand on the line, in which colour, and what is dropped."""

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Entry
from seproj_desktop.window.transcript.layout.flow import PLACEHOLDER
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.workshop.formula_picture import (
    X_HEIGHT,
    DrawnFormula,
    FormulaPicture,
    is_harmless,
    matching_size,
)
from seproj_desktop.window.transcript.workshop.formula_setting import set_formula
from seproj_desktop.window.transcript.workshop.formulas import REFUSED, Formulas, Refused
from seproj_desktop.window.transcript.workshop.workshop import Workshop
from tests.window.transcript.pages import PATIENCE, PERSONA

BLACK = QColor("black")
SMALL = set_formula("x", is_display=False, size=16)


@pytest.fixture
def workshop(qtbot: QtBot) -> Iterator[Workshop]:
    workshop = Workshop(time_limit=PATIENCE)
    yield workshop
    workshop.close()


def ask(
    formulas: Formulas, tex: str, colour: QColor = BLACK, ratio: float = 1.0, size: float = 16.0
) -> FormulaPicture | Refused | None:
    return formulas.picture(tex, is_display=True, size=size, colour=colour, ratio=ratio)


def wait_for(qtbot: QtBot, formulas: Formulas, *texts: str) -> list[frozenset[str]]:
    """Asks for pictures until all are there; what was told meanwhile."""
    told: list[frozenset[str]] = []
    formulas.arrived.connect(told.append)
    for tex in texts:
        assert ask(formulas, tex) is None
    qtbot.waitUntil(lambda: frozenset(texts) <= frozenset().union(*told), timeout=PATIENCE)
    formulas.arrived.disconnect(told.append)
    return told


def ink_rows(image: QImage) -> list[int]:
    return [y for y in range(image.height()) if any(image.pixelColor(x, y).alpha() > 100 for x in range(image.width()))]


def test_a_picture_is_ordered_told_and_kept(qtbot: QtBot, workshop: Workshop) -> None:
    formulas = Formulas(workshop)
    wait_for(qtbot, formulas, r"\frac{a}{b}")
    picture = ask(formulas, r"\frac{a}{b}")
    assert isinstance(picture, FormulaPicture)
    assert 0 < picture.ascent < picture.height
    assert (picture.image.width(), picture.image.height()) == (picture.width, picture.height)
    assert ask(formulas, r"\frac{a}{b}") is picture


def test_formulas_are_set_before_they_come_into_sight(qtbot: QtBot, theme: Theme, workshop: Workshop) -> None:
    view = Transcript(theme, workshop)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.load([Entry("a", PERSONA, "Some $x_1$ here.\n\n" + "Words without any.\n\n" * 25)])
    QApplication.processEvents()
    painted, made = view.painted_pixels, view.sheet.counters.boxes_made
    in_sight = [one.box for one in view.scroller.shown]

    def is_set() -> bool:
        return view.sheet.counters.boxes_made > made and not any(box.formulas for _, box in view.sheet.shelf)

    qtbot.waitUntil(is_set, timeout=PATIENCE)
    assert (view.painted_pixels, [one.box for one in view.scroller.shown]) == (painted, in_sight)
    view.scroll_to_start()
    assert [PLACEHOLDER in one.box.placed[0].flow.text for one in view.scroller.shown[1:3]] == [True, False]


def test_arrivals_are_gathered(qtbot: QtBot, workshop: Workshop) -> None:
    formulas = Formulas(workshop)
    texts = [f"x_{{{number}}}" for number in range(30)]
    told = wait_for(qtbot, formulas, *texts)
    assert sum(len(some) for some in told) == len(texts)
    assert len(told) < len(texts)


def test_what_is_refused_is_told_and_not_ordered_again(qtbot: QtBot, workshop: Workshop) -> None:
    formulas = Formulas(workshop)
    wait_for(qtbot, formulas, r"\ce{H2O}", "{")
    assert ask(formulas, r"\ce{H2O}") == REFUSED
    assert ask(formulas, "{") == REFUSED
    assert ask(formulas, "x" * 100_000) == REFUSED


def test_the_baseline_is_between_two_rows_of_pixels() -> None:
    for ratio in (1.0, 1.25, 2.0):
        picture = DrawnFormula(SMALL).picture(BLACK, ratio)
        assert picture is not None
        assert picture.ascent * ratio == round(picture.ascent * ratio)
        rows = ink_rows(picture.image)
        assert rows[-1] in (picture.ascent * ratio - 1, picture.ascent * ratio)
        assert picture.image.devicePixelRatio() == ratio
        assert abs(len(rows) / ratio - 16 * X_HEIGHT) <= 1.5


def test_light_and_dark_differ_in_colour_alone() -> None:
    drawn = DrawnFormula(SMALL)
    dark, light = drawn.picture(QColor("#101010"), 2.0), drawn.picture(QColor("#f0e0d0"), 2.0)
    assert dark is not None
    assert light is not None
    assert (dark.width, dark.height, dark.ascent) == (light.width, light.height, light.ascent)
    alphas = [image.convertToFormat(QImage.Format.Format_Alpha8) for image in (dark.image, light.image)]
    assert alphas[0] == alphas[1]
    colours = {
        light.image.pixelColor(x, y).name()
        for x in range(light.image.width())
        for y in range(light.image.height())
        if light.image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#f0e0d0"}


def test_the_least_recently_used_are_dropped(qtbot: QtBot, workshop: Workshop) -> None:
    formulas = Formulas(workshop, max_bytes=40_000)
    texts = [f"x_{{{number}}}" for number in range(20)]
    wait_for(qtbot, formulas, *texts)
    assert 0 < formulas.bytes_used <= 40_000
    assert isinstance(ask(formulas, texts[-1]), FormulaPicture)
    assert ask(formulas, texts[0]) is None


def test_an_enormous_picture_is_not_drawn() -> None:
    assert DrawnFormula(msgspec.structs.replace(SMALL, width=7_000.0, height=7_000.0)).picture(BLACK, 2.0) is None


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="file:///etc/passwd"/>',
        '<image xlink:href="http://example.com/x.png"/>',
        "<script>1</script>",
        "<style>path {fill: red}</style>",
        '<path fill="url(#a)"/>',
        '<foreignObject width="1"/>',
        "<animate/>",
        "<!-- a -->",
        "<path " + " " * 500_000 + "/>",
    ],
)
def test_a_drawing_that_is_more_than_ink_is_not_taken(inside: str) -> None:
    assert is_harmless(SMALL)
    svg = SMALL.svg.replace("</svg>", f"{inside}</svg>")
    assert not is_harmless(msgspec.structs.replace(SMALL, svg=svg))


def test_a_drawing_with_entities_or_impossible_sizes_is_not_taken() -> None:
    laughs = '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SMALL.svg
    assert not is_harmless(msgspec.structs.replace(SMALL, svg=laughs))
    for sizes in ({"width": float("inf")}, {"height": float("nan")}, {"width": -1.0}, {"ascent": 10_000.0}):
        assert not is_harmless(msgspec.structs.replace(SMALL, **sizes))


def test_letters_are_as_high_as_the_texts(qtbot: QtBot) -> None:
    font = QFont()
    size = matching_size(font)
    pixels = QFontInfo(font).pixelSize()
    assert pixels <= size <= 1.2 * pixels
    assert size * X_HEIGHT <= max(QFontMetricsF(font).xHeight(), pixels * X_HEIGHT) + 0.01
