"""Stored messages as the transcript shows them: who spoke, when, how it ended, in words.

On any thread: a long conversation's entries are made on the backend's, in slices, and those of later changes on the Qt
thread, where an entry that was made before is taken again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.news import PathEntry
from seproj_desktop.chat.personas import PersonaLibrary, UnknownPersonaError
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker, Thought
from seproj_desktop.window.words import answer_figures, model_words, tr

SLICE = 500
"""Entries that are made at once, at 3 to 5 µs each."""


class EntryMaker:
    """Makes the entries of one conversation, each of them once."""

    def __init__(self, personas: PersonaLibrary) -> None:
        self._personas = personas
        self._made: dict[int, tuple[PathEntry, bool, Entry]] = {}
        self._speakers: dict[tuple[str, str, str, str], Speaker] = {}

    def entries(self, path: Sequence[PathEntry]) -> list[Entry]:
        """Of a whole path."""
        return [*(self.entry(one) for one in path[:-1]), *(self.entry(one, is_last=True) for one in path[-1:])]

    async def prepare(self, path: Sequence[PathEntry]) -> list[Entry]:
        """As `entries`, letting others have their turn in between."""
        for start in range(0, len(path) - 1, SLICE):
            for one in path[start : min(start + SLICE, len(path) - 1)]:
                self.entry(one)
            await asyncio.sleep(0)
        return self.entries(path)

    def entry(self, one: PathEntry, *, is_last: bool = False) -> Entry:
        """`is_last`: nothing follows it on the path, so that it can be gone on with."""
        made = self._made.get(one.message.id)
        if made is not None and made[0] is one and made[1] is is_last:
            return made[2]
        entry = self._make(one, is_last)
        self._made[one.message.id] = (one, is_last, entry)
        return entry

    def _make(self, one: PathEntry, is_last: bool) -> Entry:
        message = one.message
        return Entry(
            key_of(message.id),
            self._speaker(message),
            message.text,
            Thought(message.thought.text, message.thought.seconds, message.thought.tokens),
            ending_of(message, is_last=is_last),
            datetime.fromtimestamp(message.created).astimezone(),
            one.version,
            one.versions,
        )

    def _speaker(self, message: StoredMessage) -> Speaker:
        key = (message.role, message.persona, message.persona_name, message.model)
        speaker = self._speakers.get(key)
        if speaker is None:
            speaker = self._speakers[key] = self._make_speaker(message)
        return speaker

    def _make_speaker(self, message: StoredMessage) -> Speaker:
        if message.role != "assistant":
            return Speaker("user", tr("You") if message.role == "user" else tr("System"))
        try:
            persona = self._personas.get(message.persona)
        except UnknownPersonaError:
            name, colour = message.persona_name or tr("Assistant"), ""
        else:
            name, colour = message.persona_name or persona.name, persona.colour
        return Speaker("assistant", name, colour, model_words(message.model))


def key_of(message: int) -> str:
    """A message's key in the transcript."""
    return str(message)


def message_of(key: str) -> int:
    return int(key)


def ending_of(message: StoredMessage, *, is_last: bool) -> Ending:
    """The line under a message; what was cut at the path's end offers to go on."""
    if message.role != "assistant" or message.state == "streaming":
        return Ending()
    match message.state:
        case "failed":
            return Ending(message.error, is_failure=True, can_continue=is_last and bool(message.text))
        case "interrupted":
            return Ending(tr("Interrupted: the program ended."), can_continue=is_last)
        case "stopped" if message.finished is None:
            return Ending(tr("stopped by you"), can_continue=is_last)
    figures = answer_figures(message.finished) if message.finished is not None else ""
    if message.is_edited:
        figures = " · ".join(part for part in (tr("edited"), figures) if part)
    is_cut = message.state == "stopped" or (message.finished is not None and message.finished.reason == "length")
    return Ending(figures, can_continue=is_last and is_cut)
