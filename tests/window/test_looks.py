"""Light and dark, the transcript's behaviour, broken files, names for screen readers, and translation."""

import asyncio

import pytest
from PySide6.QtCore import QObject, QTranslator
from PySide6.QtGui import QAction, QColor, QTextCursor
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from seproj_desktop.chat import events
from seproj_desktop.chat.personas import Persona
from seproj_desktop.engine.download import DownloadProgress
from seproj_desktop.settings import Settings
from seproj_desktop.window.buttons import LinkButton
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.ink import Ink
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.theme import COLUMN_WIDTH, ENOUGH_CONTRAST, Theme, contrast
from seproj_desktop.window.transcript import Transcript
from tests.fakes import FakeEngine, FakeLoader
from tests.window.conftest import OpenHouse

PERSONA = Persona(id="developer", name="Developer", colour="#2f6fdb", examples=("One & two",))


@pytest.mark.parametrize(("choice", "is_light"), [("light", True), ("dark", False)])
def test_light_and_dark(make_house: OpenHouse, theme: Theme, choice: str, is_light: bool) -> None:
    house = make_house().open()
    house.say("hello")
    house.wait(lambda: "tokens/s" in house.said)
    theme.choose(choice)
    house.wait(lambda: (brightness(house.window) > 0.6) is is_light)
    assert theme.is_dark is not is_light
    for colour in (theme.text, theme.faint, theme.danger, theme.accent, theme.good):
        assert contrast(colour, theme.background) >= ENOUGH_CONTRAST
    cursor = house.transcript.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    assert cursor.charFormat().foreground().color() == theme.faint


def test_every_persona_can_be_read_in_both(make_house: OpenHouse, theme: Theme) -> None:
    house = make_house().open()
    for choice in ("light", "dark"):
        theme.choose(choice)
        for persona in house.backend.app.personas.all():
            assert contrast(theme.readable(colour_of(persona)), theme.background) >= ENOUGH_CONTRAST


def test_long_answers_are_appended_never_set_anew(qtbot: QtBot, theme: Theme) -> None:
    conversation = Conversation(theme)
    qtbot.addWidget(conversation)
    conversation.resize(800, 400)
    conversation.show()
    conversation.begin_answer("go", PERSONA, is_model_ready=True)
    changes: list[tuple[int, int]] = []
    conversation.transcript.document().contentsChange.connect(lambda at, gone, new: changes.append((gone, new)))
    for number in range(500):
        conversation.add_text(f"line {number}\n")
    assert sum(gone for gone, _ in changes) <= len(changes)
    assert max(new for _, new in changes) < 40
    conversation.end_answer(events.Finished("stop"))
    text = conversation.transcript.toPlainText()
    assert text.endswith("line 498\nline 499")


def test_it_follows_the_end_only_while_the_person_is_there(qtbot: QtBot, theme: Theme) -> None:
    view = Transcript(theme)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    view.begin_speaker("You")
    view.begin(Ink.TEXT)
    bar = view.verticalScrollBar()
    for number in range(100):
        view.add(Ink.TEXT, f"line {number}\n")
    assert bar.value() == bar.maximum() > 0
    bar.setValue(40)
    before = view.viewport().grab().toImage()
    for number in range(100):
        view.add(Ink.TEXT, f"more {number}\n")
    assert bar.value() == 40
    assert view.viewport().grab().toImage() == before
    bar.setValue(bar.maximum())
    view.resize(600, 200)
    assert bar.value() == bar.maximum()


def test_arriving_text_leaves_a_selection_alone(qtbot: QtBot, theme: Theme) -> None:
    view = Transcript(theme)
    qtbot.addWidget(view)
    view.begin_speaker("You")
    view.paragraph(Ink.TEXT, "copy me")
    view.selectAll()
    chosen = view.textCursor().selectedText()
    view.add(Ink.TEXT, " and more")
    assert view.textCursor().selectedText() == chosen
    assert view.toPlainText() == "You\ncopy me and more"


def test_the_column_is_centred_and_never_wider_than_it_should_be(qtbot: QtBot, theme: Theme) -> None:
    view = Transcript(theme)
    qtbot.addWidget(view)
    view.show()
    for width in (720, 1040, 1900):
        view.resize(width, 400)
        assert view.viewport().width() <= COLUMN_WIDTH
        left = view.viewport().x()
        assert abs(left - (width - left - view.viewport().width())) <= 12


def test_thinking_is_set_apart_and_waiting_words_give_way(qtbot: QtBot, theme: Theme) -> None:
    conversation = Conversation(theme)
    qtbot.addWidget(conversation)
    conversation.begin_answer("why", PERSONA, is_model_ready=False)
    qtbot.waitUntil(lambda: "Waiting for the model…" in conversation.transcript.toPlainText())
    conversation.show_model_ready(True)
    assert "Waiting for the first word…" in conversation.transcript.toPlainText()
    conversation.add_thinking("Let me see.\n")
    conversation.add_text("\n\nBecause.")
    conversation.end_answer(events.Finished("abort"))
    assert conversation.transcript.toPlainText() == "You\nwhy\nDeveloper\nLet me see.\nBecause.\nstopped by you"


def test_the_composer_grows_to_ten_lines(qtbot: QtBot, theme: Theme) -> None:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.resize(600, 60)
    composer.show()
    heights = []
    for lines in (1, 5, 10, 30):
        composer.fill("\n".join("x" * lines))
        heights.append(composer.field.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_broken_files_are_shown_and_can_be_dismissed(make_house: OpenHouse) -> None:
    house = make_house()
    house.paths.own_personas.mkdir(parents=True)
    (house.paths.own_personas / "mine.toml").write_text('id = "mine"\nname = "Mine"\ncolour = "red"\n')
    house.window.show_problems("settings", "Some settings were not taken.", ["settings.toml, line 3: too large"])
    house.open()
    (area,) = house.window.findChildren(NoticeArea)
    assert "mine.toml, line 3: colour" in area.text("personas")
    assert "settings.toml, line 3: too large" in area.text("settings")
    warning = house.find(LinkButton, "personaProblems")
    assert warning.isVisible()
    area.withdraw("personas")
    warning.click()
    assert "mine.toml, line 3" in area.text("personas")


def test_an_unknown_persona_is_told_and_the_first_one_taken(make_house: OpenHouse) -> None:
    house = make_house(settings=Settings.model_validate({"window": {"persona": "nobody"}})).open()
    (area,) = house.window.findChildren(NoticeArea)
    assert "There is no persona 'nobody'." in area.text("persona")
    assert house.box.currentText() == "Assistant"


def test_a_bug_is_shown_with_a_way_to_copy_it(make_house: OpenHouse) -> None:
    house = make_house().open()

    async def stumble() -> None:
        raise RuntimeError("oh")

    house.operations.run("stumble", stumble)
    (area,) = house.window.findChildren(NoticeArea)
    house.wait(lambda: bool(area.keys))
    assert "Something unexpected went wrong: oh" in area.text(area.keys[0])
    house.find(LinkButton, "noticeChoice0").click()
    assert "RuntimeError: oh" in QApplication.clipboard().text()


def test_controls_have_names(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader([FakeEngine(gate=asyncio.Semaphore(1))])).open()
    kinds = (QAbstractButton, QComboBox, QTextEdit, QPlainTextEdit)
    for widget in house.window.findChildren(QWidget):
        is_ours = isinstance(widget, kinds) and not widget.objectName().startswith("qt_")
        if is_ours and widget.isVisibleTo(house.window):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()
    for name in ("personaBox", "composer", "sendButton", "stopButton", "transcript", "serverToggle"):
        house.find(QWidget, name)
    for name in ("serverAddress", "engineStatus", "modelButton"):
        house.find(QWidget, name)


class Marker(QTranslator):
    """Marks every text that goes through translation."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"«{text}»"


def test_all_words_go_through_translation(qapp: QApplication, make_house: OpenHouse) -> None:
    marker = Marker()
    qapp.installTranslator(marker)
    try:
        house = make_house().open()
        house.find(QAction, "restartEngine").trigger()
        house.wait(lambda: "Ready" in house.engine_words)
        data = {text for persona in house.backend.app.personas.all() for text in words_of(persona)} | {"☰", ""}
        shown = {text: widget for widget in house.window.findChildren(QObject) for text in texts_of(widget)}
        assert {text for text in shown if "«" not in text} - data == {"fake-model ▾"}
    finally:
        qapp.removeTranslator(marker)


def test_a_download_shows_its_progress(qtbot: QtBot, qt_loop: QEventLoop, theme: Theme) -> None:
    panel = EnginePanel(theme, QMenu())
    qtbot.addWidget(panel)
    panel.show_download("Qwen/Qwen3-4B", DownloadProgress(0, None))
    assert panel.words.whole_text == "Downloading Qwen/Qwen3-4B…"
    panel.show_download("Qwen/Qwen3-4B", DownloadProgress(2_000_000_000, 8_000_000_000))
    assert panel.words.whole_text == "Downloading Qwen/Qwen3-4B · 2.0 GB of 8.0 GB · 25 %"
    assert panel.cancel_button.accessibleName() == "Cancel the download"


def brightness(widget: QWidget) -> float:
    """The mean, 0 to 1."""
    picture = widget.grab().toImage().scaled(8, 8)
    shades = [picture.pixelColor(x, y).lightnessF() for x in range(8) for y in range(8)]
    return sum(shades) / len(shades)


def words_of(persona: Persona) -> list[str]:
    return [persona.name, persona.description, *persona.examples]


def texts_of(widget: QObject) -> list[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        return [widget.text()]
    if isinstance(widget, QAction):
        return [widget.text()]
    return []


def colour_of(persona: Persona) -> QColor:
    return QColor(persona.colour)
