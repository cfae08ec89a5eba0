"""A hit of a search, its letters in the box, and how it is brought into sight.

On the Qt thread, no widget. Also what of a selection is worth looking for.
"""

from collections.abc import Generator
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF

from seproj_desktop.window.transcript.finding.matching import Query
from seproj_desktop.window.transcript.finding.sections import Search, indices_of
from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.message import Message, Place
from seproj_desktop.window.transcript.selection import Selection, selected_text
from seproj_desktop.window.transcript.view import TranscriptView

SLICE_SECONDS = 0.002
LONGEST_SELECTION = 200
"""Letters that are taken as the words to find."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of the words, in letters of its piece's text as it is seen; behind a soft cut it ends beyond that."""

    message: Message
    place: Place
    start: int
    end: int


def first_hit(view: TranscriptView, message: Message, words: str) -> Generator[None, None, Hit | None]:
    """The first place of some words in a message, or None: work that can be interrupted."""
    query = Query(words)
    if query.is_empty:
        return None
    search = Search(query)
    yield from view.sheet.split_in_slices(message, SLICE_SECONDS)
    counts = yield from search.count(message)
    for section in counts:
        view.sheet.spot(message, Place(*section))
        for index in indices_of(message, section):
            for start, end in search.ranges(message, index):
                return Hit(message, message.pieces[index].place, start, end)
    return None


def letters_of(view: TranscriptView, hit: Hit) -> tuple[int, int]:
    """The hit in letters of its box."""
    box = box_of(view, hit)
    return (0, 0) if box is None else box.letters_of(hit.start, hit.end)


def box_of(view: TranscriptView, hit: Hit) -> Box | None:
    """The box of the hit's piece, laid out if it was not; None if there is no such piece any more."""
    spot = view.sheet.spot(hit.message, hit.place)
    return None if spot is None or spot.place != hit.place else view.sheet.box(spot)


def show(view: TranscriptView, hit: Hit, covered: QRect) -> None:
    """Brings a hit into sight: up or down, aside in long lines of code, and out from under what covers the viewport."""
    box = box_of(view, hit)
    if box is None:
        return
    start, end = box.letters_of(hit.start, hit.end)
    view.show_position(hit.message, hit.place, start)
    place = next(iter(box.rectangles(start, end)), QRectF())
    shift = 0.0
    if isinstance(box, CodeBox):
        uncover_aside(box, place)
        shift = box.side.shift
    for one in view.scroller.shown:
        if one.message is hit.message and one.piece.place == hit.place:
            at = place.translated(view.box_left(one.piece) - shift, one.box_top).toAlignedRect()
            if at.intersects(covered):
                view.scroll_by(at.top() - covered.bottom() - at.height())
            return


def uncover_aside(box: CodeBox, place: QRectF) -> None:
    """Scrolls the lines of unwrapped code until a place in them is in sight, with some room beside it."""
    left, room = box.placed[0].left, box.room
    margin = min(4 * box.style.code_width, room / 4)
    too_far = place.right() + margin - (left + box.side.shift + room)
    if too_far > 0:
        box.side.move(too_far, room)
    too_near = left + box.side.shift - (place.left() - margin)
    if too_near > 0:
        box.side.move(-too_near, room)


def words_to_find(sheet: Sheet, selection: Selection | None) -> str:
    """What is selected, if it is a few words of one line."""
    if selection is None or selection.start.order[:2] != selection.end.order[:2]:
        return ""
    words = selected_text(sheet, selection)
    return words if "\n" not in words and len(words) <= LONGEST_SELECTION else ""
