"""The model's button and the engine's state in words, with a way to cancel what takes long.

On the Qt thread. Shows the statuses it is told; the seconds of a load are counted by its own timer.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from seproj_desktop.engine.download import DownloadProgress
from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Starting, Stopped
from seproj_desktop.window.buttons import LinkButton, MenuButton
from seproj_desktop.window.controls import ShortLabel
from seproj_desktop.window.theme import GRID, Theme
from seproj_desktop.window.words import download_words, engine_words, model_words

WIDEST_NAME = 26
"""Characters of a model's name on its button."""


class EnginePanel(QWidget):
    """Model [menu] state."""

    progress_changed = Signal(object)
    """0 to 1, or None where nothing is under way."""
    cancel_requested = Signal()

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._status: EngineStatus = Stopped("")
        self._download: tuple[str, DownloadProgress] | None = None
        self.button = MenuButton(theme, menu)
        self.button.setObjectName("modelButton")
        self.words = ShortLabel()
        self.words.setObjectName("engineStatus")
        self.cancel_button = LinkButton(theme, self.tr("Cancel"))
        self.cancel_button.setObjectName("cancelButton")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.button)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel_button)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._show)
        self.cancel_button.clicked.connect(self.cancel_requested)
        theme.changed.connect(self._show)
        self._show()

    def show_status(self, status: EngineStatus) -> None:
        self._status = status
        if isinstance(status, Starting):
            self._clock.start()
        else:
            self._clock.stop()
        self._show()

    def show_download(self, hub_id: str, progress: DownloadProgress) -> None:
        self._download = (hub_id, progress)
        self._show()

    def end_download(self) -> None:
        self._download = None
        self._show()

    def _show(self) -> None:
        self._show_model(self._status.model)
        fraction: float | None
        if self._download is not None:
            hub_id, progress = self._download
            words, fraction = download_words(hub_id, progress.done, progress.total), _share(progress)
            help_text = self.tr("Cancel the download")
        else:
            is_known = bool(self._status.model) or isinstance(self._status, Failed)
            words = engine_words(self._status) if is_known else self.tr("Starting…")
            fraction = self._status.fraction if isinstance(self._status, Starting) else None
            help_text = self.tr("Cancel loading the model")
        self.words.show_text(words)
        self.words.setAccessibleName(self.tr("Engine: {state}").format(state=words))
        self.words.setStyleSheet(f"color: {self._colour()}")
        self.cancel_button.setVisible(fraction is not None)
        self.cancel_button.setAccessibleName(help_text)
        self.cancel_button.setToolTip(help_text)
        self.progress_changed.emit(fraction)

    def _show_model(self, name: str) -> None:
        words = model_words(name) or self.tr("Model")
        short = words if len(words) <= WIDEST_NAME else words[: WIDEST_NAME - 1] + "…"
        self.button.setText(f"{short} ▾")
        self.button.setAccessibleName(self.tr("Model: {name}").format(name=words))
        self.button.setToolTip(self._model_help(name))

    def _model_help(self, name: str) -> str:
        if isinstance(self._status, Ready):
            info = self._status.info
            words = self.tr("{model}\n{context} tokens of context, {sequences} answers at once\n{version}")
            return words.format(
                model=name, context=f"{info.context_length:,}", sequences=info.sequences, version=info.version
            )
        return name or self.tr("Choose a model")

    def _colour(self) -> str:
        return (self._theme.danger if isinstance(self._status, Failed) else self._theme.faint).name()


def _share(progress: DownloadProgress) -> float:
    return progress.done / progress.total if progress.total else 0.0
