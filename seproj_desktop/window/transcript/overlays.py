"""What floats over the transcript: the way back to the end, the address of a link, and a message's actions.

On the Qt thread. They are real widgets, so the keyboard and screen readers reach them; none of them takes room from
the text.
"""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton

from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, ROUNDING, Theme, blend
from seproj_desktop.window.transcript.action_words import action_words, words_with_keys
from seproj_desktop.window.transcript.commands import Commands
from seproj_desktop.window.transcript.entries import MessageAction
from seproj_desktop.window.transcript.floating import Floating
from seproj_desktop.window.transcript.markdown.safety import visible_controls
from seproj_desktop.window.transcript.message import Message, Part, Place
from seproj_desktop.window.transcript.view import TranscriptView

LONGEST_ADDRESS = 160
"""Letters of a link's address that are shown; the rest is left out in the middle."""
NEAR = (MessageAction.COPY_MARKDOWN, MessageAction.EDIT, MessageAction.REGENERATE)
"""Actions that have a button of their own; the others are in the menu."""


class EndButton(QToolButton):
    """Shown while there is more below; goes to the end."""

    def __init__(self, theme: Theme, view: TranscriptView) -> None:
        super().__init__(view.viewport())
        self._theme = theme
        self._ground = view.viewport()
        self.setObjectName("endButton")
        self.setText("↓")
        self.setAccessibleName(self.tr("Go to the end"))
        self.setToolTip(self.tr("Go to the end (End)"))
        self.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        self.clicked.connect(view.scroll_to_end)
        view.end_left.connect(self.setVisible)
        view.resized.connect(self._place)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _place(self) -> None:
        """In the middle of the viewport's lower edge."""
        room = self._ground.size()
        self.move((room.width() - self.width()) // 2, room.height() - self.height() - 2 * GRID)

    def _restyle(self) -> None:
        theme = self._theme
        ground, edge = blend(theme.background, theme.text, 0.04).name(), theme.line.name()
        self.setStyleSheet(
            f"QToolButton {{ background: {ground}; color: {theme.text.name()}; border: 1px solid {edge};"
            f" border-radius: {CONTROL_HEIGHT // 2}px; font-weight: 600; }}"
            f"QToolButton:hover, QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
        )


class AddressLabel(QLabel):
    """Where the link under the mouse leads, in the corner, as browsers show it."""

    def __init__(self, theme: Theme, view: TranscriptView) -> None:
        super().__init__(view.viewport())
        self._theme = theme
        self._view = view
        self.setObjectName("linkAddress")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_address(self, address: str) -> None:
        """Nothing hides it; an address within the conversation is none."""
        words = "" if address.startswith("#") else shortened(visible_controls(address))
        if words == (self.text() if self.isVisible() else ""):
            return
        self.setText(words)
        self.setVisible(bool(words))
        self.adjustSize()
        self.move(0, self._view.viewport().height() - self.height())

    def _restyle(self) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"background: {blend(theme.background, theme.text, 0.06).name()}; color: {theme.text.name()};"
            f" border-top-right-radius: {ROUNDING}px; padding: 3px 10px;"
        )


class ActionBar(Floating):
    """The actions of the message under the mouse or in the keyboard's focus, at its upper right corner."""

    menu_requested = Signal(object, QPoint)
    """The message, and where a menu should open on the screen."""

    def __init__(self, theme: Theme, view: TranscriptView, commands: Commands) -> None:
        super().__init__(theme, view.viewport())
        self._view = view
        self._commands = commands
        self._message: Message | None = None
        self.setObjectName("messageActions")
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 1, 3, 1)
        row.setSpacing(0)
        self._buttons = {action: self._button(action_words(action), action.name) for action in NEAR}
        self._more = self._button("⋯", "MORE")
        self._more.setAccessibleName(self.tr("More actions"))
        for button in (*self._buttons.values(), self._more):
            row.addWidget(button)
        for action, button in self._buttons.items():
            button.setToolTip(words_with_keys(action))
            button.clicked.connect(lambda _=False, action=action: self._run(action))
        self._more.clicked.connect(self._open_menu)
        self.hide()
        view.scrolled.connect(self._place)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_for(self, message: Message | None) -> None:
        """None hides it."""
        if message is not None and not self._commands.actions_for(message):
            message = None
        if message is None and self.underMouse():
            return
        self._message = message
        if message is not None:
            fitting = self._commands.actions_for(message)
            for action, button in self._buttons.items():
                button.setVisible(action in fitting)
            self.adjustSize()
        self._place()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.show_for(None)

    def _place(self) -> None:
        """Beside the message's header, or at the upper edge while that is scrolled out."""
        message = self._message
        tops = [] if message is None else [one for one in self._view.scroller.shown if one.message is message]
        if not tops:
            self.hide()
            return
        is_header = tops[0].piece.place == Place(Part.HEADER)
        top = tops[0].box_top - (self.height() - tops[0].box.height) // 2 if is_header else 0
        right = self._view.column_left + self._view.sheet.maker.width
        self.move(right - self.width(), max(0, top))
        if self.isHidden():
            self.show()
            self.raise_()

    def _run(self, action: MessageAction) -> None:
        if self._message is not None:
            self._commands.run(action, self._message)

    def _open_menu(self) -> None:
        if self._message is not None:
            self.menu_requested.emit(self._message, self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _button(self, words: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(words)
        button.setObjectName(f"messageAction{name.title().replace('_', '')}")
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _restyle(self) -> None:
        theme = self._theme
        hover = blend(theme.background, theme.text, 0.1).name()
        self.setStyleSheet(
            f"QToolButton {{ color: {theme.faint.name()}; border: 0; border-radius: 4px; padding: 3px 8px; }}"
            f"QToolButton:hover {{ background: {hover}; color: {theme.text.name()}; }}"
        )


def shortened(address: str) -> str:
    if len(address) <= LONGEST_ADDRESS:
        return address
    half = LONGEST_ADDRESS // 2
    return f"{address[:half]}…{address[-half:]}"
