"""The list's model: order, sections, folders, shelves, midnight."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.chat.conversations import ConversationSummary, Folder
from seproj_desktop.window.sidebar.list_model import ROW_ROLE, ConversationListModel
from seproj_desktop.window.sidebar.rows import ConversationRow, SectionRow, Shelf
from tests.window.sidebar.samples import BASE, DAY, HOME, HOUR, NOW, WORK, conversation, many


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def texts(model: ConversationListModel) -> list[str]:
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def speech(model: ConversationListModel, number: int) -> str:
    return str(model.index_of(BASE + number).data(Qt.ItemDataRole.AccessibleTextRole))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model(qapp: QApplication, clock: Clock, qtmodeltester: Any) -> ConversationListModel:
    model = ConversationListModel(clock)
    qtmodeltester.check(model)
    return model


def test_newest_first_by_days_under_what_is_pinned_and_the_folders(model: ConversationListModel) -> None:
    model.show(
        [
            conversation(1, "last year", 200 * DAY),
            conversation(2, "two hours ago", 2 * HOUR),
            conversation(3, "yesterday", DAY),
            conversation(4, "five days ago", 5 * DAY),
            conversation(5, "twenty days ago", 20 * DAY),
            conversation(6, "in January", 50 * DAY),
            conversation(7, "old but pinned", 300 * DAY, is_pinned=True),
            conversation(8, "at work", 3 * DAY, folder=WORK.id),
            conversation(9, "just now"),
            conversation(10, "archived", is_archived=True),
            conversation(11, "deleted", deleted=NOW),
            conversation(12, "of a folder that is gone", 2 * HOUR + 1, folder=1),
            conversation(13, "dated tomorrow by a wrong clock", -DAY),
        ],
        [WORK, HOME],
    )
    assert texts(model) == [
        *("Pinned", "old but pinned"),
        "Home",
        *("Work", "at work"),
        *("Today", "dated tomorrow by a wrong clock", "just now", "two hours ago", "of a folder that is gone"),
        *("Yesterday", "yesterday"),
        *("Previous 7 days", "five days ago"),
        *("Previous 30 days", "twenty days ago"),
        *("January", "in January"),
        *("August 2025", "last year"),
    ]
    model.choose_shelf(Shelf.ARCHIVE)
    assert texts(model) == ["Today", "archived"]
    model.choose_shelf(Shelf.BIN)
    assert texts(model) == ["Today", "deleted"]


def test_days_begin_at_midnight(model: ConversationListModel, clock: Clock) -> None:
    model.show([conversation(1, "late", -9 * HOUR), conversation(2, "early", 14 * HOUR)], ())
    assert texts(model) == ["Today", "late", "early"]
    late = QPersistentModelIndex(model.index_of(BASE + 1))
    clock.now = NOW + 9 * HOUR
    model.turn_day()
    assert texts(model) == ["Today", "late", "early"]
    clock.now = NOW + 10 * HOUR
    model.turn_day()
    assert texts(model) == ["Yesterday", "late", "early"]
    clock.now = NOW + 40 * DAY
    model.turn_day()
    assert texts(model) == ["March", "late", "early"]
    assert late.data() == "late"


def test_an_answer_moves_its_conversation_to_the_top(model: ConversationListModel) -> None:
    model.show([conversation(n, str(n), n * DAY) for n in range(4)], ())
    index = QPersistentModelIndex(model.index_of(BASE + 3))
    model.show_summary(conversation(3, "3", -1.0))
    assert texts(model) == ["Today", "3", "0", "Yesterday", "1", "Previous 7 days", "2"]
    assert index.row() == 1
    model.show_summary(conversation(2, "2", -2.0))
    assert texts(model)[-1] == "1", "a section without conversations is gone"


def test_a_folder_folds_and_takes_what_comes_while_it_is_folded(model: ConversationListModel) -> None:
    model.show([conversation(1, "report", folder=WORK.id), conversation(2, "other", HOUR)], [WORK])
    model.fold(WORK.id, True)
    assert texts(model) == ["Work", "Today", "other"]
    model.show_summary(conversation(2, "other", HOUR, folder=WORK.id))
    assert texts(model) == ["Work"]
    row = cast("SectionRow", model.index(0).data(ROW_ROLE))
    assert (row.count, row.is_folded) == (2, True)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Folder Work, 2 conversations, folded"
    model.show_folded(())
    assert texts(model) == ["Work", "report", "other"]


def test_folders_come_go_and_are_renamed_with_what_is_in_them(model: ConversationListModel) -> None:
    model.show([conversation(1, "report", folder=WORK.id), conversation(2, "letter", folder=HOME.id)], [WORK])
    assert texts(model) == ["Work", "report", "Today", "letter"]
    model.show_folders([HOME, WORK])
    assert texts(model) == ["Home", "letter", "Work", "report"]
    report = QPersistentModelIndex(model.index_of(BASE + 1))
    model.show_folders([Folder(WORK.id, "Affairs"), HOME])
    assert texts(model) == ["Affairs", "report", "Home", "letter"]
    assert report.row() == 1
    model.show_folders([HOME])
    assert texts(model) == ["Home", "letter", "Today", "report"]


def test_marks_are_told_in_words(model: ConversationListModel) -> None:
    model.show([conversation(1, "Two\nlines", is_pinned=True, is_unread=True), conversation(2, "")], ())
    model.show_answering(frozenset({BASE + 1}))
    model.show_open(BASE + 2)
    assert speech(model, 1).startswith("Two lines, pinned, unread, still answering, ")
    assert speech(model, 2).startswith("New conversation, open, ")
    model.show_answering(frozenset())
    model.show_open(None)
    assert "answering" not in speech(model, 1)
    assert "open" not in speech(model, 2)


def test_a_new_name_is_shown_and_told(model: ConversationListModel, qtbot: QtBot) -> None:
    model.show([conversation(1, "before"), conversation(2, "gone", deleted=NOW)], [WORK])
    with qtbot.waitSignal(model.conversation_renamed) as told:
        assert model.setData(model.index_of(BASE + 1), "  after  it ")
    assert told.args == [BASE + 1, "after it"]
    assert texts(model) == ["Work", "Today", "after it"]
    with qtbot.waitSignal(model.folder_renamed) as told:
        assert model.setData(model.index_of_folder(WORK.id), "Deeds")
    assert told.args == [WORK.id, "Deeds"]
    with qtbot.assertNotEmitted(model.conversation_renamed):
        assert not model.setData(model.index_of(BASE + 1), "   ")
        assert not model.setData(model.index_of(BASE + 1), "after it")
        assert not model.setData(model.index(1), "not a day")
    model.choose_shelf(Shelf.BIN)
    assert not model.flags(model.index_of(BASE + 2)) & Qt.ItemFlag.ItemIsEditable


def test_a_change_among_ten_thousand_is_told_as_one_row(model: ConversationListModel) -> None:
    model.show(many(10_000), [WORK, HOME])
    told: list[tuple[str, int]] = []
    model.rowsMoved.connect(lambda parent, first, last, to, row: told.append(("moved", last - first + 1)))
    model.rowsInserted.connect(lambda parent, first, last: told.append(("added", last - first + 1)))
    model.rowsRemoved.connect(lambda parent, first, last: told.append(("removed", last - first + 1)))
    model.modelReset.connect(lambda: told.append(("reset", 0)))
    model.show_summary(replace(many(10_000)[9_000], changed=NOW + 1))
    model.show_summary(conversation(20_000, "new"))
    model.remove([BASE + 4_000])
    assert told == [("moved", 1), ("added", 1), ("removed", 1)]


FOLDERS = (WORK, HOME, Folder(WORK.id, "Zoo"), Folder(HOME.id, "Aviary"))
SUMMARIES = st.builds(
    conversation,
    st.integers(0, 8),
    st.sampled_from(["a", "b", ""]),
    st.floats(-DAY, 400 * DAY),
    folder=st.sampled_from([None, WORK.id, HOME.id]),
    is_pinned=st.booleans(),
    is_archived=st.sampled_from([False, False, True]),
    deleted=st.sampled_from([None, None, None, NOW]),
)
STEPS = st.one_of(
    st.tuples(st.just("summary"), SUMMARIES),
    st.tuples(st.just("remove"), st.sets(st.integers(0, 8))),
    st.tuples(st.just("folders"), st.lists(st.sampled_from(FOLDERS), unique_by=lambda folder: folder.id)),
    st.tuples(st.just("fold"), st.sets(st.sampled_from([WORK.id, HOME.id]))),
    st.tuples(st.just("day"), st.integers(0, 3)),
    st.tuples(st.just("shelf"), st.sampled_from(Shelf)),
)


class Story:
    """Plays steps on a model that is watched, and knows what a list made anew would show."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.model = ConversationListModel(self.clock)
        self.tester = QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        self.summaries: dict[int, ConversationSummary] = {}
        self.folders: tuple[Folder, ...] = ()
        self.held: list[tuple[int, QPersistentModelIndex]] = []

    def play(self, name: str, value: object) -> None:
        steps: dict[str, Callable[..., None]] = {
            "summary": self.change,
            "remove": self.remove,
            "folders": self.use_folders,
            "fold": self.model.show_folded,
            "day": self.let_days_pass,
            "shelf": self.model.choose_shelf,
        }
        shelf = self.model.shelf
        self.hold()
        steps[name](value)
        if self.model.shelf is shelf:
            self.check_held()

    def change(self, summary: ConversationSummary) -> None:
        self.summaries[summary.id] = summary
        self.model.show_summary(summary)

    def remove(self, numbers: set[int]) -> None:
        for number in numbers:
            self.summaries.pop(BASE + number, None)
        self.model.remove([BASE + number for number in numbers])

    def use_folders(self, folders: list[Folder]) -> None:
        self.folders = tuple(folders)
        self.model.show_folders(folders)

    def let_days_pass(self, days: int) -> None:
        self.clock.now += days * DAY
        self.model.turn_day()

    def hold(self) -> None:
        rows = [self.model.index(row) for row in range(self.model.rowCount())]
        self.held = [(self.id_at(index), QPersistentModelIndex(index)) for index in rows]

    def check_held(self) -> None:
        for held, index in self.held:
            assert not index.isValid() or self.id_at(self.model.index(index.row())) == held

    def id_at(self, index: QModelIndex) -> int:
        """0 for the head of a section."""
        row = index.data(ROW_ROLE)
        return row.summary.id if isinstance(row, ConversationRow) else 0

    def expected(self) -> list[str]:
        fresh = ConversationListModel(self.clock)
        fresh.choose_shelf(self.model.shelf)
        fresh.show_folded(self.model.folded)
        fresh.show(self.summaries.values(), self.folders)
        return speeches(fresh)


def speeches(model: ConversationListModel) -> list[str]:
    return [str(model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]


@given(st.lists(STEPS, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_news_leaves_what_a_new_list_would_show(
    qapp: QApplication, steps: list[tuple[str, object]]
) -> None:
    story = Story()
    for name, value in steps:
        story.play(name, value)
        assert speeches(story.model) == story.expected()
    story.tester.deleteLater()
    story.model.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
