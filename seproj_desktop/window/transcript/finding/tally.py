"""How many hits there are: in all messages, in each, and in each section of those that have some. No Qt.

A hit's number leads to its section and back without a look at any text.
"""

from seproj_desktop.window.transcript.finding.sections import Counts, Section
from seproj_desktop.window.transcript.layout.heights import HeightTree


class Tally:
    """The counts of messages, by their numbers in the transcript."""

    def __init__(self, messages: int = 0) -> None:
        self._sums = HeightTree([0] * messages)
        self._counts: dict[int, Counts] = {}

    def __len__(self) -> int:
        """How many messages there are, counted or not."""
        return len(self._sums)

    @property
    def total(self) -> int:
        return self._sums.total

    def append(self) -> None:
        """Another message, not counted yet."""
        self._sums.append(0)

    def set(self, message: int, counts: Counts) -> bool:
        """Takes a message's counts; False if they are those known."""
        if counts == self.counts(message):
            return False
        self._sums.set(message, sum(counts.values()))
        if counts:
            self._counts[message] = counts
        else:
            del self._counts[message]
        return True

    def counts(self, message: int) -> Counts:
        return self._counts.get(message, {})

    def above(self, message: int, section: Section) -> int:
        """The hits of everything before a section."""
        inside = sum(count for other, count in self.counts(message).items() if other < section)
        return self._sums.above(message) + inside

    def find(self, hit: int) -> tuple[int, Section, int]:
        """The message and the section of a hit, given by its number from 0, and its number there."""
        message = self._sums.at(hit)
        rest = hit - self._sums.above(message)
        for section, count in self.counts(message).items():
            if rest < count:
                return message, section, rest
            rest -= count
        raise IndexError(f"hit {hit} of {self.total}")
