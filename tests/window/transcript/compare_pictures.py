"""Run by `test_scales` in a process of its own, as a scale holds for a whole program: are pictures equal at it?

Streamed against loaded, and moved pixels against painted ones, in light and in dark. Says "equal", or fails.
"""

import sys
from pathlib import Path
from random import Random

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PAGE, PERSONA, long_entries, picture, pieces_of, repainted


def show(theme: Theme, height: int) -> Transcript:
    view = Transcript(theme)
    view.resize(700, height)
    view.show()
    return view


def compare(theme: Theme) -> QImage:
    """A picture of everything, after it was made in two ways."""
    streamed, loaded = show(theme, 1400), show(theme, 1400)
    streamed.add(Entry("a", PERSONA), is_open=True)
    for piece in pieces_of(PAGE, Random(1), 200):
        streamed.add_text("a", piece)
    streamed.finish("a", Ending("the end"))
    loaded.load([Entry("a", PERSONA, PAGE, ending=Ending("the end"))])
    assert picture(streamed) == picture(loaded), "streamed text looks different"
    moved = show(theme, 500)
    moved.load(long_entries(4))
    for step in (-37, -211, 60, -5):
        moved.scroll_by(step)
        assert picture(moved) == repainted(moved), "moved pixels look different"
    return picture(loaded)


def main() -> None:
    application = QApplication([])
    theme = Theme(application, "light")
    light = compare(theme)
    theme.choose("dark")
    dark = compare(theme)
    assert light != dark
    assert light.devicePixelRatio() == float(sys.argv[1])
    print("equal")


if __name__ == "__main__":
    main()
