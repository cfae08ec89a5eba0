"""A conversation as Markdown: front matter, then the path that is shown. Pure; on a worker thread.

What was said stays as it is, but for its line endings. A message's own heading has a mark that no line of the
conversation begins with; the front matter names it, so that a program can part the messages. Code or HTML that a
message leaves open is closed after it.
"""

import json
import re

from markdown_it import MarkdownIt

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage
from seproj_desktop.storage.exchange.transcripts import (
    Transcript,
    ending,
    figures,
    moment_mark,
    moment_text,
    speaker,
    thinking_title,
)

MARK = "❯"
HEADING = re.compile(rf"^[ \t>*+-]*#{{1,6}}[ \t]+({MARK}+)", re.MULTILINE)
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
MARKUP = re.compile(r"([\\`*_\[\]<>#&|~])")
FOLDING = re.compile(r"<(?=/?(?:details|summary)\b|!--)", re.IGNORECASE)
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
HTML_ENDS = (
    (re.compile(r" {0,3}<(script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), "</{}>"),
    (re.compile(r" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(r" {0,3}<![A-Za-z]"), ">"),
)
"""How a block of HTML that goes on over blank lines begins, and what ends it."""


def markdown_of(conversation: StoredConversation) -> str:
    transcript = Transcript.of(conversation)
    mark = _mark_for(transcript.messages)
    parts = [_front_matter(transcript, mark), f"# {_escaped(transcript.title)}"]
    parts += [_message(message, mark) for message in transcript.messages]
    return "\n\n".join(parts) + "\n"


def _front_matter(transcript: Transcript, mark: str) -> str:
    lines = (
        f"title: {_quoted(transcript.title)}",
        f"created: {moment_mark(transcript.created)}",
        f"changed: {moment_mark(transcript.changed)}",
        f"personas: [{', '.join(map(_quoted, transcript.personas))}]",
        f"models: [{', '.join(map(_quoted, transcript.models))}]",
        f"messages: {len(transcript.messages)}",
        f"message_heading: {_quoted(f'## {mark}')}",
    )
    return "\n".join(("---", *lines, "---"))


def _message(message: StoredMessage, mark: str) -> str:
    parts = [f"## {mark} {_escaped(speaker(message))} · {moment_text(message.created)}"]
    if message.thought.text.strip():
        parts.append(_folded(thinking_title(message.thought), message.thought.text))
    if message.text.strip():
        parts.append(_closed(_with_newlines(message.text).strip("\n")))
    if words := ending(message):
        parts.append(f"*{_escaped(words)}*")
    if words := figures(message):
        parts.append(f"<sub>{_escaped(words)}</sub>")
    return "\n\n".join(parts)


def _folded(title: str, text: str) -> str:
    """A quote that can be folded away; what would unfold it from inside is written as text."""
    lines = (f"> {line}".rstrip() for line in FOLDING.sub("&lt;", _with_newlines(text).strip("\n")).split("\n"))
    return "\n".join((f"<details>\n<summary>{title}</summary>\n", *lines, "\n</details>"))


def _mark_for(messages: tuple[StoredMessage, ...]) -> str:
    """Longer than any mark that the conversation itself has in a heading."""
    found = (len(each) for message in messages for each in HEADING.findall(f"{message.text}\n{message.thought.text}"))
    return MARK * (max(found, default=0) + 1)


def _closed(text: str) -> str:
    """The text, and whatever closes the code or the HTML that it leaves open at its end."""
    tokens = MarkdownIt("commonmark").parse(text) if FENCE.search(text) or "<" in text else []
    if not tokens or tokens[-1].map is None:
        return text
    last, (begin, end_line) = tokens[-1], tokens[-1].map
    lines = text.split("\n")[begin:end_line]
    end = ""
    if last.type == "fence":
        is_closed = len(lines) > 1 and lines[-1].strip().startswith(last.markup) and not lines[-1].strip(" \t`~")
        end = "" if is_closed else last.markup
    elif last.type == "html_block":
        end = _html_end(lines)
    return f"{text}\n{end}" if end else text


def _with_newlines(text: str) -> str:
    """With one kind of line ending: Markdown knows three, and each would end a quote's line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _html_end(lines: list[str]) -> str:
    for begin, end in HTML_ENDS:
        if found := begin.match(lines[0]):
            wanted = end.format(found[1]) if found.re.groups else end
            return "" if wanted.lower() in "\n".join(lines).lower() else wanted
    return ""


def _quoted(text: str) -> str:
    """As a string of YAML, which is one of JSON but for characters that YAML does not print."""
    written = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _escaped(text: str) -> str:
    """In one line, and without a meaning for Markdown."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
