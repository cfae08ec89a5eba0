"""The yardsticks of `speed`, once each in a fresh process: told in one line of JSON, in milliseconds by their words."""

import gc
import importlib
import time
from collections.abc import Callable
from statistics import median

from markdown_it import MarkdownIt
from PySide6.QtGui import QGuiApplication, QTextDocument

from benchmarks.corpus import answer
from benchmarks.speed import YARDSTICKS
from benchmarks.wire import say

TOKENS = 20_000
REPEATS = 5
"""Of what can be done again in one process."""


def milliseconds(work: Callable[[], object]) -> float:
    """The thread's processor time."""
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e3


def middle(work: Callable[[], object]) -> float:
    return median(milliseconds(work) for _ in range(REPEATS))


def main() -> None:
    gc.disable()
    text = answer(TOKENS)
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    _application = QGuiApplication([])
    works = (
        milliseconds(lambda: importlib.import_module("ziamath")),
        middle(lambda: parser.parse(text)),
        middle(lambda: QTextDocument().setMarkdown(text)),
    )
    say(dict(zip(YARDSTICKS, works, strict=True)))


if __name__ == "__main__":
    main()
