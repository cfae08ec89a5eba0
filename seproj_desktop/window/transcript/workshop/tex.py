"""TeX as language models write it, rewritten into the TeX that the setter knows; what it does not know is refused.

Pure text, no Qt and no typesetting. It runs in the workshop's process; what it lets through may still be refused there,
because names that nobody knows show only when the formula is set.
"""

import re

from seproj_desktop.window.transcript.workshop.tex_commands import MARKED_NUMBER_ONE, UnsettableError, expand

MAX_DEPTH = 24
"""Braces within braces."""


def prepare(tex: str) -> str:
    """The same formula for the setter. Raises UnsettableError."""
    # A comment; but in "50%" a model has only forgotten the backslash.
    tex = re.sub(r"(?<=[\d}])%", r"\\%", tex)
    tex = re.sub(r"(?<!\\)%[^\n]*", "", tex).strip()
    if re.search(r"(?<!\\)(?:\\\\)*\\$", tex):
        tex += " "  # an explicit space at the end has lost its second half
    _check_braces(tex)
    for pattern, replacement in REPLACEMENTS:
        tex = pattern.sub(replacement, tex)
    if re.search(r"(?<!\\)&", tex) and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return expand(_environments(ALIAS.sub(_alias, tex)))


def _check_braces(tex: str) -> None:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += (brace == "{") - (brace == "}")
        if not 0 <= depth <= MAX_DEPTH:
            raise UnsettableError("braces")
    if depth:
        raise UnsettableError("unfinished")


REPLACEMENTS = [
    # Distances between rows, which only TeX's own tables keep.
    (re.compile(r"\\\\\*?\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]"), r"\\\\ "),
    (re.compile(r"\\(?:label|vspace\*?|cline|require)\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\hspace\*"), r"\\hspace"),
    (re.compile(r"(\\(?:left|right|middle|[bB]igg?[lmr]?))\s*<"), r"\1\\langle "),
    (re.compile(r"(\\(?:left|right|middle|[bB]igg?[lmr]?))\s*>"), r"\1\\rangle "),
    (re.compile(r"\}\s*\\(?:no)?limits(?![A-Za-z])"), "}"),
    # Without the space latex2mathml misses single letters.
    (re.compile(r"\\(math(?:rm|normal))\{"), r"\\\1 {"),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\not\s*<"), r"\\nless "),
    (re.compile(r"\\not\s*>"), r"\\ngtr "),
    (re.compile(r"\\math(?:bb|bbm|ds)\s*\{?\s*1\s*\}?"), MARKED_NUMBER_ONE),
    # 1,000 is one number.
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), "{,}"),
    # A font's single letter, without braces.
    (re.compile(r"(\\math(?:bb|bbm|ds|bf|cal|frak|it|rm|scr|sf|tt))\s+([A-Za-z])(?![A-Za-z])"), r"\1{\2}"),
]

ALIAS = re.compile(r"\\([A-Za-z]+)")
_OPERATORS = "Tr tr rank diag sgn sign Var Cov Corr MSE KL softmax sigmoid ReLU lcm erf supp span proj adj Res"
_DROPPED = "nonumber notag displaylimits allowbreak nobreak noindent hfill smallskip medskip bigskip relax protect"
ALIASES = {
    "R": r"\mathbb{R}",
    "N": r"\mathbb{N}",
    "Z": r"\mathbb{Z}",
    "Q": r"\mathbb{Q}",
    "lVert": r"\|",
    "rVert": r"\|",
    "lvert": "|",
    "rvert": "|",
    "bmod": r"\;\text{mod}\;",
    "qed": r"\square",
    "hdots": r"\ldots",
    "celsius": r"{}^{\circ}\text{C}",
    "degree": r"{}^{\circ}",
    "argmax": r"\operatorname*{arg max}",
    "argmin": r"\operatorname*{arg min}",
    "mathbbm": r"\mathbb",
    "mathds": r"\mathbb",
    "boldsymbol": r"\bm",
    "pmb": r"\bm",
    "nicefrac": r"\tfrac",
    "sfrac": r"\tfrac",
    "coloneqq": ":=",
    "lang": r"\langle",
    "rang": r"\rangle",
    "infin": r"\infty",
    "isin": r"\in",
    "exist": r"\exists",
    "and": r"\land",
    "or": r"\lor",
    **{name: rf"\operatorname{{{name}}}" for name in _OPERATORS.split()},
    **dict.fromkeys(_DROPPED.split(), ""),
}


def _alias(match: re.Match[str]) -> str:
    alias = ALIASES.get(match[1])
    if alias is None:
        return match[0]
    # What follows must not become part of the command's name.
    return alias + " " if alias[-1:].isalpha() else alias


ENVIRONMENTS = {
    **dict.fromkeys(("align", "aligned", "alignat", "alignedat", "eqnarray", "flalign", "split"), "align*"),
    **dict.fromkeys(("gather", "gathered", "multline", "multlined"), "displaylines"),
    **{name: name for name in ("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix")},
    **dict.fromkeys(("cases", "dcases"), "cases"),
    **dict.fromkeys(("array", "darray", "subarray"), "array"),
}
TRANSPARENT = {"equation", "displaymath", "math", "dmath"}
RIGHT_BRACED = {"rcases", "drcases"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{\s*([A-Za-z]+)\*?\s*\}")
_OPTION = re.compile(r"\s*\[[tbcrl]\]")
_COUNT = re.compile(r"\s*\{\d+\}")
_COLUMNS = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")


def _environments(tex: str) -> str:
    pieces, place = [], 0
    while match := _ENVIRONMENT.search(tex, place):
        pieces.append(tex[place : match.start()])
        rewritten, place = _environment(tex, match[1] == "begin", match[2], match.end())
        pieces.append(rewritten)
    return "".join(pieces) + tex[place:]


def _environment(tex: str, is_begin: bool, name: str, place: int) -> tuple[str, int]:
    """What stands for one beginning or end, and where the text goes on."""
    if name in TRANSPARENT:
        return " ", place
    if name in RIGHT_BRACED:
        return (r"\left.\begin{array}{ll}" if is_begin else r"\end{array}\right\}"), place
    if name not in ENVIRONMENTS:
        raise UnsettableError(name)
    wanted = ENVIRONMENTS[name]
    if not is_begin:
        return rf"\end{{{wanted}}}", place
    place = _skip(_OPTION, tex, place)
    if name in ("alignat", "alignedat"):
        place = _skip(_COUNT, tex, place)
    if wanted != "array":
        return rf"\begin{{{wanted}}}", place
    columns = _COLUMNS.match(tex, place)
    # Rules and distances between columns are not drawn.
    letters = re.sub(r"[pmb]\{[^{}]*\}", "l", columns[1]) if columns else ""
    letters = re.sub(r"[@!<>]?\{[^{}]*\}|[^lcr]", "", letters)
    return rf"\begin{{array}}{{{letters or 'c'}}}", columns.end() if columns else place


def _skip(pattern: re.Pattern[str], tex: str, place: int) -> int:
    match = pattern.match(tex, place)
    return match.end() if match else place
