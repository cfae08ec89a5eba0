"""The sidebar by keyboard alone, by mouse, and while news come in."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTabBar

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.chat.news import (
    AnsweringChanged,
    FoldersChanged,
    ListReplaced,
    SummariesRemoved,
    SummaryChanged,
)
from seproj_desktop.window.sidebar.rows import Shelf
from tests.window.sidebar.conftest import Bar
from tests.window.sidebar.samples import BASE, DAY, HOME, HOUR, NOW, WORK, conversation, many

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ONE, TWO, THREE = (conversation(n, name, n * HOUR) for n, name in ((1, "one"), (2, "two"), (3, "three")))
FILED = conversation(4, "filed", folder=WORK.id)
MOVES = (f"move{WORK.id}", "moveOut", "newFolder")


def fill(bar: Bar) -> None:
    bar.sidebar.show_list([ONE, TWO, THREE, FILED], [WORK])
    assert bar.texts == ["Work", "filed", "Today", "one", "two", "three"]


def row_centre(bar: Bar, number: int) -> QPoint:
    return bar.view.visualRect(bar.index_of(BASE + number)).center()


def click(bar: Bar, number: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(bar.view.viewport(), Qt.MouseButton.LeftButton, modifier, row_centre(bar, number))


def test_everything_by_keyboard_alone(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.focus_search()
    bar.press(Qt.Key.Key_Down)
    assert bar.has_focus("conversationList")
    bar.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert bar.told.pop() == ("conversation_chosen", ONE.id), "the day's name is no stop on the way"
    bar.press(Qt.Key.Key_F2)
    bar.type("first")
    bar.enter()
    assert bar.told.pop() == ("renamed", ONE.id, "first")
    assert bar.has_focus("conversationList")
    bar.press(Qt.Key.Key_F2)
    bar.type("never")
    bar.press(Qt.Key.Key_Escape)
    assert "first" in bar.texts
    bar.press(Qt.Key.Key_D, modifier=CONTROL)
    assert bar.told.pop() == ("pin_requested", ONE.id, True)
    bar.press(Qt.Key.Key_Down, modifier=SHIFT)
    bar.press(Qt.Key.Key_A, modifier=CONTROL | SHIFT)
    assert bar.told.pop() == ("archive_requested", [ONE.id, TWO.id], True)
    bar.press(Qt.Key.Key_Delete)
    assert bar.told.pop() == ("delete_requested", [ONE.id, TWO.id])
    bar.press(Qt.Key.Key_Home, Qt.Key.Key_Left)
    assert bar.told.pop() == ("folding_changed", frozenset({WORK.id}))
    assert bar.texts == ["Work", "Today", "first", "two", "three"]
    bar.press(Qt.Key.Key_Right)
    assert "filed" in bar.texts
    bar.press(Qt.Key.Key_Up)
    assert bar.has_focus("searchField")
    assert [name for name, *_ in bar.told] == ["folding_changed"]


def test_the_tab_key_reaches_every_part_in_order(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.focus_search()
    names = []
    for _ in range(4):
        names.append(bar.focus.objectName())
        bar.press(Qt.Key.Key_Tab)
    assert names == ["searchField", "newConversationButton", "conversationList", "shelfTabs"]


def test_the_shelves_are_changed_by_arrow_keys(bar: Bar) -> None:
    bar.sidebar.show_list([ONE, replace(TWO, is_archived=True), replace(THREE, deleted=NOW)], ())
    bar.find(QTabBar, "shelfTabs").setFocus()
    bar.press(Qt.Key.Key_Right)
    assert bar.texts == ["Today", "two"]
    bar.sidebar.focus_list()
    bar.press(Qt.Key.Key_A, modifier=CONTROL | SHIFT)
    assert bar.told == [("archive_requested", [TWO.id], False)]
    bar.sidebar.show_shelf(Shelf.BIN)
    assert bar.texts == ["Today", "three"]
    assert bar.view.accessibleName() == "Bin"


def test_the_bin_restores_and_asks_before_it_deletes_for_good(bar: Bar) -> None:
    bar.sidebar.show_list([replace(ONE, deleted=NOW), replace(TWO, deleted=NOW - 1)], ())
    bar.sidebar.show_shelf(Shelf.BIN)
    bar.sidebar.focus_list()
    bar.press(Qt.Key.Key_F2)
    assert bar.has_focus("conversationList"), "nothing in the bin is renamed"
    bar.press(Qt.Key.Key_Delete)
    assert bar.has_focus("questionNo")
    bar.press(Qt.Key.Key_Escape)
    assert bar.has_focus("conversationList")
    assert bar.told == []
    bar.press(Qt.Key.Key_Delete, Qt.Key.Key_Backtab, Qt.Key.Key_Space)
    assert bar.told.pop() == ("purge_requested", [ONE.id])
    bar.open_menu()["restore"].trigger()
    assert bar.told.pop() == ("restore_requested", [ONE.id])
    bar.find(QPushButton, "emptyBinButton").click()
    bar.find(QPushButton, "questionYes").click()
    assert bar.told.pop() == ("purge_requested", [ONE.id, TWO.id])
    bar.sidebar.apply(SummariesRemoved((ONE.id, TWO.id)))
    assert not bar.find(QPushButton, "emptyBinButton").isVisible()
    assert bar.view.accessibleDescription() == "The bin is empty."


def test_the_menu_key_opens_a_menu_for_what_is_selected(bar: Bar) -> None:
    fill(bar)
    bar.view.go_to(bar.index_of(ONE.id))
    bar.view.setFocus()
    assert list(bar.open_menu()) == ["open", "rename", "pin", "archive", "export", "deletedParts", "delete", *MOVES]


def test_conversations_are_moved_into_a_folder_that_is_there_and_into_a_new_one(bar: Bar) -> None:
    fill(bar)
    bar.view.setFocus()
    bar.view.go_to(bar.index_of(ONE.id))
    bar.open_menu()[f"move{WORK.id}"].trigger()
    assert bar.told.pop() == ("move_requested", [ONE.id], WORK.id)
    bar.open_menu()["newFolder"].trigger()
    assert bar.told.pop() == ("folder_added", "New folder")
    new = Folder(BASE + 7_000, "New folder")
    bar.sidebar.apply(FoldersChanged((new, WORK)))
    assert bar.told.pop() == ("move_requested", [ONE.id], new.id)
    bar.type("Letters")
    bar.enter()
    assert bar.told.pop() == ("folder_renamed", new.id, "Letters")
    assert "Letters" in bar.texts


def test_removing_a_folder_is_asked(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.focus_list()
    bar.press(Qt.Key.Key_Delete)
    bar.find(QPushButton, "questionYes").click()
    assert bar.told == [("folder_removed", WORK.id)]


def test_a_click_opens_and_with_control_or_shift_selects(bar: Bar) -> None:
    fill(bar)
    click(bar, 1)
    assert bar.told == [("conversation_chosen", ONE.id)]
    click(bar, 3, SHIFT)
    click(bar, 2, CONTROL)
    assert bar.chosen == [ONE.id, THREE.id]
    assert len(bar.told) == 1
    click(bar, 1)
    QTest.mouseDClick(bar.view.viewport(), Qt.MouseButton.LeftButton, pos=row_centre(bar, 1))
    field = bar.find(QLineEdit, "renameField")
    assert field.text() == "one"
    assert field.accessibleName() == "New name"


def test_the_open_conversation_stays_selected_when_it_moves_to_the_top(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.show_current(THREE.id)
    assert bar.chosen == [THREE.id]
    bar.sidebar.apply(SummaryChanged(replace(THREE, changed=NOW + 1)))
    assert bar.chosen == [THREE.id]
    assert bar.view.currentIndex().row() == 3
    bar.sidebar.apply(ListReplaced((ONE, TWO, THREE), ()))
    assert bar.chosen == [THREE.id]


def test_a_new_conversation_is_selected_when_it_comes_into_the_list(bar: Bar) -> None:
    fill(bar)
    new = conversation(50, "brand new", -1.0)
    bar.sidebar.show_current(new.id)
    assert bar.chosen == []
    bar.sidebar.apply(SummaryChanged(new))
    assert bar.chosen == [new.id]
    bar.sidebar.show_current(None)
    assert bar.chosen == []


def test_what_is_typed_for_a_name_outlives_news(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.focus_list()
    bar.view.go_to(bar.index_of(TWO.id))
    bar.press(Qt.Key.Key_F2)
    bar.type("sec")
    bar.sidebar.apply(SummaryChanged(replace(THREE, changed=NOW + 1)))
    bar.sidebar.apply(AnsweringChanged(frozenset({TWO.id})))
    bar.sidebar.apply(SummaryChanged(replace(TWO, changed=NOW + 2, title="by the engine")))
    bar.type("ond")
    bar.enter()
    assert bar.told == [("renamed", TWO.id, "second")]


def test_what_is_in_sight_stays_there_while_the_list_changes(bar: Bar) -> None:
    summaries = many(10_000)
    bar.sidebar.show_list(summaries, [WORK, HOME])
    scroll = bar.view.verticalScrollBar()
    scroll.setValue(100_000 + 7)
    seen = bar.view.indexAt(QPoint(0, 0)).data(), bar.view.visualRect(bar.view.indexAt(QPoint(0, 0))).top()
    bar.sidebar.apply(SummaryChanged(replace(summaries[9_000], changed=NOW + 1)))
    bar.sidebar.apply(SummaryChanged(conversation(20_000, "new")))
    bar.sidebar.apply(SummariesRemoved((summaries[200].id,)))
    bar.sidebar.show_folded([WORK.id])
    assert (bar.view.indexAt(QPoint(0, 0)).data(), bar.view.visualRect(bar.view.indexAt(QPoint(0, 0))).top()) == seen
    scroll.setValue(0)
    bar.sidebar.apply(SummaryChanged(replace(summaries[8_000], is_pinned=True, changed=NOW + 2)))
    assert scroll.value() == 0


def test_names_for_screen_readers(bar: Bar) -> None:
    fill(bar)
    for child in (bar.field, bar.view, bar.results, bar.find(QTabBar, "shelfTabs")):
        assert child.accessibleName()
    assert "persona:" in bar.field.toolTip()
    bar.sidebar.show_list((), ())
    assert bar.view.accessibleDescription().startswith("No conversations yet.")


def test_right_to_left_keys_are_mirrored(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    bar.sidebar.focus_list()
    bar.press(Qt.Key.Key_Right)
    assert "filed" not in bar.texts
    bar.press(Qt.Key.Key_Left)
    assert "filed" in bar.texts


def test_days_are_renamed_after_midnight(bar: Bar) -> None:
    fill(bar)
    bar.now += DAY
    bar.find(QTimer, "dayCheck").timeout.emit()
    assert bar.texts == ["Work", "filed", "Yesterday", "one", "two", "three"]


def test_several_are_pinned_together_and_unpinned_once_all_are(bar: Bar) -> None:
    bar.sidebar.show_list([replace(ONE, is_pinned=True), TWO], ())
    bar.sidebar.focus_list()
    bar.press(Qt.Key.Key_A, modifier=CONTROL)
    bar.press(Qt.Key.Key_D, modifier=CONTROL)
    assert bar.told == [("pin_requested", ONE.id, True), ("pin_requested", TWO.id, True)]
    bar.sidebar.apply(SummaryChanged(replace(TWO, is_pinned=True)))
    assert bar.open_menu()["pin"].text() == "Unpin"
    assert bar.open_menu()["export"].isEnabled()
    assert "rename" not in bar.open_menu(), "one at a time"


def test_letters_go_to_a_title_and_open_nothing(bar: Bar) -> None:
    fill(bar)
    bar.sidebar.focus_list()
    bar.type("th")
    assert bar.chosen == [THREE.id]
    assert bar.told == []


def drag(bar: Bar, start: QPoint, end: QPoint) -> None:
    """By the left button, in two steps, as a hand does; it is not let go."""
    viewport = bar.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for place in ((start + end) / 2, end):
        move(bar, place)


def move(bar: Bar, place: QPoint) -> None:
    """QTest's own moves have no button pressed."""
    viewport, left = bar.view.viewport(), Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place.toPointF(),
        viewport.mapToGlobal(place).toPointF(),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)


def let_go(bar: Bar, place: QPoint) -> None:
    QTest.mouseRelease(bar.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def head_centre(bar: Bar, words: str) -> QPoint:
    return bar.view.visualRect(bar.view.model().index(bar.texts.index(words), 0)).center()


def test_a_conversation_is_dragged_into_a_folder_and_out_of_it(bar: Bar) -> None:
    fill(bar)
    ghost = bar.find(QLabel, "dragGhost")
    drag(bar, row_centre(bar, 1), head_centre(bar, "Work"))
    assert ghost.isVisible()
    assert ghost.text() == "one"
    assert bar.view.viewport().cursor().shape() is Qt.CursorShape.DragMoveCursor
    let_go(bar, head_centre(bar, "Work"))
    assert bar.told == [("move_requested", [ONE.id], WORK.id)]
    assert not ghost.isVisible()
    drag(bar, row_centre(bar, 4), row_centre(bar, 2))
    let_go(bar, row_centre(bar, 2))
    assert bar.told[1:] == [("move_requested", [FILED.id], None)], "and nothing was opened"


def test_several_are_dragged_together_onto_what_lies_in_the_folder(bar: Bar) -> None:
    fill(bar)
    click(bar, 1)
    click(bar, 2, SHIFT)
    bar.told.clear()
    filed = row_centre(bar, 4)
    drag(bar, row_centre(bar, 2), filed)
    assert bar.find(QLabel, "dragGhost").text() == "2 conversations"
    let_go(bar, filed)
    assert bar.told == [("move_requested", [ONE.id, TWO.id], WORK.id)]


def test_what_is_dragged_nowhere_stays(bar: Bar) -> None:
    fill(bar)
    drag(bar, row_centre(bar, 1), row_centre(bar, 3))
    assert bar.view.viewport().cursor().shape() is Qt.CursorShape.ForbiddenCursor, "it is in no folder already"
    let_go(bar, row_centre(bar, 3))
    drag(bar, row_centre(bar, 1), head_centre(bar, "Work"))
    QTest.keyClick(bar.view, Qt.Key.Key_Escape)
    let_go(bar, head_centre(bar, "Work"))
    drag(bar, row_centre(bar, 1), head_centre(bar, "Work"))
    let_go(bar, QPoint(10, -50))
    assert bar.told == []
    click(bar, 1)
    assert bar.told == [("conversation_chosen", ONE.id)], "a click is still a click"


def test_at_the_edge_the_list_scrolls_under_what_is_dragged(bar: Bar) -> None:
    bar.sidebar.show_list(many(200), [WORK, HOME])
    scroll = bar.view.verticalScrollBar()
    scroll.setValue(1000)
    height = bar.view.viewport().height()
    index = bar.view.indexAt(QPoint(20, height // 2))
    assert index.isValid()
    drag(bar, QPoint(20, height // 2), QPoint(20, height - 4))
    bar.qtbot.waitUntil(lambda: scroll.value() > 1050)
    move(bar, QPoint(20, 4))
    bar.qtbot.waitUntil(lambda: scroll.value() < 1000)
    QTest.keyClick(bar.view, Qt.Key.Key_Escape)
