"""A grammar's mode as one regular expression. No Qt; any thread."""

import re
from typing import TypeAlias

from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import KindOf, Mode, Move, Rule

# What follows from a match: the group where the piece starts, its kind, and what else there is to do: groups of their
# own kinds, a move. Plain tuples, because the lexer unpacks one for every word.
Parts: TypeAlias = tuple[tuple[int, Kind], ...]
More: TypeAlias = tuple[Parts, Move | None]
Outcome: TypeAlias = tuple[int, Kind, KindOf | None, More | None]
NOTHING: Outcome = (0, Kind.TEXT, None, None)


class Machine:
    """A mode made ready: one regular expression, and what follows from the last group that took part.

    Each rule ends with an empty group that tells which one it was. Groups around the rules would do as well, but only
    an alternative that begins with a character or a set is passed over without being tried: half the time.
    """

    __slots__ = ("finditer", "outcomes", "rest")

    def __init__(self, mode: Mode) -> None:
        self.rest = mode.kind
        self.outcomes: list[Outcome] = [NOTHING]
        first = [self._alternative(rule, rule.pattern[1:], 0) for rule in mode.rules if rule.pattern[0] == "^"]
        start = len(self.outcomes) if mode.skip else 0
        self.outcomes.extend([NOTHING] * bool(start))
        later = [self._alternative(rule, rule.pattern, start) for rule in mode.rules if rule.pattern[0] != "^"]
        pattern = "|".join(later or ["(?!)"])
        if start:
            # It always matches, so that no character is looked at from two starting points.
            pattern = rf"[{mode.skip}]*+()(?:{pattern}|(?s:.)|\Z)"
        self.finditer = re.compile(f"^(?:{'|'.join(first)})|{pattern}" if first else pattern).finditer

    def _alternative(self, rule: Rule, pattern: str, start: int) -> str:
        kinds, last = ((), rule.kind) if isinstance(rule.kind, Kind) else (rule.kind, rule.kind[-1])
        parts = tuple(enumerate(kinds, len(self.outcomes)))
        self.outcomes.extend([NOTHING] * len(parts))
        if rule.called is None:
            self.outcomes.append(_outcome(rule, start, parts, last))
            return f"(?:{pattern})()"
        self.outcomes += [_outcome(rule, start, parts, rule.called), _outcome(rule, start, parts, last)]
        # Seen, not taken: brackets may have to be counted.
        return rf"(?:{pattern})(?:(?=\()()|())"


def _outcome(rule: Rule, start: int, parts: Parts, last: Kind) -> Outcome:
    """`last` is the kind of the whole, or of the last of its parts."""
    if not parts:
        return start, last, rule.kind_of, ((), rule.move) if rule.move else None
    coloured = tuple(part for part in (*parts[:-1], (parts[-1][0], last)) if part[1])
    return start, Kind.TEXT, None, (coloured, rule.move) if coloured or rule.move else None
