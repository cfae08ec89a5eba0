"""Find in the conversation: the current hit, the way from hit to hit, and the marks that the painter asks for.

On the Qt thread, no widget. Hits are places in the text as it is seen, so they hold through growth, zoom and resizing;
what is painted is looked up piece by piece, and only in sight. Counting is done elsewhere, in slices.
"""

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from seproj_desktop.window.transcript.finding.counting import Counting
from seproj_desktop.window.transcript.finding.hits import Hit, letters_of, show
from seproj_desktop.window.transcript.finding.matching import Query, Ranges
from seproj_desktop.window.transcript.finding.sections import Section, indices_of, section_of
from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.message import Message, Piece, Place
from seproj_desktop.window.transcript.painter import NoHits
from seproj_desktop.window.transcript.selection import Position
from seproj_desktop.window.transcript.view import TranscriptView

TOLD_MILLISECONDS = 50
"""Between two reports while counts change."""


class Find(QObject):
    """One search in a transcript, and where in it the person is."""

    changed = Signal(int, int, bool)
    """Hits so far, the number of the current one (from 1, 0 for none), and whether all messages have been searched."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._current: Hit | None = None
        self._origin: Position | None = None
        """From where the first hit is looked for, in letters of the box."""
        self._is_seeking = False
        """Whether the first hit is still to come."""
        self._letters: WeakKeyDictionary[Piece, tuple[Box, Ranges, Ranges]] = WeakKeyDictionary()
        self.covered = QRect()
        """What of the viewport is covered, so that a hit would not be seen there."""
        self.counting = Counting(view)
        self.counting.counted.connect(self._on_counted)
        self.counting.completed.connect(self._on_completed)
        self.counting.restarted.connect(self._on_restarted)
        self._tell_timer = QTimer(self, interval=TOLD_MILLISECONDS, singleShot=True)
        self._tell_timer.timeout.connect(self._tell)

    # What is asked for

    @property
    def query(self) -> Query:
        return self.counting.search.query

    @property
    def current(self) -> Hit | None:
        return self._current

    @property
    def count(self) -> int:
        """Hits so far."""
        return self.counting.tally.total

    @property
    def number(self) -> int:
        """The current hit's, from 1; 0 while there is none."""
        return 0 if self._current is None else self._index(self._current) + 1

    def search(self, words: str, *, is_case_sensitive: bool = False, is_whole_word: bool = False) -> None:
        """Looks for words from what is in sight on, and shows the first hit."""
        query = Query(words, is_case_sensitive, is_whole_word)
        if query == self.query:
            return
        self._origin, self._is_seeking = self._here(), True
        self._current = None
        self._letters.clear()
        self._view.moment.hits = NoHits() if query.is_empty else self
        self.counting.start(query, None if self._origin is None else self._origin.message)
        self._view.viewport().update()
        self._tell()

    def clear(self) -> None:
        """No words, no marks."""
        self.search("")

    def go_next(self) -> None:
        """Shows the following hit, after the last one the first."""
        self._go(1)

    def go_previous(self) -> None:
        self._go(-1)

    # For the painter

    def in_piece(self, message: Message, place: Place) -> Iterable[tuple[int, int, bool]]:
        """The hits in a piece that is laid out, in letters of its box."""
        search, index = self.counting.search, message.index_of(place)
        piece = message.pieces[index]
        box = self._view.sheet.known_box(piece)
        if box is None:
            return
        if carried := search.carried(message, index):
            start, end = carried
            yield *box.letters_of(0, end), start == self._current_in(message, message.pieces[index - 1])
        current, ranges = self._current_in(message, piece), search.ranges(message, index)
        for (start, _), (first, end) in zip(ranges, self._in_box(piece, box, ranges), strict=True):
            yield first, end, start == current

    def _current_in(self, message: Message, piece: Piece) -> int:
        """Where the current hit begins, if that is in this piece; or else -1."""
        hit = self._current
        return hit.start if hit is not None and hit.message is message and hit.place == piece.place else -1

    def _in_box(self, piece: Piece, box: Box, ranges: Ranges) -> Ranges:
        known = self._letters.get(piece)
        if known is None or known[0] is not box or known[1] is not ranges:
            known = (box, ranges, tuple(box.letters_of(*one) for one in ranges))
            self._letters[piece] = known
        return known[2]

    # From hit to hit

    def _go(self, step: int) -> None:
        self.counting.update()
        if not self.count:
            return
        index = 0 if self._current is None else self._index(self._current) + step
        self._choose(self._hit(index % self.count), is_shown=True)

    def _hits(self, message: Message, section: Section) -> Iterator[Hit]:
        """The hits of one section, which is parsed for good: it is about to be seen."""
        self._view.sheet.spot(message, Place(*section))
        for index in indices_of(message, section):
            for start, end in self.counting.search.ranges(message, index):
                yield Hit(message, message.pieces[index].place, start, end)

    def _hit(self, index: int) -> Hit | None:
        """The hit with a number from 0."""
        number, section, inside = self.counting.tally.find(index)
        hits = list(self._hits(self._view.sheet.messages[number], section))
        return hits[min(inside, len(hits) - 1)] if hits else None

    def _index(self, hit: Hit) -> int:
        """The hit's number from 0; of one that is gone the number of the next one."""
        section = section_of(hit.place)
        before = [one for one in self._hits(hit.message, section) if (one.place, one.start) < (hit.place, hit.start)]
        return self.counting.tally.above(hit.message.number, section) + len(before)

    def _choose(self, hit: Hit | None, *, is_shown: bool) -> None:
        self._current, self._is_seeking = hit, False
        if is_shown and hit is not None:
            show(self._view, hit, self.covered)
        self._view.viewport().update()
        self._tell()

    # Counts

    def _on_counted(self, message: Message) -> None:
        if self._current is not None:
            if self._current.message is message:
                self._keep_current(self._current)
        elif self._is_seeking:
            hit = self._first_in(message)
            if hit is not None:
                self._choose(hit, is_shown=True)
        elif self.counting.is_complete and self.count:
            # Words that have come just now: nothing moves for them.
            self._choose(self._hit(0), is_shown=False)
        if not self._tell_timer.isActive():
            self._tell_timer.start()

    def _on_completed(self) -> None:
        if self._current is None and self.count:
            self._choose(self._hit(0), is_shown=self._is_seeking)
        self._is_seeking = False
        self._tell()

    def _on_restarted(self) -> None:
        self._current, self._is_seeking = None, False
        self._view.moment.hits = self
        self._view.viewport().update()
        self._tell()

    def _keep_current(self, hit: Hit) -> None:
        """The current hit, if it is still there, or the one that follows its place."""
        if hit not in self._hits(hit.message, section_of(hit.place)):
            self._choose(self._hit(self._index(hit) % self.count) if self.count else None, is_shown=False)

    def _first_in(self, message: Message) -> Hit | None:
        """The first hit of a message that does not lie before the origin."""
        origin = self._origin
        for section in self.counting.tally.counts(message.number):
            for hit in self._hits(message, section):
                if origin is None or message is not origin.message or hit.place > origin.place:
                    return hit
                if hit.place == origin.place and letters_of(self._view, hit)[0] >= origin.letter:
                    return hit
        return None

    def _tell(self) -> None:
        self._tell_timer.stop()
        self.changed.emit(self.count, self.number, self.counting.is_complete)

    # Places

    def _here(self) -> Position | None:
        """Where the person is: at the current hit or the selection if that is in sight, or else at the top of it."""
        places = {(one.message, one.piece.place) for one in self._view.scroller.shown}
        hit, selection = self._current, self._view.moment.selection
        if hit is not None and (hit.message, hit.place) in places:
            return Position(hit.message, hit.place, letters_of(self._view, hit)[0])
        if selection is not None and (selection.start.message, selection.start.place) in places:
            return selection.start
        hold = self._view.scroller.hold()
        return None if hold is None else Position(hold.message, hold.place, hold.position)
