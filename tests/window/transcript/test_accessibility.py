"""What screen readers are given: a tree of messages and blocks, made as it is asked for, and new text told politely."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.accessibility import ConversationItem, install_accessibility
from seproj_desktop.window.transcript.accessibility.accessible_message import MessageItem
from seproj_desktop.window.transcript.accessibility.announcer import Announcer
from seproj_desktop.window.transcript.accessibility.reader import Reader
from seproj_desktop.window.transcript.accessibility.spoken import LONGEST
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.message import Message, Stub
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PAGE, PATIENCE, PERSONA, USER, long_entries, thoughtful

Role = QAccessible.Role
Text = QAccessible.Text
MakeView = Callable[[], Transcript]


@pytest.fixture(scope="session", autouse=True)
def installed(qapp: QApplication) -> None:
    install_accessibility()


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make() -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(800, 600)
        view.show()
        qtbot.waitExposed(view)
        return view

    return make


@pytest.fixture
def listening(qapp: QApplication) -> Iterator[None]:
    """As while a screen reader runs."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def conversation(view: Transcript) -> ConversationItem:
    found = QAccessible.queryAccessibleInterface(view)
    assert isinstance(found, ConversationItem)
    return found


def children(item: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [item.child(index) for index in range(item.childCount())]


def told(item: QAccessibleInterface) -> tuple[Role, str, str]:
    return item.role(), item.text(Text.Name), item.text(Text.Description)


def focus(view: Transcript, number: int) -> None:
    """The keyboard's focus on a message."""
    spot = view.sheet.first_in(view.sheet.messages[number])
    assert spot is not None
    view.focus_piece(spot.message, spot.piece)


def test_the_view_is_a_list_of_messages_and_ends_with_the_viewport(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(10))
    items = conversation(view)
    *messages, viewport = children(items)
    assert told(items) == (Role.List, "Conversation", "")
    assert [told(message)[0] for message in messages] == [Role.ListItem] * 10
    assert told(messages[3])[1].startswith("Developer: Message 3.\n\nA heading with code and emphasis")
    assert told(messages[3])[2] == "message 4 of 10, Demo model"
    assert viewport.object() is view.viewport()
    assert [items.indexOfChild(child) for child in (*messages, viewport)] == list(range(11))
    assert all(message.parent() is items for message in messages)


def test_the_buttons_over_the_text_are_found_in_the_viewport(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(10))
    view.scroll_to_start()
    button = QAccessible.queryAccessibleInterface(cast("QToolButton", view.end_button))
    assert button.parent().parent() is conversation(view)
    assert button.parent().indexOfChild(button) >= 0
    point = view.end_button.mapToGlobal(view.end_button.rect().center())
    assert conversation(view).childAt(point.x(), point.y()).object() is view.viewport()


def test_blocks_have_roles_names_and_descriptions(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", PERSONA, f"{PAGE}```\n\n$$E = mc^2$$\n", ending=Ending("700 tokens/s"))])
    blocks = [told(block) for block in children(conversation(view).child(0))]
    assert (Role.Heading, "A heading with code and emphasis", "Heading 1") in blocks
    assert (Role.ListItem, "• second with bold", "") in blocks
    assert (Role.ListItem, "☐ open task", "") in blocks
    assert (Role.ListItem, "3. three", "") in blocks
    assert (Role.StaticText, "A quote.", "Quote") in blocks
    assert (Role.Graphic, "E = mc^2", "Formula") in blocks
    assert (Role.Separator, "Line", "") in blocks
    assert (Role.StaticText, "700 tokens/s", "") in blocks
    _, code, lines = next(block for block in blocks if block[1].startswith("Code"))
    assert code == "Code, python"
    assert lines.startswith("def greet(name: str) -> str:\n")
    _, table, rows = next(block for block in blocks if block[0] is Role.Table)
    assert table == "Table, 3 columns, 3 rows"
    assert rows.splitlines()[:2] == ["Name, Purpose, Count", "alpha, the first letter, 1"]


def test_the_role_is_known_before_the_block_is_parsed(make_view: MakeView) -> None:
    view = make_view()
    view.load([*long_entries(2), *[Entry(f"x{number}", USER, "words\n" * 40) for number in range(3)]])
    blocks = children(conversation(view).child(1))
    before = [block.role() for block in blocks]
    names = [block.text(Text.Name) for block in blocks]
    assert all(names)
    assert [block.role() for block in blocks] == before
    assert children(conversation(view).child(1)) == blocks


def test_long_code_and_tables_say_where_a_piece_begins(make_view: MakeView) -> None:
    view = make_view()
    code = "".join(f"line {number}\n" for number in range(100))
    rows = "".join(f"| {number} | b |\n" for number in range(30))
    view.load([Entry("a", PERSONA, f"```python\n{code}```\n\n| A | B |\n| - | - |\n{rows}")])
    names = [block.text(Text.Name) for block in children(conversation(view).child(0))]
    assert names == [
        "Code, python",
        "Code, python, from line 41",
        "Code, python, from line 81",
        "Table, 2 columns, 12 rows",
        "Table, 2 columns, 12 rows, from row 13",
        "Table, 2 columns, 6 rows, from row 25",
    ]


def test_thinking_is_a_button_that_says_whether_it_is_open(make_view: MakeView) -> None:
    view = make_view()
    view.load([thoughtful()])
    message = conversation(view).child(0)
    summary = message.child(0)
    assert told(summary)[:2] == (Role.Button, "Thought for 4.2 s, 311 tokens")
    assert (summary.state().expandable, summary.state().expanded, summary.state().collapsed) == (True, False, True)
    assert message.childCount() == 2
    view.show_thought("thoughtful", is_open=True)
    assert (summary.state().expanded, summary.state().collapsed) == (True, False)
    assert told(message.child(1)) == (Role.StaticText, "First this.\nThen that.", "Thinking")
    assert told(message.child(message.childCount() - 1))[1] == "The answer."


def test_ten_thousand_messages_cost_nothing_until_they_are_asked_for(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(10_000))
    made = view.sheet.counters.boxes_made
    items = conversation(view)
    assert items.childCount() == 10_001
    assert not any(message.is_split for message in view.sheet.messages[:9_000])
    names = [items.child(number).text(Text.Name) for number in range(100)]
    assert all(names)
    assert not any(message.is_split for message in view.sheet.messages[:9_000])
    assert items.child(5001).childCount() > 10
    assert [message.number for message in view.sheet.messages[:9_000] if message.is_split] == [5001]
    assert items.child(5001).child(0).text(Text.Name) == "Message 5001."
    assert view.sheet.counters.boxes_made == made


@pytest.mark.parametrize(
    "text", ["word " * 100_000, "[" * 100_000, "> " * 50_000, "| a " * 50_000, "```\n" + "x" * 100_000]
)
def test_names_are_of_bounded_length_and_read_no_more_than_that(make_view: MakeView, text: str) -> None:
    view = make_view()
    view.load([Entry("hostile", PERSONA, text), *long_entries(5)])
    message = conversation(view).child(0)
    assert len(message.text(Text.Name)) <= LONGEST
    assert not view.message("hostile").is_split
    for block in children(message)[:50]:
        assert max(len(words) for words in told(block)[1:]) <= LONGEST + 200


def test_what_is_in_sight_has_a_place_on_the_screen(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(10))
    viewport = view.viewport().rect().translated(view.viewport().mapToGlobal(QPoint()))
    items = conversation(view)
    last, first = items.child(9), items.child(0)
    assert (first.rect().isEmpty(), bool(first.state().offscreen)) == (True, True)
    assert (last.rect().isEmpty(), bool(last.state().offscreen)) == (False, False)
    in_sight = [block for block in children(last) if not block.state().offscreen]
    assert 3 < len(in_sight) < last.childCount()
    for block in in_sight:
        assert viewport.contains(block.rect())
        assert last.rect().contains(block.rect())
        middle = block.rect().center()
        assert items.childAt(middle.x(), middle.y()) in (last, items.child(10))
        assert last.childAt(middle.x(), middle.y()) is block
    assert items.childAt(viewport.right() + 50, viewport.top()) is None


def test_what_is_gone_is_invalid_and_says_nothing(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(10))
    items = conversation(view)
    message, block = items.child(4), items.child(4).child(2)
    assert message.isValid()
    assert block.isValid()
    view.load(long_entries(10))
    for stale in (message, block):
        assert not stale.isValid()
        assert stale.text(Text.Name) == ""
        assert stale.rect().isEmpty()
        assert stale.childCount() == 0
        assert stale.childAt(300, 300) is None
        assert stale.state().offscreen
        assert items.indexOfChild(stale) == -1
    assert items.child(4) is not message
    view.clear()
    assert items.childCount() == 1


@pytest.mark.usefixtures("listening")
def test_what_is_gone_is_let_go_of_in_slices(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load(long_entries(10))
    focus(view, 0)
    message = conversation(view).child(4)
    numbers = [QAccessible.uniqueId(item) for item in (message, *children(message))]
    view.clear()
    qtbot.waitUntil(lambda: not any(QAccessible.accessibleInterface(number) for number in numbers), timeout=PATIENCE)


def test_a_view_that_is_deleted_takes_everything_with_it(make_view: MakeView, theme: Theme, qtbot: QtBot) -> None:
    view = Transcript(theme)
    view.load(long_entries(4))
    items = conversation(view)
    numbers = [QAccessible.uniqueId(item) for item in (items.child(1), *children(items.child(1)))]
    view.deleteLater()
    qtbot.waitUntil(lambda: not items.isValid(), timeout=PATIENCE)
    assert not any(QAccessible.accessibleInterface(number) for number in numbers)


def test_a_new_slot_of_the_view_changes_nothing_below_it(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(4))
    before = conversation(view)
    message = before.child(1)
    button = QToolButton()
    button.clicked.connect(view.clear)  # PySide gives the view another meta-object, and Qt asks for another interface
    after = conversation(view)
    assert after is not before
    assert after.child(1) is message
    assert message.parent() is after
    assert before.isValid()


def test_a_growing_answer_keeps_its_blocks(make_view: MakeView) -> None:
    view = make_view()
    view.add(Entry("a", PERSONA), is_open=True)
    message = conversation(view).child(0)
    assert message.text(Text.Name) == "Developer"
    assert message.state().busy
    view.add_text("a", "First paragraph.\n\nSecond")
    first, second = children(message)
    view.add_text("a", " one.\n\n# Third\n")
    assert children(message)[:2] == [first, second]
    assert second.text(Text.Name) == "Second one."
    view.finish("a", Ending("the end"))
    assert not message.state().busy
    assert [told(block)[1] for block in children(message)] == ["First paragraph.", "Second one.", "Third", "the end"]


@pytest.mark.usefixtures("listening")
def test_the_keyboard_moves_the_focus_from_message_to_block(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load(long_entries(10))
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus, timeout=PATIENCE)
    assert conversation(view).state().focused
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert view.focused is not None
    message = cast("MessageItem", conversation(view).child(view.focused[0].number))
    assert message.state().focused
    assert not conversation(view).state().focused
    QTest.keyClick(view, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert not message.state().focused
    assert message.child(0).state().focused


# Announcements


@pytest.mark.usefixtures("listening")
def test_a_long_message_in_sight_is_split_before_its_blocks_are_counted(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    long = Entry("a", PERSONA, "A paragraph of a long message, like many others.\n\n" * 3_000)
    view.load([Entry("b", PERSONA, long.text), *long_entries(10), long])
    message = view.message("a")
    assert has_chapters(message)
    qtbot.waitUntil(lambda: not has_chapters(message), timeout=PATIENCE)
    assert len(message.pieces) > 3_000
    assert not view.message("b").is_split


def test_nothing_is_split_ahead_while_nobody_listens(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", PERSONA, "A paragraph of a long message, like many others.\n\n" * 3_000)])
    qtbot.wait(50)
    assert has_chapters(view.message("a"))


def has_chapters(message: Message) -> bool:
    return any(isinstance(piece.content, Stub) and piece.content.is_chapter for piece in message.pieces)


class Heard:
    """A listener that may be there or not."""

    def __init__(self, view: Transcript, *, rest: int = 0) -> None:
        self.is_there = True
        self.words: list[str] = []
        self.announcer = Announcer(view, lambda: self.is_there, rest)
        self.announcer.told.connect(lambda _message, words: self.words.append(words))


def test_blocks_are_told_as_they_are_finished(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    heard = Heard(view)
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", "First para")
    assert heard.words == []
    view.add_text("a", "graph.\n\nSecond")
    assert heard.words == ["Developer: First paragraph."]
    view.add_text("a", " one.\n\n```python\ncode\n```\n\nLast.")
    qtbot.waitUntil(lambda: len(heard.words) == 2, timeout=PATIENCE)
    assert heard.words[1] == "Second one.\nCode, python."
    view.finish("a", Ending("700 tokens/s"))
    qtbot.waitUntil(lambda: len(heard.words) == 3, timeout=PATIENCE)
    assert heard.words[2] == "Last.\nEnd of the answer."


def test_between_two_announcements_there_is_a_rest(make_view: MakeView) -> None:
    view = make_view()
    heard = Heard(view, rest=100_000)
    view.add(Entry("a", PERSONA), is_open=True)
    for number in range(50):
        view.add_text("a", f"Paragraph {number}.\n\n")
    view.finish("a", Ending())
    assert heard.words == ["Developer: Paragraph 0."]


def test_a_short_answer_is_told_as_a_whole_and_a_long_one_in_bounds(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    heard = Heard(view)
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", "Yes.")
    view.finish("a", Ending())
    assert heard.words == ["Developer: Yes.\nEnd of the answer."]
    view.add(Entry("b", PERSONA), is_open=True)
    view.add_text("b", "A paragraph of some length.\n\n" * 500)
    view.finish("b", Ending("It failed.", is_failure=True))
    qtbot.waitUntil(lambda: heard.words[-1].endswith("…\nIt failed."), timeout=PATIENCE)
    assert max(len(words) for words in heard.words) <= LONGEST + 40


def test_a_failure_is_told_and_what_was_loaded_is_not(make_view: MakeView) -> None:
    view = make_view()
    heard = Heard(view)
    view.load(long_entries(10))
    view.add(Entry("q", USER, "Go on"))
    assert heard.words == []
    view.add(Entry("a", PERSONA), is_open=True)
    view.finish("a", Ending("The engine has stopped. Load a model.", is_failure=True))
    assert heard.words == ["Developer: The engine has stopped. Load a model."]


def test_nothing_is_told_while_nobody_listens_or_of_what_is_gone(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    heard = Heard(view)
    heard.is_there = False
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", "First paragraph.\n\nSecond one.\n\n")
    view.finish("a", Ending())
    heard.is_there = True
    view.add(Entry("b", PERSONA), is_open=True)
    view.add_text("b", "One.\n\nTwo.\n\nThree")
    view.clear()
    with qtbot.waitSignal(view.scrolled, timeout=PATIENCE):
        view.add(Entry("q", USER, "Go on"))
    assert heard.words == ["Developer: One.\nTwo."]


# Reading letter by letter


def reader_of(view: Transcript) -> Reader | None:
    return next((one for one in view.findChildren(Reader) if one.isVisible()), None)


def test_f7_opens_a_reader_and_escape_closes_it(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("q", USER, "Why?\n  So."), Entry("a", PERSONA, PAGE)])
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus, timeout=PATIENCE)
    focus(view, 0)
    QTest.keyClick(view, Qt.Key.Key_F7)
    reader = reader_of(view)
    assert reader is not None
    assert (reader.objectName(), reader.accessibleName()) == ("messageReader", "Message of You")
    assert reader.toPlainText() == "You:\n\nWhy?\n  So."
    assert reader.hasFocus()
    QTest.keyClick(reader, Qt.Key.Key_Right)
    assert reader.textCursor().position() == 1
    QTest.keyClick(reader, Qt.Key.Key_Escape)
    assert reader_of(view) is None
    assert view.hasFocus()


def test_the_reader_has_all_of_a_long_message(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    text = "".join(f"Paragraph {number}, `with` **marks**.\n\n" for number in range(2000))
    view.load([Entry("a", PERSONA, text)])
    view.reader_door.open()
    reader = reader_of(view)
    assert reader is not None
    assert reader.textCursor().position() == 0
    qtbot.waitUntil(lambda: reader.toPlainText().endswith("Paragraph 1999, with marks."), timeout=PATIENCE)
    assert reader.toPlainText().startswith("Developer:\n\nParagraph 0, with marks.\n\nParagraph 1, with marks.")


def test_the_reader_goes_with_its_message(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(3))
    view.reader_door.open(view.sheet.messages[0])
    assert reader_of(view) is not None
    view.clear()
    assert reader_of(view) is None
