"""Reads Markdown's blocks line by line, as CommonMark says, and lets each leave as a segment as soon as it is over.

It looks at every line once and keeps no more than the open block. The parts inside a line (emphasis, links) are the
parser's business. No Qt, no Markdown library.
"""

from seproj_desktop.window.transcript.markdown.block_starts import begin_block
from seproj_desktop.window.transcript.markdown.container_starts import open_container
from seproj_desktop.window.transcript.markdown.line import Line
from seproj_desktop.window.transcript.markdown.line_reader import LineReader
from seproj_desktop.window.transcript.markdown.marks import CODE_INDENT, STARTS
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_table import OpenFormula, OpenTable
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import CODE_LIMIT, Kind

DIGITS = "0123456789"
ITEM_ENDS = (".", ")")


class BlockReader(LineReader):
    """Markdown's blocks."""

    def read(self, source: str) -> None:
        """A line with its end, or the text's last one."""
        if self.end.containers.depth > 1 or not self._read_plain(source):
            super().read(source)

    def _read_plain(self, source: str) -> bool:
        """The commonest lines outside containers take a short way: words, code and blank lines."""
        end = self.end
        match end.block:
            case OpenCode(is_fenced=True, indent=0, character=character) as code:
                if source.lstrip(" ")[:1] == character:
                    return False
                code.add(source, source.rstrip("\r\n"), end.closed)
            case OpenCode():
                return False
            case OpenText(is_paragraph=True) as text if is_plain(source):
                text.add(source, source.rstrip("\r\n"), end.closed)
            case None if is_plain(source):
                end.begin_text(Kind.TEXT, source, source.rstrip("\r\n"))
            case _ if source == "\n":
                self._end_blocks(source, 1)
            case _:
                return False
        return True

    def _read(self, line: Line) -> None:
        end = self.end
        depth = end.containers.match(line, is_top_empty=end.is_item_empty)
        if depth == end.containers.depth and self._read_inside(line):
            return
        if line.is_blank:
            self._read_blank(line, depth)
            return
        while line.first in STARTS and open_container(end, line, depth):
            depth = end.containers.depth
        if not line.words:
            end.close_to(depth)  # an empty quote that is too deep to be kept apart ends the paragraph all the same
            end.skip(line.source)
        elif not begin_block(end, line, depth, is_whole=self._is_whole):
            self._read_text(line, depth)

    def _read_inside(self, line: Line) -> bool:
        """Whether the line belongs to the open block, whatever it looks like."""
        match self.end.block:
            case OpenCode(is_fenced=True) as block:
                self._read_code(line, block)
                return True
            case OpenFormula() as block if not line.is_blank:
                self._read_formula(line, block)
                return True
            case OpenText(kind=Kind.LITERAL) as block if not (line.is_blank or self._is_fence(line)):
                block.add(line.source, line.rest, self.end.closed)
                return True
            case _:
                return False

    def _read_formula(self, line: Line, block: OpenFormula) -> None:
        block.add(line.source, line.rest)
        if not self._is_whole or block.size > CODE_LIMIT:
            self.end.block = block.as_text(self.end.closed)
        elif block.is_closed:
            block.close(self.end.closed)
            self.end.block = None

    def _read_blank(self, line: Line, depth: int) -> None:
        end, block = self.end, self.end.block
        if depth == end.containers.depth and isinstance(block, OpenCode) and self._is_whole:
            line.take(CODE_INDENT)
            if not block.add_blank(line.source, line.rest):
                end.close_block()
        else:
            self._end_blocks(line.source, depth)

    def _end_blocks(self, blank: str, depth: int) -> None:
        self.end.close_to(depth)
        self.end.skip(blank)
        self.end.is_after_blank = True

    def _read_text(self, line: Line, depth: int) -> None:
        end, block = self.end, self.end.block
        match block:
            case OpenText(is_paragraph=True):
                block.add(line.source, line.words, end.closed)
            case OpenTable() if depth == end.containers.depth and self._is_whole:
                block.add(line.source, line.words, end.closed)
            case _:
                end.close_to(depth)
                end.begin_text(Kind.TEXT, line.source, line.words)


def is_plain(source: str) -> bool:
    """Whether a line begins with a word, or with a number that counts no item."""
    first = source[:1]
    return first.isalpha() or ("0" <= first <= "9" and source.lstrip(DIGITS)[:1] not in ITEM_ENDS)
