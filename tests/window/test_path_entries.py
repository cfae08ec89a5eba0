"""Stored messages as entries of the transcript: who spoke, how it ended, and which can be gone on with."""

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.events import Finished
from seproj_desktop.chat.news import PathEntry
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.window.path_entries import SLICE, EntryMaker, key_of, message_of

PERSONAS = PersonaLibrary([Persona(id="developer", name="Developer", colour="#112233")])


def answer(number: int, **fields: object) -> PathEntry:
    known = {"persona": "developer", "persona_name": "Developer", "model": "m"} | fields
    return PathEntry(StoredMessage(number, None, "assistant", "text", 0.0, **known))  # type: ignore[arg-type]


def question(number: int) -> PathEntry:
    return PathEntry(StoredMessage(number, None, "user", "why?", 0.0))


def test_speakers_keep_their_names_when_their_persona_is_gone() -> None:
    entries = EntryMaker(PERSONAS).entries([question(1), answer(2), answer(3, persona="gone", persona_name="Old")])
    assert [entry.speaker.name for entry in entries] == ["You", "Developer", "Old"]
    assert [entry.speaker.colour for entry in entries] == ["", "#112233", ""]
    assert [message_of(entry.key) for entry in entries] == [1, 2, 3]
    assert key_of(3) == entries[2].key


def test_only_what_was_cut_at_the_end_can_be_gone_on_with() -> None:
    cut = answer(2, state="interrupted")
    maker = EntryMaker(PERSONAS)
    assert [entry.ending.can_continue for entry in maker.entries([question(1), cut])] == [False, True]
    assert [entry.ending.can_continue for entry in maker.entries([question(1), cut, question(3)])] == [False] * 3
    limited = answer(4, finished=Finished("length"))
    whole = answer(5, finished=Finished("stop"))
    assert maker.entry(limited, is_last=True).ending.can_continue
    assert not maker.entry(whole, is_last=True).ending.can_continue


def test_failures_and_edits_say_so() -> None:
    maker = EntryMaker(PERSONAS)
    failed = maker.entry(answer(1, state="failed", error="It broke."), is_last=True).ending
    assert (failed.words, failed.is_failure, failed.can_continue) == ("It broke.", True, True)
    assert maker.entry(answer(2, is_edited=True)).ending.words == "edited"
    assert maker.entry(answer(3, state="stopped")).ending.words == "stopped by you"


async def test_an_entry_is_made_once_and_slices_make_the_same() -> None:
    path = [question(1), *(answer(number) for number in range(2, SLICE + 5))]
    maker = EntryMaker(PERSONAS)
    entries = await maker.prepare(path)
    assert entries == EntryMaker(PERSONAS).entries(path)
    assert all(one is other for one, other in zip(entries, maker.entries(path), strict=True))
    assert await EntryMaker(PERSONAS).prepare([]) == []
