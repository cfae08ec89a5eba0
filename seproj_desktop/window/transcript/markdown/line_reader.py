"""What every reader of lines does: endless lines come in pieces, fenced code is code. No Qt, no Markdown library."""

from abc import ABC, abstractmethod
from typing import Self

from seproj_desktop.window.transcript.markdown.line import Line
from seproj_desktop.window.transcript.markdown.marks import CODE_INDENT, FENCE, closes_fence
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_end import OpenEnd
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import Kind


class LineReader(ABC):
    """Reads whole lines, and endless ones in pieces."""

    text_kind = Kind.TEXT

    def __init__(self, end: OpenEnd | None = None) -> None:
        self.end = end or OpenEnd()
        self._is_whole = True
        """Whether the line that is read is known to its end; otherwise it can only be text or code."""

    def copy(self) -> Self:
        """The same state, with nothing closed."""
        return type(self)(self.end.copy())

    def read(self, source: str) -> None:
        """A line with its end, or the text's last one."""
        self._is_whole = True
        self._read(Line(source))

    def begin_line(self, source: str) -> None:
        """The beginning of an endless line; `more` and `end_line` follow."""
        self._is_whole = False
        self._read(Line(source))

    def more(self, text: str) -> None:
        block = self.end.block
        if isinstance(block, (OpenText, OpenCode)):
            block.extend(text, self.end.closed)
        else:
            words = text.lstrip(" \t")
            self.end.skip(text[: len(text) - len(words)])
            if words:
                self.end.begin_text(self.text_kind, words, words)

    def end_line(self, line_end: str) -> None:
        match self.end.block:
            case OpenText() as block:
                block.add_source(line_end)
                if block.kind is Kind.HEADING:
                    self.end.close_block()
            case OpenCode() as block:
                block.end_line(line_end)
            case _:
                self.end.skip(line_end)

    @abstractmethod
    def _read(self, line: Line) -> None:
        """A line, or the beginning of one."""

    def _read_code(self, line: Line, block: OpenCode) -> None:
        is_fence = line.indent < CODE_INDENT and closes_fence(line.words, block.character, block.length)
        if is_fence and self._is_whole:
            block.add_source(line.source)
            block.close(self.end.closed, is_fence_closed=True)
            self.end.block = None
        else:
            line.take(block.indent)
            block.add(line.source, line.rest, self.end.closed)

    def _is_fence(self, line: Line) -> bool:
        return self._is_whole and line.indent < CODE_INDENT and FENCE.match(line.words) is not None
