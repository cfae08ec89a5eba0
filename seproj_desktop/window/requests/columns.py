"""The columns of both tables, declared once: title, words, width, side. No widgets; on the Qt thread (translation)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from seproj_desktop.server.records import RequestRecord
from seproj_desktop.window.actions import later
from seproj_desktop.window.words import duration_words


def tr(text: str) -> str:
    """Translated in the context `requests`."""
    return QCoreApplication.translate("requests", text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `sample` is a text that should fit, and figures stand at the right. The one without is stretched."""

    title: str
    help: str
    sample: str
    words: Callable[[RequestRecord], str]
    is_figure: bool = False


def state_words(record: RequestRecord) -> str:
    """The state of a running request, or how one has ended."""
    match record.state:
        case "queued":
            return tr("Queued")
        case "reading":
            return tr("Reading prompt")
        case "writing":
            return tr("Writing")
        case "stopping":
            return tr("Stopping…")
        case "done":
            return tr("Done")
        case "length":
            return tr("Length limit")
        case "stopped":
            return tr("Stopped by you")
        case "left":
            return tr("Client left")
        case "refused":
            return tr("Refused ({status})").format(status=record.status)
        case "failed":
            return tr("Failed ({status})").format(status=record.status) if record.status >= 400 else tr("Failed")
    assert_never(record.state)


def _began(record: RequestRecord) -> str:
    return time.strftime("%H:%M:%S", time.localtime(record.began))


def _count(tokens: int) -> str:
    return f"{tokens:,}" if tokens else ""


def _span(seconds: float | None) -> str:
    return "" if seconds is None else duration_words(seconds)


def _rate(record: RequestRecord) -> str:
    rate = record.rate
    return "" if rate is None else tr("{rate}/s").format(rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}")


COLUMNS = (
    Column(later("Came"), later("When the request came"), "88:88:88", _began),
    Column(later("Client"), later("The key's name, or the program and its address"), "", lambda record: record.client),
    Column(later("Endpoint"), later("What was called"), "/v1/chat/completions", lambda record: record.endpoint),
    Column(later("Persona"), later("Which persona was asked"), "product_owner", lambda record: record.persona),
    Column(later("State"), later("What the request does, or how it has ended"), "Stopped by you", state_words),
    Column(
        later("In"),
        later("Tokens of the prompt"),
        "88,888",
        lambda record: _count(record.prompt_tokens),
        is_figure=True,
    ),
    Column(
        later("Cached"),
        later("Tokens of the prompt that were in the cache"),
        "88,888",
        lambda record: _count(record.cached_tokens),
        is_figure=True,
    ),
    Column(
        later("Out"),
        later("Tokens of the answer"),
        "88,888",
        lambda record: _count(record.output_tokens),
        is_figure=True,
    ),
    Column(
        later("First token"),
        later("Time from the request to the answer's first token"),
        "8,888 s",
        lambda record: _span(record.first_token),
        is_figure=True,
    ),
    Column(later("Rate"), later("Tokens per second after the first one"), "8,888/s", _rate, is_figure=True),
    Column(
        later("Time"),
        later("Time from the request to now, or to its end"),
        "8,888 s",
        lambda record: _span(record.duration),
        is_figure=True,
    ),
)
STATE_COLUMN = next(number for number, column in enumerate(COLUMNS) if column.words is state_words)
STRETCHED = next(number for number, column in enumerate(COLUMNS) if not column.sample)


def haystack(record: RequestRecord) -> str:
    """What the filter looks through."""
    parts = (record.client, record.endpoint, record.persona, state_words(record), record.words, record.request_id)
    return " ".join(parts).casefold()
