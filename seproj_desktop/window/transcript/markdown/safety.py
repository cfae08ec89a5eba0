"""What a model or a web page may not do to the reader: lead a click astray, or hide and turn round characters.

Addresses pass by scheme. Invisible characters that can make text lie are shown by their number, `⟦U+202E⟧`: in code and
addresses all of them, in running text those that have no honest use there; directions that are legitimate in running
text are closed at the leaf's end, so they never reach its neighbours. Joiners of emoji and of scripts stay as they are.
"""

import re
from collections.abc import Iterable

from seproj_desktop.window.transcript.markdown.inline import Run, Runs

ALLOWED_SCHEMES = ("http", "https", "mailto")
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+")
"""What programs that open addresses may pass over, so it may not hide a scheme."""

# Tabs and newlines are text. Lone surrogates, U+FDD0..1, U+FFFC and U+2028 mean something else to Qt.
CONTROLS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff"
    r"\U000e0000-\U000e001f\u115f\u1160\u3164\uffa0\u180e\u2061-\u2065\u206a-\u206f"
)
OVERRIDES = r"\u202d\u202e"
DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069"
GAPLESS = r"\u00ad\u200b\u2060\ufeff"

TAGS = r"\U000e0020-\U000e007f"
"""An alphabet that is not seen; flags of regions are written with it."""

IN_RUNNING_TEXT = re.compile(f"[{CONTROLS}{OVERRIDES}]|(?<![\U0001f3f4{TAGS}])[{TAGS}]")
IN_CODE = re.compile(f"[{CONTROLS}{OVERRIDES}{DIRECTIONS}{GAPLESS}{TAGS}]")
EMBEDDINGS = re.compile(r"[\u202a-\u202c\u2066-\u2069]")
CLOSED_BY = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}


def safe_target(url: str) -> str:
    """The address if a click may open it; otherwise nothing. Never an address without a scheme."""
    bare = IGNORED_IN_ADDRESS.sub("", url)
    scheme = SCHEME.match(bare)
    if scheme is None or scheme[1].lower() not in ALLOWED_SCHEMES:
        return ""
    return bare


def visible_controls(text: str) -> str:
    """For code and addresses: characters that are not seen but change what is seen, by their numbers."""
    return text if text.isascii() and text.isprintable() else IN_CODE.sub(_numbered, text)


def readable(text: str) -> str:
    """For running text: no control characters and no forced directions."""
    return text if text.isascii() and text.isprintable() else IN_RUNNING_TEXT.sub(_numbered, text)


def closed_directions(runs: Runs) -> Runs:
    """Closes what the text has opened, so that a leaf's directions end with it."""
    missing = _unclosed(run.text for run in runs)
    return (*runs, Run(missing)) if missing else runs


def _unclosed(texts: Iterable[str]) -> str:
    opened: list[str] = []
    for text in texts:
        if text.isascii():
            continue
        for mark in EMBEDDINGS.findall(text):
            if mark in CLOSED_BY:
                opened.append(CLOSED_BY[mark])
            elif mark in opened:
                # An isolate's end also ends the embeddings that were opened inside it.
                while opened.pop() != mark:
                    pass
    return "".join(reversed(opened))


def _numbered(match: re.Match[str]) -> str:
    return f"⟦U+{ord(match[0]):04X}⟧"
