"""The bar for finding in the conversation: a field, how many hits there are, the way to the others, two options.

On the Qt thread. It lies over the transcript's upper right corner and moves no text; what is found is not its business.
"""

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton

from seproj_desktop.window.theme import GRID, Theme, blend
from seproj_desktop.window.transcript.finding.find import Find
from seproj_desktop.window.transcript.floating import Floating
from seproj_desktop.window.transcript.view import TranscriptView

FIELD_WIDTH = 24 * GRID
LEAST_FIELD_WIDTH = 8 * GRID
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
FIND_KEYS = (
    QKeySequence.StandardKey.Find,
    QKeySequence.StandardKey.FindNext,
    QKeySequence.StandardKey.FindPrevious,
)


class FindBar(Floating):
    """Hidden until `open`."""

    def __init__(self, theme: Theme, view: TranscriptView, find: Find) -> None:
        super().__init__(theme, view.viewport(), hangs=True)
        self._view = view
        self._find = find
        self.setObjectName("findBar")
        self.setAccessibleName(self.tr("Find in the conversation"))
        self._field = self._make_field()
        self._count = self._make_count()
        self._previous = self._button("findPrevious", "↑", self.tr("Previous hit"), self.tr("Previous (Shift+F3)"))
        self._next = self._button("findNext", "↓", self.tr("Next hit"), self.tr("Next (F3)"))
        self._case = self._option("findCase", "Aa", self.tr("Match case"))
        self._word = self._option("findWord", "ab", self.tr("Whole words only"))
        self._close = self._button("findClose", "×", self.tr("Close"), self.tr("Close (Esc)"))
        underlined = QFont(self._word.font())
        underlined.setUnderline(True)
        self._word.setFont(underlined)
        self._lay_out()
        self.hide()
        self._connect()
        view.resized.connect(self._on_resized)
        theme.changed.connect(self._restyle)
        self._restyle()

    def open(self, words: str = "") -> None:
        """Shows the bar with these words, or those it had; typing replaces them."""
        if words:
            self._field.setText(words)
        self.show()
        self.raise_()
        self._place()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._search()

    def close_bar(self) -> None:
        """No bar, no marks; the keyboard is back in the text."""
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.hide()
        self._find.covered = QRect()
        self._find.clear()
        if had_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    # Events

    def event(self, event: QEvent) -> bool:
        """The window's own shortcuts wait while a key means something here."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and self._means(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key leaves the bar for the text behind it."""
        self.press(event)
        event.accept()

    def press(self, event: QKeyEvent) -> bool:
        """What a key means while the bar is there; False if it means nothing."""
        if self.isHidden() or not self._means(event):
            return False
        is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.open()
        elif event.key() in ENTER_KEYS:
            self._go(is_back=is_shift)
        else:
            self._go(is_back=event.matches(QKeySequence.StandardKey.FindPrevious))
        return True

    # Inside

    def _on_resized(self) -> None:
        if not self.isHidden():
            self._place()

    def _means(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return True
        if event.key() in ENTER_KEYS:
            return self._field.hasFocus()
        return any(map(event.matches, FIND_KEYS))

    def _search(self) -> None:
        self._find.search(
            self._field.text(), is_case_sensitive=self._case.isChecked(), is_whole_word=self._word.isChecked()
        )

    def _go(self, *, is_back: bool) -> None:
        if is_back:
            self._find.go_previous()
        else:
            self._find.go_next()

    def _show_count(self, count: int, number: int, is_complete: bool) -> None:
        if self._find.query.is_empty:
            words = ""
        elif count:
            more = "" if is_complete else "+"
            words = self.tr("{number} of {count}").format(number=f"{number:,}", count=f"{count:,}{more}")
        else:
            words = self.tr("nothing found") if is_complete else "…"
        self._count.setText(words)
        self._count.setAccessibleName(words or self.tr("No search"))
        for button in (self._previous, self._next):
            button.setEnabled(count > 0)

    def _place(self) -> None:
        """At the upper right of the viewport; where there is little room the field is narrower, then the count goes."""
        ground = self._view.viewport().rect()
        room = ground.width() - 2 * GRID
        self._count.show()
        self._count.setVisible(self.minimumSizeHint().width() <= room)
        least = self.minimumSizeHint()
        self.resize(min(room, least.width() + FIELD_WIDTH - LEAST_FIELD_WIDTH), least.height())
        self.move(ground.right() + 1 - GRID - self.width(), ground.top())
        self._find.covered = self.geometry().translated(-ground.topLeft())

    # Parts

    def _make_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("findField")
        field.setAccessibleName(self.tr("Words to find"))
        field.setPlaceholderText(self.tr("Find"))
        field.setFrame(False)
        field.setMinimumWidth(LEAST_FIELD_WIDTH)
        return field

    def _make_count(self) -> QLabel:
        label = QLabel()
        label.setObjectName("findCount")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return label

    def _button(self, name: str, text: str, words: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(words)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _option(self, name: str, text: str, words: str) -> QToolButton:
        button = self._button(name, text, words, words)
        button.setCheckable(True)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID // 2, GRID // 2)
        row.setSpacing(2)
        row.addWidget(self._field, 1)
        row.addWidget(self._count)
        for button in (self._case, self._word, self._previous, self._next, self._close):
            row.addWidget(button)
        # As wide as a large count, so that the bar does not change its width while it counts.
        self._count.setMinimumWidth(self._count.fontMetrics().horizontalAdvance(self.tr("nothing found") + "  "))

    def _connect(self) -> None:
        self._field.textChanged.connect(self._search)
        self._case.toggled.connect(self._search)
        self._word.toggled.connect(self._search)
        self._next.clicked.connect(self._find.go_next)
        self._previous.clicked.connect(self._find.go_previous)
        self._close.clicked.connect(self.close_bar)
        self._find.changed.connect(self._show_count)

    def _restyle(self) -> None:
        theme = self._theme
        hover = blend(theme.background, theme.text, 0.1).name()
        chosen = blend(theme.background, theme.accent, 0.25).name()
        self.setStyleSheet(
            f"QLineEdit {{ background: transparent; color: {theme.text.name()}; border: 0; }}"
            f"QLabel {{ color: {theme.faint.name()}; padding: 0 {GRID}px; }}"
            f"QToolButton {{ color: {theme.text.name()}; border: 1px solid transparent; border-radius: 4px;"
            f" padding: 2px 6px; }}"
            f"QToolButton:hover {{ background: {hover}; }}"
            f"QToolButton:checked {{ background: {chosen}; }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
            f"QToolButton:disabled {{ color: {theme.faint.name()}; }}"
        )
