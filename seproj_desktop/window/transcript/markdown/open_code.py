"""A code block while it grows, fenced or indented; at most 40 lines of it leave as one segment. No Qt, no Markdown."""

from seproj_desktop.window.transcript.markdown.cutting import boundary
from seproj_desktop.window.transcript.markdown.segment import (
    CODE_LIMIT,
    CODE_LINES,
    SKIP_LIMIT,
    Kind,
    Piece,
    Place,
    Segment,
)


class OpenCode:
    """Lines of code. A piece leaves only when the next line has come, so that none is empty."""

    __slots__ = (
        "_blanks",
        "_first",
        "_is_first",
        "_joins",
        "_size",
        "_sources",
        "character",
        "indent",
        "language",
        "length",
        "lines",
        "place",
    )

    def __init__(self, place: Place, language: str = "", character: str = "", length: int = 0, indent: int = 0) -> None:
        """`character` and `length` are the fence's, none where the code is indented; `indent` goes from each line."""
        self.place = place
        self.language = language
        self.character = character
        self.length = length
        self.indent = indent
        self.lines: list[str] = []
        self._sources: list[str] = []
        self._blanks: list[tuple[str, str]] = []
        self._size = 0
        self._first = 0
        self._is_first = True
        self._joins = False

    def copy(self) -> "OpenCode":
        twin = OpenCode(self.place, self.language, self.character, self.length, self.indent)
        twin.lines, twin._sources, twin._blanks = self.lines.copy(), self._sources.copy(), self._blanks.copy()
        twin._size, twin._first, twin._is_first, twin._joins = self._size, self._first, self._is_first, self._joins
        return twin

    @property
    def is_fenced(self) -> bool:
        return bool(self.character)

    def add_source(self, text: str) -> None:
        """What belongs to the block and is no code: a fence, blank lines above."""
        self._sources.append(text)

    def add(self, source: str, line: str, out: list[Segment]) -> None:
        """A whole line, or the beginning of one."""
        blanks, self._blanks = self._blanks, []
        for blank_source, blank in blanks:
            self._append(blank_source, blank, out)
        self._append(source, line, out)

    def add_blank(self, source: str, line: str) -> bool:
        """A blank line after indented code: part of it if more code follows. False where it is one too many."""
        self._blanks.append((source, line))
        return len(self._blanks) < CODE_LINES and sum(len(blank) for blank, _ in self._blanks) < SKIP_LIMIT

    def extend(self, text: str, out: list[Segment]) -> None:
        """More of the last line."""
        self._sources[-1] += text
        self.lines[-1] += text
        self._size += len(text)
        while self._size > CODE_LIMIT:
            self._cut_line(out)

    def end_line(self, end: str) -> None:
        self._sources[-1] += end
        self.lines[-1] = self.lines[-1].removesuffix("\r")

    def close(self, out: list[Segment], *, is_fence_closed: bool = False) -> str:
        """Gives back the source of the blank lines that turned out not to belong to it."""
        if is_fence_closed and self.language == "math" and self._is_first and self.lines:
            out.append(Segment("".join(self._sources), Kind.FORMULA, "\n".join(self.lines), "", self.place))
        else:
            self._emit(out, is_last=True)
        return "".join([source for source, _ in self._blanks])

    def _append(self, source: str, line: str, out: list[Segment]) -> None:
        if self.lines and (len(self.lines) >= CODE_LINES or self._size + len(source) >= CODE_LIMIT):
            self._emit(out, is_last=False)
        self._sources.append(source)
        self.lines.append(line)
        self._size += len(source)

    def _cut_line(self, out: list[Segment]) -> None:
        """Lets everything leave but the end of the last line."""
        line, source = self.lines[-1], self._sources[-1]
        keep = boundary(line, CODE_LIMIT - (self._size - len(line)))
        rest = line[keep:]
        self.lines[-1], self._sources[-1] = line[:keep], source[: len(source) - len(rest)]
        number = self._first + len(self.lines) - 1
        self._emit(out, is_last=False)
        self.lines, self._sources, self._size = [rest], [rest], len(rest)
        self._first, self._joins = number, True

    def _emit(self, out: list[Segment], *, is_last: bool) -> None:
        content = "".join([line + "\n" for line in self.lines])
        piece = Piece(self._first, self._is_first, is_last, self._joins)
        out.append(Segment("".join(self._sources), Kind.CODE, content, self.language, self.place, piece))
        self._first += len(self.lines)
        self.lines, self._sources, self._size = [], [], 0
        self.place, self._is_first, self._joins = self.place.after_cut(), False, False
