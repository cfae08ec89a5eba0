"""The order of what a search found. Pure.

The order, from the first to the last:

1. Conversations whose title has all the words, the last changed first; then those with messages that have them all.
2. Messages are ranked by bm25, and a new one counts up to twice as much as an old one. While the word that is typed has
   one or two letters, which nearly everything has, the newest come first.
3. What belongs to one conversation stands together, best first, three hits at most; the best one gives the place.
4. Archived conversations come after all others, and the bin is only looked into by `is:deleted`.

Only the newest 500 matches are ranked; conversations with older ones alone follow in order of age. What is shown does
not depend on how much was read beyond it, so pages fit together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

RANKED = 500
"""Matches that are compared with each other."""
HITS_OF_ONE = 3
"""Hits of one conversation that are shown."""
RECENCY = 30 * 86_400.0
"""Seconds after which half of what a new message has ahead is gone."""


@dataclass(frozen=True, slots=True)
class Match:
    """A message that was found, or a conversation (without `message`); `deleted` and `is_archived` are the latter's."""

    message: int | None
    conversation: int
    title: str
    time: float
    persona: str
    deleted: float | None
    is_archived: int
    relevance: float


Counted = tuple[Match, int]
"""With the matches in its conversation, among those that were read."""


class Shelf:
    """Matches in conversations that are archived, or in those that are not; titles first, the newest first."""

    def __init__(self) -> None:
        self._titles: dict[int, Match] = {}
        self._ranked: list[Match] = []
        self._older: dict[int, Match] = {}
        self._counts: Counter[int] = Counter()
        self._shown = 0

    def add_title(self, match: Match) -> None:
        self._titles[match.conversation] = match
        self._count(match)

    def add_message(self, match: Match) -> None:
        if len(self._ranked) < RANKED:
            self._ranked.append(match)
            self._count(match)
        elif match.conversation not in self._counts:
            self._older[match.conversation] = match
            self._count(match)

    def has_titles(self, wanted: int) -> bool:
        return len(self._titles) >= max(wanted, RANKED)

    def has_all(self, wanted: int) -> bool:
        return len(self._ranked) == RANKED and self._shown >= wanted

    def in_order(self) -> list[Counted]:
        titles = list(self._titles.values())
        last_changed_first = sorted(titles[:RANKED], key=lambda match: match.time, reverse=True)
        groups: dict[int, list[Match]] = {}
        for match in chain(last_changed_first, titles[RANKED:], ranked(self._ranked), self._older.values()):
            groups.setdefault(match.conversation, []).append(match)
        return [(match, self._counts[match.conversation]) for group in groups.values() for match in group[:HITS_OF_ONE]]

    def _count(self, match: Match) -> None:
        self._shown += self._counts[match.conversation] < HITS_OF_ONE
        self._counts[match.conversation] += 1


def ranked(matches: Sequence[Match]) -> list[Match]:
    """The best first. Age is counted from the newest of them, and no clock is read."""
    newest = max((match.time for match in matches), default=0.0)

    def score(match: Match) -> tuple[float, float]:
        age = newest - match.time
        return match.relevance * (1 + RECENCY / (RECENCY + age)), match.time

    return sorted(matches, key=score, reverse=True)
