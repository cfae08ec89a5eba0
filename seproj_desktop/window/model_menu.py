"""The model's menu and its questions: which folder, which hub id, whether to download.

On the Qt thread. It asks without nested event loops and only tells what was chosen.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from seproj_desktop.engine.catalog import DEMO, GPU_DEFAULT, GPU_DEFAULT_BYTES
from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Sleeping, Starting
from seproj_desktop.window.control import ModelOffers
from seproj_desktop.window.words import size_words

HUB = "huggingface.co"


class ModelMenu(QObject):
    """Fills `menu` with what this machine can run."""

    model_chosen = Signal(str)
    download_confirmed = Signal(str)
    restart_requested = Signal()
    unload_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._offers = ModelOffers()
        self._status: EngineStatus | None = None
        self._is_downloading = False
        self.menu = QMenu(self.tr("Model"), parent)
        self.menu.setObjectName("modelMenu")
        self.menu.setAccessibleName(self.tr("Model"))
        self._fill()

    def show_offers(self, offers: ModelOffers) -> None:
        self._offers = offers
        self._fill()

    def show_status(self, status: EngineStatus) -> None:
        is_other_kind = type(status) is not type(self._status)
        self._status = status
        if is_other_kind:
            self._fill()

    def show_downloading(self, is_downloading: bool) -> None:
        if self._is_downloading != is_downloading:
            self._is_downloading = is_downloading
            self._fill()

    def ask_download(self, hub_id: str) -> None:
        """Names size and host before anything leaves the machine."""
        size = self.tr("about {size}").format(size=size_words(GPU_DEFAULT_BYTES))
        if hub_id != GPU_DEFAULT:
            size = self.tr("its size is shown as soon as the download begins")
        box = QMessageBox(self._window)
        box.setObjectName("downloadQuestion")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Download a model"))
        box.setText(self.tr("Download {model} from {host}?").format(model=hub_id, host=HUB))
        box.setInformativeText(
            self.tr("Size: {size}. The files stay in the Hugging Face cache on this machine.").format(size=size)
        )
        yes = box.addButton(self.tr("Download"), QMessageBox.ButtonRole.AcceptRole)
        yes.setObjectName("downloadAccept")
        box.addButton(QMessageBox.StandardButton.Cancel)
        yes.clicked.connect(lambda: self.download_confirmed.emit(hub_id))
        box.finished.connect(box.deleteLater)
        box.open()

    def ask_folder(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open a model folder"))
        dialog.setObjectName("folderDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.model_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_hub_id(self) -> None:
        dialog = QInputDialog(self._window)
        dialog.setObjectName("hubDialog")
        dialog.setWindowTitle(self.tr("Other hub model"))
        dialog.setLabelText(
            self.tr("The model's id on {host}, such as {example}:").format(host=HUB, example=GPU_DEFAULT)
        )
        dialog.setOkButtonText(self.tr("Use this model"))
        dialog.textValueSelected.connect(self.model_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _fill(self) -> None:
        self.menu.clear()
        self._add("modelDemo", self.tr("Demo model (small, for trying things out)"), lambda: self._choose(DEMO))
        configured = self._offers.configured
        if configured and configured != DEMO:
            self._add("modelConfigured", configured, lambda: self._choose(configured))
        if configured != GPU_DEFAULT:
            self._offer_default()
        self.menu.addSeparator()
        self._add("modelFolder", self.tr("Open model folder…"), self.ask_folder)
        self._add("modelHub", self.tr("Other hub model…"), self.ask_hub_id)
        self.menu.addSeparator()
        is_loading = self._is_downloading or isinstance(self._status, Starting)
        has_engine = isinstance(self._status, Ready | Sleeping)
        name = self.tr("Restart engine") if has_engine or isinstance(self._status, Failed) else self.tr("Load model")
        self._add("engineRestart", name, self.restart_requested.emit, not is_loading)
        self._add("engineUnload", self.tr("Unload model"), self.unload_requested.emit, has_engine)
        self._add("engineCancel", self.tr("Cancel loading"), self.cancel_requested.emit, is_loading)

    def _offer_default(self) -> None:
        """Prominent only where there is a GPU to run it; else left to "Other hub model…"."""
        if self._offers.is_default_on_disk:
            self._add("modelDefault", GPU_DEFAULT, lambda: self._choose(GPU_DEFAULT))
        elif self._offers.has_gpu:
            words = self.tr("{model} (download, about {size})…")
            text = words.format(model=GPU_DEFAULT, size=size_words(GPU_DEFAULT_BYTES))
            self._add("modelDefault", text, lambda: self.ask_download(GPU_DEFAULT), not self._is_downloading)

    def _choose(self, named: str) -> None:
        self.model_chosen.emit(named)

    def _add(self, name: str, text: str, act: Callable[[], object], is_enabled: bool = True) -> None:
        action = QAction(text.replace("&", "&&"), self.menu)
        action.setObjectName(name)
        action.setEnabled(is_enabled)
        action.triggered.connect(lambda _checked: act())
        self.menu.addAction(action)
