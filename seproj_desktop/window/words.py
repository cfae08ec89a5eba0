"""The words for every state and figure, as the window says them. No widgets; on the Qt thread (translation)."""

import time
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from seproj_desktop.chat import events
from seproj_desktop.engine import status as engine
from seproj_desktop.engine.catalog import DEMO_NAME
from seproj_desktop.server import status as server

GIGABYTE = 1e9


def tr(text: str) -> str:
    """Translated in the context `words`."""
    return QCoreApplication.translate("words", text)


def engine_words(status: engine.EngineStatus, now: float | None = None) -> str:
    """One line; `now` in `time.monotonic` seconds."""
    match status:
        case engine.Stopped():
            return tr("Not loaded")
        case engine.Starting():
            seconds = int((time.monotonic() if now is None else now) - status.since)
            words = tr("{stage} · {percent} % · {seconds} s")
            return words.format(stage=status.stage, percent=round(status.fraction * 100), seconds=max(0, seconds))
        case engine.Ready():
            words = tr("Ready · {length} tokens · {device}")
            return words.format(length=f"{status.info.context_length:,}", device=status.info.device)
        case engine.Sleeping():
            return tr("Sleeping · wakes with the next message")
        case engine.Failed():
            return tr("Failed")
    assert_never(status)


def model_words(name: str) -> str:
    """The model's name as the window shows it."""
    return tr("Demo model") if name == DEMO_NAME else name


def server_words(status: server.ServerStatus) -> str:
    match status:
        case server.Off():
            return tr("Off")
        case server.TurningOn():
            return tr("Turning on…")
        case server.On():
            return next(iter(status.lan), status.address)
        case server.Draining():
            return tr("Finishing answers…")
        case server.Broken():
            return tr("Failed")
    assert_never(status)


def answer_figures(finished: events.Finished) -> str:
    """The line under an answer; the regular end is not mentioned."""
    parts = []
    if finished.reason == "abort":
        parts.append(tr("stopped by you"))
    elif finished.reason == "length":
        parts.append(tr("length limit reached"))
    rate = finished.tokens_per_second
    if rate is not None:
        parts.append(tr("{rate} tokens/s").format(rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"))
    if finished.timings.first_token is not None:
        parts.append(tr("first token after {time}").format(time=duration_words(finished.timings.first_token)))
    if finished.usage.completion_tokens:
        parts.append(tr("{count} tokens").format(count=f"{finished.usage.completion_tokens:,}"))
    return " · ".join(parts)


def duration_words(seconds: float) -> str:
    if seconds < 1:
        return tr("{count} ms").format(count=round(seconds * 1000))
    return tr("{count} s").format(count=f"{seconds:.1f}")


def size_words(size: int) -> str:
    return tr("{count} GB").format(count=f"{size / GIGABYTE:.1f}")


def download_words(hub_id: str, done: int, total: int | None) -> str:
    if not total:
        return tr("Downloading {model}…").format(model=hub_id)
    words = tr("Downloading {model} · {done} of {total} · {percent} %")
    return words.format(model=hub_id, done=size_words(done), total=size_words(total), percent=done * 100 // total)
