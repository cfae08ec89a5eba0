"""The colours of code blocks: line by line while they grow, and Pygments' own once they are closed.

On the Qt thread, no widget. A block's lines are coloured in order, in slices between two frames; what is in sight and
near the block's beginning is coloured at once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from seproj_desktop.window.transcript.colours.highlighting import Colouring
from seproj_desktop.window.transcript.colours.kinds import Span
from seproj_desktop.window.transcript.colours.languages import lexer_for
from seproj_desktop.window.transcript.colours.pygments_spans import is_better
from seproj_desktop.window.transcript.layout.code_box import Side
from seproj_desktop.window.transcript.markdown.blocks import Code, Leaf, code_text
from seproj_desktop.window.transcript.markdown.parser import leaves
from seproj_desktop.window.transcript.message import Content, Message, Piece, Place, Stub
from seproj_desktop.window.transcript.workshop.workshop import Workshop

AT_ONCE = 80
"""Lines that are coloured before they are painted."""
PIECES_AT_ONCE = 16
"""Pieces of a block whose lines are taken."""
SLICE_LINES = 40
SLICE_SECONDS = 0.002
LONGEST_FOR_PYGMENTS = 200_000
"""Characters."""

Key = tuple[str, Place]


class CodeBlock:
    """One block: where it begins, and the colours of the lines that are known."""

    __slots__ = ("_open", "colouring", "is_ordered", "language", "last", "message", "side", "start", "wanted")

    def __init__(self, message: Message, start: Place, language: str) -> None:
        self.message = message
        self.start = start
        self.last = start
        """The last piece whose lines are known."""
        self.wanted = start
        """The last piece that was asked for."""
        self.language = language
        self.side = Side()
        self.colouring = Colouring(lexer_for(language))
        self._open = ""
        self.is_ordered = False

    @property
    def key(self) -> Key:
        return self.message.key, self.start

    @property
    def is_closed(self) -> bool:
        """Whether something follows, or nothing will."""
        pieces = self.message.pieces
        return not self.message.is_open or bool(pieces and pieces[-1].place > self.wanted)

    def take(self, place: Place, code: Code) -> None:
        """Takes the lines of a piece, as far as they are new; the last one may still grow."""
        first, lines = code.first, code.lines
        if code.joins:  # the rest of a line that was too long for one piece stays without colours
            first, lines = first + 1, lines[1:]
        self.last = max(self.last, place)
        colouring, end = self.colouring, first + len(lines)
        if not lines or end <= colouring.complete:
            return
        if first == colouring.complete + 1:
            colouring.append([self._open])
        if first <= colouring.complete < end:
            colouring.append(lines[colouring.complete - first : -1])
            self._open = lines[-1]
            colouring.replace_open(self._open)


class CodeBlocks(QObject):
    """The blocks of one transcript."""

    coloured = Signal(object, object, int, int)
    """Message, the block's first place, and the lines from and to which better colours are there."""

    def __init__(self, workshop: Workshop | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._mark = object()
        """Tells this transcript's orders from those of others that share the workshop."""
        self._blocks: dict[Key, CodeBlock] = {}
        self._behind: list[CodeBlock] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        if workshop is not None:
            workshop.colours_arrived.connect(self._adopt)

    def clear(self) -> None:
        self._blocks.clear()
        self._behind.clear()
        self._timer.stop()

    def forget(self, messages: Collection[Message]) -> None:
        """Lets go of the blocks of messages that are gone: others may come under their keys."""
        keys = {message.key for message in messages}
        self._blocks = {key: block for key, block in self._blocks.items() if block.message.key not in keys}
        self._behind = [block for block in self._behind if block.message.key not in keys]

    def block(self, message: Message, index: int) -> CodeBlock | None:
        """The block of the piece at `index` with the lines so far, if it is code."""
        content = message.pieces[index].content
        if not isinstance(content, Leaf) or not isinstance(content.block, Code):
            return None
        start = start_of_block(message, index)
        first = message.pieces[start]
        key = (message.key, first.place)
        block = self._blocks.get(key)
        if block is None or block.message is not message:
            block = self._blocks[key] = CodeBlock(message, first.place, content.block.language)
        self._take(block, index)
        return block

    def forget_widths(self) -> None:
        """After a change of font or of the lines' wrapping."""
        for block in self._blocks.values():
            block.side.widest = block.side.shift = 0.0

    def review(self, message: Message) -> None:
        """Asks for Pygments' colours of blocks that have been closed."""
        if self._workshop is None:
            return
        for block in self._blocks.values():
            if block.message is message and not block.is_ordered and block.is_closed:
                self._order(block)

    def _take(self, block: CodeBlock, index: int) -> None:
        """Takes the lines down to a piece, of many at once only the first."""
        block.wanted = max(block.wanted, block.message.pieces[index].place)
        if block not in self._behind:  # the others' lines are told as they are coloured, for some may be in sight
            is_behind = take_lines(block)
            if block.colouring.advance(AT_ONCE) or is_behind:
                self._behind.append(block)
                self._timer.start()
        if not block.is_ordered and block.is_closed:
            self._order(block)

    def _go_on(self) -> None:
        """Colours what is behind, for a moment."""
        until = perf_counter() + SLICE_SECONDS
        while self._behind and perf_counter() < until:
            block = self._behind[0]
            before = block.colouring.known
            is_behind = take_lines(block)
            is_behind |= block.colouring.advance(SLICE_LINES)
            known = block.colouring.known
            self.coloured.emit(block.message, block.start, before, known if is_behind else known + 1)
            if not is_behind:
                self._behind.pop(0)
        if not self._behind:
            self._timer.stop()

    def _order(self, block: CodeBlock) -> None:
        if self._workshop is None:
            return
        block.is_ordered = True
        if not block.language or not is_better(block.language):
            return
        found: list[Leaf] = []
        rest = LONGEST_FOR_PYGMENTS
        for leaf in code_leaves(block.message, block.start):
            found.append(leaf)
            rest -= len(code_text((leaf,)))
            if rest < 0:
                return
        if rest < LONGEST_FOR_PYGMENTS:
            self._workshop.order_colours((self._mark, block.key), block.language, code_text(found))

    def _adopt(self, key: tuple[object, Key], first: int, spans: Sequence[tuple[Span, ...]]) -> None:
        mark, place = key
        block = self._blocks.get(place)
        if block is not None and mark is self._mark:
            block.colouring.adopt(first, spans)
            self.coloured.emit(block.message, block.start, first, first + len(spans))


def take_lines(block: CodeBlock) -> bool:
    """Takes the lines of a block's next pieces; whether there are more that were asked for."""
    message, before = block.message, block.last
    first, end = message.index_of(block.last), message.index_of(block.wanted) + 1
    for piece in message.pieces[first : min(end, first + PIECES_AT_ONCE)]:
        for content in contents_of(message, piece):
            if isinstance(content, Leaf) and isinstance(content.block, Code):
                block.take(piece.place, content.block)
    return before < block.last < block.wanted


def start_of_block(message: Message, index: int) -> int:
    """The index of the piece that the code block of the piece at `index` begins with, which is parsed."""
    while index > 0:
        content = message.pieces[index].content
        if isinstance(content, Leaf) and isinstance(content.block, Code) and content.block.is_first:
            break
        index -= 1
    return index


def code_leaves(message: Message, start: Place) -> Iterator[Leaf]:
    """All pieces of the block that begins at a place. Stubs are read and stay stubs: their heights are the sheet's."""
    is_first = True
    for piece in message.pieces[message.index_of(start) :]:
        for leaf in contents_of(message, piece):
            if not isinstance(leaf, Leaf) or not isinstance(leaf.block, Code) or (leaf.block.is_first and not is_first):
                return
            yield leaf
            is_first = False


def contents_of(message: Message, piece: Piece) -> Iterable[Content]:
    """What a piece shows, or would if it was parsed."""
    if not isinstance(piece.content, Stub):
        return (piece.content,)
    return chain.from_iterable(leaves(segment) for _, segment in message.segments_of(piece))
