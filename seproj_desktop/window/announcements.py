"""What the notices say, and when they go: failures, states that need a word, and what can be undone.

On the Qt thread. It knows what to say and whom a choice calls; the rows are `notices`.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from seproj_desktop.chat.keeping import KeepingStatus, NotKept
from seproj_desktop.engine import status as engine
from seproj_desktop.errors import ErrorReport
from seproj_desktop.server import status as server
from seproj_desktop.window.notices import Notice, NoticeArea

LONGEST_MESSAGE = 300
UNDO = "undo"
UNDO_MILLISECONDS = 12_000


class Announcements(QObject):
    """Tells and withdraws notices."""

    def __init__(self, area: NoticeArea, restart: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._area = area
        self._restart = restart
        self._undo_timer = QTimer(self, interval=UNDO_MILLISECONDS, singleShot=True)
        self._undo_timer.timeout.connect(lambda: self._area.withdraw(UNDO))

    def show_problems(self, key: str, title: str, problems: Sequence[str]) -> None:
        """One notice for what was found wrong in files."""
        if problems:
            self._area.tell(key, Notice(title, "\n".join(problems), is_failure=False))

    def show_engine(self, status: engine.EngineStatus) -> None:
        if isinstance(status, engine.Failed):
            restart = (self.tr("Restart"), self._restart)
            self._area.tell("engine", Notice(status.reason, status.advice, choices=(restart,)))
        else:
            self._area.withdraw("engine")

    def show_server(self, status: server.ServerStatus) -> None:
        if isinstance(status, server.Broken):
            self._area.tell("server", Notice(status.reason, status.advice))
        elif isinstance(status, server.On) and status.note:
            self._area.tell("server", Notice(status.note, is_failure=False))
        else:
            self._area.withdraw("server")

    def show_keeping(self, status: KeepingStatus, show_other: Callable[[], object] | None = None) -> None:
        """`show_other` brings the program to the front that has the conversations, where there is one."""
        if isinstance(status, NotKept):
            choices = ((self.tr("Show the other window"), show_other),) if show_other is not None else ()
            self._area.tell("keeping", Notice(status.reason, status.advice, choices=choices))
        else:
            self._area.withdraw("keeping")

    def show_failure(self, report: ErrorReport) -> None:
        message = report.message
        if len(message) > LONGEST_MESSAGE:
            message = message[:LONGEST_MESSAGE] + "…"
        details = "\n\n".join(part for part in (report.message, report.traceback) if part)
        copy = (self.tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details))
        notice = Notice(message, report.advice, choices=(copy,) if report.traceback else ())
        self._area.tell(report.message, notice)

    def tell(self, key: str, message: str, advice: str = "") -> None:
        """A word that is no failure."""
        self._area.tell(key, Notice(message, advice, is_failure=False))

    def show_progress(self, key: str, words: str, cancel: Callable[[], object]) -> None:
        """How far something is, with a way to end it; further words of it leave the button where it is."""
        if not self._area.reword(key, words):
            self._area.tell(key, Notice(words, is_failure=False, choices=((self.tr("Cancel"), cancel),)))

    def ask(self, key: str, words: str, advice: str, yes: str, act: Callable[[], object]) -> None:
        """What would be done, and a button that does it; dismissing it is no."""

        def agree() -> None:
            self._area.withdraw(key)
            act()

        self._area.tell(key, Notice(words, advice, is_failure=False, choices=((yes, agree),)))

    def show_binned(self, restore: Callable[[], object] | None) -> None:
        """That the conversation that is shown is in the bin, with a way out of it; None where it is not."""
        if restore is None:
            self._area.withdraw("binned")
        else:
            words = self.tr("This conversation is in the bin.")
            choice = (self.tr("Restore"), restore)
            self._area.tell("binned", Notice(words, is_failure=False, choices=(choice,)))

    def withdraw(self, key: str) -> None:
        self._area.withdraw(key)

    def offer_undo(self, words: str, undo: Callable[[], object]) -> None:
        """Says what was done, for a while, with a way back; only the last one can be undone here."""
        choice = (self.tr("Undo"), lambda: self._take_back(undo))
        self._area.tell(UNDO, Notice(words, is_failure=False, choices=(choice,)))
        self._undo_timer.start()

    def _take_back(self, undo: Callable[[], object]) -> None:
        self._area.withdraw(UNDO)
        undo()
