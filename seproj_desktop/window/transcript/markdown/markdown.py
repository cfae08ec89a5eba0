"""The parts inside a paragraph, read by markdown-it: emphasis, code, links, formulas, footnote marks.

Blocks are the splitter's business, so only markdown-it's inline rules are used; HTML is text. Importing it takes 60 ms
and more: whoever needs it imports this module when it is needed.
"""

import re
from collections.abc import Mapping
from typing import Any

from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace, normalizeReference, unescapeAll
from markdown_it.rules_inline import image, link
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

from seproj_desktop.window.transcript.markdown.marks import DEFINITION, MOST_BRACKETS, formula_at

RULES = ["newline", "escape", "backticks", "strikethrough", "emphasis", "link", "image", "entity", "linkify", "text"]
PAIR_RULES = ["balance_pairs", "strikethrough", "emphasis", "fragments_join"]
DEEPEST = 20
"""Links in links in links."""

NOTE_MARK = re.compile(r"\[\^([^\[\]\s]{1,64})\](?!\()")
AUTOLINK = re.compile(
    r"<((?:https?|mailto):[^<>\x00-\x20]+|[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9.-]{1,255})>", re.IGNORECASE
)
CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u318f\u31a0-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7ff"
    r"\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
WIDE_PUNCTUATION = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201f\u2026]")


class Addresses(LinkifyIt):  # type: ignore[misc]
    """Bare addresses in text: with a scheme, with `www.`, or of mail. `file.py` is none."""

    def __init__(self) -> None:
        schemas = {"ftp:": None, "//": None, "www.": {"validate": self._validate_www, "normalize": self._add_scheme}}
        super().__init__(schemas, {"fuzzy_link": False})

    def _validate_http(self, text: str, position: int) -> int:
        """The length of an address after its scheme; it ends before punctuation that needs no space after it."""
        length: int = super()._validate_http(text, position)
        stop = WIDE_PUNCTUATION.search(text, position, position + length)
        return stop.start() - position if stop else length

    def _validate_www(self, text: str, position: int) -> int:
        if text[max(0, position - 5) : position - 4] in {".", "/", ":", "-", "@"}:
            return 0
        return max(0, self._validate_http("//" + text[position:], 0) - 2)

    def _add_scheme(self, match: Any) -> None:
        match.url = "https://" + match.url


class Markdown(MarkdownIt):
    """markdown-it as the transcript needs it; which targets may be clicked is decided by whoever reads the tokens."""

    def __init__(self) -> None:
        super().__init__("zero", {"maxNesting": DEEPEST, "linkify": True})
        self.linkify = self.addresses = Addresses()
        self.inline.ruler.enableOnly(RULES)
        self.inline.ruler2.enableOnly(PAIR_RULES)
        self.inline.ruler.at("link", _link)
        self.inline.ruler.at("image", _image)
        self.inline.ruler.before("escape", "formula", _formula)
        self.inline.ruler.before("link", "note_mark", _note_mark)
        self.inline.ruler.before("link", "address", _autolink)

    def read(self, text: str, definitions: Mapping[str, str]) -> list[Token]:
        """The tokens of one paragraph. `definitions`: normalised labels and their addresses as written."""
        has_links = (bool(definitions) or "](" in text) and text.count("[") <= MOST_BRACKETS
        state = Text(text, self, {"references": References(definitions, self), "has_links": has_links}, [])
        self.inline.tokenize(state)
        for rule in self.inline.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def validateLink(self, url: str) -> bool:
        return True

    def normalizeLinkText(self, link: str) -> str:
        return link


class References:
    """Link definitions as markdown-it asks for them; there may be many, and only what is asked for is normalised."""

    def __init__(self, definitions: Mapping[str, str], markdown: Markdown) -> None:
        self._definitions = definitions
        self._markdown = markdown

    def get(self, label: str, default: None = None) -> dict[str, str] | None:
        target = self._definitions.get(label)
        return default if target is None else {"href": self._markdown.normalizeLink(unescapeAll(target)), "title": ""}


class Text(StateInline):
    """A text while it is read. Emphasis ends beside Chinese, Japanese and Korean as beside a space or punctuation.

    WORKAROUND: by CommonMark `**注意：**请看` stays as typed; see github.com/commonmark/commonmark-spec/issues/650.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        is_space_before, is_space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
        is_cjk_before, is_cjk_after = bool(CJK.match(before)), bool(CJK.match(after))
        is_mark_before = _is_punctuation(before) and not is_cjk_before
        is_mark_after = _is_punctuation(after) and not is_cjk_after
        is_left = not is_space_after and (not is_mark_after or is_space_before or is_mark_before or is_cjk_before)
        is_right = not is_space_before and (not is_mark_before or is_space_after or is_mark_after or is_cjk_after)
        can_open = is_left and (canSplitWord or not is_right or _is_punctuation(before))
        can_close = is_right and (canSplitWord or not is_left or _is_punctuation(after))
        return Scanned(can_open, can_close, end - start)


def definition(line: str) -> tuple[str, str]:
    """The normalised label of a line that defines a link, and the address as it is written there."""
    found = DEFINITION.match(line)
    assert found is not None
    return normalizeReference(found[1]), found[2] or found[3] or ""


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _formula(state: StateInline, silent: bool) -> bool:
    """`$a$`, `$$a$$`, `\\(a\\)` and `\\[a\\]`."""
    found = formula_at(state.src, state.pos, state.posMax) if state.src[state.pos] in "$\\" else None
    return found is not None and _push(state, silent, "formula", *found)


def _link(state: StateInline, silent: bool) -> bool:
    return bool(state.env["has_links"]) and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    return bool(state.env["has_links"]) and image(state, silent)


def _note_mark(state: StateInline, silent: bool) -> bool:
    found = NOTE_MARK.match(state.src, state.pos, state.posMax)
    return found is not None and _push(state, silent, "note_mark", found[1], found.end())


def _autolink(state: StateInline, silent: bool) -> bool:
    """`<https://…>` and `<name@host>`; anything else in angle brackets is text, such as `vector<std::string>`."""
    found = AUTOLINK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    is_mail = ":" not in found[1]
    target = state.md.normalizeLink(f"mailto:{found[1]}" if is_mail else found[1])
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": target}
        state.push("text", "", 0).content = found[1]
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _push(state: StateInline, silent: bool, kind: str, content: str, end: int) -> bool:
    if not silent:
        state.push(kind, "", 0).content = content.strip()
    state.pos = end
    return True
