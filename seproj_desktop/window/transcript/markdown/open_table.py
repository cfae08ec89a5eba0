"""A table and a formula while they grow. No Qt, no Markdown library."""

from seproj_desktop.window.transcript.markdown.marks import AFTER_FORMULA
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import TABLE_ROWS, TEXT_LIMIT, Kind, Piece, Place, Segment


class OpenTable:
    """Rows under a header; at most twelve leave as one segment, when the next row has come."""

    __slots__ = ("_first", "_is_first", "_lead", "_rows", "_size", "_sources", "place")

    def __init__(self, place: Place, source: str, lead: str) -> None:
        """`lead` is the header and the delimiter line."""
        self.place = place
        self._lead = lead
        self._sources = [source]
        self._rows: list[str] = []
        self._size = 0
        self._first = 0
        self._is_first = True

    def copy(self) -> "OpenTable":
        twin = OpenTable(self.place, "", self._lead)
        twin._sources, twin._rows, twin._size = self._sources.copy(), self._rows.copy(), self._size
        twin._first, twin._is_first = self._first, self._is_first
        return twin

    def add(self, source: str, row: str, out: list[Segment]) -> None:
        if self._rows and (len(self._rows) >= TABLE_ROWS or self._size + len(source) > TEXT_LIMIT):
            self._emit(out, is_last=False)
        self._sources.append(source)
        self._rows.append(row)
        self._size += len(source)

    def close(self, out: list[Segment]) -> None:
        self._emit(out, is_last=True)

    def _emit(self, out: list[Segment], *, is_last: bool) -> None:
        piece = Piece(self._first, self._is_first, is_last)
        out.append(Segment("".join(self._sources), Kind.TABLE, "\n".join(self._rows), self._lead, self.place, piece))
        self._first += len(self._rows)
        self._sources, self._rows, self._size = [], [], 0
        self.place, self._is_first = self.place.after_cut(), False


class OpenFormula:
    """The lines of a formula whose end has not come: if it never does, they are text that is shown as typed."""

    __slots__ = ("_keeps_marks", "_mark", "closing", "contents", "place", "size", "sources")

    def __init__(self, place: Place, mark: str, closing: str, keeps_marks: bool) -> None:
        """`keeps_marks`: the marks are TeX themselves."""
        self.place = place
        self.closing = closing
        self.sources: list[str] = []
        self.contents: list[str] = []
        self.size = 0
        self._mark = mark
        self._keeps_marks = keeps_marks

    def copy(self) -> "OpenFormula":
        twin = OpenFormula(self.place, self._mark, self.closing, self._keeps_marks)
        twin.sources, twin.contents, twin.size = self.sources.copy(), self.contents.copy(), self.size
        return twin

    def add(self, source: str, content: str) -> None:
        self.sources.append(source)
        self.contents.append(content)
        self.size += len(source)

    @property
    def is_closed(self) -> bool:
        """Whether the last line ends the formula."""
        body = self.contents[-1].removeprefix(self._mark) if len(self.contents) == 1 else self.contents[-1]
        return body.rstrip(" \t" + AFTER_FORMULA).endswith(self.closing)

    def close(self, out: list[Segment]) -> None:
        content = "\n".join(self.contents).strip()
        if not self._keeps_marks:
            tex, _, after = content.removeprefix(self._mark).rpartition(self.closing)
            content = tex.strip() + after
        if not content:
            self.as_text(out).close(out)
            return
        out.append(Segment("".join(self.sources), Kind.FORMULA, content, "", self.place))

    def as_text(self, out: list[Segment]) -> OpenText:
        """The same lines, shown as typed."""
        text = OpenText(Kind.LITERAL, self.place)
        for source, content in zip(self.sources, self.contents, strict=True):
            text.add(source, content, out)
        return text
