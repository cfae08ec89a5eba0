"""Lexing line by line: from a line and the state before it to its spans and the state after it.

Pure functions of their arguments, in time linear in the line, so that a growing block is coloured as it comes and
hostile text costs no more than other text. No Qt; any thread.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from seproj_desktop.window.transcript.colours.kinds import Span, Spans
from seproj_desktop.window.transcript.colours.machine import Machine
from seproj_desktop.window.transcript.colours.rules import MAX_DEPTH, Frame, Grammar, State

# Nobody reads further than this in one line of code.
LONGEST = 2000

Step: TypeAlias = tuple[int, State]  # how far the line is read, and the modes there


class LineLexer:
    """The lexer of one language."""

    def __init__(self, grammar: Grammar, guests: "Callable[[str], LineLexer | None]") -> None:
        """`guests` finds the lexers of the languages inside this one."""
        self.start: State = (Frame(next(iter(grammar))),)
        self._grammar = grammar
        self._find_guest = guests
        self._machines: dict[str, Machine] = {}
        self._closed = {name for name, mode in grammar.items() if mode.closer}
        self._guests = {name for name, mode in grammar.items() if mode.guest}

    @property
    def modes(self) -> Iterable[str]:
        """What there is to prepare."""
        return self._grammar

    def prepare(self, mode: str) -> None:
        """Compiles a mode, which is done on its first use otherwise: most take a millisecond or two, a few ten."""
        self._machine(mode)

    def line(self, text: str, state: State) -> tuple[Spans, State]:
        if not text or text.isspace():
            return (), state if state is self.start else self._at_line_end(text, state, state)
        spans: list[Span] = []
        position, stack, limit = 0, state, min(len(text), LONGEST)
        if state is self.start:
            position, stack = self._read(text, 0, limit, state, spans)
            if stack is state:  # as in most lines: code from end to end
                return tuple(spans), state
        stack = self._read_on(text, position, limit, stack, spans)
        return _joined(spans), self._at_line_end(text, state, stack)

    def _read_on(self, text: str, position: int, limit: int, stack: State, spans: list[Span]) -> State:
        """Reads the rest of the line through all its modes."""
        # Every round but the last changes the mode; a sound grammar needs far fewer, an unsound one ends all the same.
        for _ in range(2 * limit + 64):
            host = self._host(stack) if self._guests else 0
            if host:
                position, after = self._hear_guest(text, position, limit, stack, host, spans)
            elif stack[-1].mode in self._closed:
                position, after = self._read_until_closed(text, position, limit, stack, spans)
            else:
                position, after = self._read(text, position, limit, stack, spans)
            if after is stack or (host and position == limit):
                return after
            stack = after
        return stack

    def _read(self, text: str, position: int, limit: int, stack: State, spans: list[Span]) -> Step:
        """Reads on to the next change of mode, or to the end: the same stack then. Long because it is the hot loop."""
        machine = self._machines.get(stack[-1].mode) or self._machine(stack[-1].mode)
        outcomes, rest, add = machine.outcomes, machine.rest, spans.append
        for match in machine.finditer(text, position, limit):
            group, kind, kind_of, more = outcomes[match.lastindex or 0]
            start, end = match.start(group), match.end()
            if rest:
                if start > position:
                    add((position, start - position, rest))
                position = end
            if kind_of is not None:
                kind = kind_of(text[start:end], kind)
            if kind:
                add((start, end - start, kind))
            if more is not None:
                parts, move = more
                for part, part_kind in parts:
                    if match[part]:
                        add((match.start(part), len(match[part]), part_kind))
                after = move.after(stack, text[start:end]) if move else stack
                if after is not stack:
                    return end, after
        if rest and position < limit:
            add((position, limit - position, rest))
        return limit, stack

    def _read_until_closed(self, text: str, position: int, limit: int, stack: State, spans: list[Span]) -> Step:
        """Reads on in a mode that ends with a word of its own; its rules have no moves."""
        place = self._closing_place(text, position, limit, stack[-1])
        self._read(text, position, place[0] if place else limit, stack, spans)
        return self._closed_at(place, stack, spans) if place else (limit, stack)

    def _hear_guest(self, text: str, position: int, limit: int, stack: State, host: int, spans: list[Span]) -> Step:
        """Lets the lexer of another language read on, up to the word that ends its turn."""
        place = self._closing_place(text, position, limit, stack[host])
        language = self._grammar[stack[host].mode].guest
        guest = self._find_guest(language if isinstance(language, str) else language(stack[host].word))
        own, after = stack[: host + 1], stack
        if guest:
            found, inner = guest.line(text[position : place[0] if place else limit], stack[host + 1 :] or guest.start)
            spans.extend((position + start, length, kind) for start, length, kind in found)
            if len(own) + len(inner) <= MAX_DEPTH:
                after = (*own, *inner)
        else:
            self._read(text, position, place[0] if place else limit, own, spans)
        return self._closed_at(place, own, spans) if place else (limit, after)

    def _closed_at(self, place: tuple[int, int], stack: State, spans: list[Span]) -> Step:
        start, end = place
        kind = self._grammar[stack[-1].mode].kind
        if kind and end > start:
            spans.append((start, end - start, kind))
        return end, stack[:-1]

    def _closing_place(self, text: str, position: int, limit: int, frame: Frame) -> tuple[int, int] | None:
        closer = self._grammar[frame.mode].closer
        place = closer(text, position, frame.word) if closer else None
        return place if place and place[1] <= limit else None

    def _host(self, stack: State) -> int:
        """The depth of the mode in which another language is spoken; all above it belongs to that one's lexer."""
        for depth, frame in enumerate(stack):
            if frame.mode in self._guests:
                return depth
        return 0

    def _at_line_end(self, text: str, before: State, stack: State) -> State:
        if len(text) > LONGEST:
            # What was opened in such a line was most likely closed in the part that is not read.
            stack = _common(before, stack)
        if not text.endswith("\\"):
            for depth, frame in enumerate(stack):
                if frame.mode in self._guests:
                    break
                if depth and self._grammar[frame.mode].ends_with_line:
                    stack = stack[:depth]
                    break
        return self.start if stack == self.start else stack

    def _machine(self, name: str) -> Machine:
        machine = self._machines.get(name)
        if machine is None:
            machine = self._machines[name] = Machine(self._grammar[name])
        return machine


def _common(one: State, other: State) -> State:
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return one[: max(depth, 1)]


def _joined(spans: list[Span]) -> Spans:
    """Neighbours of one kind become one span: a string with its quotes."""
    joined: list[Span] = []
    for span in spans:
        if joined:
            start, length, kind = joined[-1]
            if start + length == span[0] and kind is span[2]:
                joined[-1] = (start, length + span[1], kind)
                continue
        joined.append(span)
    return tuple(joined)
