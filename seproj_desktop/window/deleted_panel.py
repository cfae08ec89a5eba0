"""The deleted parts of a conversation, above the composer: a line for each, its words, and the way back.

On the Qt thread. It shows values and tells what is wanted; hidden unless somebody asks for it.
"""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.news import BinnedBranch
from seproj_desktop.window.buttons import PlainButton, PrimaryButton
from seproj_desktop.window.controls import RoundedFrame, SlimScrollBar
from seproj_desktop.window.theme import GRID, ROUNDING, Theme, blend
from seproj_desktop.window.words import tr

MOST_ROWS = 4
"""Lines that are shown at once; the others are scrolled to."""
TEXT_HEIGHT = 18 * GRID
"""A low window leaves it a third of that."""
LONGEST_LINE = 120
LONGEST_TEXT = 20_000
"""Characters of a part that are shown; what is longer is read once it is restored."""


class BranchList(QListWidget):
    """One line for each part; as high as its lines, up to a few of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("deletedList")
        self.setAccessibleName(self.tr("Deleted parts"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        row = max(1, self.sizeHintForRow(0))
        return QSize(super().sizeHint().width(), row * min(max(1, self.count()), MOST_ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())


class DeletedPanel(RoundedFrame):
    """Enter or the button restores the chosen part; Esc closes."""

    restore_requested = Signal(object)
    """The id of the message that is to be shown again, with what belongs to it."""
    closed = Signal()
    """It is not shown any more: the keyboard belongs elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.branches: tuple[BinnedBranch, ...] = ()
        self.wanted: int | None = None
        """The message that was asked for, in whichever part it is."""
        self.words = ""
        """What it was found by."""
        self.setObjectName("deletedPanel")
        self._title = QLabel(self.tr("Deleted parts of this conversation"))
        self._title.setObjectName("deletedTitle")
        self.list = BranchList(theme)
        self.text = QPlainTextEdit()
        self.restore_button = PrimaryButton(theme, self.tr("Restore"))
        self.close_button = PlainButton(theme, self.tr("Close"))
        self.setFocusProxy(self.list)
        self._name_parts()
        self._arrange()
        self._connect()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.setVisible(False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The parts as they are listed."""
        return tuple(self.list.item(row).text() for row in range(self.list.count()))

    def show_branches(self, branches: Sequence[BinnedBranch], wanted: int | None = None, words: str = "") -> None:
        """Opens with the part that has the message `wanted`, where `words` were found; else with the last deleted."""
        row = max(0, self.list.currentRow())
        self.branches, self.wanted, self.words = tuple(branches), wanted, words
        self.list.clear()
        for branch in branches:
            item = QListWidgetItem(line_of(branch))
            item.setToolTip(item.text())
            self.list.addItem(item)
        self.list.setAccessibleDescription("" if branches else self.text.placeholderText())
        places = (n for n, branch in enumerate(branches) if any(each.id == wanted for each in branch.path))
        self.list.setVisible(bool(branches))
        self.restore_button.setVisible(bool(branches))
        self.list.updateGeometry()
        self.list.setCurrentRow(next(places, min(row, len(branches) - 1)))
        self._show_current()
        self.setVisible(True)

    def take_keyboard(self) -> None:
        target = self.list if self.branches else self.close_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        if not self.isHidden():
            self.setVisible(False)
            self.closed.emit()

    def event(self, event: QEvent) -> bool:
        """Esc closes it, before the window makes something else of it."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.KeyPress:
                self.close_panel()
            event.accept()
            return True
        return super().event(event)

    def _restore(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self.branches):
            branch = self.branches[row]
            is_wanted = any(each.id == self.wanted for each in branch.path)
            self.restore_requested.emit(self.wanted if is_wanted else branch.first.id)

    def _show_current(self) -> None:
        """The chosen part's text, at the words that it was found by."""
        row = self.list.currentRow()
        path = self.branches[row].path if 0 <= row < len(self.branches) else ()
        self.text.setPlainText(text_of(path))
        for place, message in enumerate(path):
            if message.id == self.wanted:
                self._go_to_words(text_of(path[:place]))

    def _go_to_words(self, above: str) -> None:
        cursor = self.text.textCursor()
        cursor.setPosition(min(len(above), len(self.text.toPlainText())))
        self.text.setTextCursor(cursor)
        if not self.text.find(self.words):
            self.text.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self.text.centerCursor()

    def _name_parts(self) -> None:
        for widget, name, words in (
            (self.text, "deletedText", self.tr("What was said there")),
            (self.restore_button, "deletedRestore", self.tr("Restore this part")),
            (self.close_button, "deletedClose", self.tr("Close the deleted parts")),
        ):
            widget.setObjectName(name)
            widget.setAccessibleName(words)
        self.restore_button.setToolTip(self.tr("Restore (Enter)"))
        self.close_button.setToolTip(self.tr("Close (Esc)"))

    def _arrange(self) -> None:
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(TEXT_HEIGHT // 3)
        self.text.setMaximumHeight(TEXT_HEIGHT)
        self.text.setPlaceholderText(self.tr("Nothing of this conversation is in the bin."))
        self.text.setVerticalScrollBar(SlimScrollBar(self._theme))
        head = QHBoxLayout()
        head.setContentsMargins(GRID // 2, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        head.addWidget(self.restore_button)
        page = QVBoxLayout(self)
        page.setContentsMargins(GRID, GRID, GRID, GRID)
        page.setSpacing(GRID // 2)
        page.addLayout(head)
        page.addWidget(self.list)
        page.addWidget(self.text)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _row: self._show_current())
        self.list.itemActivated.connect(lambda _item: self._restore())
        self.restore_button.clicked.connect(lambda _checked: self._restore())
        self.close_button.clicked.connect(lambda _checked: self.close_panel())

    def _restyle(self) -> None:
        theme = self._theme
        chosen, text = blend(theme.background, theme.accent, 0.16).name(), theme.text.name()
        self._title.setStyleSheet("font-weight: 600;")
        self.list.setStyleSheet(
            f"QListWidget {{ background: transparent; color: {text}; outline: none; }}"
            f"QListWidget::item {{ border: 1px solid transparent; border-radius: {ROUNDING}px; padding: 3px; }}"
            f"QListWidget::item:selected {{ background: {chosen}; color: {text}; }}"
            f"QListWidget::item:selected:focus {{ border-color: {theme.accent.name()}; }}"
        )
        ground = blend(theme.background, theme.text, 0.04).name()
        self.text.setStyleSheet(
            f"QPlainTextEdit {{ background: {ground}; color: {text}; border: 1px solid transparent;"
            f" border-radius: {ROUNDING}px; }} QPlainTextEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )


def line_of(branch: BinnedBranch) -> str:
    """Who said what first, how much it is, and when it was deleted."""
    first = branch.first
    said = " ".join(first.text[: 2 * LONGEST_LINE].split()) or tr("(no text)")
    said = said if len(said) <= LONGEST_LINE else said[:LONGEST_LINE].rstrip() + "…"
    moment = QDateTime.fromSecsSinceEpoch(int(first.deleted or 0))
    when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
    count = tr("1 message") if branch.messages == 1 else tr("{count} messages").format(count=f"{branch.messages:,}")
    return tr("{speaker}: {words} · {count} · deleted {when}").format(
        speaker=speaker_of(first), words=said, count=count, when=when
    )


def text_of(path: Sequence[StoredMessage]) -> str:
    """What was said, one message below the other, up to a length that can be shown at once."""
    parts: list[str] = []
    room = LONGEST_TEXT
    for message in path:
        if room <= 0:
            break
        parts.append(f"{speaker_of(message)}: {message.text[:room]}\n\n")
        room -= len(parts[-1])
    return "".join(parts)


def speaker_of(message: StoredMessage) -> str:
    return tr("You") if message.role == "user" else message.persona_name or tr("Assistant")
