"""The process tuned for an even flow of frames: garbage collection, switching between threads, warm fonts.

On the Qt thread. Left alone the collector runs in whichever thread allocates, and a Qt object that is freed on the
backend's thread stops timers it may not touch; it also walks everything at times of its own choosing (18 to 25 ms):
what is there after a start or a load is frozen. Benchmarks import this instead of copying it.
"""

import gc
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter

BUSY_INTERVAL, CALM_INTERVAL = 100, 250
"""Milliseconds between two looks at how much has been made: who scrolls makes ten thousand objects in a second."""
BUSY = 2000
"""Young objects from which on they are walked, and they alone: that takes 1 to 3 ms."""
CALM_SECONDS = 1.0
"""Since anything was walked, after which what is older is walked too: who makes much has it walked more often."""
FULL_SECONDS = 60.0
"""After which the old is collected too, which after freezing is only what has come since; as soon as it is calm."""
LONGEST_SECONDS = 900.0
"""After which it is collected even if it is never calm."""
SWITCH_INTERVAL = 0.001
"""Seconds. With Python's 0.005 a busy backend thread holds up the paint: 26 ms at the 99th percentile instead of 7."""
WARM_LETTERS = "Ag0 äß αβ Жж 漢字 かな 한글 العربية עברית ∑∫→≤ ☐☑✓ 😀👍🏽 •◦▪ ⋯↓"
"""A letter or two of what answers are made of: the first use of a font costs 10 to 20 ms."""

TRANSCRIPT = "seproj_desktop.window.transcript"
PARTS = ("markdown.parser", "layout.box", "layout.sheet", "view", "transcript")
HEAVY_MODULES = ("markdown_it", *(f"{TRANSCRIPT}.{part}" for part in PARTS))
"""What an answer's view is made of, in portions of 20 to 50 ms."""
COMMON_LANGUAGES = ("python", "bash", "javascript", "json")
"""Whose first block of code need not wait for its colours, not even right after the start."""
LATER_INTERVAL = 10
"""Milliseconds between those steps that nothing waits for."""


def tune_threads() -> None:
    """Has Python switch between threads more often, so that the window's waits less."""
    sys.setswitchinterval(SWITCH_INTERVAL)


def warm_up(font: QFont) -> None:
    """Does at once what `WarmUp` does in steps."""
    for step in chain(warming_steps(font), later_steps()):
        step()


def warming_steps(font: QFont) -> Iterator[Callable[[], object]]:
    """What is slow the first time: each font's letters (10 to 40 ms), the Markdown parser, the transcript's parts, and
    the colours of code.

    Their modules take 100 to 170 ms to import, so they come in steps too, after the window's first paint.
    """
    for family in (font, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)):
        for is_bold, is_italic in ((False, False), (True, False), (False, True)):
            variant = QFont(family)
            variant.setPointSizeF(font.pointSizeF())
            variant.setBold(is_bold)
            variant.setItalic(is_italic)
            yield partial(draw_letters, variant)
    for name in HEAVY_MODULES:
        yield partial(import_module, name)
    yield warm_parser
    for language in COMMON_LANGUAGES:
        yield partial(warm_lexer, language)


def later_steps() -> Iterator[Callable[[], object]]:
    """The colours of all other languages, and of what is rare in these: an answer that comes may have any of them."""
    from seproj_desktop.window.transcript.colours import languages

    yield from languages.warming_steps()


def import_module(name: str) -> None:
    importlib.import_module(name)


def warm_parser() -> None:
    """Has the Markdown parser build its rules."""
    from seproj_desktop.window.transcript.markdown import reading

    reading.warm_up()


def warm_lexer(language: str) -> None:
    """Has the colours of a language ready."""
    from seproj_desktop.window.transcript.colours import languages

    languages.warm_up(language)


def draw_letters(font: QFont) -> None:
    """Draws some letters where nobody sees them, so that their fonts are loaded."""
    image = QImage(8, 8, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(0, 8, WARM_LETTERS)
    painter.end()


class WarmUp(QObject):
    """Takes the warming steps one by one, between the window's other events, and after `done` the later ones.

    Whoever imports something large waits until `done`: two threads that import hold each other up for seconds.
    """

    done = Signal()

    def __init__(self, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = chain(warming_steps(font), (self._tell_done,), later_steps())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    @property
    def is_at_work(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """What is not warm yet stays cold, and `done` is not told any more."""
        self._timer.stop()

    def _step(self) -> None:
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
        else:
            step()

    def _tell_done(self) -> None:
        self._timer.setInterval(LATER_INTERVAL)
        self.done.emit()


class Collector(QObject):
    """Collects from its construction until `stop`: little and often while much is made, everything while nothing is."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._last_walk = self._last_full = clock()
        self._timer = QTimer(self, interval=CALM_INTERVAL)
        self._timer.timeout.connect(self.collect)
        gc.disable()
        self._timer.start()

    def freeze(self) -> None:
        """What is there now stays for good, and is not looked at again."""
        gc.freeze()

    def pause(self) -> None:
        """While an engine loads: the million objects of its import, walked on the Qt thread, hold up the window for
        0.1 to 0.2 s at a time, and nearly all of them stay."""
        self._timer.stop()

    def resume(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """What is frozen stays so: the interpreter's end need not walk it either."""
        self._timer.stop()
        gc.enable()

    @property
    def is_at_work(self) -> bool:
        return self._timer.isActive()

    @property
    def interval(self) -> int:
        """Milliseconds until the next collection."""
        return self._timer.interval()

    def collect(self) -> int | None:
        """One turn; the oldest generation that was walked, or None if there was no need."""
        now = self._clock()
        since_full = now - self._last_full
        is_busy = gc.get_count()[0] >= BUSY
        self._timer.setInterval(BUSY_INTERVAL if is_busy else CALM_INTERVAL)
        if is_busy:
            oldest = 2 if since_full >= LONGEST_SECONDS else 0
        elif now - self._last_walk >= CALM_SECONDS:
            oldest = 2 if since_full >= FULL_SECONDS else 1
        else:
            return None
        self._last_walk = now
        if oldest == 2:
            self._last_full = now
        gc.collect(oldest)
        return oldest
