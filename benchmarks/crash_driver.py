"""A restless person at the real window: types, sends, asks again, edits, deletes, undoes, imports, at random.

On the Qt thread, through the window's own widgets and signals. A second timer looks at the screen and tells what
is on it: messages seen as sent, and how long every answer is.
"""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from benchmarks.crash_imports import write_import
from benchmarks.crash_wire import Teller
from seproj_desktop.chat.news import PathEntry
from seproj_desktop.window.composer import ComposerField
from seproj_desktop.window.editing import MessageEditor
from seproj_desktop.window.exchange import Exchange
from seproj_desktop.window.main_window import MainWindow
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.sidebar import Sidebar
from seproj_desktop.window.transcript.entries import MessageAction
from seproj_desktop.window.transcript.message import Message
from seproj_desktop.window.transcript.transcript import Transcript

T = TypeVar("T", bound=QObject)
LOOK = 10
"""Milliseconds between two looks at the screen, less than a frame."""
PAUSES = (40, 1200)
"""Milliseconds between two acts."""
IMPORTED = (40, 20)
"""Conversations of an import, and messages of each."""
ASKED = ("Build user authentication", "Add dark mode", "Import a spreadsheet", "Send a weekly report by mail")


class Driver(QObject):
    """Begins with the window; `begin` may be emitted on any thread."""

    begin = Signal()

    def __init__(self, teller: Teller, folder: Path, seed: int, *, imports_first: bool) -> None:
        """`folder` is for the files to be imported."""
        super().__init__()
        self._teller = teller
        self._folder = folder
        self._tag = f"r{seed}"
        self._random = random.Random(seed)
        self._count = 0
        self._acts = {
            self.send: 6,
            self.regenerate: 4,
            self.edit: 3,
            self.flip: 3,
            self.go_on: 2,
            self.stop: 1,
            self.switch: 3,
            self.begin_anew: 1,
            self.fork: 1,
            self.delete_branch: 1,
            self.delete_conversation: 1,
            self.undo: 1,
            self.import_: 1,
        }
        self._next = self.import_ if imports_first else self.send
        self.begin.connect(self._on_begin, Qt.ConnectionType.QueuedConnection)

    def _on_begin(self) -> None:
        windows = QApplication.topLevelWidgets()
        self._window = next(window for window in windows if isinstance(window, MainWindow))
        self._transcript = part(self._window, Transcript)
        self._watch = Watch(self._window, self._transcript, self._teller)
        self._timer = QTimer(self, interval=PAUSES[0])
        self._timer.timeout.connect(self._act)
        self._timer.start()

    def _act(self) -> None:
        if self._window.dialogue.persona is None:
            return  # the backend is not there yet
        self._next()
        self._teller.tell(act=self._next.__name__)
        self._next = self._random.choices([*self._acts], [*self._acts.values()])[0]
        self._timer.setInterval(self._random.randint(*PAUSES))

    # What the person does

    def send(self) -> None:
        field = part(self._window, ComposerField, "composer")
        field.selectAll()
        QTest.keyClicks(field, self._words())
        QTest.keyClick(field, Qt.Key.Key_Return)

    def regenerate(self) -> None:
        self._run(MessageAction.REGENERATE)

    def go_on(self) -> None:
        self._run(MessageAction.CONTINUE)

    def fork(self) -> None:
        self._run(MessageAction.FORK)

    def delete_branch(self) -> None:
        self._run(MessageAction.DELETE)

    def edit(self) -> None:
        """Another version of a question or of an answer."""
        self._run(MessageAction.EDIT)
        editor = part(self._window, MessageEditor)
        if editor.is_editing:
            editor.field.selectAll()
            QTest.keyClicks(editor.field, self._words())
            editor.save_button.click()

    def flip(self) -> None:
        self._transcript.commands.step_version(self._random.choice((-1, 1)))

    def stop(self) -> None:
        self._window.dialogue.stop()

    def switch(self) -> None:
        if listed := self._listed():
            part(self._window, Sidebar).conversation_chosen.emit(self._random.choice(listed))

    def begin_anew(self) -> None:
        part(self._window, Sidebar).new_requested.emit()

    def delete_conversation(self) -> None:
        if listed := self._listed():
            part(self._window, Sidebar).delete_requested.emit([self._random.choice(listed)])

    def undo(self) -> None:
        """Or whatever a notice offers, such as to cancel an import."""
        for button in self._window.findChildren(QAbstractButton, "noticeChoice0"):
            button.click()

    def import_(self) -> None:
        self._count += 1
        tag = f"{self._tag}-{self._count}"
        path = self._folder / f"{tag}.json"
        write_import(path, tag, *IMPORTED)
        self._teller.tell(imports=tag, count=IMPORTED[0])
        part(self._window, Exchange).take_in(path)

    # Help

    def _words(self) -> str:
        """Never the same words twice, so that each message can be found again."""
        self._count += 1
        return f"{self._random.choice(ASKED)} {self._tag}-{self._count}"

    def _run(self, action: MessageAction) -> None:
        """On any message that it fits."""
        commands = self._transcript.commands
        fitting = [one for one in self._transcript.sheet.messages if action in commands.actions_for(one)]
        if fitting:
            commands.run(action, self._random.choice(fitting))

    def _listed(self) -> list[int]:
        return list(part(self._window, ConversationListModel).conversations)


class Watch(QObject):
    """Tells what is on the screen whenever that has changed."""

    def __init__(self, window: MainWindow, transcript: Transcript, teller: Teller) -> None:
        super().__init__(window)
        self._dialogue = window.dialogue
        self._transcript = transcript
        self._teller = teller
        self._path: tuple[PathEntry, ...] = ()
        self._said: set[str] = set()
        self._lengths: dict[str, int] = {}
        self._answering: int | None = None
        timer = QTimer(self, interval=LOOK, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._look)
        timer.start()

    def _look(self) -> None:
        messages = self._transcript.sheet.messages
        if self._dialogue.path is not self._path:
            self._path = self._dialogue.path
            self._tell_said(entry.message.text for entry in self._path if entry.message.role == "user")
            self._tell_lengths(messages)
        self._tell_lengths([message for message in messages[-1:] if message.is_open])
        self._tell_said(waiting.text for waiting in self._dialogue.queue)
        answering = next((int(message.key) for message in messages[-1:] if message.is_open), None)
        if answering != self._answering:
            self._answering = answering
            self._teller.tell(answering=answering)

    def _tell_said(self, texts: Iterable[str]) -> None:
        for text in texts:
            if text not in self._said:
                self._said.add(text)
                self._teller.tell(said=text)

    def _tell_lengths(self, messages: Iterable[Message]) -> None:
        for message in messages:
            length = len(message.text)
            if not message.speaker.is_user and self._lengths.get(message.key) != length:
                self._lengths[message.key] = length
                self._teller.tell(shown=int(message.key), length=length)


def part(window: MainWindow, kind: type[T], name: str = "") -> T:
    """The window's one child of this kind, or of this kind and name."""
    found = window.findChild(kind, name) if name else window.findChild(kind)
    assert found is not None, kind
    return found
