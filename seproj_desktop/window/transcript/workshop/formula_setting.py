"""One formula from TeX to SVG, by ziamath. In the workshop's process only: it takes milliseconds, and may take longer.

The SVG is black on nothing; its baseline is exact. What cannot be set, or would come out wrong, raises.
"""

import warnings
from typing import Any
from xml.etree import ElementTree

from ziafont.fonttypes import BBox

from seproj_desktop.window.transcript.workshop.mathml import letters, tree
from seproj_desktop.window.transcript.workshop.orders import MAX_SVG, SetFormula
from seproj_desktop.window.transcript.workshop.tex import prepare
from seproj_desktop.window.transcript.workshop.tex_commands import UnsettableError

with warnings.catch_warnings():
    # WORKAROUND ziamath 0.13: it finds its font in a way that Python 3.11 and 3.12 warn of.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ziamath.config import config
    from ziamath.nodes.menclose import Menclose
    from ziamath.zmath import Math

MAX_SIDE = 8_000.0
"""Pixels."""

# QtSvg draws SVG 2's symbols as specks. Hundredths of a pixel are enough.
config.svg2 = False
config.precision = 2
config.numbering.autonumber = False


class Box(Menclose, tag="menclose"):
    """WORKAROUND ziamath 0.13: a box is said to be higher than it is by what it reaches below the baseline."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        padding = self.base.bbox.ymin - self.bbox.ymin
        self.bbox = BBox(self.bbox.xmin, self.bbox.xmax, self.bbox.ymin, self.base.bbox.ymax + padding)


def set_formula(tex: str, *, is_display: bool, size: float) -> SetFormula:
    """`size` is the font's, in pixels. Raises whatever the libraries raise, and UnsettableError."""
    root = tree(prepare(tex), is_display=is_display)
    formula = Math(root, size=size, margin=size / 16)
    for letter in set(letters(root)):
        if not letter.isspace() and not formula.font.glyphindex(letter):
            raise UnsettableError(f"no glyph for {letter}")
    drawing = formula.svgxml()
    _, top, width, height = (float(number) for number in drawing.attrib["viewBox"].split())
    if not (0 < width < MAX_SIDE and 0 < height < MAX_SIDE):
        raise UnsettableError("too large")
    svg = ElementTree.tostring(drawing, encoding="unicode")
    if len(svg) > MAX_SVG:
        raise UnsettableError("too large")
    return SetFormula(svg, width, height, -top)
