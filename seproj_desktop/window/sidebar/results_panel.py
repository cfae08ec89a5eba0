"""The results with what is said about them: how many, none, or what was wrong with a filter. On the Qt thread."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from seproj_desktop.window.sidebar.hits import Hit
from seproj_desktop.window.sidebar.results import ResultsModel, ResultsView
from seproj_desktop.window.theme import GRID, Theme


class ResultsPanel(QWidget):
    """Shows the answer to the newest text only; the one before stays until it is there."""

    def __init__(self, theme: Theme, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._model = ResultsModel(clock, self)
        self.view = ResultsView(theme, self._model)
        self.count = self._label("searchCount")
        self.problems = self._label("searchProblems")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.count)
        column.addWidget(self.problems)
        column.addWidget(self.view, 1)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def text(self) -> str:
        """What is looked for."""
        return self._text

    def look_for(self, text: str) -> None:
        """Results for any other text are late from now on."""
        if not self._text:
            self._show((), self.tr("Searching…"), ())
        self._text = text

    def show_results(
        self, text: str, hits: Sequence[Hit], problems: Sequence[str], total: int | None, *, has_more: bool
    ) -> None:
        if text == self._text:
            self._show(hits, self._count_words(len(hits), total, has_more=has_more), problems)

    def _show(self, hits: Sequence[Hit], count: str, problems: Sequence[str]) -> None:
        self._model.show(hits)
        self.view.setCurrentIndex(self._model.index(0))
        self.view.scrollToTop()
        self.count.setText(count)
        self.problems.setText("\n".join(problems))
        self.problems.setVisible(bool(problems))
        self.view.setAccessibleDescription(" ".join((count, *problems)))

    def _count_words(self, shown: int, total: int | None, *, has_more: bool) -> str:
        if not shown:
            return self.tr("No results")
        if total is not None and total > shown:
            return self.tr("The first {shown} of {total} results").format(shown=shown, total=f"{total:,}")
        if has_more:
            return self.tr("The first {shown} results; more words find fewer").format(shown=shown)
        return self.tr("One result") if shown == 1 else self.tr("{shown} results").format(shown=shown)

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID // 2)
        return label

    def _restyle(self) -> None:
        self.count.setFont(self._theme.small_font())
        self.problems.setFont(self._theme.small_font())
        self.count.setStyleSheet(f"color: {self._theme.faint.name()};")
        self.problems.setStyleSheet(f"color: {self._theme.danger.name()};")
