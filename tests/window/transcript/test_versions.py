"""Versions, actions and cut answers: painted controls and keys, and what screen readers hear of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.accessibility import install_accessibility
from seproj_desktop.window.transcript.entries import Ending, Entry, MessageAction
from seproj_desktop.window.transcript.layout.box import Control
from seproj_desktop.window.transcript.message import Part
from seproj_desktop.window.transcript.scroller import Shown
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PATIENCE, PERSONA, USER, click, picture

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
CUT = Ending("Stopped", can_continue=True)
MakeView = Callable[..., Transcript]


@pytest.fixture(scope="session", autouse=True)
def installed(qapp: QApplication) -> None:
    install_accessibility()


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make(*entries: Entry, width: int = 800) -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(width, 800)
        view.show()
        view.commands.offer(frozenset(MessageAction))
        view.load(entries)
        return view

    return make


def talk() -> list[Entry]:
    """A question in two versions, an answer in three of which the second is shown, and a question and a cut answer."""
    return [
        Entry("q", USER, "The question", version=2, versions=2),
        Entry("a", PERSONA, "The answer", version=2, versions=3),
        Entry("q2", USER, "Another question"),
        Entry("a2", PERSONA, "A cut", ending=CUT),
    ]


def shown(view: Transcript, key: str, part: Part) -> Shown:
    return next(one for one in view.scroller.shown if one.message.key == key and one.piece.place.part is part)


def point_of(view: Transcript, one: Shown, control: Control) -> QPoint | None:
    """The middle of a painted control; None if it cannot be hit."""
    hit = [
        QPoint(x, y) for y in range(one.box.height) for x in range(one.box.width) if one.box.control_at(x, y) is control
    ]
    corner = QPoint(view.box_left(one.piece), one.box_top)
    return None if not hit else QPoint(hit[len(hit) // 2].x(), (hit[0].y() + hit[-1].y()) // 2) + corner


def press(view: Transcript, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(view, key, modifier)


def focus(view: Transcript, key: str, part: Part = Part.HEADER) -> None:
    """The keyboard's focus on a piece of a message."""
    one = shown(view, key, part)
    view.focus_piece(one.message, one.piece)


def asked(view: Transcript) -> list[tuple[MessageAction, str]]:
    """The actions that are asked for from now on."""
    actions: list[tuple[MessageAction, str]] = []
    view.commands.action_requested.connect(lambda action, key: actions.append((action, key)))
    return actions


def stepped(view: Transcript) -> list[tuple[str, int]]:
    """The versions that are asked for from now on."""
    steps: list[tuple[str, int]] = []
    view.commands.version_requested.connect(lambda key, step: steps.append((key, step)))
    return steps


# Versions


def test_the_arrows_beside_a_version_ask_for_the_one_before_and_behind(make_view: MakeView) -> None:
    view = make_view(*talk())
    steps = stepped(view)
    for control in (Control.OLDER_VERSION, Control.NEWER_VERSION):
        point = point_of(view, shown(view, "a", Part.HEADER), control)
        assert point is not None
        click(view, point)
    assert steps == [("a", -1), ("a", 1)]


def test_an_arrow_that_leads_nowhere_cannot_be_clicked(make_view: MakeView) -> None:
    view = make_view(*talk())
    assert point_of(view, shown(view, "q", Part.HEADER), Control.OLDER_VERSION) is not None
    assert point_of(view, shown(view, "q", Part.HEADER), Control.NEWER_VERSION) is None
    for control in (Control.OLDER_VERSION, Control.NEWER_VERSION):
        assert point_of(view, shown(view, "q2", Part.HEADER), control) is None


def test_which_version_is_shown_can_be_seen(make_view: MakeView) -> None:
    path = talk()
    view = make_view(*path)
    before = picture(view)
    view.show_path([path[0], replace(path[1], version=1), *path[2:]])
    assert picture(view) != before
    assert shown(view, "a", Part.HEADER).box.label == "Developer · Demo model · version 1 of 3"


def test_a_long_name_of_a_model_leaves_room_for_the_versions(make_view: MakeView) -> None:
    speaker = replace(PERSONA, model="A model with a very long name " * 10)
    view = make_view(Entry("a", speaker, "Text", version=1, versions=12), width=500)
    one = shown(view, "a", Part.HEADER)
    point = point_of(view, one, Control.NEWER_VERSION)
    assert point is not None
    assert point.x() < view.box_left(one.piece) + one.box.width


def test_alt_and_arrows_go_through_the_versions_of_the_last_message_that_has_some(make_view: MakeView) -> None:
    view = make_view(*talk())
    steps = stepped(view)
    press(view, Qt.Key.Key_Left, ALT)
    assert view.focused is not None
    assert view.focused[0].key == "a"
    press(view, Qt.Key.Key_Right, ALT)
    focus(view, "q")
    press(view, Qt.Key.Key_Left, ALT)
    press(view, Qt.Key.Key_Right, ALT)
    assert steps == [("a", -1), ("a", 1), ("q", -1)]


def test_the_focus_stays_on_what_is_flipped(make_view: MakeView) -> None:
    path = talk()
    view = make_view(*path)
    view.commands.version_requested.connect(
        lambda key, step: view.show_path([path[0], Entry(f"{key}-other", PERSONA, "Other", version=1, versions=3)])
    )
    focus(view, "a", Part.BODY)
    press(view, Qt.Key.Key_Left, ALT)
    steps = stepped(view)
    press(view, Qt.Key.Key_Right, ALT)
    assert steps == [("a-other", 1)]


def test_controls_say_what_they_do(make_view: MakeView) -> None:
    view = make_view(*talk())
    point = point_of(view, shown(view, "a", Part.HEADER), Control.OLDER_VERSION)
    assert point is not None
    event = QHelpEvent(QHelpEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    assert QToolTip.text() == "Previous version (Alt+Left)"
    QToolTip.hideText()


# Cut answers


def test_a_cut_answer_is_continued_by_a_click_and_by_keys(make_view: MakeView) -> None:
    view = make_view(*talk())
    actions = asked(view)
    point = point_of(view, shown(view, "a2", Part.ENDING), Control.CONTINUE)
    assert point is not None
    click(view, point)
    press(view, Qt.Key.Key_Return, CONTROL)
    focus(view, "a2", Part.ENDING)
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_Enter)
    assert actions == [(MessageAction.CONTINUE, "a2")] * 4


@pytest.mark.parametrize("words", ["", "Stopped", "Cut at the length limit after many words. " * 9])
@pytest.mark.parametrize("is_failure", [False, True])
@pytest.mark.parametrize("width", [300, 800])
def test_continue_always_finds_room(make_view: MakeView, words: str, is_failure: bool, width: int) -> None:
    view = make_view(Entry("a", PERSONA, "Text", ending=Ending(words, is_failure, can_continue=True)), width=width)
    one = shown(view, "a", Part.ENDING)
    point = point_of(view, one, Control.CONTINUE)
    assert point is not None
    assert one.box_top <= point.y() < one.bottom
    resized = make_view(Entry("a", PERSONA, "Text", ending=Ending(words, is_failure, can_continue=True)), width=640)
    resized.resize(width, 800)
    assert picture(resized) == picture(view)


def test_the_control_is_no_part_of_the_text(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(Entry("a", PERSONA, "Text", ending=CUT))
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy()
    assert QApplication.clipboard().text() == "Developer:\n\nText\n\nStopped"


def test_a_complete_answer_offers_nothing_to_continue(make_view: MakeView) -> None:
    view = make_view(Entry("a", PERSONA, "Text", ending=Ending("700 tokens/s")))
    actions = asked(view)
    assert point_of(view, shown(view, "a", Part.ENDING), Control.CONTINUE) is None
    focus(view, "a", Part.ENDING)
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_Return, CONTROL)
    assert actions == []


# Actions


def test_actions_fit_their_messages(make_view: MakeView) -> None:
    view = make_view(*talk())
    view.commands.show_personas([("writer", "Writer")])
    both = {MessageAction.COPY_MARKDOWN, MessageAction.COPY_TEXT, MessageAction.EDIT}
    both |= {MessageAction.FORK, MessageAction.DELETE}
    again = {MessageAction.REGENERATE, MessageAction.REGENERATE_AS}
    fitting = {key: set(view.commands.actions_for(view.message(key))) for key in ("q", "a", "a2")}
    assert fitting == {"q": both, "a": both | again, "a2": both | again | {MessageAction.CONTINUE}}
    view.show_path([*talk()[:3], Entry("new", PERSONA)], "new")
    assert view.commands.actions_for(view.message("new")) == ()


def test_keys_act_on_the_focused_message(make_view: MakeView) -> None:
    view = make_view(*talk())
    actions = asked(view)
    focus(view, "a", Part.BODY)
    for key, modifier in ((Qt.Key.Key_F2, None), (Qt.Key.Key_E, None), (Qt.Key.Key_R, CONTROL)):
        press(view, key, modifier or Qt.KeyboardModifier.NoModifier)
    press(view, Qt.Key.Key_Delete)
    edit = (MessageAction.EDIT, "a")
    assert actions == [edit, edit, (MessageAction.REGENERATE, "a"), (MessageAction.DELETE, "a")]


def test_without_a_focus_keys_mean_the_last_message_and_delete_nothing(make_view: MakeView) -> None:
    view = make_view(*talk())
    actions = asked(view)
    press(view, Qt.Key.Key_F2)
    press(view, Qt.Key.Key_R, CONTROL)
    press(view, Qt.Key.Key_Delete)
    assert actions == [(MessageAction.EDIT, "q2"), (MessageAction.REGENERATE, "a2")]


def test_what_is_not_offered_has_no_keys(make_view: MakeView) -> None:
    view = make_view(*talk())
    view.commands.offer(frozenset())
    actions = asked(view)
    focus(view, "a2", Part.ENDING)
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_Delete)
    press(view, Qt.Key.Key_E)
    assert actions == []


def test_the_menu_shows_keys_and_personas(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(*talk())
    view.commands.show_personas([("writer", "Writer & co"), ("critic", "Critic")])
    view.menus.open_for_message(view.message("a"), view.mapToGlobal(QPoint(100, 100)))
    menu, personas = view.findChild(QMenu, "transcriptMenu"), view.findChild(QMenu, "personaMenu")
    assert menu is not None
    assert personas is not None
    keys = {action.text(): action.shortcut().toString() for action in menu.actions()}
    assert keys["Edit"] == "F2"
    assert keys["Regenerate"] == "Ctrl+R"
    assert keys["Delete"] == "Del"
    assert personas.title() == "Regenerate as"
    assert [action.text() for action in personas.actions()] == ["Writer && co", "Critic"]
    with qtbot.waitSignal(view.commands.regenerate_as_requested) as told:
        personas.actions()[0].trigger()
    assert told.args == ["a", "writer"]
    menu.close()


def test_an_answer_can_be_asked_anew_with_another_temperature(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(*talk())
    view.commands.show_personas([("writer", "Writer")])
    view.menus.open_for_message(view.message("a"), view.mapToGlobal(QPoint(100, 100)))
    menu, choices = view.findChild(QMenu, "transcriptMenu"), view.findChild(QMenu, "temperatureMenu")
    assert menu is not None
    assert choices is not None
    assert [action.text() for action in choices.actions()][2] == "More surprises (temperature 1.2)"
    with qtbot.waitSignal(view.commands.regenerate_at_requested) as told:
        choices.actions()[0].trigger()
    assert told.args == ["a", 0.0]
    menu.close()


def test_without_personas_there_is_no_menu_of_them(make_view: MakeView) -> None:
    view = make_view(*talk())
    assert MessageAction.REGENERATE_AS not in view.commands.actions_for(view.message("a"))


# Screen readers


def test_versions_and_continue_are_told_to_screen_readers(make_view: MakeView) -> None:
    view = make_view(*talk())
    conversation = QAccessible.queryAccessibleInterface(view)
    question, answer, _, cut = (conversation.child(number) for number in range(4))
    assert question.text(QAccessible.Text.Description) == "message 1 of 4, version 2 of 2"
    assert answer.text(QAccessible.Text.Description) == "message 2 of 4, Demo model, version 2 of 3"
    ending = cut.child(cut.childCount() - 1)
    assert ending.role() is QAccessible.Role.Button
    assert ending.text(QAccessible.Text.Name) == "Stopped · Continue"
    focus(view, "a2", Part.ENDING)
    view.setFocus()
    assert bool(ending.state().focused) is view.hasFocus()


def test_the_list_of_messages_follows_the_path(make_view: MakeView) -> None:
    path = talk()
    view = make_view(*path)
    conversation = QAccessible.queryAccessibleInterface(view)
    gone = conversation.child(3)
    view.show_path([*path[:3], Entry("new", PERSONA, "New words", version=2, versions=2)])
    assert not gone.isValid()
    assert conversation.childCount() == 5
    fresh = conversation.child(3)
    assert fresh.text(QAccessible.Text.Name) == "Developer: New words"
    assert fresh.text(QAccessible.Text.Description).endswith("version 2 of 2")
