"""The window: arranges the panels and connects them with each other and with the backend.

On the Qt thread. It holds no state of its own beyond its title; closing it is told, and `run` ends the program.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.chat.keeping import KeepingStatus
from seproj_desktop.chat.personas import UnknownPersonaError
from seproj_desktop.engine import status as engine
from seproj_desktop.engine.catalog import DEMO_NAME, DEMO_NOTE
from seproj_desktop.errors import ErrorReport
from seproj_desktop.window.actions import Actions
from seproj_desktop.window.announcements import Announcements
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.control import Control
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.deleted_panel import DeletedPanel
from seproj_desktop.window.deleted_parts import DeletedParts
from seproj_desktop.window.dialogue import Dialogue
from seproj_desktop.window.editing import MessageEditor
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.exchange import Exchange
from seproj_desktop.window.header import Header
from seproj_desktop.window.list_actions import ListActions
from seproj_desktop.window.message_actions import MessageActions
from seproj_desktop.window.model_menu import ModelMenu
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.opening import Opening
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.persona_box import PersonaPanel
from seproj_desktop.window.queue_panel import QueuePanel
from seproj_desktop.window.requests.entry import Entry
from seproj_desktop.window.requests.panel import RequestsPanel
from seproj_desktop.window.requests.requests import Requests
from seproj_desktop.window.server_panel import ServerPanel
from seproj_desktop.window.sidebar.sidebar import Sidebar
from seproj_desktop.window.theme import COLUMN_WIDTH, GRID, Theme

if TYPE_CHECKING:
    from seproj_desktop.app import App

SMALLEST = (720, 480)
FIRST_SIZE = (1240, 800)
LIST_WIDTH = 260


class MainWindow(QWidget):
    """The one window."""

    close_requested = Signal()

    def __init__(self, backend: Backend, operations: Operations, theme: Theme, *, persona_id: str) -> None:
        super().__init__()
        self._backend = backend
        self._persona_id = persona_id
        self._notices_told = 0
        self._actions = Actions(self)
        self._make_panels(theme)
        self.control = Control(backend, operations, self)
        self._opening = Opening(operations, self)
        self._announcements = Announcements(self._notices, self.control.restart_engine, self)
        self.dialogue = Dialogue(backend, self._composer, self._queue, self._conversation, self)
        self._messages = MessageActions(backend, self.dialogue, self._editor, self._queue, self)
        self._deleted_parts = DeletedParts(backend, self.dialogue, self._deleted, self)
        self._list_actions = ListActions(backend, self._sidebar, self.dialogue, self)
        self._exchange = Exchange(backend, operations, self._announcements, self)
        self._requests = Requests(backend, operations, self._requests_panel, self)
        self._entry = Entry(backend, operations, self._requests_panel, theme, self)
        self._arrange()
        self._connect_backend()
        self._connect_engine_panels()
        self._connect_conversation()
        self._connect_actions()
        self._show_title("")
        self._composer.setFocus()

    def furnish(self) -> None:
        """Builds what was left out before the first paint."""
        self._conversation.furnish()

    def show_problems(self, key: str, title: str, problems: Sequence[str]) -> None:
        """One dismissible notice for what was found wrong in files."""
        self._announcements.show_problems(key, title, problems)

    def end(self) -> None:
        """Keeps what is typed, and ends what the window runs beside itself."""
        self._requests_panel.hide()
        if self._backend.is_started:
            self.dialogue.keep_draft()
        self._conversation.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone from the screen at once; what runs behind it is ended by `run`."""
        event.ignore()
        self._requests_panel.hide()
        self.hide()
        self.close_requested.emit()

    # Parts

    def _make_panels(self, theme: Theme) -> None:
        self._model_menu = ModelMenu(self)
        self._engine = EnginePanel(theme, self._model_menu.menu)
        self._server = ServerPanel(theme)
        self._header = Header(theme, self._engine, self._server, self._actions.menu)
        self._sidebar = Sidebar(theme)
        self._notices = NoticeArea(theme)
        self._conversation = Conversation(theme)
        self._personas = PersonaPanel(theme)
        self._editor = MessageEditor(theme)
        self._queue = QueuePanel(theme)
        self._deleted = DeletedPanel(theme)
        self._composer = Composer(theme)
        self._requests_panel = RequestsPanel(theme, self)

    def _arrange(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))
        talk = QWidget()
        column = QVBoxLayout(talk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._conversation, 1)
        column.addLayout(self._foot())
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._sidebar)
        self._split.addWidget(talk)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([LIST_WIDTH, FIRST_SIZE[0] - LIST_WIDTH])
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._header)
        page.addWidget(self._split, 1)

    def _foot(self) -> QHBoxLayout:
        """What stands below the conversation, as wide as its column."""
        tools = QHBoxLayout()
        tools.addWidget(self._personas)
        tools.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(GRID)
        for panel in (self._notices, self._deleted, self._editor, self._queue):
            foot.addWidget(panel)
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
        return centred

    # Connections

    def _connect_backend(self) -> None:
        backend, said = self._backend, self._announcements
        backend.started.connect(self._on_started)
        backend.start_failed.connect(self._on_start_failed)
        backend.failure_reported.connect(said.show_failure)
        backend.engine_changed.connect(self._engine.show_status)
        backend.engine_changed.connect(self._model_menu.show_status)
        backend.engine_changed.connect(self._show_demo_note)
        backend.engine_changed.connect(said.show_engine)
        backend.server_changed.connect(self._server.show_status)
        backend.server_changed.connect(said.show_server)
        backend.keeping_changed.connect(self._on_keeping)
        backend.raise_requested.connect(self._raise)

    def _connect_engine_panels(self) -> None:
        control, menu = self.control, self._model_menu
        self._server.toggle_requested.connect(control.toggle_server)
        self._server.details_requested.connect(self._requests_panel.open)
        self._requests_panel.address.toggle_requested.connect(control.toggle_server)
        self._requests.conversation_made.connect(self._show_made)
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

    def _connect_conversation(self) -> None:
        self._personas.persona_changed.connect(self.dialogue.choose_persona)
        self._personas.problems_requested.connect(self._show_persona_problems)
        self._header.list_toggled.connect(self._toggle_list)
        self.dialogue.shown.connect(self._on_shown)
        self.dialogue.summary_changed.connect(self._on_summary)
        self.dialogue.left.connect(self._editor.set_aside)
        self.dialogue.answering_changed.connect(self._actions["stopAnswer"].setEnabled)
        self._messages.forked.connect(self.dialogue.show)
        self._messages.branch_deleted.connect(self._offer_branch_back)
        self._list_actions.deleted.connect(self._offer_conversations_back)
        self._sidebar.export_requested.connect(self._exchange.export)
        self._exchange.replacing.connect(lambda: self.dialogue.show(None))
        self._sidebar.deleted_parts_requested.connect(self._deleted_parts.open)
        self._deleted.closed.connect(self._composer.focus_field)
        self._editor.closed.connect(self._composer.focus_field)
        self._queue.emptied.connect(self._composer.focus_field)
        self._conversation.furnished.connect(self._connect_transcript)

    def _connect_transcript(self) -> None:
        transcript = self._conversation.transcript
        transcript.link_opened.connect(self._opening.open_link)
        transcript.commands.save_requested.connect(self._opening.save_code)
        self._messages.follow(transcript)

    def _connect_actions(self) -> None:
        actions, talk = self._actions, self._conversation
        actions["stopAnswer"].setEnabled(False)
        for name, act in (
            ("newConversation", lambda: self.dialogue.show(None)),
            ("searchConversations", self._search),
            ("toggleList", self._toggle_list),
            ("stopAnswer", self.dialogue.stop),
            ("focusComposer", self._composer.focus_field),
            ("readConversation", talk.focus_text),
            ("findInConversation", talk.open_find),
            ("olderVersion", lambda: talk.transcript.commands.step_version(-1)),
            ("newerVersion", lambda: talk.transcript.commands.step_version(1)),
            ("deletedParts", self._deleted_parts.open),
            ("largerText", lambda: talk.transcript.zoom_by(1)),
            ("smallerText", lambda: talk.transcript.zoom_by(-1)),
            ("normalText", lambda: talk.transcript.set_zoom(1.0)),
            ("choosePersona", self._personas.open),
            ("chooseModel", self._engine.button.open_menu),
            ("exportConversation", self._export_shown),
            ("exportEverything", self._exchange.export_everything),
            ("importConversations", self._exchange.import_),
            ("backUp", self._exchange.back_up),
            ("restoreBackup", self._exchange.restore),
            ("restartEngine", self.control.restart_engine),
            ("toggleServer", self.control.toggle_server),
            ("showRequests", self._requests_panel.open),
            ("openMenu", self._header.menu_button.open_menu),
            ("quit", self.close),
        ):
            actions[name].triggered.connect(lambda _checked=False, act=act: act())

    # What the backend tells

    def _on_started(self, app: "App") -> None:
        self.furnish()
        self._keep_zoom(app)
        personas = app.personas.all()
        known = [persona.id for persona in personas]
        if self._persona_id not in known:
            error = UnknownPersonaError(self._persona_id, known)
            self._announcements.tell("persona", error.message, error.advice)
        self._personas.show_personas(personas, self._persona_id)
        self._personas.show_problems(app.personas.problems)
        self._show_persona_problems()
        names = [(persona.id, persona.name) for persona in personas]
        self._conversation.transcript.commands.show_personas(names)
        self._show_memory_notices()
        self.dialogue.start()
        self.control.look_around()

    def _keep_zoom(self, app: "App") -> None:
        """The text is as large as the last time, before any is shown."""
        transcript = self._conversation.transcript
        transcript.set_zoom(app.library.zoom)
        transcript.zoomed.connect(lambda zoom: self._backend.post(app.library.keep_zoom, zoom))

    def _on_start_failed(self, report: ErrorReport) -> None:
        self._engine.show_status(engine.Failed("", report.message, report.advice))
        self._announcements.show_failure(report)

    def _on_keeping(self, status: KeepingStatus) -> None:
        other = self._show_other if self._backend.app.memory.is_held_elsewhere else None
        self._announcements.show_keeping(status, show_other=other)
        self._show_memory_notices()

    def _show_memory_notices(self) -> None:
        """What has happened to the file, each once: most at the start, some when it could be opened later."""
        notices = self._backend.app.memory.notices
        for number in range(self._notices_told, len(notices)):
            notice = notices[number]
            self._announcements.tell(f"memory{number}", notice.title, f"{notice.words} {notice.advice}".strip())
        self._notices_told = len(notices)

    def _show_other(self) -> None:
        """The program that has the conversations comes to the front, and this one goes."""
        self._backend.post(self._backend.app.memory.ring_other, then=self._on_other_rung)

    def _on_other_rung(self, is_there: bool) -> None:
        if is_there:
            self.close()
        else:
            words = self.tr("The other program does not answer. It may be a command, such as a long export.")
            self._announcements.tell("other", words)

    def _raise(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _show_persona_problems(self) -> None:
        problems = [str(problem) for problem in self._backend.app.personas.problems]
        self.show_problems("personas", self.tr("Some persona files were skipped."), problems)

    def _show_demo_note(self, status: engine.EngineStatus) -> None:
        self._conversation.empty_state.show_note(self.tr(DEMO_NOTE) if status.model == DEMO_NAME else "")

    # What the person does

    def _on_shown(self, summary: ConversationSummary | None) -> None:
        for name in ("exportConversation", "deletedParts"):
            self._actions[name].setEnabled(summary is not None)
        if summary is not None:
            self._on_summary(summary)
            self._personas.choose(summary.persona)
        else:
            self._show_title("")
            self._announcements.show_binned(None)

    def _on_summary(self, summary: ConversationSummary) -> None:
        """What the list says of the conversation that is shown."""
        self._show_title(summary.title)
        is_binned = summary.deleted is not None
        self._announcements.show_binned(partial(self._list_actions.restore, [summary.id]) if is_binned else None)

    def _show_made(self, conversation: int) -> None:
        """A request of another program goes on here."""
        self._raise()
        self.dialogue.show(conversation)

    def _offer_conversations_back(self, conversations: list[int]) -> None:
        count = len(conversations)
        words = (
            self.tr("The conversation is in the bin.")
            if count == 1
            else self.tr("{count} conversations are in the bin.")
        )
        self._announcements.offer_undo(words.format(count=count), lambda: self._list_actions.restore(conversations))

    def _offer_branch_back(self, conversation: int, message: int) -> None:
        words = self.tr("The message and what follows it are in the bin: see “Deleted parts” in the menu.")
        self._announcements.offer_undo(words, lambda: self._messages.restore_branch(conversation, message))

    def _export_shown(self) -> None:
        if self.dialogue.conversation is not None:
            self._exchange.export([self.dialogue.conversation])

    def _search(self) -> None:
        self._sidebar.setVisible(True)
        self._sidebar.focus_search()

    def _toggle_list(self) -> None:
        self._sidebar.setVisible(not self._sidebar.isVisible())

    def _show_title(self, title: str) -> None:
        self._header.title.show_text(title)
        name = self.tr("SEproj Desktop")
        self.setWindowTitle(self.tr("{title} — {name}").format(title=title, name=name) if title else name)
