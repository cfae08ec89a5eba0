"""The request board in the window: looks at it while its panel is in sight, and does what is asked there.

On the Qt thread; the board is the backend's. Out of sight nothing runs here: no timer, no signal, no look. A look is
posted to the backend and its answer comes when it comes; until then no other one is posted.
"""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.errors import UserError
from seproj_desktop.server.log_export import LogFormat, export_log
from seproj_desktop.server.records import BoardNews
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.requests.examples import PERSONA_MODEL
from seproj_desktop.window.requests.panel import RequestsPanel

if TYPE_CHECKING:
    from seproj_desktop.app import App

LOOK_MILLISECONDS = 250
EXPORT = "export log"
STOP = "stop request {}"
OPEN = "open request"


class Requests(QObject):
    """Between the panel and the board."""

    conversation_made = Signal(object)
    """A request has become a conversation; its id, which is too large for Qt's int."""

    def __init__(self, backend: Backend, operations: Operations, panel: RequestsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._operations = operations
        self._panel = panel
        self._seen = 0
        self._is_looking = False
        self.looks = 0
        """How often it has looked."""
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        backend.started.connect(self._on_started)
        backend.server_changed.connect(panel.show_status)
        panel.seen_changed.connect(self._on_seen)
        panel.stop_requested.connect(self._stop)
        panel.open_requested.connect(self._open)
        panel.keep_texts_requested.connect(self._keep_texts)
        panel.clear_requested.connect(self._clear)
        panel.export_requested.connect(self._ask_where)

    @property
    def is_looking(self) -> bool:
        """Whether an answer of the backend is still to come."""
        return self._is_looking

    @property
    def is_awake(self) -> bool:
        """Whether it looks at the board from time to time."""
        return self._timer.isActive()

    def _on_started(self, app: "App") -> None:
        personas = app.personas.all()
        model = PERSONA_MODEL.format(personas[0].id) if personas else app.engine.model.name
        self._panel.address.show_model(model)
        if self._panel.isVisible():
            self._look()

    def _on_seen(self, is_seen: bool) -> None:
        if is_seen:
            self._timer.start()
            self._look()
        else:
            self._timer.stop()

    def _look(self) -> None:
        if self._backend.is_started and not self._is_looking:
            self._is_looking = True
            self.looks += 1
            self._backend.post(look, self._backend.app, self._seen, then=self._show, otherwise=self._end_look)

    def _show(self, news: BoardNews) -> None:
        self._end_look()
        self._seen = news.seen
        self._panel.show_news(news)

    def _end_look(self) -> None:
        self._is_looking = False

    # What is asked for

    def _stop(self, request_id: str) -> None:
        self._operations.run(STOP.format(request_id), partial(self._backend.call, stop, self._backend.app, request_id))

    def _open(self, request_id: str) -> None:
        self._operations.run(OPEN, partial(self._open_it, request_id))

    async def _open_it(self, request_id: str) -> None:
        conversation = await self._backend.call(make_conversation, self._backend.app, request_id)
        if conversation is None:
            self._panel.tell(self.tr("What was said in it is not there any more."))
        else:
            self.conversation_made.emit(conversation)

    def _keep_texts(self, is_on: bool) -> None:
        self._backend.post(keep_texts, self._backend.app, is_on, then=lambda _: self._look())

    def _clear(self) -> None:
        self._backend.post(clear, self._backend.app, then=lambda _: self._look())

    def _ask_where(self) -> None:
        """Exports what the filter leaves."""
        kinds: dict[str, LogFormat] = {
            self.tr("CSV, for a spreadsheet (*.csv)"): "csv",
            self.tr("JSON, one object a line (*.jsonl)"): "jsonl",
        }
        dialog = QFileDialog(self._panel, self.tr("Export the log"))
        dialog.setObjectName("exportLogFile")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(kinds))

        def suit(chosen: str) -> None:
            dialog.setDefaultSuffix(kinds[chosen])
            dialog.selectFile(f"requests.{kinds[chosen]}")

        dialog.filterSelected.connect(suit)
        suit(next(iter(kinds)))
        dialog.fileSelected.connect(lambda chosen: self.export(Path(chosen), kinds[dialog.selectedNameFilter()]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path, form: LogFormat) -> None:
        """Writes the requests that are shown."""
        self._operations.run(EXPORT, partial(self._export, path, form))

    async def _export(self, path: Path, form: LogFormat) -> None:
        records = tuple(self._panel.log.records)
        try:
            await self._backend.call(asyncio.to_thread, export_log, path, form, records)
        except UserError as error:
            self._panel.tell(f"{error.message} {error.advice}")
            return
        words = self.tr("{count} requests are in {file}.")
        self._panel.tell(words.format(count=f"{len(records):,}", file=path.name))


# What follows runs on the backend's loop.


async def look(app: "App", seen: int) -> BoardNews:
    return app.board.look(seen)


async def stop(app: "App", request_id: str) -> None:
    await app.board.stop(request_id)


async def keep_texts(app: "App", is_on: bool) -> None:
    app.board.keep_texts(is_on=is_on)


async def clear(app: "App") -> None:
    app.board.clear()


async def make_conversation(app: "App", request_id: str) -> int | None:
    """A kept conversation out of what a request asks and was answered so far, or None where that is forgotten."""
    said = app.board.text(request_id)
    if said is None:
        return None
    known = {persona.id for persona in app.personas.all()}
    persona = said.persona if said.persona in known else app.settings.window.persona
    return await app.chat.adopt(said.messages, said.answer, persona, is_whole=said.is_whole)
