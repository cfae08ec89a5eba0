"""The open end of a text: what a reader of lines keeps between two of them, and how it lets segments leave.

No Qt, no Markdown library.
"""

from seproj_desktop.window.transcript.markdown.blocks import Container, Gap
from seproj_desktop.window.transcript.markdown.containers import Containers
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_table import OpenFormula, OpenTable
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import SKIP_LIMIT, Kind, Place, Segment

OpenBlock = OpenText | OpenCode | OpenTable | OpenFormula


class OpenEnd:
    """The open containers, the open block, and the source that has found no block yet."""

    __slots__ = ("_marker", "_pending", "block", "closed", "containers", "has_definitions", "is_after_blank")

    def __init__(self) -> None:
        self.closed: list[Segment] = []
        self.containers = Containers()
        self.block: OpenBlock | None = None
        self.has_definitions = False
        self.is_after_blank = False
        self._pending = ""
        self._marker = ""
        """Of an item that has no content yet."""

    def copy(self) -> "OpenEnd":
        """The same open end, with nothing closed."""
        twin = OpenEnd()
        twin.containers = self.containers.copy()
        twin.block = self.block and self.block.copy()
        twin.is_after_blank, twin._pending, twin._marker = self.is_after_blank, self._pending, self._marker
        return twin

    @property
    def is_item_empty(self) -> bool:
        """Whether the innermost item has no content yet."""
        return bool(self._marker) and self.containers.top.container is Container.ITEM

    def is_in_paragraph(self, depth: int) -> bool:
        """Whether a line inside the first `depth` frames stands directly below the open paragraph's text."""
        return depth == self.containers.depth and isinstance(self.block, OpenText) and self.block.is_paragraph

    def skip(self, source: str) -> None:
        """Keeps source that draws nothing for the next segment, or lets it leave by itself where it is endless."""
        self._pending += source
        while len(self._pending) > SKIP_LIMIT:
            self.closed.append(Segment(self._pending[:SKIP_LIMIT]))
            self._pending = self._pending[SKIP_LIMIT:]

    def begin_text(self, kind: Kind, source: str, content: str, lead: str = "") -> OpenText:
        block = OpenText(kind, self.place(is_heading=kind is Kind.HEADING), lead)
        self.block = block
        block.add(self.take_pending() + source, content, self.closed)
        return block

    def add(self, kind: Kind, source: str, content: str = "") -> None:
        """Adds a segment that is complete."""
        place = self.place()
        self.closed.append(Segment(self.take_pending() + source, kind, content, "", place))

    def place(self, *, is_heading: bool = False) -> Place:
        """Where a block stands that begins here; it takes the marker of its item."""
        marker, self._marker = self._marker, ""
        gap = Gap.LARGE if is_heading else Gap.NORMAL
        if marker:
            gap = Gap.NORMAL if self.is_after_blank else Gap.SMALL
        self.is_after_blank = False
        self.containers.top.list_mark = ""
        return Place(self.containers.top.path, marker, gap)

    def take_pending(self) -> str:
        pending, self._pending = self._pending, ""
        return pending

    def open_quote(self) -> None:
        self.containers.top.list_mark = ""
        self.containers.open(Container.QUOTE)

    def open_item(self, marker: str, indent: int, *, is_bullet: bool = False) -> None:
        """Opens an item; the next block gets its marker."""
        self.containers.open(Container.ITEM, indent, is_bullet=is_bullet)
        self._marker = marker

    def leave_item_empty(self) -> None:
        """Shows the marker of an item that nothing has been written into."""
        if self._marker:
            self.add(Kind.TEXT, "")

    def close_block(self) -> None:
        block, self.block = self.block, None
        match block:
            case OpenCode():
                blanks = block.close(self.closed)
                self.skip(blanks)
                self.is_after_blank = bool(blanks)
            case OpenFormula():
                block.as_text(self.closed).close(self.closed)
            case OpenText() | OpenTable():
                block.close(self.closed)
            case None:
                pass

    def close_to(self, depth: int) -> None:
        """Closes the open block, and the containers down to so many frames."""
        if self.block is not None:
            self.close_block()
        if self.containers.depth > depth:
            self.leave_item_empty()
            del self.containers.frames[depth:]

    def finish(self) -> None:
        """Closes everything."""
        self.close_to(1)
        if self._pending:
            self.closed.append(Segment(self.take_pending()))
