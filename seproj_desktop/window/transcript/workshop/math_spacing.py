"""The distances between the parts of a formula, as TeX has them: by what each part is to its neighbours.

Pure trees of xml.etree, no Qt. ziamath knows too few signs, and takes an em for a third more than it is.
"""

from xml.etree.ElementTree import Element

EM = 0.75
THICK, MEDIUM, THIN = 5 / 18, 4 / 18, 3 / 18
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
KINDS = {
    **dict.fromkeys("=<>≤≥≠≡≢≈≉≅≃∼≁≍≐≜≝≟≔∝∈∉∋∌⊂⊃⊆⊇⊄⊅⊈⊉⊊⊋≪≫≮≯≰≱≲≳≺≻⪯⪰≼≽⊢⊣⊨⊧⊩⊥∥∦∣∤:⊏⊐⊑⊒⊴⊵∴∵", "relation"),
    **dict.fromkeys("→←↔⇒⇐⇔↦⟶⟵⟷⟹⟸⟺⟼↪↩⇌⇋↑↓↗↘⇀↼", "relation"),
    **dict.fromkeys("+−±∓×÷⋅·∗*∘∪∩∨∧⊕⊗⊖⊙⊘∖⧵⊔⊓⊎⋆•†‡△▽⋄≀⊻⋉⋊", "binary"),
    **dict.fromkeys(",;", "punctuation"),
    **dict.fromkeys("!?/∀∃∄∂∇¬⊤", "ordinary"),
    **dict.fromkeys("([{⟨⌊⌈", "opening"),
    **dict.fromkeys(")]}⟩⌋⌉", "closing"),
}


def width(ems: float) -> str:
    """The distance as ziamath reads it."""
    return f"{ems * EM:.4f}em"


def is_name(text: str) -> bool:
    """Whether a sign's text is a function's name, such as log."""
    return len(text) > 1 and all(letter.isalpha() or letter.isspace() for letter in text)


def set_space(sign: Element, before: float, after: float) -> Element:
    """Gives a sign (or the sign that carries others) its distances, in ems; the sign."""
    while len(sign):
        sign = sign[0]
    sign.tag = "mo"
    sign.set("lspace", width(before))
    sign.set("rspace", width(after))
    return sign


def space(row: Element) -> None:
    """Sets the distances within one row."""
    parts = [(part, _kind(part)) for part in row if part.tag != "mspace"]
    kinds = ["", *(kind for _, kind in parts), ""]
    for (part, kind), before, after in zip(parts, kinds, kinds[2:], strict=False):
        match kind:
            case "relation":
                set_space(part, THICK if before else 0, THICK if after else 0).set("stretchy", "false")
            case "binary":
                distance = MEDIUM if before in ("operand", "ordinary", "closing", "name") else 0
                set_space(part, distance, distance).set("stretchy", "false")
            case "punctuation":
                set_space(part, 0, THIN if after else 0)
            case "ordinary":
                set_space(part, 0, 0)
            case "name":
                _part_name(row, part, before, after)
            case _:
                pass


def _part_name(row: Element, name: Element, before: str, after: str) -> None:
    """A thin space on either side, though none towards a bracket."""
    place = list(row).index(name)
    if after in ("operand", "ordinary", "name"):
        row.insert(place + 1, Element("mspace", width=width(THIN)))
    if before in ("operand", "ordinary", "closing"):
        row.insert(place, Element("mspace", width=width(THIN)))


def _kind(part: Element) -> str:
    """What the part is to its neighbours."""
    while part.tag in SCRIPTS and len(part):
        part = part[0]
        if part.tag == "mrow" and len(part) == 1:
            part = part[0]
    if part.tag not in ("mo", "mi") or len(part):
        return "operand"
    if part.get("fence") == "true":
        return "opening" if part.get("form") == "prefix" else "closing"
    text = part.text or ""
    return "name" if is_name(text) else KINDS.get(text, "operand")
