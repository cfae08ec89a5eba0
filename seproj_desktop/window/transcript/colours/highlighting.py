"""The colours of one code block while it grows.

Complete lines are lexed once, in pieces that the caller sets, so that a long block never holds up a frame; the open
line, which still grows, is lexed anew with each change. No Qt; on the thread that draws.
"""

from collections import deque
from collections.abc import Sequence

from seproj_desktop.window.transcript.colours.kinds import Spans
from seproj_desktop.window.transcript.colours.line_lexer import LineLexer
from seproj_desktop.window.transcript.colours.rules import State


class Colouring:
    """The spans of every line of one block, as far as they are known."""

    def __init__(self, lexer: LineLexer | None) -> None:
        """Without a lexer, only what is adopted has colours."""
        self._lexer = lexer
        self._state: State = lexer.start if lexer else ()
        self._waiting: deque[str] = deque()  # complete, not lexed yet
        self._spans: list[Spans] = []  # of the complete lines that are lexed
        self._adopted: dict[int, Spans] = {}  # of lines after those
        self._open = ""
        self._open_spans: Spans = ()
        self._is_open_stale = False
        self._completed: tuple[int, Spans] = (-1, ())  # the line that was open last, and its colours then

    @property
    def known(self) -> int:
        """How many complete lines are coloured."""
        return len(self._spans)

    @property
    def complete(self) -> int:
        """How many lines are complete: the number of the open one."""
        return len(self._spans) + len(self._waiting)

    def append(self, lines: Sequence[str]) -> None:
        """Adds complete lines, of which the first takes the place of the open one."""
        if not lines:
            return
        if lines[0] != self._open:
            self._adopted.pop(self.complete, None)
        if lines[0].startswith(self._open) and self._open:
            # Until its turn comes, it keeps the colours that it had.
            self._completed = (self.complete, self._open_spans)
        self._open, self._open_spans, self._is_open_stale = "", (), False
        self._waiting.extend(lines)
        if self._lexer is None:
            self.advance(len(self._waiting))

    def replace_open(self, line: str) -> None:
        """The open line as it is now; lexed at once unless others wait before it."""
        if line == self._open:
            return
        self._adopted.pop(self.complete, None)
        if not line.startswith(self._open):
            self._open_spans = ()
        self._open, self._is_open_stale = line, True
        if not self._waiting:
            self._lex_open()

    def advance(self, budget: int) -> bool:
        """Colours at most `budget` more lines; whether any are left."""
        lexed = min(budget, len(self._waiting))
        for _ in range(lexed):
            spans = self._lex(self._waiting.popleft())
            self._spans.append(self._adopted.pop(len(self._spans), spans))
        if self._is_open_stale and not self._waiting and lexed < budget:
            self._lex_open()
        return bool(self._waiting) or self._is_open_stale

    def spans(self, number: int) -> Spans:
        """The colours of a line as they are now; none for a line that is not known."""
        if 0 <= number < len(self._spans):
            return self._spans[number]
        if number in self._adopted:
            return self._adopted[number]
        if number == self.complete:
            return self._open_spans
        line, spans = self._completed
        return spans if number == line else ()

    def adopt(self, first: int, spans: Sequence[Spans]) -> None:
        """Takes better colours for the lines from `first` on; the quick ones do not come back."""
        for number, line in enumerate(spans, first):
            if number < len(self._spans):
                self._spans[number] = tuple(line)
            else:
                self._adopted[number] = tuple(line)

    def _lex(self, text: str) -> Spans:
        if self._lexer is None:
            return ()
        spans, self._state = self._lexer.line(text, self._state)
        return spans

    def _lex_open(self) -> None:
        self._is_open_stale = False
        if self._lexer:
            self._open_spans, _ = self._lexer.line(self._open, self._state)
