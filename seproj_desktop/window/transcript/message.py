"""One message as the view lays it out: a row of pieces at places that stay theirs while text arrives. No Qt.

A stored message costs nothing until it is looked at; then it is cut into segments (stubs), and a stub is parsed when
it comes into sight; a long one is cut into chapters first, or where it cannot be, split in slices. While text arrives
only the open segment is parsed again.
"""

import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.markdown.blocks import Leaf
from seproj_desktop.window.transcript.markdown.reading import NO_DEFINITIONS
from seproj_desktop.window.transcript.markdown.splitter import Kind, Segment
from seproj_desktop.window.transcript.message_text import MessageText

AT_ONCE = 8
"""Segments that are parsed at once when a lot of text arrives; those before them wait until they are looked at."""


class Part(IntEnum):
    """What a message is made of, from top to bottom."""

    HEADER = 0
    SUMMARY = 1
    THOUGHT = 2
    BODY = 3
    NOTE = 4
    ENDING = 5


class Place(NamedTuple):
    """Where a piece stands in its message: it stays, whatever grows or is parsed around it.

    Segments count from 0, those of a long stored text in each chapter from the letter that it begins with.
    """

    part: Part
    segment: int = 0
    leaf: int = 0


BACKLOG = Place(Part.BODY, sys.maxsize)
"""Where what has not been split yet stands: behind all segments."""


@dataclass(frozen=True, slots=True)
class Header:
    """Who speaks, when, and which of how many versions this is."""

    speaker: Speaker
    time: datetime | None
    version: int = 1
    versions: int = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """The line that stands for the thinking; a click opens and closes it."""

    seconds: float | None
    tokens: int | None
    is_open: bool
    is_live: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A passing word, while nothing has come yet."""

    words: str


@dataclass(frozen=True, slots=True)
class Stub:
    """A segment that has not been parsed yet, or a whole chapter of them."""

    segment: Segment

    @property
    def is_chapter(self) -> bool:
        return self.segment.kind is Kind.CHAPTER

    @property
    def is_continued(self) -> bool:
        """Whether it goes on with the code block or table above it."""
        return not self.segment.piece.is_first


@dataclass(frozen=True, slots=True)
class Backlog:
    """The part of a long text that has not been split yet."""

    first: int
    """The number of the first segment that will come of it."""
    length: int
    """Characters."""


Content = Leaf | Header | Summary | Note | Ending | Stub | Backlog


class Piece:
    """What is laid out as one: its content may change, its place does not. `height` is set by who lays it out."""

    __slots__ = ("__weakref__", "content", "height", "place")

    def __init__(self, place: Place, content: Content) -> None:
        self.place = place
        self.content = content
        self.height = 0

    def __repr__(self) -> str:
        return f"Piece({self.place}, {self.content})"


class Message:
    """A stored or growing message: little more than its entry until it is looked at, for there may be ten thousand."""

    __slots__ = (
        "_entry",
        "_is_as_given",
        "_is_open",
        "_note",
        "_text",
        "_thinking",
        "_thought",
        "height",
        "is_thought_open",
        "key",
        "number",
        "pieces",
    )

    def __init__(self, entry: Entry, *, is_open: bool = False) -> None:
        """`is_open`: text will still be added; `finish` closes it."""
        self.key = entry.key
        self.number = 0
        """Its index in the transcript."""
        self.height = 0
        """Of all pieces together."""
        self.is_thought_open = False
        self.pieces: list[Piece] = []
        self._entry = entry
        """Where more text has come, that is not in it."""
        self._is_as_given = True
        """Whether nothing has changed since the entry was given."""
        self._is_open = is_open
        self._note = ""
        self._thought = entry.thought
        """The figures so far; its text is what there was when the message was made."""
        self._text: MessageText | None = None
        self._thinking: MessageText | None = None

    @property
    def speaker(self) -> Speaker:
        return self._entry.speaker

    @property
    def time(self) -> datetime | None:
        return self._entry.time

    @property
    def version(self) -> int:
        return self._entry.version

    @property
    def versions(self) -> int:
        return self._entry.versions

    @property
    def ending(self) -> Ending:
        return self._entry.ending

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def is_split(self) -> bool:
        """Whether there are pieces."""
        return bool(self.pieces)

    @property
    def text(self) -> str:
        """The exact source, without the thinking."""
        return self._entry.text if self._is_as_given or self._text is None else self._text.source

    @property
    def thinking(self) -> str:
        return self._thought.text if self._is_as_given or self._thinking is None else self._thinking.source

    @property
    def length(self) -> int:
        """Characters, roughly: for a guess at the height."""
        return len(self._entry.text) if self._is_as_given or self._text is None else self._text.length

    @property
    def has_text(self) -> bool:
        """Whether there is any, without the thinking."""
        return bool(self._entry.text) if self._is_as_given or self._text is None else not self._text.is_empty

    @property
    def definitions(self) -> Mapping[str, str]:
        """The link definitions that its text is read with: known once it is complete and split."""
        return NO_DEFINITIONS if self._text is None else self._text.definitions

    def segments(self) -> Iterator[tuple[int, Segment]]:
        """The text's segments with the numbers of their places, the open ones last."""
        return self._split_text().segments()

    @property
    def backlog(self) -> Backlog | None:
        """What its pieces show of text that has not been split yet."""
        index = self.index_of(BACKLOG)
        content = self.pieces[index].content if index < len(self.pieces) else None
        return content if isinstance(content, Backlog) else None

    def is_split_already(self, chapter: Piece) -> bool:
        """Whether the segments of a chapter are known."""
        return self._split(chapter.place.part).has_group(chapter.place.segment)

    def segments_of(self, stub: Piece) -> Iterable[tuple[int, Segment]]:
        """What a piece that is not parsed stands for, with its numbers: one segment, or those of a chapter."""
        assert isinstance(stub.content, Stub)
        (part, number, _), segment = stub.place, stub.content.segment
        return self._split(part).chapter(number, segment.text) if stub.content.is_chapter else ((number, segment),)

    # Stored messages

    def split(self) -> None:
        """Makes the pieces, the text's as stubs: of a long stored text the chapters, or one for all of it."""
        if self.pieces:
            return
        contents: list[tuple[Place, Content]] = [(Place(Part.HEADER), self._header())]
        contents += self._thought_contents()
        text = self._split_text()
        contents += stubs(text.outline())
        contents += backlog_of(text)
        contents += self._closing_contents()
        self.pieces = [Piece(place, content) for place, content in contents]

    def work_off(self, until: float = math.inf) -> int | None:
        """Splits its backlog, until a moment of `perf_counter`.

        Once that is done: the index of the first piece that has changed; until then None.
        """
        first = self._split_text().work_off(until)
        return None if first is None else self._renew_text(first, AT_ONCE if self._is_open else 0)

    def expand(self, index: int) -> None:
        """Parses the stub at `index`; nothing, one or several pieces take its place, of a chapter stubs."""
        stub = self.pieces[index]
        if not isinstance(stub.content, Stub):
            return
        (part, number, _), segment = stub.place, stub.content.segment
        self.height -= stub.height
        contents: Iterable[tuple[Place, Content]] = (
            stubs(self.segments_of(stub), part)
            if stub.content.is_chapter
            else placed(part, number, self._split(part).read(segment))
        )
        self.pieces[index : index + 1] = [Piece(place, content) for place, content in contents]

    def last_chapter(self) -> int | None:
        """The index of the last chapter that is not split yet."""
        for part in (Part.BODY, Part.THOUGHT) if self._shows_thought else (Part.BODY,):
            for start in reversed(self._split(part).chapter_starts()):
                index = self.index_of(Place(part, start))
                for piece in self.pieces[index : index + 1]:
                    if isinstance(piece.content, Stub) and piece.content.is_chapter:
                        return index
        return None

    def take_parsed(self) -> int:
        """How many characters have been parsed since this was last asked."""
        return sum(text.take_parsed() for text in (self._text, self._thinking) if text is not None)

    def index_of(self, place: Place) -> int:
        """The index of the piece at a place, or of the first one behind it."""
        return bisect_left(self.pieces, place, key=lambda piece: piece.place)

    # Growing messages; each returns the index of the first piece that has changed

    def add_text(self, text: str) -> int:
        self.split()
        self._is_as_given, self._note = False, ""
        first = self._split_text().feed(text)
        change = self._set_summary()
        return min(change, self._renew_text(first), self._set_closing())

    def add_thinking(self, text: str) -> int:
        self.split()
        self._is_as_given, self._note = False, ""
        thinking = self._split_thinking()
        first = thinking.feed(text)
        thinking.split_all()
        change = min(self._set_summary(), self._set_closing())
        return min(change, self._renew_thinking(first))

    def set_thought(self, seconds: float | None, tokens: int | None) -> int:
        """The thinking's figures so far."""
        self._is_as_given = False
        self._thought = replace(self._thought, seconds=seconds, tokens=tokens)
        return self._set_summary()

    def set_note(self, words: str) -> int:
        """A passing word under the message; the next text withdraws it."""
        self.split()
        self._note = words
        return self._set_closing()

    def finish(self, ending: Ending) -> int:
        """Nothing more will come."""
        self.split()
        self._is_as_given, self._is_open, self._note = False, False, ""
        self._entry = replace(self._entry, ending=ending)
        change = self._set_summary()
        if self._thinking is not None:
            change = min(change, self._renew_thinking(self._thinking.finish()))
        return min(change, self._renew_text(self._split_text().finish()), self._set_closing())

    def show_thought(self, *, is_open: bool) -> int:
        """Opens or closes the thinking."""
        self.split()
        self.is_thought_open = is_open
        start = self.index_of(Place(Part.SUMMARY))
        end = self.index_of(Place(Part.BODY))
        return self._replace(start, end, self._thought_contents())

    # Messages of a path that is shown anew

    def is_as_given(self, entry: Entry, *, is_open: bool) -> bool:
        """Whether nothing has changed since this very entry was given: no text needs to be compared."""
        return self._is_as_given and self._entry is entry and self._is_open is is_open

    def has_text_of(self, entry: Entry, *, is_open: bool) -> bool:
        """Whether only the header and the end may differ, so that `update` is enough; no message opens again."""
        if self.key != entry.key or (is_open and not self._is_open):
            return False
        return self.text == entry.text and self.thinking == entry.thought.text

    def update(self, entry: Entry, *, is_open: bool) -> int:
        """Takes the header and the end from an entry with the same text; the figures of thinking that is over too."""
        is_closing = self._is_open and not is_open
        self._entry = entry
        if not is_open:
            self._thought = entry.thought
        change = len(self.pieces)
        if is_closing:
            change = self.finish(entry.ending)
        elif self.pieces:
            change = min(self._set_summary(), self._set_closing())
        self._entry, self._is_as_given = entry, True
        return min(change, self._set_header()) if self.pieces else change

    # The pieces' contents

    def _split(self, part: Part) -> MessageText:
        """The text that pieces of this part show."""
        return self._split_thinking() if part is Part.THOUGHT else self._split_text()

    def _split_text(self) -> MessageText:
        if self._text is None:
            self._text = MessageText(self._entry.text, is_literal=self.speaker.is_user, is_open=self._is_open)
        return self._text

    def _split_thinking(self) -> MessageText:
        if self._thinking is None:
            self._thinking = MessageText(self._thought.text, is_literal=True, is_open=True)
            self._thinking.split_all()
        return self._thinking

    def _header(self) -> Header:
        return Header(self.speaker, self.time, self.version, self.versions)

    def _thought_contents(self) -> list[tuple[Place, Content]]:
        if not self._has_thought:
            return []
        contents: list[tuple[Place, Content]] = [(Place(Part.SUMMARY), self._summary())]
        if self.is_thought_open:
            if self._thinking is None:
                self._split_thinking().finish()
            contents += read(Part.THOUGHT, self._split_thinking(), 0, AT_ONCE if self._is_open else 0)
        return contents

    def _summary(self) -> Summary:
        is_live = self._is_open and (self._text is None or self._text.is_empty)
        return Summary(self._thought.seconds, self._thought.tokens, self.is_thought_open, is_live)

    @property
    def _shows_thought(self) -> bool:
        return self.is_thought_open and self._has_thought

    @property
    def _has_thought(self) -> bool:
        return self._thinking is not None or bool(self._thought.text)

    def _closing_contents(self) -> list[tuple[Place, Content]]:
        contents: list[tuple[Place, Content]] = []
        if self._note:
            contents.append((Place(Part.NOTE), Note(self._note)))
        if self.ending.words or self.ending.can_continue:
            contents.append((Place(Part.ENDING), self.ending))
        return contents

    # Putting them in their places

    def _renew_text(self, first: int, at_once: int = AT_ONCE) -> int:
        text = self._split_text()
        if text.backlog:
            return self._replace(self.index_of(BACKLOG), self.index_of(Place(Part.NOTE)), backlog_of(text))
        return self._renew(Part.BODY, first, read(Part.BODY, text, first, at_once))

    def _renew_thinking(self, first: int) -> int:
        if not self.is_thought_open:
            return len(self.pieces)
        return self._renew(Part.THOUGHT, first, read(Part.THOUGHT, self._split_thinking(), first, AT_ONCE))

    def _renew(self, part: Part, first: int, contents: Sequence[tuple[Place, Content]]) -> int:
        return self._replace(self.index_of(Place(part, first)), self.index_of(Place(Part(part + 1))), contents)

    def _set_header(self) -> int:
        return self._replace(0, 1, [(Place(Part.HEADER), self._header())])

    def _set_summary(self) -> int:
        if not self._has_thought:
            return len(self.pieces)
        start = self.index_of(Place(Part.SUMMARY))
        end = self.index_of(Place(Part.THOUGHT))
        return self._replace(start, end, [(Place(Part.SUMMARY), self._summary())])

    def _set_closing(self) -> int:
        return self._replace(self.index_of(Place(Part.NOTE)), len(self.pieces), self._closing_contents())

    def _replace(self, start: int, end: int, contents: Sequence[tuple[Place, Content]]) -> int:
        """Puts contents in the places of some pieces; a piece whose place remains is kept, with its layout."""
        known = {piece.place: piece for piece in self.pieces[start:end]}
        fresh: list[Piece] = []
        change = len(contents) if len(contents) < end - start else -1
        for index, (place, content) in enumerate(contents):
            piece = known.get(place)
            if piece is None:
                piece = Piece(place, content)
                change = index if change < 0 else min(change, index)
            elif piece.content != content:
                piece.content = content
                change = index if change < 0 else min(change, index)
            fresh.append(piece)
        self.height += sum(piece.height for piece in fresh) - sum(piece.height for piece in known.values())
        self.pieces[start:end] = fresh
        return len(self.pieces) if change < 0 else start + change


def read(part: Part, text: MessageText, first: int, at_once: int | None = None) -> list[tuple[Place, Content]]:
    """What a text shows from a segment on, at its places; of the closed segments only the last `at_once` are read."""
    contents: list[tuple[Place, Content]] = []
    for number, found in text.read_from(first, at_once):
        if isinstance(found, Segment):
            contents += stubs([(number, found)], part)
        else:
            contents += placed(part, number, found)
    return contents


def stubs(segments: Iterable[tuple[int, Segment]], part: Part = Part.BODY) -> Iterator[tuple[Place, Stub]]:
    """Numbered segments at their places, without those that draw nothing."""
    return ((Place(part, number), Stub(segment)) for number, segment in segments if not segment.is_silent)


def placed(part: Part, number: int, leaves: Iterable[Leaf]) -> Iterator[tuple[Place, Leaf]]:
    return ((Place(part, number, index), leaf) for index, leaf in enumerate(leaves))


def backlog_of(text: MessageText) -> list[tuple[Place, Content]]:
    """What stands for a text's backlog, if it has one."""
    return [(BACKLOG, Backlog(text.first_unsplit, len(text.backlog)))] if text.backlog else []
