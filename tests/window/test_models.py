"""Choosing models: folders, hub ids, the question before a download, its progress and its end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMessageBox, QPushButton

from seproj_desktop.app import App
from seproj_desktop.engine.catalog import GPU_DEFAULT
from seproj_desktop.engine.download import DownloadCancelledError, DownloadProgress
from seproj_desktop.window.control import Control, ModelOffers
from seproj_desktop.window.model_menu import ModelMenu
from seproj_desktop.window.notices import NoticeArea
from tests.window.conftest import House, OpenHouse


class StandInDownloads:
    """Half a download, then whatever the test wants."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_cancelled = False
        self.end = asyncio.Event()

    async def fetch(self, hub_id: str, on_progress: Callable[[DownloadProgress], None]) -> None:
        self.asked.append(hub_id)
        for done in range(0, 4_000_000_000, 10_000_000):
            on_progress(DownloadProgress(done, 8_000_000_000))
        on_progress(DownloadProgress(4_000_000_000, 8_000_000_000))
        await self.end.wait()
        if self.is_cancelled:
            raise DownloadCancelledError

    def cancel(self) -> None:
        self.is_cancelled = True
        self.end.set()

    async def aclose(self) -> None:
        self.cancel()


def open_with_downloads(make_house: OpenHouse) -> tuple[House, StandInDownloads]:
    house, downloads = make_house(), StandInDownloads()

    def change(app: App) -> App:
        return replace(app, downloads=cast("Any", downloads))

    house.change = change
    return house.open(), downloads


def test_a_download_is_asked_for_shown_and_loaded(make_house: OpenHouse) -> None:
    house, downloads = open_with_downloads(make_house)
    told: list[object] = []
    (control,) = house.window.findChildren(Control)
    control.download_progressed.connect(lambda name, progress: told.append(progress))
    control.use_model(GPU_DEFAULT)
    house.wait(lambda: bool(house.window.findChildren(QMessageBox)))
    box = house.find(QMessageBox, "downloadQuestion")
    assert "huggingface.co" in box.text()
    assert "about 8.1 GB" in box.informativeText()
    assert downloads.asked == []
    house.find(QPushButton, "downloadAccept").click()
    house.wait(lambda: house.engine_words == f"Downloading {GPU_DEFAULT} · 4.0 GB of 8.0 GB · 50 %")
    assert len(told) < 10, "progress is handed over a few times a second, not per step"
    house.on_backend(downloads.end.set)
    house.wait(lambda: house.engine_words.startswith("Ready"))
    assert house.loader.loads == [GPU_DEFAULT]


def test_a_download_can_be_cancelled(make_house: OpenHouse) -> None:
    house, _ = open_with_downloads(make_house)
    (control,) = house.window.findChildren(Control)
    control.download(GPU_DEFAULT)
    house.wait(lambda: "50 %" in house.engine_words)
    house.find(QPushButton, "cancelButton").click()
    house.wait(lambda: house.engine_words == "Not loaded")
    assert house.reports == []


def test_the_offer_needs_a_gpu_and_names_the_size(make_house: OpenHouse) -> None:
    house = make_house().open()
    (menu,) = house.window.findChildren(ModelMenu)
    menu.show_offers(ModelOffers(has_gpu=False))
    assert not any("Qwen" in action.text() for action in menu.menu.actions())
    menu.show_offers(ModelOffers(has_gpu=True))
    assert house.find(QAction, "modelDefault").text() == "Qwen/Qwen3-4B (download, about 8.1 GB)…"
    menu.show_offers(ModelOffers(has_gpu=True, configured="/models/mine"))
    assert house.find(QAction, "modelConfigured").text() == "/models/mine"


def test_what_is_no_model_is_said(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.find(QAction, "modelHub").trigger()
    dialog = house.find(QInputDialog, "hubDialog")
    dialog.setTextValue("what is this")
    dialog.accept()
    (area,) = house.window.findChildren(NoticeArea)
    house.wait(lambda: bool(area.keys))
    assert "'what is this' is no model." in area.text(area.keys[0])
    assert house.loader.loads == []


def test_a_folder_is_loaded(make_house: OpenHouse) -> None:
    house = make_house().open()
    (menu,) = house.window.findChildren(ModelMenu)
    menu.model_chosen.emit(str(house.paths.demo_model))
    house.wait(lambda: house.engine_words.startswith("Ready"))
    assert house.loader.loads == ["demo"]
