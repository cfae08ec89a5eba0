"""Pieces and messages as words: for screen readers, and for whoever asks what is written.

On the Qt thread (translation), no widget. Nothing is laid out.
"""

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.layout.ending_box import continue_words
from seproj_desktop.window.transcript.layout.line_boxes import backlog_words, summary_words
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.markdown.blocks import (
    Code,
    Formula,
    Gap,
    Heading,
    Leaf,
    Paragraph,
    Rule,
    Table,
    seen_text,
    text_between,
)
from seproj_desktop.window.transcript.message import Backlog, Content, Header, Message, Note, Stub, Summary


def tr(text: str) -> str:
    """Translated in the context `reading`."""
    return QCoreApplication.translate("reading", text)


def words_of(content: Content) -> str:
    """What a piece says."""
    match content:
        case Leaf():
            text = seen_text(content)
            return f"{content.marker} {text}" if content.marker else text
        case Header():
            return content.speaker.name
        case Summary():
            return summary_words(content)
        case Note():
            return content.words
        case Ending():
            return " · ".join(part for part in (content.words, continue_words() * content.can_continue) if part)
        case Stub():
            return content.segment.text
        case Backlog():
            return backlog_words()
    assert_never(content)


def kind_of(content: Content) -> str:
    """What a piece is, where its words do not say it."""
    if not isinstance(content, Leaf):
        return ""
    match content.block:
        case Heading(level):
            return tr("Heading {level}").format(level=level)
        case Code(language):
            return tr("Code, {language}").format(language=language) if language else tr("Code")
        case Table():
            return tr("Table")
        case Formula():
            return tr("Formula")
        case Rule():
            return tr("Line")
        case Paragraph():
            return tr("List item") if content.marker else ""
    assert_never(content.block)


def text_of(sheet: Sheet, message: Message) -> str:
    """Everything of one message, a line or more for each piece."""
    words: list[str] = []
    sheet.split_on(message)
    spot = sheet.first_in(message)
    while spot is not None and spot.message is message:
        content = spot.piece.content
        if words:
            words.append(text_between(content) if isinstance(content, Leaf) and content.gap is Gap.NONE else "\n")
        words.append(words_of(content))
        spot = sheet.next(spot)
    return "".join(words)


def whole_text(sheet: Sheet) -> str:
    """Everything of all messages."""
    return "\n".join(text_of(sheet, message) for message in list(sheet.messages))
