"""What the tests of the transcript show: a page of everything, and views to show it in."""

from random import Random

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker, Thought
from seproj_desktop.window.transcript.transcript import Transcript

PAGE = """# A heading with `code` and *emphasis*

A paragraph with **bold**, *italic*, ~~struck~~ and `code` and a [link](https://example.org/path), long enough to be
broken into more than one line of the column whatever its width may be, and a bare address https://example.net/x too.

- first
- second with **bold**
  - nested
    1. deeper
- [ ] open task
- [x] done task

3. three
4. four

```python
def greet(name: str) -> str:
    \"\"\"Say hello.\"\"\"
    return f"Hello, {name}!"

print(greet("you"), 0x1F)  # a comment
```

| Name | Purpose | Count |
| :--- | :---: | ---: |
| alpha | the first letter | 1 |
| beta | the **second** one with `code` | 22 |
| gamma | third | 333 |

> A quote.
>
> Its second paragraph.

Emoji 😀👍🏽, 漢字, العربية עברית and e\u0301 in one line.

---

```
no language, and no end
"""

PATIENCE = 60_000
"""Milliseconds for what comes in slices or from another process: the machine may be busy."""
USER = Speaker("user", "You")
PERSONA = Speaker("assistant", "Developer", "#2f6fdb", "Demo model")


def long_entries(count: int) -> list[Entry]:
    """Questions and answers in turn."""
    return [
        Entry(f"m{number}", PERSONA if number % 2 else USER, f"Message {number}.\n\n{PAGE}", ending=Ending("figures"))
        for number in range(count)
    ]


def thoughtful(key: str = "thoughtful") -> Entry:
    return Entry(key, PERSONA, "The answer.", Thought("First this.\nThen that.", 4.2, 311))


def pieces_of(text: str, random: Random, longest: int = 60) -> list[str]:
    """The text cut at random."""
    pieces = []
    while text:
        length = random.randint(1, longest)
        pieces.append(text[:length])
        text = text[length:]
    return pieces


def picture(view: Transcript) -> QImage:
    """What is on the viewport now, overlays left out."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    shown = [one for one in (view.end_button, view.action_bar, view.address_label) if one.isVisible()]
    for one in shown:
        one.hide()
    image = view.viewport().grab().toImage()
    for one in shown:
        one.show()
    return image


def look_ahead(view: Transcript) -> None:
    """Has the view painted, and then all laid out that it does ahead of the next step."""
    QApplication.processEvents()
    while view.is_looking_ahead:
        QApplication.processEvents()
    QApplication.processEvents()  # the bar, whose place depends on what was laid out


def on_screen(view: QWidget) -> QImage:
    """What the screen has of a view that is a window, overlays included: whatever was moved or left there."""
    QApplication.processEvents()
    return view.screen().grabWindow(view.winId()).toImage()


def repainted(view: Transcript) -> QImage:
    """The same, painted anew as a whole."""
    view.viewport().update()
    return picture(view)


def place_of(view: Transcript, words: str, *, after: int = 1) -> QPoint:
    """A point on some words in sight, between the letters before and behind `after`."""
    for one in view.scroller.shown:
        text = one.box.source(0, one.box.length)
        if words in text:
            start = text.index(words) + after
            corner = QPointF(view.box_left(one.piece), one.box_top)
            if start < len(text):
                rectangle = next(iter(one.box.rectangles(start, start + 1)))
                return (QPointF(rectangle.left() + 1, rectangle.center().y()) + corner).toPoint()
            rectangle = next(iter(one.box.rectangles(start - 1, start)))
            return (QPointF(rectangle.right() + 1, rectangle.center().y()) + corner).toPoint()
    raise AssertionError(f"{words!r} is not in sight")


def click(view: Transcript, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseMove(view.viewport(), point)
    QTest.mouseClick(view.viewport(), button, Qt.KeyboardModifier.NoModifier, point)


def drag(view: Transcript, start: QPoint, end: QPoint) -> None:
    """Presses at one point, moves to another and lets go."""
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(view.viewport(), (start + end) / 2)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
