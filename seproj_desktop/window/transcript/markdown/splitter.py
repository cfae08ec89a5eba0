"""Cuts a growing text into segments that never change once they are closed.

Only whole lines are committed, so nothing is ever undone, and however the text arrives the segments are the same. No
character is looked at twice but those of the open block. No Qt, no Markdown library, any thread.
"""

from collections.abc import Iterator

from seproj_desktop.window.transcript.markdown.block_reader import BlockReader
from seproj_desktop.window.transcript.markdown.holding import is_held
from seproj_desktop.window.transcript.markdown.line_reader import LineReader
from seproj_desktop.window.transcript.markdown.literal_reader import LiteralReader
from seproj_desktop.window.transcript.markdown.segment import LINE_LIMIT, Kind, Segment

__all__ = ["Kind", "Segment", "Splitter"]

SLICE = 500
"""Letters of a long text that are split between two looks at the clock: mostly 0.1 ms, three at worst."""


class Splitter:
    """One text; what was fed is the text of `closed` and of `tail()`, joined."""

    def __init__(self, *, is_literal: bool = False) -> None:
        """`is_literal`: nothing is Markdown but fenced code."""
        self._reader: LineReader = LiteralReader() if is_literal else BlockReader()
        self._line = ""
        """The line that has not ended, as far as the reader does not know it."""
        self._is_in_endless_line = False

    @property
    def closed(self) -> list[Segment]:
        """What will not change any more."""
        return self._reader.end.closed

    @property
    def has_definitions(self) -> bool:
        """Whether there are link definitions, which may concern any segment."""
        return self._reader.end.has_definitions

    def feed(self, text: str) -> None:
        """Adds text, in pieces of any size."""
        *lines, rest = text.split("\n")
        if not lines:
            self._add(rest)
            return
        lines[0] = self._line + lines[0]
        self._line = ""
        for line in lines:
            self._read(line)
        self._add(rest)

    def feed_in_slices(self, text: str) -> Iterator[None]:
        """As `feed`, with a rest whenever the clock may be looked at."""
        for start in range(0, len(text), SLICE):
            self.feed(text[start : start + SLICE])
            yield

    def finish(self) -> None:
        """The text is complete."""
        if self._line:
            self._reader.read(self._line)
            self._line = ""
        self._reader.end.finish()
        self._is_in_endless_line = False

    def tail(self) -> tuple[Segment, ...]:
        """The open rest, as if the text ended here. A line that may still become a mark is only its source."""
        fork, held = self._reader.copy(), ""
        if self._line and is_held(self._line, fork.end.block):
            held = self._line
        elif self._line:
            fork.read(self._line)
        fork.end.finish()
        tail = fork.end.closed
        if not held:
            return tuple(tail)
        last = tail.pop() if tail else Segment("")
        return (*tail, last._replace(text=last.text + held))

    def _add(self, text: str) -> None:
        """The beginning of a line, or more of it."""
        if self._is_in_endless_line:
            self._extend(text)
        else:
            self._line += text
            if len(self._line) > LINE_LIMIT:
                self._begin_endless_line()

    def _read(self, line: str) -> None:
        """A line without its end; of an endless one the rest."""
        if self._is_in_endless_line:
            self._extend(line)
        elif len(line) > LINE_LIMIT:
            self._line = line
            self._begin_endless_line()
        else:
            self._reader.read(line + "\n")
            return
        self._reader.end_line("\n")
        self._is_in_endless_line = False

    def _begin_endless_line(self) -> None:
        line, self._line = self._line, ""
        self._is_in_endless_line = True
        self._reader.begin_line(line[:LINE_LIMIT])
        self._extend(line[LINE_LIMIT:])

    def _extend(self, text: str) -> None:
        for start in range(0, len(text), LINE_LIMIT):
            self._reader.more(text[start : start + LINE_LIMIT])
