"""The tree between TeX and picture: made by latex2mathml, mended where its reader ziamath would set it wrongly.

Pure trees of xml.etree, no Qt. It runs in the workshop's process.
"""

import html
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from latex2mathml.converter import Converter

from seproj_desktop.window.transcript.workshop.math_spacing import MEDIUM, THICK, THIN, is_name, set_space, space, width
from seproj_desktop.window.transcript.workshop.tex_commands import UnsettableError

MAX_WORK = 10_000
"""Nodes that the setter would build, counted as often as it builds them: about a second's."""
VARIANTS = {"double-struck": "double", "sans-serif": "sans", "monospace": "mono", "sans-serif-italic": "sans italic"}
NAMED_SIZES = {
    f"{sign}{name}mathspace": f"{'-' if sign else ''}{size}em"
    for name, size in (("thin", THIN), ("medium", MEDIUM), ("thick", THICK))
    for sign in ("", "negative")
}
LARGE = frozenset("⨀⨁⨂⨄⨆∐⋁⋀⋃⋂")
PARTS = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}
BARE = frozenset("⟨⟩⌊⌋⌈⌉|‖")
"""Brackets that grow with what they enclose only after a \\left or \\right."""
ROWS = ("mrow", "mtd", "mstyle", "math", "mpadded", "mphantom")


def tree(tex: str, *, is_display: bool) -> Element:
    """The formula as MathML for ziamath. Raises UnsettableError where a name is unknown or the nesting too deep."""
    root = Converter(display="block" if is_display else "inline").convert_to_element(tex)
    del root.attrib["xmlns"]  # ziamath looks for bare names
    elements = list(root.iter())
    for element in elements:
        _read(element)
    # From the inside out: a row knows better than a sign alone.
    for element in reversed(elements):
        _mend(element)
    _take_out_single_rows(root)
    if _work(root, 1) > MAX_WORK:
        raise UnsettableError("too deep")
    return root


def letters(root: Element) -> Iterator[str]:
    """Every character that will be drawn."""
    for element in root.iter():
        yield from element.text or ""


def _read(element: Element) -> None:
    """Text, fonts and sizes as they are meant."""
    element.text = text = html.unescape(element.text or "")
    if "\\" in text:
        raise UnsettableError(text)
    if text == "~" and element.tag == "mi":
        element.text = "∼"
    if variant := element.get("mathvariant"):
        element.set("mathvariant", VARIANTS.get(variant, variant))
    for name, value in list(element.items()):
        size = NAMED_SIZES.get(value, value)
        if size.endswith("em"):
            element.set(name, " ".join(_size(one) for one in size.split()))


def _size(size: str) -> str:
    try:
        number = width(float(size.removesuffix("em")))
    except ValueError:
        return size
    return f"+{number}" if size.startswith("+") else number


def _mend(element: Element) -> None:
    extra = len(element) - PARTS.get(element.tag, len(element))
    if extra > 0:
        _join_base(element, extra + 1)
    match element.tag:
        case "mrow" | "mtd" | "mstyle" | "math":
            space(element)
        case "mover" | "munder" if len(element) == 2:
            _mend_accent(element, element[1])
        case "mtable":
            _mend_table(element)
        case "mo" | "mi":
            _mend_sign(element)
        case _:
            pass


def _join_base(script: Element, count: int) -> None:
    """A matrix with its brackets is one base, not three."""
    base = Element("mrow")
    base.extend(script[:count])
    script[:count] = [base]


def _mend_sign(element: Element) -> None:
    text = element.text or ""
    if is_name(text):
        set_space(element, 0, 0)
    elif text in LARGE:
        set_space(element, 0, THIN)
        element.attrib.update(largeop="true", movablelimits="true")
    elif text in BARE and element.tag == "mi":
        element.set("stretchy", "false")


def _mend_accent(element: Element, sign: Element) -> None:
    """The hat over one letter stays small, and no sign brings the distances it would have in a row."""
    if sign.text == "^":
        is_small = element.get("accent") == "true"
        sign.text = "\u02c6" if is_small else "\u0302"
        sign.set("stretchy", "false" if is_small else "true")
    elif sign.text == "~" and "stretchy" not in sign.attrib:
        sign.text = "\u0303"
    if sign.tag == "mo":
        set_space(sign, 0, 0)


def _mend_table(table: Element) -> None:
    """Columns apart, and rows as high as a line at least."""
    is_aligned = " " in table.get("columnspacing", "")
    table.set("columnspacing", f"0em {width(2)}" if is_aligned else width(1))
    table.set("rowspacing", width(0.3))
    for row in table:
        if len(row):
            SubElement(row[0], "mspace", width="0em", height=width(0.7), depth=width(0.3))


def _take_out_single_rows(element: Element) -> None:
    """The setter builds what is in a row twice, so rows within rows cost it dearly."""
    for place, child in enumerate(element):
        _take_out_single_rows(child)
        if child.tag == "mrow" and not child.attrib and len(child) == 1 and child[0].tag not in ("mo", "mspace"):
            element[place] = child[0]


def _work(element: Element, times: int) -> int:
    """How many nodes the setter would build for it."""
    inner = 2 * times if element.tag in ROWS else times
    if inner > MAX_WORK:
        return inner
    return times + sum(_work(child, inner) for child in element)
