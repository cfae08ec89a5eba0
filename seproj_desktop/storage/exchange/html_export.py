"""A conversation as one HTML file: no script, nothing from elsewhere, light or dark as the reader has it.

Pure; on a worker thread. Whatever was said is text: HTML in it is shown, not obeyed; pictures are named; links lead
to web and mail addresses only. The page's own policy forbids everything but its style.
"""

import html
import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage
from seproj_desktop.storage.exchange.html_style import STYLE
from seproj_desktop.storage.exchange.transcripts import (
    Transcript,
    ending,
    figures,
    moment_mark,
    moment_text,
    speaker,
    thinking_title,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ALLOWED = re.compile(r"(?:https?://|mailto:)[^\x00-\x20\x7f-\xa0]+", re.IGNORECASE)
FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|(?<![\w$])\$[^\s$](?:[^$\n]{0,500}[^\s$\\])?\$(?![\w$])"
    r"|\\\((?:[^\\]|\\(?!\))){1,500}\\\)|\\\[(?:[^\\]|\\(?!\])){1,2000}\\\]"
)
"""TeX between dollars, or behind a backslash; a price is none."""
TASK = re.compile(r"(<li>(?:\n<p>)?)\[([ xX])\] ")
LONGEST_MARKDOWN = 200_000
"""Characters of a message that is read as Markdown; a longer one is shown as it was written."""
CONTROLS = {number: 0x2400 + number for number in range(32) if chr(number) not in "\t\n\r"} | {0x7F: 0x2421}
CONTROLS |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD) | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
"""Characters that HTML cannot hold, as pictures of them."""


class HtmlExport:
    """Makes pages; one for many, since its Markdown parser takes a while to set up. Not for two threads at once."""

    def __init__(self) -> None:
        self._markdown = _Markdown("commonmark", {"html": False}, renderer_cls=_TextOnlyRenderer)
        self._markdown.enable(["table", "strikethrough"])
        self._markdown.inline.ruler.before("escape", "formula", _formula)

    def page(self, conversation: StoredConversation) -> str:
        transcript = Transcript.of(conversation)
        title = _escaped(transcript.title)
        versions = transcript.versions
        messages = "\n".join(self._message(message, versions.get(message.id)) for message in transcript.messages)
        return (
            '<!DOCTYPE html>\n<html lang="">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
            f'<header><h1 dir="auto">{title}</h1><p>{_about(transcript)}</p></header>\n'
            f"{messages}\n</main>\n</body>\n</html>\n"
        )

    def _message(self, message: StoredMessage, version: tuple[int, int] | None) -> str:
        which = f"version {version[0]} of {version[1]} · " if version else ""
        time = f'<time datetime="{moment_mark(message.created)}">{which}{moment_text(message.created)}</time>'
        parts = [f"<h2><bdi>{_escaped(speaker(message))}</bdi> {time}</h2>"]
        if message.thought.text.strip():
            body = self._body(message.thought.text)
            parts.append(f"<details><summary>{thinking_title(message.thought)}</summary>{body}</details>")
        parts.append(self._body(message.text))
        if words := ending(message):
            parts.append(f'<p class="ending"><bdi>{_escaped(words)}</bdi></p>')
        if words := figures(message):
            parts.append(f'<p class="figures"><bdi>{_escaped(words)}</bdi></p>')
        return f'<article class="{message.role}">\n' + "\n".join(parts) + "\n</article>"

    def _body(self, text: str) -> str:
        if len(text) > LONGEST_MARKDOWN:
            return f'<pre class="plain" dir="auto">{_escaped(text)}</pre>'
        body = TASK.sub(_task_box, self._markdown.render(text.translate(CONTROLS)))
        return f'<div class="text" dir="auto">{body}</div>'


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  markdown-it's name
        return ALLOWED.fullmatch(url) is not None


class _TextOnlyRenderer(RendererHTML):
    """Nothing is fetched: a picture is its description and its address, as text."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, object]) -> str:
        token = tokens[idx]
        described = html.escape(self.renderInlineAsText(token.children or [], options, dict(env)))
        address = html.escape(str(token.attrGet("src") or ""))
        return f'<span class="picture">[{described or "picture"}: {address}]</span>'

    def formula(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: Mapping[str, object]) -> str:
        """As it was written: setting it would need fonts that a page on its own has not."""
        return f'<code class="formula">{html.escape(tokens[idx].content)}</code>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, object]) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, dict(env))


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula keeps its signs: Markdown would take a backslash away, and an underline for emphasis."""
    found = FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] in "$\\" else None
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found.group()
    state.pos = found.end()
    return True


def _task_box(found: re.Match[str]) -> str:
    return found[1] + ("☐ " if found[2] == " " else "☑ ")


def _about(transcript: Transcript) -> str:
    return _escaped(" · ".join((moment_text(transcript.created), *transcript.personas, *transcript.models)))


def _escaped(text: str) -> str:
    return html.escape(text.translate(CONTROLS))
