"""What can be done with what is in the transcript: copy it in either form, select it all, save code, open links.

On the Qt thread. Long selections are gathered in slices between two frames; the clipboard gets them when they are
whole. The clipboard is the only thing outside the transcript that is touched here.
"""

from collections.abc import Iterator, Sequence
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from seproj_desktop.window.transcript.code_blocks import code_leaves, start_of_block
from seproj_desktop.window.transcript.entries import MessageAction
from seproj_desktop.window.transcript.layout.box import Control
from seproj_desktop.window.transcript.markdown.blocks import Code, Leaf, code_text
from seproj_desktop.window.transcript.markdown.parser import plain_parts
from seproj_desktop.window.transcript.message import Message, Piece
from seproj_desktop.window.transcript.selection import everything, seen_parts, source_parts
from seproj_desktop.window.transcript.view import TranscriptView

SLICE_SECONDS = 0.004
COPIED_MILLISECONDS = 1500
"""How long a control says that it has copied."""


COPYING = frozenset({MessageAction.COPY_MARKDOWN, MessageAction.COPY_TEXT})
NEEDS_FOCUS = frozenset({MessageAction.DELETE, MessageAction.FORK})
"""Actions that keys never take to a message that nobody has chosen."""


class Commands(QObject):
    """The verbs behind keys, menus, buttons and painted controls."""

    copied = Signal(str)
    """Text has reached the clipboard."""
    action_requested = Signal(object, str)
    """A `MessageAction` that changes the conversation, and the message's key."""
    regenerate_as_requested = Signal(str, str)
    """The message's key, and the id of the persona that is to answer instead."""
    regenerate_at_requested = Signal(str, float)
    """The message's key, and the temperature of the new answer's sampling."""
    version_requested = Signal(str, int)
    """The message's key, and how many versions further: -1 or 1."""
    save_requested = Signal(str, str)
    """A code block's text and its language."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._available = COPYING
        self._personas: tuple[tuple[str, str], ...] = ()
        self._parts: Iterator[str] | None = None
        self._gathered: list[str] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._gather)
        self._copied_timer = QTimer(self, interval=COPIED_MILLISECONDS, singleShot=True)
        self._copied_timer.timeout.connect(self._end_copied)

    # Messages

    def offer(self, actions: frozenset[MessageAction]) -> None:
        """Offers these besides copying."""
        self._available = COPYING | actions

    def show_personas(self, personas: Sequence[tuple[str, str]]) -> None:
        """Ids and names of those who can answer instead, in the order of the menu."""
        self._personas = tuple(personas)

    @property
    def personas(self) -> tuple[tuple[str, str], ...]:
        return self._personas

    def actions_for(self, message: Message) -> tuple[MessageAction, ...]:
        """What can be done with a message now, in the order of menus."""
        without = frozenset() if self._personas else frozenset({MessageAction.REGENERATE_AS})
        available = self._available - without
        return tuple(action for action in MessageAction if action in available and fits(action, message))

    def act(self, action: MessageAction) -> None:
        """Runs an action on the message that keys mean: the focused one, or else the last one that it fits."""
        focused = self._view.focused
        message = self._last_for(action) if focused is None else focused[0]
        if message is not None and action in self.actions_for(message):
            self.run(action, message)

    def step_version(self, step: int) -> None:
        """To another version of the focused message, or else of the last one that has some, which gets the focus."""
        focused, sheet = self._view.focused, self._view.sheet
        if focused is not None and focused[0].versions > 1:
            self._step(focused[0], step)
            return
        message = next((one for one in reversed(sheet.messages) if one.versions > 1), None)
        spot = None if message is None else sheet.first_in(message)
        if spot is not None:
            # It may be out of sight, and is to be seen as it changes.
            self._view.focus_piece(spot.message, spot.piece)
            self._step(spot.message, step)

    def regenerate_as(self, message: Message, persona: str) -> None:
        """`persona` is one of the ids that are shown."""
        self.regenerate_as_requested.emit(message.key, persona)

    def regenerate_at(self, message: Message, temperature: float) -> None:
        self.regenerate_at_requested.emit(message.key, temperature)

    def run(self, action: MessageAction, message: Message) -> None:
        """Does an action, or tells that it is wanted; `REGENERATE_AS` needs a persona: see `regenerate_as`."""
        match action:
            case MessageAction.COPY_MARKDOWN:
                self.put(message.text.strip("\n"))
            case MessageAction.COPY_TEXT:
                is_typed = message.speaker.is_user
                self._put_parts(iter((message.text,)) if is_typed else plain_parts(message.text))
            case _:
                self.action_requested.emit(action, message.key)

    # Selections

    def select_all(self) -> None:
        self._view.set_selection(everything(self._view.sheet))

    def clear_selection(self) -> None:
        self._view.set_selection(None)

    @property
    def has_selection(self) -> bool:
        selection = self._view.moment.selection
        return selection is not None and not selection.is_empty

    def copy(self) -> None:
        """The selection as it is seen; without one the focused message or block."""
        self._copy(is_source=False)

    def copy_source(self) -> None:
        """The selection as Markdown, in whole blocks."""
        self._copy(is_source=True)

    def put(self, text: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(text)

    # Code

    def run_control(self, message: Message, piece: Piece, control: Control) -> None:
        """A painted control was clicked; menus are opened by who owns them."""
        match control:
            case Control.COPY_CODE:
                self.put(self.code(message, piece)[0])
                self._view.moment.copied = piece
                self._copied_timer.start()
                self._view.viewport().update()
            case Control.TOGGLE_THOUGHT:
                self._view.show_thought(message.key, is_open=not message.is_thought_open)
            case Control.OLDER_VERSION:
                self._step(message, -1)
            case Control.NEWER_VERSION:
                self._step(message, 1)
            case Control.CONTINUE:
                if MessageAction.CONTINUE in self.actions_for(message):
                    self.run(MessageAction.CONTINUE, message)
            case Control.CODE_MENU:
                pass

    def code(self, message: Message, piece: Piece) -> tuple[str, str]:
        """The whole block that a piece belongs to, and its language."""
        start = start_of_block(message, message.index_of(piece.place))
        content = message.pieces[start].content
        language = content.block.language if isinstance(content, Leaf) and isinstance(content.block, Code) else ""
        return code_text(code_leaves(message, message.pieces[start].place)), language

    def save_code(self, message: Message, piece: Piece) -> None:
        self.save_requested.emit(*self.code(message, piece))

    def _last_for(self, action: MessageAction) -> Message | None:
        if action in NEEDS_FOCUS:
            return None
        # One's own last words are what one wants to change; an answer is edited by pointing at it.
        is_own = action is MessageAction.EDIT
        messages = reversed(self._view.sheet.messages)
        return next((one for one in messages if fits(action, one) and (one.speaker.is_user or not is_own)), None)

    def _step(self, message: Message, step: int) -> None:
        if 1 <= message.version + step <= message.versions:
            self.version_requested.emit(message.key, step)

    def _copy(self, *, is_source: bool) -> None:
        selection, sheet = self._view.moment.selection, self._view.sheet
        if selection is None or selection.is_empty:
            self._copy_focused(is_source=is_source)
            return
        self._put_parts(source_parts(sheet, selection) if is_source else seen_parts(sheet, selection))

    def _copy_focused(self, *, is_source: bool) -> None:
        focused = self._view.focused
        if focused is None:
            return
        message, piece = focused
        if isinstance(piece.content, Leaf) and isinstance(piece.content.block, Code):
            self.put(self.code(message, piece)[0])
        else:
            self.run(MessageAction.COPY_MARKDOWN if is_source else MessageAction.COPY_TEXT, message)

    def _put_parts(self, parts: Iterator[str]) -> None:
        """As `put`, in slices."""
        self._parts = parts
        self._gathered = []
        self._gather()

    def _gather(self) -> None:
        """Takes parts of a long text for a moment, and goes on after the next frame."""
        assert self._parts is not None
        until = perf_counter() + SLICE_SECONDS
        for part in self._parts:
            self._gathered.append(part)
            if perf_counter() > until:
                self._timer.start()
                return
        self._timer.stop()
        self._parts = None
        self.put("".join(self._gathered).strip("\n"))
        self._gathered = []

    def _end_copied(self) -> None:
        self._view.moment.copied = None
        self._view.viewport().update()


def fits(action: MessageAction, message: Message) -> bool:
    """Whether an action makes sense for a message as it is."""
    match action:
        case MessageAction.REGENERATE | MessageAction.REGENERATE_AS:
            return not message.speaker.is_user and not message.is_open
        case MessageAction.CONTINUE:
            return message.ending.can_continue and not message.is_open
        case MessageAction.EDIT | MessageAction.FORK | MessageAction.DELETE:
            return not message.is_open
        case _:
            return message.has_text
