"""A transcript in a window of its own, for tests that look at it from outside: it does what lines on stdin say.

Started as a program. `load 2000`, `stream`, `clear`, `quit`; each is answered with `done NAME` once it has happened.
"""

import sys
from datetime import datetime

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.accessibility import install_accessibility
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker, Thought
from seproj_desktop.window.transcript.transcript import Transcript

QUESTION = "Build user authentication\nfor question {number}"
ANSWER = """# Requirements {number}

The system **shall** let a person sign in.

- a password
- a key

```python
def sign_in(name: str) -> bool:
    return True
```

| Name | Priority |
| ---- | -------- |
| REQ-1 | high |
| REQ-2 | low |

> Never in plain text.

$$E = mc^2$$

---

The end of answer {number}.

"""
STREAMED_ANSWERS = 10
STREAM_MILLISECONDS = 16
STREAM_LETTERS = 12
TIME = datetime(2026, 1, 2, 14, 32)  # noqa: DTZ001  # the time of day as it is shown
USER = Speaker("user", "You")
DEVELOPER = Speaker("assistant", "Developer", "#2f6fdb", "Demo model")


class Prompter(QObject):
    """Runs the lines as they come in."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._count = 0
        self._rest = ""
        self._timer = QTimer(self, interval=STREAM_MILLISECONDS)
        self._timer.timeout.connect(self._stream_on)
        self._lines = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._lines.activated.connect(self._read)

    def _read(self) -> None:
        match sys.stdin.readline().split():
            case ["load", count]:
                self._transcript.load([entry(number) for number in range(int(count))])
                say("done load")
            case ["stream"]:
                self._count += 1
                self._transcript.add(Entry(f"s{self._count}", DEVELOPER, time=TIME), is_open=True)
                self._rest = "".join(ANSWER.format(number=f"now {part}") for part in range(STREAMED_ANSWERS))
                self._timer.start()
            case ["clear"]:
                self._transcript.clear()
                say("done clear")
            case _:
                QApplication.quit()

    def _stream_on(self) -> None:
        text, self._rest = self._rest[:STREAM_LETTERS], self._rest[STREAM_LETTERS:]
        if text:
            self._transcript.add_text(f"s{self._count}", text)
            return
        self._timer.stop()
        self._transcript.finish(f"s{self._count}", Ending("700 tokens/s"))
        say("done stream")


def entry(number: int) -> Entry:
    """A question or an answer of a long conversation."""
    if number % 2 == 0:
        return Entry(f"m{number}", USER, QUESTION.format(number=number + 1), time=TIME)
    thought = Thought("Let me think.", 4.2, 311)
    return Entry(
        f"m{number}", DEVELOPER, ANSWER.format(number=number + 1).strip(), thought, Ending("700 tokens/s"), TIME
    )


def say(words: str) -> None:
    print(words, flush=True)


def main() -> int:
    """Shows the window until `quit`."""
    application = QApplication(sys.argv)
    application.setApplicationName("shown-transcript")
    install_accessibility()
    window = QWidget()
    window.setWindowTitle("SEproj Desktop")
    transcript = Transcript(Theme(application, "light"))
    QVBoxLayout(window).addWidget(transcript)
    window.resize(1000, 800)
    Prompter(transcript)
    window.show()
    transcript.setFocus()
    say("done start")
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
