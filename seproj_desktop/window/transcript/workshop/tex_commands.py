"""TeX's commands with arguments: text among formulas, names of operators, colours, arrows with words on them.

Pure text. Each command of the tables is replaced by what the setter knows, its arguments included; all other commands
stay as they are.
"""

import re

MARKED_NUMBER_ONE = "\U0001d7d9"
"""The indicator function's sign, which is a character of its own."""
THIN_SPACE = "\u2009"

MACROS = {
    # One colour for all: a formula must be readable on light and on dark.
    "color": (1, ""),
    **dict.fromkeys(("textcolor", "colorbox", "class", "style", "href"), (2, "{#2}")),
    **dict.fromkeys(("mathbin", "mathrel", "mathord", "mathopen", "mathclose", "mathpunct", "mathinner"), (1, "{#1}")),
    "tag": (1, r"\qquad\text{(#1)}"),
    "tag*": (1, r"\qquad\text{#1}"),
    "pmod": (1, r"\quad(\text{mod}\;#1)"),
    "mod": (1, r"\quad\text{mod}\;#1"),
    "pod": (1, r"\quad(#1)"),
    "abs": (1, r"\left|#1\right|"),
    "norm": (1, r"\left\|#1\right\|"),
    "floor": (1, r"\left\lfloor #1\right\rfloor "),
    "ceil": (1, r"\left\lceil #1\right\rceil "),
    "set": (1, r"\left\{#1\right\}"),
    "bra": (1, r"\langle #1|"),
    "ket": (1, r"|#1\rangle "),
}
"""How many arguments, and what is written with them."""
NAMES = ("operatorname", "operatorname*", "operatornamewithlimits", "mathop")
ARROWS = {
    "xrightarrow": r"\longrightarrow",
    "xleftarrow": r"\longleftarrow",
    "xleftrightarrow": r"\longleftrightarrow",
    "xRightarrow": r"\Longrightarrow",
    "xrightleftharpoons": r"\rightleftharpoons",
    "xmapsto": r"\longmapsto",
}
TEXTS = {
    **dict.fromkeys(("text", "mbox", "hbox", "textrm", "textnormal", "textup", "textmd", "textsl", "textsc"), "text"),
    **{name: name for name in ("textbf", "textit", "textsf", "texttt")},
    "emph": "textit",
    "intertext": "text",
}
SIGNS = {
    **{sign: sign for sign in "%_&#$ "},
    **dict.fromkeys((",", ";", ":"), THIN_SPACE),
    **dict.fromkeys(("ldots", "dots"), "…"),
    **dict.fromkeys(("degree", "textdegree"), "°"),
    "~": "\u00a0",
    "\\": " ",
    "!": "",
    "/": "",
    "quad": "\u2003",
    "qquad": "\u2003\u2003",
    "space": " ",
}
"""Commands within text."""
PRINTED = {"---": "—", "--": "–", "-": "‐", "``": "“", "''": "”", "'": "’"}
REFUSED = {"def", "newcommand", "renewcommand", "newenvironment", "DeclareMathOperator", "verb", "unicode", "rule"}
"""Known to the setter, but no part of a formula, or a way to make it boundless."""

_COMMAND = re.compile(r"\\([A-Za-z]+\*?|.)", re.DOTALL)
_OPTION = re.compile(r"\s*\[([^\[\]]*)\]")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_WORD_SIGN = re.compile(r"\\([A-Za-z]+|.)|([{}~])", re.DOTALL)


class UnsettableError(ValueError):
    """This TeX cannot be set, or would come out wrong; its source is shown instead."""


def expand(tex: str) -> str:
    """Rewrites the commands of the tables above, wherever they stand."""
    pieces, place = [], 0
    while match := _COMMAND.search(tex, place):
        pieces.append(tex[place : match.start()])
        piece, place = _rewrite(match, tex)
        pieces.append(piece)
    return "".join(pieces) + tex[place:]


def _rewrite(command: re.Match[str], tex: str) -> tuple[str, int]:
    """What stands for one command with its arguments, and where the text goes on."""
    name, place = command[1], command.end()
    if name in REFUSED:
        raise UnsettableError(name)
    if name in TEXTS:
        content, place = _argument(tex, place)
        return _text(TEXTS[name], content), place
    if name in NAMES:
        content, place = _argument(tex, place)
        return _operator(expand(content), has_limits=name != "operatorname"), place
    if name in ARROWS:
        option = _OPTION.match(tex, place)
        above, place = _argument(tex, option.end() if option else place)
        return _arrow(ARROWS[name], expand(above), expand(option[1]) if option else ""), place
    if name in MACROS:
        count, template = MACROS[name]
        arguments = []
        for _ in range(count):
            argument, place = _argument(tex, place)
            arguments.append(argument)
        return expand(re.sub(r"#(\d)", lambda number: arguments[int(number[1]) - 1], template)), place
    return command[0], place


def _argument(tex: str, place: int) -> tuple[str, int]:
    """The next argument without its braces, and where it ends."""
    while tex[place : place + 1].isspace():
        place += 1
    match tex[place : place + 1]:
        case "":
            raise UnsettableError("unfinished")
        case "{":
            end = _closing(tex, place)
            return tex[place + 1 : end], end + 1
        case "\\":
            command = _COMMAND.match(tex, place)
            return (command[0], command.end()) if command else ("", place + 1)
        case other:
            return other, place + 1


def _closing(tex: str, place: int) -> int:
    """Where the brace that opens at `place` closes."""
    depth = 0
    for brace in _BRACE.finditer(tex, place):
        depth += (brace[0] == "{") - (brace[0] == "}")
        if not depth:
            return brace.start()
    raise UnsettableError("unfinished")


def _operator(content: str, *, has_limits: bool) -> str:
    """An operator by its name; what is more than a name stays what it is."""
    plain = re.sub(r"\\(?:math(?:rm|it|sf)|text|operatorname\*?)\s*\{([^{}]*)\}", r"\1", content)
    name = re.sub(r"\\[,;:! ]|[~\s]+", THIN_SPACE, plain).strip()
    if re.fullmatch(rf"[A-Za-z{THIN_SPACE}]+", name):
        return rf"\operatorname{'*' if has_limits else ''}{{{name}}}"
    return f"{{{content}}}" if has_limits else rf"\mathrm {{{content}}}"


def _arrow(arrow: str, above: str, below: str) -> str:
    drawn = rf"\overset{{{above}}}{{{arrow}}}" if above.strip() else arrow
    return rf"\underset{{{below}}}{{{drawn}}}" if below.strip() else drawn + " "


def _text(command: str, content: str) -> str:
    """Words, and formulas between dollars among them, as one group."""
    parts = re.split(r"(?<!\\)\$", content)
    if len(parts) % 2 == 0:
        raise UnsettableError("dollar")
    pieces = []
    for number, part in enumerate(parts):
        pieces += [expand(part)] if number % 2 else _words(command, part)
    return pieces[0] if len(pieces) == 1 else f"{{{''.join(pieces)}}}"


def _words(command: str, words: str) -> list[str]:
    pieces, plain, place = [], "", 0
    while match := _WORD_SIGN.search(words, place):
        plain += words[place : match.start()]
        place = match.end()
        name = match[1] or match[2]
        if name in TEXTS:
            content, place = _argument(words, place)
            pieces += [*_plain(command, plain), _text(TEXTS[name], content)]
            plain = ""
        elif match[1] in ("{", "}"):
            pieces += [*_plain(command, plain), match[0]]
            plain = ""
        elif name in SIGNS:
            plain += SIGNS[name]
        elif name not in ("{", "}"):
            raise UnsettableError(name)
    return [*pieces, *_plain(command, plain + words[place:])]


def _plain(command: str, words: str) -> list[str]:
    words = re.sub(r"[ \t\r\n]+", " ", words)
    for typed, printed in PRINTED.items():
        words = words.replace(typed, printed)
    return [rf"\{command}{{{words}}}"] if words else []
