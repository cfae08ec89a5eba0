"""Reads what a person has written: fenced code is code, all else is shown as typed. No Qt, no Markdown library."""

from seproj_desktop.window.transcript.markdown.block_starts import begin_fence
from seproj_desktop.window.transcript.markdown.line import Line
from seproj_desktop.window.transcript.markdown.line_reader import LineReader
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import Kind

FENCES = ("`", "~")


class LiteralReader(LineReader):
    """Text with its line breaks, and fenced code."""

    text_kind = Kind.LITERAL

    def read(self, source: str) -> None:
        """A line with its end, or the text's last one. One more of a text takes a short way: there may be 100,000."""
        block = self.end.block
        if isinstance(block, OpenText) and source.lstrip(" ")[:1] not in FENCES:
            block.add(source, source.rstrip("\r\n"), self.end.closed)
        else:
            super().read(source)

    def _read(self, line: Line) -> None:
        match self.end.block:
            case OpenCode() as block:
                self._read_code(line, block)
            case _ if self._is_fence(line):
                begin_fence(self.end, line, 1)
            case OpenText() as block:
                block.add(line.source, line.rest, self.end.closed)
            case _ if line.is_blank:
                self.end.skip(line.source)
            case _:
                self.end.begin_text(Kind.LITERAL, line.source, line.rest)
