"""Light and dark, the transcript's behaviour, broken files, names for screen readers, and translation."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, QTranslator
from PySide6.QtGui import QAction, QColor
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

from seproj_desktop.chat.conversations import StoredMessage, Thought
from seproj_desktop.chat.news import PathEntry, TextAdded
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.engine.download import DownloadProgress
from seproj_desktop.settings import Settings
from seproj_desktop.window.buttons import LinkButton
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.controls import ShortLabel
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.path_entries import EntryMaker
from seproj_desktop.window.theme import ENOUGH_CONTRAST, Theme, contrast
from tests.fakes import FakeEngine, FakeLoader
from tests.window.conftest import OpenHouse

SIGNS = {"", "☰", "↓", "⋯", "×", "↑", "Aa", "ab"}


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
    assert house.transcript.sheet.maker.style.faint == theme.faint


def test_every_persona_can_be_read_in_both(make_house: OpenHouse, theme: Theme) -> None:
    house = make_house().open()
    for choice in ("light", "dark"):
        theme.choose(choice)
        for persona in house.backend.app.personas.all():
            assert contrast(theme.readable(colour_of(persona)), theme.background) >= ENOUGH_CONTRAST


def test_thinking_is_set_apart_and_waiting_words_give_way(qtbot: QtBot, theme: Theme) -> None:
    conversation = Conversation(theme)
    qtbot.addWidget(conversation)
    question = StoredMessage(1, None, "user", "why", 0.0)
    answer = StoredMessage(2, 1, "assistant", "", 0.0, "streaming", persona_name="Developer")
    make_entry = EntryMaker(PersonaLibrary(())).entry
    conversation.show_model_ready(False)
    conversation.show_path([make_entry(PathEntry(question)), make_entry(PathEntry(answer))], answer.id)
    qtbot.waitUntil(lambda: "Waiting for the model…" in conversation.transcript.whole_text)
    conversation.show_model_ready(True)
    assert "Waiting for the first word…" in conversation.transcript.whole_text
    conversation.add(TextAdded(answer.id, thinking="Let me see.\n", tokens=4))
    conversation.add(TextAdded(answer.id, "\n\nBecause.", tokens=2))
    thought = Thought("Let me see.\n", 0.5, 4)
    ended = replace(answer, text="\n\nBecause.", state="stopped", thought=thought)
    conversation.end_answer(make_entry(PathEntry(ended), is_last=True))
    said = conversation.transcript.whole_text
    assert said == "You\nwhy\nDeveloper\nThought for 0.5 s, 4 tokens\nBecause.\nstopped by you · Continue"
    conversation.end()


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
        data = {text for persona in house.backend.app.personas.all() for text in words_of(persona)} | SIGNS
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
    """Whole, however little of it there is room for."""
    if isinstance(widget, ShortLabel):
        return [widget.whole_text]
    if isinstance(widget, QLabel | QAbstractButton):
        return [widget.text()]
    if isinstance(widget, QAction):
        return [widget.text()]
    return []


def colour_of(persona: Persona) -> QColor:
    return QColor(persona.colour)
