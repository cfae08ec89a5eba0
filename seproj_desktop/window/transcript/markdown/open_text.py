"""A block of running text while it grows: a paragraph, a heading, or text that is shown as typed. No Qt, no Markdown.

Longer than `TEXT_LIMIT` it is cut, and its beginning leaves as a segment.
"""

from dataclasses import replace

from seproj_desktop.window.transcript.markdown.blocks import Gap
from seproj_desktop.window.transcript.markdown.cutting import soft_cut
from seproj_desktop.window.transcript.markdown.segment import SOURCE_LIMIT, TEXT_LIMIT, Kind, Place, Segment

LITERAL_LINES = 40


class OpenText:
    """Lines of text; each as source and as content, the part of the source that is read."""

    __slots__ = ("_source_size", "_starts", "contents", "has_cut_line", "kind", "lead", "place", "size", "sources")

    def __init__(self, kind: Kind, place: Place, lead: str = "") -> None:
        self.kind = kind
        self.place = place
        self.lead = lead
        """A heading's number signs."""
        self.sources: list[str] = []
        self.contents: list[str] = []
        self._starts: list[int] = []
        """Where each content begins in its source."""
        self._source_size = 0
        self.size = 0
        self.has_cut_line = False
        """Whether the first line's beginning has left."""

    def copy(self) -> "OpenText":
        twin = OpenText(self.kind, self.place, self.lead)
        twin.sources, twin.contents, twin._starts = self.sources.copy(), self.contents.copy(), self._starts.copy()
        twin.size, twin._source_size, twin.has_cut_line = self.size, self._source_size, self.has_cut_line
        return twin

    @property
    def is_paragraph(self) -> bool:
        """Whether the next line may go on with it, whatever stands before that line."""
        return self.kind is Kind.TEXT

    @property
    def is_cut(self) -> bool:
        return self.place.gap is Gap.NONE

    def add(self, source: str, content: str, out: list[Segment]) -> None:
        """A whole line, or the beginning of one."""
        is_full = self._source_size + len(source) > SOURCE_LIMIT
        if self.kind is Kind.LITERAL:  # whose lines are shown as they are: none is torn for another's sake
            is_full |= len(self.contents) >= LITERAL_LINES or self.size + len(content) > TEXT_LIMIT
        if self.contents and is_full:
            self._cut_at(self.size - 1, "\n", out)
        self.sources.append(source)
        self.contents.append(content)
        self._starts.append(len(source.rstrip("\r\n")) - len(content))
        self._source_size += len(source)
        self.size += len(content) + 1
        self._shorten(out)

    def extend(self, text: str, out: list[Segment]) -> None:
        """More of the last line."""
        self.sources[-1] += text
        self.contents[-1] += text
        self._source_size += len(text)
        self.size += len(text)
        self._shorten(out)

    def add_source(self, text: str) -> None:
        """What belongs to it and is not read."""
        if not self.sources:
            self.add("", "", [])
        self.sources[-1] += text

    @property
    def is_last_line_whole(self) -> bool:
        return len(self.contents) > 1 or not self.has_cut_line

    def take_last_line(self) -> tuple[str, str]:
        """The last line's source and content, for a table whose header it turns out to be."""
        self.size -= len(self.contents[-1]) + 1
        self._source_size -= len(self.sources[-1])
        self._starts.pop()
        return self.sources.pop(), self.contents.pop()

    def make_heading(self, level: int) -> None:
        """The paragraph has been underlined."""
        self.kind, self.lead = Kind.HEADING, "#" * level
        if not self.place.marker:
            self.place = replace(self.place, gap=Gap.LARGE)

    def close(self, out: list[Segment]) -> None:
        if self.sources:
            content = "\n".join(self.contents)
            self._emit("".join(self.sources), content.rstrip() if self.kind is Kind.LITERAL else content, out)

    def _shorten(self, out: list[Segment]) -> None:
        while self.size - 1 > TEXT_LIMIT:
            content = "\n".join(self.contents)
            end, start = soft_cut(content, TEXT_LIMIT, is_literal=self.kind is Kind.LITERAL)
            if self.kind is Kind.LITERAL and start > end:
                # One break goes; the white space around it is shown.
                end = content.rfind("\n", end, start) if "\n" in content[end:start] else start - 1
                self._cut_at(end, content[end], out)
            else:
                self._cut_at(end, content[end:start], out)

    def _cut_at(self, end: int, gone: str, out: list[Segment]) -> None:
        """Lets everything up to `end` leave, counted in the joined contents, and drops the white space after it."""
        content = "\n".join(self.contents)[:end]
        line, offset = 0, end + len(gone)
        while line < len(self.contents) and offset > len(self.contents[line]):
            offset -= len(self.contents[line]) + 1
            line += 1
        sources, self.sources = self.sources[:line], self.sources[line:]
        self.contents, self._starts = self.contents[line:], self._starts[line:]
        self.has_cut_line = bool(offset) and bool(self.contents)
        if self.has_cut_line:
            sources.append(self._cut_first_line(offset))
        self._emit("".join(sources), content, out)
        self.place = self.place.after_cut(_glue(content, gone, is_literal=self.kind is Kind.LITERAL))
        self._source_size = sum(map(len, self.sources))
        self.size = sum(map(len, self.contents)) + len(self.contents)

    def _cut_first_line(self, offset: int) -> str:
        """Takes the beginning off the first line, and gives it back as source."""
        source, position = self.sources[0], max(0, self._starts[0] + offset)
        self.sources[0], self.contents[0], self._starts[0] = source[position:], self.contents[0][offset:], 0
        return source[:position]

    def _emit(self, text: str, content: str, out: list[Segment]) -> None:
        if self.kind is not Kind.LITERAL:
            content = content.strip(" \t\r\n")
        out.append(Segment(text, self.kind, content, self.lead, self.place))


def _glue(before: str, gone: str, *, is_literal: bool) -> str:
    """What the reader loses by a cut: a line break, a space, or nothing."""
    if "\n" in gone and (is_literal or gone.startswith("  ") or before.endswith("\\")):
        return "\n"
    return " " if gone else ""
