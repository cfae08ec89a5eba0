"""Where boxes are kept once they were laid out: the ones used last, the others let go a few at a time.

On the Qt thread, no widget. Freeing a thousand boxes at once would take 12 ms: what is out of date is set aside and
goes as little by little as what there is too much of.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker
from seproj_desktop.window.transcript.message import Content, Piece

MOST_BOXES = 600
LET_GO_AT_ONCE = 32
"""More than come into sight in one step, so that there are never many more boxes than there may be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A box, what it was made of, and the maker for whose width it was laid out."""

    box: Box
    content: Content
    maker: BoxMaker


class Shelf:
    """The boxes by their pieces."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Piece, Kept] = OrderedDict()
        self._outdated: list[Kept] = []

    def __len__(self) -> int:
        """How many boxes are in memory, those that are out of date included."""
        return len(self._kept) + len(self._outdated)

    def __iter__(self) -> Iterator[tuple[Piece, Box]]:
        return ((piece, kept.box) for piece, kept in self._kept.items())

    @property
    def is_crowded(self) -> bool:
        """Whether there are boxes to let go."""
        return bool(self._outdated) or len(self._kept) > MOST_BOXES

    def find(self, piece: Piece) -> Kept | None:
        return self._kept.get(piece)

    def use(self, piece: Piece) -> None:
        """It is in sight: it goes last."""
        self._kept.move_to_end(piece)

    def put(self, piece: Piece, kept: Kept) -> None:
        self._kept[piece] = kept
        self._kept.move_to_end(piece)

    def remove(self, piece: Piece) -> None:
        del self._kept[piece]

    def set_aside(self, piece: Piece) -> None:
        """What there is of it is not true any more."""
        kept = self._kept.pop(piece, None)
        if kept is not None:
            self._outdated.append(kept)

    def clear(self) -> None:
        """Nothing that is there is true any more."""
        self._outdated += self._kept.values()
        self._kept.clear()

    def let_go(self) -> None:
        """Frees some of the boxes that are out of date, and of those that were not used for longest."""
        for _ in range(LET_GO_AT_ONCE):
            if self._outdated:
                self._outdated.pop()
            elif len(self._kept) > MOST_BOXES:
                self._kept.popitem(last=False)
            else:
                break
