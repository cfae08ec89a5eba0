"""The window: arranges the panels and connects them with each other and with the backend.

On the Qt thread. It holds no state of its own beyond its title; closing it is told, and `run` ends the program.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.personas import UnknownPersonaError
from seproj_desktop.engine import status as engine
from seproj_desktop.engine.catalog import DEMO_NAME, DEMO_NOTE
from seproj_desktop.errors import ErrorReport
from seproj_desktop.server import status as server
from seproj_desktop.window.actions import Actions
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.control import Control
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.dialogue import Dialogue
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.header import Header
from seproj_desktop.window.model_menu import ModelMenu
from seproj_desktop.window.notices import Notice, NoticeArea
from seproj_desktop.window.opening import Opening
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.persona_box import PersonaPanel
from seproj_desktop.window.server_panel import ServerPanel
from seproj_desktop.window.theme import COLUMN_WIDTH, GRID, Theme
from seproj_desktop.window.transcript.workshop.workshop import Workshop

if TYPE_CHECKING:
    from seproj_desktop.app import App

SMALLEST = (720, 480)
FIRST_SIZE = (1040, 760)
LONGEST_MESSAGE = 300


class MainWindow(QWidget):
    """The one window."""

    close_requested = Signal()

    def __init__(self, backend: Backend, operations: Operations, theme: Theme, *, persona_id: str) -> None:
        super().__init__()
        self._backend = backend
        self._persona_id = persona_id
        self._actions = Actions(self)
        self._model_menu = ModelMenu(self)
        self._engine = EnginePanel(theme, self._model_menu.menu)
        self._server = ServerPanel(theme)
        self._header = Header(theme, self._engine, self._server, self._actions.menu)
        self._notices = NoticeArea(theme)
        self._workshop = Workshop(self)
        self._conversation = Conversation(theme, self._workshop)
        self._opening = Opening(operations, self)
        self._personas = PersonaPanel(theme)
        self._composer = Composer(theme)
        self.control = Control(backend, operations, self)
        self._dialogue = Dialogue(backend, self._composer, self._conversation, self)
        self._arrange()
        self._connect_backend()
        self._connect_panels()
        self._connect_actions()
        self._show_title("")
        self._composer.setFocus()

    def show_problems(self, key: str, title: str, problems: Sequence[str]) -> None:
        """One dismissible notice for what was found wrong in files."""
        if problems:
            self._notices.tell(key, Notice(title, "\n".join(problems), is_failure=False))

    def end(self) -> None:
        """Ends what the window runs beside itself."""
        self._workshop.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone from the screen at once; what runs behind it is ended by `run`."""
        event.ignore()
        self.hide()
        self.close_requested.emit()

    def _arrange(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))
        tools = QHBoxLayout()
        tools.addWidget(self._personas)
        tools.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(GRID)
        foot.addWidget(self._notices)
        foot.addLayout(tools)
        foot.addWidget(self._composer)
        column = QWidget()
        column.setLayout(foot)
        column.setMaximumWidth(COLUMN_WIDTH)
        centred = QHBoxLayout()
        centred.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        centred.addStretch(1)
        centred.addWidget(column, 1000)
        centred.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._header)
        page.addWidget(self._conversation, 1)
        page.addLayout(centred)

    def _connect_backend(self) -> None:
        backend = self._backend
        backend.started.connect(self._on_started)
        backend.start_failed.connect(self._on_start_failed)
        backend.failure_reported.connect(self._on_failure)
        backend.engine_changed.connect(self._engine.show_status)
        backend.engine_changed.connect(self._model_menu.show_status)
        backend.engine_changed.connect(self._on_engine)
        backend.server_changed.connect(self._server.show_status)
        backend.server_changed.connect(self._on_server)

    def _connect_panels(self) -> None:
        control, menu = self.control, self._model_menu
        self._personas.persona_changed.connect(self._dialogue.choose_persona)
        self._personas.problems_requested.connect(self._show_persona_problems)
        self._server.toggle_requested.connect(control.toggle_server)
        self._engine.cancel_requested.connect(control.cancel)
        menu.model_chosen.connect(control.use_model)
        menu.download_confirmed.connect(control.download)
        menu.restart_requested.connect(control.restart_engine)
        menu.unload_requested.connect(control.unload_engine)
        menu.cancel_requested.connect(control.cancel)
        control.offers_found.connect(menu.show_offers)
        control.download_needed.connect(menu.ask_download)
        control.download_progressed.connect(self._engine.show_download)
        control.download_progressed.connect(lambda: menu.show_downloading(True))
        control.download_ended.connect(self._engine.end_download)
        control.download_ended.connect(lambda: menu.show_downloading(False))
        transcript = self._conversation.transcript
        transcript.link_opened.connect(self._opening.open_link)
        transcript.commands.save_requested.connect(self._opening.save_code)
        self._dialogue.title_changed.connect(self._show_title)
        self._dialogue.answering_changed.connect(self._actions["stopAnswer"].setEnabled)

    def _connect_actions(self) -> None:
        actions = self._actions
        actions["newConversation"].triggered.connect(self._dialogue.start_anew)
        actions["stopAnswer"].triggered.connect(self._dialogue.stop)
        actions["stopAnswer"].setEnabled(False)
        actions["focusComposer"].triggered.connect(self._composer.focus_field)
        actions["readConversation"].triggered.connect(self._conversation.focus_text)
        actions["findInConversation"].triggered.connect(self._conversation.open_find)
        transcript = self._conversation.transcript
        actions["largerText"].triggered.connect(lambda: transcript.zoom_by(1))
        actions["smallerText"].triggered.connect(lambda: transcript.zoom_by(-1))
        actions["normalText"].triggered.connect(lambda: transcript.set_zoom(1.0))
        actions["choosePersona"].triggered.connect(self._personas.open)
        actions["chooseModel"].triggered.connect(self._engine.button.open_menu)
        actions["restartEngine"].triggered.connect(self.control.restart_engine)
        actions["toggleServer"].triggered.connect(self.control.toggle_server)
        actions["openMenu"].triggered.connect(self._header.menu_button.open_menu)
        actions["quit"].triggered.connect(self.close)

    def _on_started(self, app: "App") -> None:
        known = [persona.id for persona in app.personas.all()]
        if self._persona_id not in known:
            error = UnknownPersonaError(self._persona_id, known)
            self._notices.tell("persona", Notice(error.message, error.advice, is_failure=False))
        self._personas.show_personas(app.personas.all(), self._persona_id)
        self._personas.show_problems(app.personas.problems)
        self._show_persona_problems()
        self.control.look_around()

    def _on_start_failed(self, report: ErrorReport) -> None:
        self._engine.show_status(engine.Failed("", report.message, report.advice))
        self._on_failure(report)

    def _show_persona_problems(self) -> None:
        problems = [str(problem) for problem in self._backend.app.personas.problems]
        self.show_problems("personas", self.tr("Some persona files were skipped."), problems)

    def _on_engine(self, status: engine.EngineStatus) -> None:
        self._conversation.empty_state.show_note(self.tr(DEMO_NOTE) if status.model == DEMO_NAME else "")
        if isinstance(status, engine.Failed):
            restart = (self.tr("Restart"), self.control.restart_engine)
            self._notices.tell("engine", Notice(status.reason, status.advice, choices=(restart,)))
        else:
            self._notices.withdraw("engine")

    def _on_server(self, status: server.ServerStatus) -> None:
        if isinstance(status, server.Broken):
            self._notices.tell("server", Notice(status.reason, status.advice))
        else:
            self._notices.withdraw("server")

    def _on_failure(self, report: ErrorReport) -> None:
        message = report.message
        if len(message) > LONGEST_MESSAGE:
            message = message[:LONGEST_MESSAGE] + "…"
        details = "\n\n".join(part for part in (report.message, report.traceback) if part)
        copy = (self.tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details))
        self._notices.tell(report.message, Notice(message, report.advice, choices=(copy,) if report.traceback else ()))

    def _show_title(self, title: str) -> None:
        name = self.tr("SEproj Desktop")
        self.setWindowTitle(self.tr("{title} — {name}").format(title=title, name=name) if title else name)
