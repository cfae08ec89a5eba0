"""One line of Markdown, read from left to right in columns, as CommonMark counts them. No Qt, no Markdown library."""

TAB = 4


class Line:
    """A line and how far it has been read. `indent` and `start` describe what comes next."""

    __slots__ = ("_claimed", "_source", "column", "indent", "index", "spare", "start", "text")

    def __init__(self, source: str) -> None:
        self.text = source.rstrip("\r\n")
        self.index = 0
        self.column = 0
        self.spare = 0
        """Columns left of a tab that was used in part."""
        self.indent = 0
        """Columns of white space from here."""
        self.start = 0
        """The index of what follows the white space."""
        self._source = source
        self._claimed = 0
        self._look()

    @property
    def source(self) -> str:
        """What no segment has claimed, with the line's end."""
        return self._source[self._claimed :]

    def claim(self) -> str:
        """The source up to here; whoever asks puts it into a segment."""
        claimed, self._claimed = self._source[self._claimed : self.index], self.index
        return claimed

    @property
    def is_blank(self) -> bool:
        return self.start == len(self.text)

    @property
    def first(self) -> str:
        """The character after the white space; empty at the line's end."""
        return self.text[self.start : self.start + 1]

    @property
    def rest(self) -> str:
        """Everything that has not been read, white space included."""
        return " " * self.spare + self.text[self.index :]

    @property
    def words(self) -> str:
        """Everything that has not been read, without the white space before it."""
        return self.text[self.start :]

    def skip(self, count: int) -> None:
        """Reads the white space and `count` characters after it."""
        self.column += self.indent + count
        self.index = self.start + count
        self.spare = 0
        self._look()

    def take(self, columns: int) -> None:
        """Reads so many columns of white space, or as many as there are; a tab may be read in part."""
        columns = min(columns, self.indent)
        while columns:
            if not self.spare:
                self.spare = self._width(self.column) if self.text[self.index] == "\t" else 1
                self.index += 1
            step = min(columns, self.spare)
            self.spare -= step
            self.column += step
            columns -= step
            self.indent -= step

    def _look(self) -> None:
        text, index = self.text, self.index
        self.start = len(text) - len(text[index:].lstrip(" \t"))
        if "\t" not in text[index : self.start]:
            self.indent = self.start - index
            return
        column = self.column
        for character in text[index : self.start]:
            column += self._width(column) if character == "\t" else 1
        self.indent = column - self.column

    @staticmethod
    def _width(column: int) -> int:
        """The columns of a tab that stands at `column`."""
        return TAB - column % TAB
