"""Decides when new text is told to screen readers: block by block as it is finished, never faster than a person hears.

On the Qt thread. While nobody listens it looks no further than that. It says what is to be told; who tells it is
`speech`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from seproj_desktop.window.transcript.accessibility.spoken import LONGEST, announced, bounded
from seproj_desktop.window.transcript.message import Message, Part, Place
from seproj_desktop.window.transcript.view import TranscriptView

REST_MILLISECONDS = 2000
"""Between two announcements."""


@dataclass(slots=True)
class Telling:
    """An answer, and from where on it has not been told."""

    message: Message
    place: Place = Place(Part.BODY)  # noqa: RUF009  # a value
    is_begun: bool = False


class Announcer(QObject):
    """Follows the answers of one view, one after the other."""

    told = Signal(object, str)
    """The message, and the words to be said."""

    def __init__(self, view: TranscriptView, is_heard: Callable[[], bool], rest: int = REST_MILLISECONDS) -> None:
        super().__init__(view)
        self._view = view
        self._is_heard = is_heard
        self._tellings: deque[Telling] = deque()
        self._rest = QTimer(self, interval=rest, singleShot=True)
        self._rest.timeout.connect(self._look)
        view.scrolled.connect(self._look)

    def _look(self) -> None:
        """After every change: whether there is something to tell."""
        if not self._is_heard():
            self._tellings.clear()
            return
        self._follow()
        if not self._tellings or self._rest.isActive():
            return
        telling = self._tellings[0]
        words = self._next_words(telling)
        if words:
            self._rest.start()
            self.told.emit(telling.message, words)

    def _follow(self) -> None:
        """Takes up an answer that has begun, and drops those that are gone."""
        messages = self._view.sheet.messages
        if messages and messages[-1].is_open and not any(one.message is messages[-1] for one in self._tellings):
            self._tellings.append(Telling(messages[-1]))
        while self._tellings and not self._view.sheet.holds(self._tellings[0].message):
            self._tellings.popleft()

    def _next_words(self, telling: Telling) -> str:
        """What has been finished since the last time; the end with a word that it is one."""
        message, words, end = telling.message, "", ""
        if not message.is_open:
            words, end = self._blocks(telling, Place(Part.NOTE)), end_words(message)
            self._tellings.popleft()
        elif message.backlog is not None:
            return ""
        elif message.pieces and (last := message.pieces[-1].place).part is Part.BODY and last > telling.place:
            limit = Place(Part.BODY, last.segment)
            words, telling.place = self._blocks(telling, limit), limit
        said = "\n".join(part for part in (words, end) if part)
        if not said or telling.is_begun:
            return said
        telling.is_begun = True
        return f"{message.speaker.name}: {said}"

    def _blocks(self, telling: Telling, limit: Place) -> str:
        """The blocks before a place that have not been told; of too much only the beginning."""
        message, words, room = telling.message, [], LONGEST
        sheet = self._view.sheet
        spot = sheet.spot(message, telling.place)
        while spot is not None and spot.message is message and spot.place < limit and room > 0:
            if spot.place >= telling.place and (said := announced(spot.piece.content)):
                words.append(said)
                room -= len(said)
            spot = sheet.next(spot)
        return bounded("\n".join(words))


def end_words(message: Message) -> str:
    """How an answer has ended; of a regular end only that it has."""
    if message.ending.is_failure or message.ending.can_continue:
        return message.ending.words
    return QCoreApplication.translate("Announcer", "End of the answer.")
