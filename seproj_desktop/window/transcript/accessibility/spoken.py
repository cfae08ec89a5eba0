"""Messages and blocks in the words of screen readers: names and descriptions of bounded length, and announcements.

On the Qt thread (translation), no widget. Nothing is laid out; of a message only its beginning is read.
"""

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from seproj_desktop.window.transcript.accessibility.reading import kind_of, words_of
from seproj_desktop.window.transcript.layout.header_box import version_words
from seproj_desktop.window.transcript.layout.line_boxes import time_words
from seproj_desktop.window.transcript.markdown.blocks import (
    Code,
    Container,
    Formula,
    Heading,
    Leaf,
    Paragraph,
    Rule,
    Table,
)
from seproj_desktop.window.transcript.markdown.blocks import seen_text as text_of_leaf
from seproj_desktop.window.transcript.markdown.parser import plain_text
from seproj_desktop.window.transcript.message import Content, Message, Part

LONGEST = 2000
"""Characters of a name, a description or an announcement."""


def tr(text: str) -> str:
    """Translated in the context `spoken`."""
    return QCoreApplication.translate("spoken", text)


def bounded(text: str) -> str:
    """The text, or its beginning with an ellipsis."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 1].rstrip()}…"


def message_name(message: Message) -> str:
    """Who speaks, and the beginning of what is said."""
    source = message.text
    beginning = plain_text(source[:LONGEST], is_literal=message.speaker.is_user).strip("\n")
    if len(source) > LONGEST:
        beginning += "…"
    return bounded(f"{message.speaker.name}: {beginning}" if beginning else message.speaker.name)


def message_description(message: Message, count: int) -> str:
    """Which of how many, and what else its header says."""
    place = tr("message {number} of {count}").format(number=message.number + 1, count=count)
    time = time_words(message.time) if message.time else ""
    return ", ".join(part for part in (place, message.speaker.model, time, version_words(message)) if part)


def block_name(content: Content) -> str:
    """What a block says; of code and tables, which have their text as description, what they are."""
    if isinstance(content, Leaf):
        match content.block:
            case Code(first=first):
                return with_start(kind_of(content), tr("from line {number}"), first)
            case Table(header=header, rows=rows, first=first):
                words = tr("Table, {columns} columns, {rows} rows").format(columns=len(header), rows=len(rows))
                return with_start(words, tr("from row {number}"), first)
            case Rule():
                return kind_of(content)
            case Heading() | Formula() | Paragraph():
                pass
            case _:
                assert_never(content.block)
    return bounded(words_of(content))


def with_start(words: str, start: str, first: int) -> str:
    """Names where a piece begins, if it is not the block's first."""
    return f"{words}, {start.format(number=first + 1)}" if first else words


def block_description(content: Content, part: Part) -> str:
    """What a block is, where its role does not say it; the text of code and tables."""
    words = [tr("Thinking")] if part is Part.THOUGHT else []
    if isinstance(content, Leaf):
        match content.block:
            case Code():
                words.append(text_of_leaf(content))
            case Table():
                words.append(text_of_leaf(content).replace("\t", ", "))
            case Heading() | Formula():
                words.append(kind_of(content))
            case Rule():
                pass
            case Paragraph():
                words += [tr("Quote")] if Container.QUOTE in content.path else []
            case _:
                assert_never(content.block)
    return bounded(", ".join(words))


def announced(content: Content) -> str:
    """A block as it is told once it is finished; code is only named, for it is no text to listen to unasked."""
    if not isinstance(content, Leaf):
        return words_of(content)
    match content.block:
        case Code(is_first=is_first):
            return f"{kind_of(content)}." if is_first else ""
        case Table():
            return f"{kind_of(content)}: {block_description(content, Part.BODY)}"
        case Formula(tex):
            return f"{kind_of(content)}: {tex}"
        case Rule():
            return ""
        case Heading() | Paragraph():
            return words_of(content)
    assert_never(content.block)
