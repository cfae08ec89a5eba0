"""The messages' heights as a Fenwick tree: any prefix, and the message at any height, in logarithmic time. No Qt."""

from collections.abc import Iterable
from itertools import accumulate


class HeightTree:
    """Heights in pixels, in the messages' order."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        above = list(accumulate(self._heights, initial=0))
        self._sums = [above[place] - above[place & place - 1] for place in range(len(above))]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        return self.above(len(self._heights))

    def set(self, index: int, height: int) -> None:
        change = height - self._heights[index]
        if not change:
            return
        self._heights[index] = height
        place = index + 1
        while place < len(self._sums):
            self._sums[place] += change
            place += place & -place

    def append(self, height: int) -> None:
        self._heights.append(height)
        place = len(self._heights)
        start = place - (place & -place)
        self._sums.append(sum(self._heights[start:place]))

    def cut(self, count: int) -> None:
        """Forgets all but the first `count`: no sum that is left reaches beyond them."""
        del self._heights[count:]
        del self._sums[count + 1 :]

    def above(self, index: int) -> int:
        """The heights of all before `index` together."""
        total = 0
        while index > 0:
            total += self._sums[index]
            index -= index & -index
        return total

    def at(self, height: int) -> int:
        """The index of the message at a height from the top; the first or last one beyond the ends."""
        index, step = 0, 1 << len(self._heights).bit_length()
        rest = height
        while step:
            beyond = index + step
            if beyond < len(self._sums) and self._sums[beyond] <= rest:
                index = beyond
                rest -= self._sums[beyond]
            step >>= 1
        return min(index, max(0, len(self._heights) - 1))
