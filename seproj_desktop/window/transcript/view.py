"""The transcript: a virtualised view that lays out and paints what is in sight, and while text arrives only its end.

On the Qt thread. It ties sheet, scroller and painter to a viewport; mouse, keys, search and screen readers have rooms
of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.theme import GRID, Theme
from seproj_desktop.window.transcript.code_blocks import CodeBlocks
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.glide import Glide
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker, CodeLook
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.layout.flow import Picture
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.layout.style import Style, make_style
from seproj_desktop.window.transcript.message import BACKLOG, Message, Part, Piece, Place
from seproj_desktop.window.transcript.painter import Moment, paint
from seproj_desktop.window.transcript.scroller import Scroller, Shown
from seproj_desktop.window.transcript.selection import Selection
from seproj_desktop.window.transcript.workshop.formula_picture import FormulaPicture
from seproj_desktop.window.transcript.workshop.formulas import Formulas
from seproj_desktop.window.transcript.workshop.workshop import Workshop

ZOOM_STEPS = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
WHEEL_LINES = 3
"""Lines of text per notch of a wheel."""
SLICE_SECONDS = 0.004
NOTCH = 120
"""A wheel's notch in eighths of a degree."""


class TranscriptView(QAbstractScrollArea):
    """Messages from top to bottom in one column."""

    scrolled = Signal()
    """What is in sight has moved or changed."""
    end_left = Signal(bool)
    """Whether there is more below what is in sight."""
    resized = Signal()
    focus_moved = Signal()
    zoomed = Signal(float)

    def __init__(self, theme: Theme, workshop: Workshop | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zoom = 1.0
        self._code_look = CodeLook()
        self._formulas = None if workshop is None else Formulas(workshop, self)
        self._messages: dict[str, Message] = {}
        self._was_left = False
        self._has_moved = False
        """Since it was painted."""
        self._bar = SlimScrollBar(theme)
        self.moment = Moment()
        self.code_blocks = CodeBlocks(workshop, self)
        self.sheet = Sheet(self._maker(self._style()), self.code_blocks)
        self.scroller = Scroller(self.sheet)
        self.glide = Glide(self)
        self.column_left = 0
        """The column's left edge in the viewport; the column is in the middle of the whole view, bar included."""
        self.painted_pixels = 0
        """Of the viewport, since it was made: for benchmarks and tests."""
        self._restyle_timer = QTimer(self, interval=0, singleShot=True)
        self._restyle_timer.timeout.connect(self._restyle)
        self._ahead_timer = QTimer(self, interval=0, singleShot=True)
        self._ahead_timer.timeout.connect(self._look_ahead)
        self._tidy_timer = QTimer(self, interval=0)
        self._tidy_timer.timeout.connect(self._tidy)
        self._set_up()
        self.glide.moved.connect(self.scroll_by)
        self.code_blocks.coloured.connect(self._on_coloured)
        if self._formulas is not None:
            self._formulas.arrived.connect(self._on_formulas)
        self._bar.valueChanged.connect(self._on_bar)
        theme.changed.connect(self._on_theme)

    def _set_up(self) -> None:
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Conversation"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(self._bar)
        # Always there: a bar that comes and goes would break the lines anew.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    # Messages

    @property
    def is_empty(self) -> bool:
        return not self.sheet.messages

    def load(self, entries: Sequence[Entry], open_key: str | None = None) -> None:
        """These messages instead of all before, as when a conversation is opened; the end is in sight.

        The one with `open_key` takes text until it is finished.
        """
        self.clear()
        messages = [Message(entry, is_open=entry.key == open_key) for entry in entries]
        self._messages = {message.key: message for message in messages}
        self.sheet.load(messages)
        self._arrange()

    def clear(self) -> None:
        self.glide.stop()
        self._messages.clear()
        self.moment = Moment()
        self.code_blocks.clear()
        self.sheet.load([])
        self.scroller.reset()
        self._tidy_timer.start()
        self._arrange()

    def add(self, entry: Entry, *, is_open: bool = False) -> None:
        """A message at the end; an open one takes text until it is finished."""
        message = Message(entry, is_open=is_open)
        self._messages[entry.key] = message
        self.sheet.append(message)
        self._show_growth(message, 0)

    def show_path(self, entries: Sequence[Entry], open_key: str | None = None) -> None:
        """The whole path as it is from now on; what is the same from the top stays as it is, and where it is.

        Entries that have not changed should be the same objects: then 10,000 of them cost a millisecond.
        """
        kept = self._keep(entries, open_key)
        if kept < max(len(entries), len(self.sheet.messages)):
            self._replace_from(kept, [Message(entry, is_open=entry.key == open_key) for entry in entries[kept:]])

    def message(self, key: str) -> Message:
        return self._messages[key]

    def add_text(self, key: str, text: str) -> None:
        self._grow(key, lambda message: message.add_text(text))

    def add_thinking(self, key: str, text: str) -> None:
        self._grow(key, lambda message: message.add_thinking(text))

    def set_thought(self, key: str, *, seconds: float | None, tokens: int | None) -> None:
        """The figures of the thinking so far."""
        self._grow(key, lambda message: message.set_thought(seconds, tokens))

    def set_note(self, key: str, words: str) -> None:
        """A passing word until text comes; empty to withdraw it."""
        self._grow(key, lambda message: message.set_note(words))

    def finish(self, key: str, ending: Ending) -> None:
        self._grow(key, lambda message: message.finish(ending))

    def show_thought(self, key: str, *, is_open: bool) -> None:
        """Opens or closes a message's thinking."""
        self.scroller.is_following = self.scroller.is_following and not is_open
        self._grow(key, lambda message: message.show_thought(is_open=is_open))

    # Moving

    def scroll_by(self, pixels: int) -> None:
        before = self.scroller.shown
        self.scroller.scroll(pixels)
        self._repaint_moved(before)
        self._after_move()
        self._has_moved = True

    def scroll_to_start(self) -> None:
        self.glide.stop()
        self.scroller.scroll_to_start()
        self._after_jump()

    def scroll_to_end(self) -> None:
        self.glide.stop()
        self.scroller.scroll_to_end()
        self._after_jump()

    def show_position(self, message: Message, place: Place, letter: int) -> None:
        """Brings a letter into sight."""
        self.glide.stop()
        self.scroller.show(message, place, letter, margin=4 * self.sheet.maker.style.grid)
        self._after_jump()

    def point_out(self, message: Message | None) -> None:
        """Marks a message as the one that somebody was led to; None withdraws the mark."""
        self.moment.pointed_out = message
        self.viewport().update()

    @property
    def is_looking_ahead(self) -> bool:
        """Whether something is left for the next turn of the event loop to do ahead, or that has to be looked at."""
        return self._ahead_timer.isActive()

    def show_top(self, message: Message, place: Place) -> None:
        """Has a piece at the upper edge."""
        self.glide.stop()
        self.scroller.show_top(message, place)
        self._after_jump()

    # Looks

    @property
    def zoom(self) -> float:
        """The text's size, 1.0 being the desktop's."""
        return self._zoom

    def set_zoom(self, zoom: float) -> None:
        zoom = min(max(zoom, ZOOM_STEPS[0]), ZOOM_STEPS[-1])
        if zoom != self._zoom:
            self._zoom = zoom
            self._restyle()
            self.zoomed.emit(zoom)

    def zoom_by(self, steps: int) -> None:
        """To the next larger or smaller of the usual sizes."""
        nearest = min(range(len(ZOOM_STEPS)), key=lambda index: abs(ZOOM_STEPS[index] - self._zoom))
        self.set_zoom(ZOOM_STEPS[min(max(nearest + steps, 0), len(ZOOM_STEPS) - 1)])

    @property
    def code_look(self) -> CodeLook:
        return self._code_look

    def set_code_look(self, look: CodeLook) -> None:
        """Whether code is wrapped and has line numbers."""
        if look != self._code_look:
            self._code_look = look
            self._restyle()

    # What is where

    def shown_at(self, y: int) -> Shown | None:
        """The piece at a height of the viewport, or the nearest one."""
        shown = self.scroller.shown
        for one in shown:
            if y < one.bottom:
                return one
        return shown[-1] if shown else None

    def box_left(self, piece: Piece) -> int:
        """The left edge of a piece's box in the viewport."""
        return self.column_left + self.sheet.maker.indent(piece)

    def shown_rectangle(self, shown: Shown) -> QRect:
        return QRect(self.box_left(shown.piece), shown.box_top, shown.box.width, shown.box.height)

    @property
    def focused(self) -> tuple[Message, Piece] | None:
        """The message and piece that the keyboard has moved to, while they are there."""
        return self.moment.focused

    def focus_piece(self, message: Message, piece: Piece) -> None:
        """Marks a piece as the one that keys mean, and brings it into sight."""
        self.moment.focused = (message, piece)
        self.show_position(message, piece.place, 0)
        self.focus_moved.emit()

    def set_selection(self, selection: Selection | None) -> None:
        if selection != self.moment.selection:
            self.moment.selection = selection
            self.viewport().update()

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.devicePixelRatioF() != self.sheet.maker.style.ratio:
            # The window has come to another screen. An override of `event` would tell sooner, and cost at every event.
            self._restyle_timer.start()
        painter = QPainter(self.viewport())
        for rectangle in rectangles_of(event.region()):
            painter.save()
            painter.setClipRect(rectangle)
            paint(painter, rectangle, self.scroller.shown, self.sheet.maker, self.column_left, self.moment)
            painter.restore()
            self.painted_pixels += rectangle.width() * rectangle.height()
        painter.end()
        if self._has_moved or self.sheet.has_backlog or self.scroller.is_incomplete:
            self._has_moved = False
            self._ahead_timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scroller.resize(self.viewport().height())
        style = self.sheet.maker.style
        if self._column_width(style) != self.sheet.maker.width:
            self._use(self._maker(style))
        else:
            self._place_column()
            self._arrange()
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._restyle()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: the base class would repaint everything."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            pixels, angle = pixels.transposed(), angle.transposed()
        if angle.x() and abs(angle.x()) > abs(angle.y()):
            self._scroll_aside(event.position().toPoint(), pixels.x() or self._notches(angle.x()))
        elif not pixels.isNull():
            self.glide.stop()
            self.scroll_by(-pixels.y())
        else:
            self.glide.push(-self._notches(angle.y()))
        event.accept()

    # Inside

    def _keep(self, entries: Sequence[Entry], open_key: str | None) -> int:
        """How many messages, from the first one on, can stay; those whose header or end has changed show it."""
        kept, is_changed = 0, False
        for message, entry in zip(self.sheet.messages, entries, strict=False):
            is_open = entry.key == open_key
            if not message.is_as_given(entry, is_open=is_open):
                if not message.has_text_of(entry, is_open=is_open):
                    break
                self.sheet.grown(message, message.update(entry, is_open=is_open))
                self.code_blocks.review(message)
                is_changed = True
            kept += 1
        if is_changed:
            self._arrange()
        return kept

    def _replace_from(self, number: int, messages: Sequence[Message]) -> None:
        gone = self.sheet.messages[number:]
        unfolded = {message.key for message in gone if message.is_thought_open}
        for message in gone:
            del self._messages[message.key]
        for message in messages:
            self._messages[message.key] = message
            message.is_thought_open = message.key in unfolded
        self.code_blocks.forget(gone)
        self.sheet.replace_from(number, messages)
        focused = self.focused
        self.moment.renew(self.sheet)
        if gone:
            self.scroller.renew(number)
        self._arrange()
        if self.focused != focused:
            self.focus_moved.emit()

    def _grow(self, key: str, change: Callable[[Message], int]) -> None:
        message = self._messages[key]
        self._show_growth(message, change(message))

    def _show_growth(self, message: Message, change: int) -> None:
        before = self.scroller.shown
        self.sheet.grown(message, change)
        self.code_blocks.review(message)
        self.scroller.grow(message, change)
        self._repaint_moved(before)
        self._after_move()

    def _repaint_moved(self, before: Sequence[Shown]) -> None:
        """Moves the pixels that only moved and has the rest painted."""
        viewport, after = self.viewport(), self.scroller.shown
        known = {one.piece: one for one in before}
        steps = {one.top - known[one.piece].top for one in after if is_unchanged(one, known.get(one.piece))}
        if len(steps) != 1 or not viewport.isVisible():
            viewport.update()
            return
        step = steps.pop()
        if step:
            self._move_pixels(step)
        bottom = after[-1].bottom
        for one in after:
            old = known.get(one.piece)
            if not is_unchanged(one, old):
                top = one.top if old is None else one.top_of_change(old)
                end = viewport.height() if one is after[-1] else one.bottom
                viewport.update(self._strip(top, end))
        if (known and before[-1].bottom + step != bottom) or before[-1].piece is not after[-1].piece:
            viewport.update(self._strip(bottom, viewport.height()))

    def _move_pixels(self, step: int) -> None:
        """Down by `step`, around what floats over the text and hides it.

        What lets text through was moved along: it is painted anew, there and where it is.
        """
        viewport = self.viewport()
        held: list[QRect] = []
        moved: list[QRect] = []
        # Between two of the screen's pixels there is no edge to keep to.
        is_even = self.sheet.maker.style.ratio.is_integer()
        for child in viewport.children():
            if isinstance(child, QWidget) and child.isVisible():
                is_hiding = is_even and child.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
                (held if is_hiding else moved).append(child.geometry())
        for strip in strips_beside(held, self._strip(0, viewport.height())):
            viewport.scroll(0, step, strip)
        for rectangle in moved:
            viewport.update(rectangle)
            viewport.update(rectangle.translated(0, step))

    def _strip(self, top: int, bottom: int) -> QRect:
        """Between two heights, as wide as anything is ever painted: the column and what marks its messages."""
        maker, grid = self.sheet.maker, self.sheet.maker.style.grid
        wide = QRect(self.column_left - grid, top, maker.width + 2 * grid, bottom - top)
        return wide.intersected(self.viewport().rect())

    def _arrange(self) -> None:
        self.scroller.arrange()
        self._after_jump()

    def _after_jump(self) -> None:
        self.viewport().update()
        self._after_move()
        self._has_moved = True

    def _look_ahead(self) -> None:
        """Goes on with what is in sight, splits what is long, then lays out what the next step may bring into sight.

        In each turn of the event loop after the paint a little, or one piece.
        """
        self._ahead_timer.start()
        if self.scroller.is_outdated or self.scroller.is_incomplete:
            self._arrange()
            self._focus_what_was_split()
        elif self.sheet.has_backlog:
            self.sheet.work_off(perf_counter() + SLICE_SECONDS)
        elif not self.scroller.lay_out_ahead():
            self._ahead_timer.stop()
            self._show_place()

    def _focus_what_was_split(self) -> None:
        """The keyboard was where a long text is now."""
        focused = self.focused
        if focused is not None and focused[1].place == BACKLOG and focused[0].backlog is None:
            spot = self.sheet.spot(focused[0], Place(Part.BODY))
            self.moment.focused = None if spot is None else (focused[0], spot.piece)
            self.focus_moved.emit()

    def _show_place(self) -> None:
        if not self._bar.isSliderDown():
            height = self.viewport().height()
            maximum = max(0, self.scroller.total - height)
            self._bar.show_place(maximum if self.scroller.is_at_end else self.scroller.value, maximum, height)

    def _after_move(self) -> None:
        self._show_place()
        is_left = not (self.scroller.is_following or self.scroller.is_at_end)
        if is_left != self._was_left:
            self._was_left = is_left
            self.end_left.emit(is_left)
        self.scrolled.emit()

    def _on_bar(self, value: int) -> None:
        self.glide.stop()
        self.scroller.scroll_to_value(value)
        self._after_jump()

    def _notches(self, angle: int) -> int:
        return round(angle / NOTCH * WHEEL_LINES * self.sheet.maker.style.text_line)

    def _scroll_aside(self, at: QPoint, pixels: int) -> None:
        shown = self.shown_at(at.y())
        if shown is not None and isinstance(shown.box, CodeBox) and shown.box.side.move(-pixels, shown.box.room):
            self.viewport().update()

    def _on_coloured(self, message: Message, start: Place, first: int, end: int) -> None:
        """Better colours for the lines of one block: those in sight are painted anew, the others when they come."""
        in_sight = {one.piece for one in self.scroller.shown}
        self.sheet.forget_colours(message, start, first, end, in_sight)
        for one in self.scroller.shown:
            if one.message is message and one.piece.place >= start and isinstance(one.box, CodeBox):
                one.box.colour(first, end)
                self.viewport().update(self.shown_rectangle(one))

    def _on_formulas(self, arrived: frozenset[str]) -> None:
        """Formulas have been set: what shows them is laid out anew, without moving what is in sight."""
        before = self.scroller.shown
        if self.sheet.forget_formulas(arrived):
            self.scroller.arrange()
            self._repaint_moved(before)
            self._after_move()
            self._ahead_timer.start()

    def _on_theme(self) -> None:
        """A change of palette is told several times in a row."""
        self._restyle_timer.start()

    def _restyle(self) -> None:
        self._use(self._maker(self._style()))

    def _use(self, maker: BoxMaker) -> None:
        self.scroller.restyle(maker)
        self._place_column()
        self._tidy_timer.start()
        self._after_jump()

    def _place_column(self) -> None:
        room, wide = self.viewport().width(), self.sheet.maker.width
        self.column_left = min(max(0, (self.width() - wide) // 2), max(0, room - wide))

    def _tidy(self) -> None:
        """Lets go of what is out of date, a little in each turn."""
        self.sheet.evict()
        if not self.sheet.shelf.is_crowded:
            self._tidy_timer.stop()

    def _style(self) -> Style:
        return make_style(self._theme, self.font(), zoom=self._zoom, ratio=self.devicePixelRatioF())

    def _maker(self, style: Style) -> BoxMaker:
        return BoxMaker(style, self._column_width(style), self._code_look, self._formula)

    def _column_width(self, style: Style) -> int:
        wanted = round(self.width() - self._bar.sizeHint().width() - 4 * GRID)
        return min(style.column_width, max(8 * GRID, wanted))

    def _formula(self, tex: str, is_display: bool, size: float, colour: object) -> Picture | None:
        if self._formulas is None:
            return None
        style = self.sheet.maker.style
        found = self._formulas.picture(tex, is_display=is_display, size=size, colour=style.text, ratio=style.ratio)
        if not isinstance(found, FormulaPicture):
            return None
        return Picture(found.image, found.width, found.height, found.ascent, f"${tex}$" if not is_display else tex)


def rectangles_of(region: QRegion) -> Iterator[QRect]:
    """PySide's QRegion can be walked; its stubs do not say so."""
    return iter(cast("Iterable[QRect]", region))


def strips_beside(held: Iterable[QRect], whole: QRect) -> list[QRect]:
    """The whole without what is held, cut from top to bottom: what moves up in one strip comes from that strip."""
    # A region is cut from side to side, so it is turned there and back.
    region = QRegion(turned(whole))
    for rectangle in held:
        region -= QRegion(turned(rectangle))
    return [turned(rectangle) for rectangle in rectangles_of(region)]


def turned(rectangle: QRect) -> QRect:
    """With its two directions exchanged."""
    return QRect(rectangle.y(), rectangle.x(), rectangle.height(), rectangle.width())


def is_unchanged(one: Shown, before: Shown | None) -> bool:
    """Whether a piece looks as it did, wherever it is now."""
    return before is not None and before.box is one.box and before.content is one.content and before.gap == one.gap
