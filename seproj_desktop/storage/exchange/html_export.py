"""A conversation as one HTML file: no script, nothing from elsewhere, light or dark as the reader has it.

Pure; on a worker thread. Whatever was said is text: HTML in it is shown, not obeyed; pictures are named; links lead
to web and mail addresses only. The page's own policy forbids everything but its style.
"""

import html
import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
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

    def page(self, conversation: StoredConversation) -> str:
        transcript = Transcript.of(conversation)
        title = _escaped(transcript.title)
        messages = "\n".join(self._message(message) for message in transcript.messages)
        return (
            '<!DOCTYPE html>\n<html lang="">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
            f'<header><h1 dir="auto">{title}</h1><p>{_about(transcript)}</p></header>\n'
            f"{messages}\n</main>\n</body>\n</html>\n"
        )

    def _message(self, message: StoredMessage) -> str:
        time = f'<time datetime="{moment_mark(message.created)}">{moment_text(message.created)}</time>'
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
        return f'<div class="text" dir="auto">{self._markdown.render(text.translate(CONTROLS))}</div>'


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

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, object]) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, dict(env))


def _about(transcript: Transcript) -> str:
    return _escaped(" · ".join((moment_text(transcript.created), *transcript.personas, *transcript.models)))


def _escaped(text: str) -> str:
    return html.escape(text.translate(CONTROLS))
