"""What the transcript refuses, and what it survives: active content, the network, and answers made to hurt."""

import socket
import tracemalloc
from collections.abc import Callable
from typing import NoReturn

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PERSONA, picture

ACTIVE = """<script>alert(1)</script> <img src="http://example.org/x.png" onerror="alert(2)">

![a picture](http://example.org/track.png) ![](file:///etc/passwd)

[run](javascript:alert(3)) [read](file:///etc/passwd) [data](data:text/html,x) [odd](JaVaScRiPt:x) <style>@import url(http://x)</style>

<details><summary>more</summary>hidden</details>
"""
HOSTILE: dict[str, Callable[[], str]] = {
    "nested quotes": lambda: ">" * 100_000 + " text",
    "one line": lambda: "word " * 200_000,
    "one word": lambda: "x" * 1_000_000,
    "cells in a row": lambda: "|" + " a |" * 50_000 + "\n|" + "-|" * 50_000 + "\n|" + " b |" * 50_000,
    "rows": lambda: "| a | b |\n| - | - |\n" + "| 1 | 2 |\n" * 25_000,
    "brackets": lambda: "[" * 40_000,
    "markers": lambda: "*a **b `c " * 10_000,
    "deep list": lambda: "\n".join("  " * depth + "- item" for depth in range(2_000)),
    "fences": lambda: "```\n" * 20_000,
    "line in a fence": lambda: "```python\n" + "x = 1; " * 100_000,
    "a long fence": lambda: "```python\n" + "print('x')\n" * 20_000,
    "direction marks": lambda: "\u202e\u2066" * 10_000 + "text",
    "combining marks": lambda: "e" + "\u0301" * 50_000,
    "dollars": lambda: "$a " * 20_000,
}
MOST_BOXES = 120
"""Laid out for one piece of text: a screenful of the lowest lines, twice."""


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Transcript:
    made = Transcript(theme)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


def test_nothing_is_fetched_and_nothing_runs(view: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> NoReturn:
        raise AssertionError("the transcript asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    view.load([Entry("a", PERSONA, ACTIVE)])
    QApplication.processEvents()
    said = view.whole_text
    for shown in ("<script>alert(1)</script>", "<style>", "<details>", "a picture (http://example.org/track.png)"):
        assert shown in said
    targets = {
        one.box.target_at(x, y)
        for one in view.scroller.shown
        for y in range(0, one.box.height, 6)
        for x in range(0, one.box.width, 6)
    }
    assert all(target == "" or target.startswith("http://") for target in targets)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_are_bounded(view: Transcript, kind: str) -> None:
    text = HOSTILE[kind]()
    view.add(Entry("a", PERSONA), is_open=True)
    size = max(1, len(text) // 40)
    tracemalloc.start()
    for start in range(0, len(text), size):
        before = view.sheet.counters.boxes_made
        view.add_text("a", text[start : start + size])
        assert view.sheet.counters.boxes_made - before <= MOST_BOXES
    view.finish("a", Ending())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert view.message("a").text == text
    assert peak <= 60 * len(text) + 20_000_000
    view.scroll_to_start()
    view.scroll_by(500)
    assert not picture(view).isNull()


def test_directions_end_with_their_line(view: Transcript) -> None:
    view.load([Entry("a", PERSONA, "Look `a\u202eb` here.\n\n```text\nx\u202ey\n```")])
    assert "U+202E" in view.whole_text
    assert "\u202e" not in view.whole_text
