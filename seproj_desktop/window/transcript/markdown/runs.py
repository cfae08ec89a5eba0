"""Runs of text from markdown-it's tokens. Functions without state; no Qt."""

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from seproj_desktop.window.transcript.markdown.inline import NOTE_TARGET, PLAIN, Run, Style
from seproj_desktop.window.transcript.markdown.markdown import Markdown
from seproj_desktop.window.transcript.markdown.safety import readable, safe_target, visible_controls

STYLES = {"strong": Style.STRONG, "em": Style.EMPHASIS, "s": Style.STRIKE}
BARE_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)


def linked(text: str, markdown: Markdown, style: Style = PLAIN) -> Iterator[Run]:
    """Text whose bare addresses are links."""
    position = 0
    for match in (markdown.addresses.match(text) or []) if BARE_ADDRESS.search(text) else []:
        yield Run(readable(text[position : match.index]), style)
        yield Run(visible_controls(match.raw), style, safe_target(markdown.normalizeLink(match.url)))
        position = match.last_index
    yield Run(readable(text[position:]), style)


def runs(tokens: Iterable[Token], markdown: Markdown) -> Iterator[Run]:
    """The tokens of one paragraph as runs, as many as there are."""
    style, target, is_in_link = PLAIN, "", False
    for token in tokens:
        match token.type:
            case "text" if not is_in_link:
                yield from linked(token.content, markdown, style)
            case "text" | "text_special":
                yield Run(readable(token.content), style, target)
            case "softbreak":
                yield Run(" ", style, target)
            case "hardbreak":
                yield Run("\n", style, target)
            case "code_inline":
                yield Run(visible_controls(token.content), style | Style.CODE, target)
            case "formula":
                yield Run(visible_controls(token.content), style | Style.MATH, target)
            case "note_mark":
                label = visible_controls(token.content)
                yield Run(label, style | Style.RAISED, NOTE_TARGET + label)
            case "image":
                yield _image(token, style, target)
            case "link_open":
                is_in_link, target = True, safe_target(str(token.attrs.get("href", "")))
            case "link_close":
                is_in_link, target = False, ""
            case name if name.endswith("_open"):
                style |= STYLES[name.removesuffix("_open")]
            case name:
                style &= ~STYLES[name.removesuffix("_close")]


def _image(token: Token, style: Style, target: str) -> Run:
    address = str(token.attrs.get("src", ""))
    words = " ".join(readable(token.content).split())
    text = f"{words} ({visible_controls(address)})" if words else visible_controls(address)
    return Run(text, style | Style.IMAGE, target or safe_target(address))
