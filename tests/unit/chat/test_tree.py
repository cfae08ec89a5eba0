"""The tree of messages: versions, the path, the bin, copies; and that nothing in it can be lost."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from seproj_desktop.chat.conversations import IdSource, StoredMessage
from seproj_desktop.chat.tree import ConversationTree


def message(number: int, parent: int | None, role: Any = "user", **fields: Any) -> StoredMessage:
    return StoredMessage(number, parent, role, fields.pop("text", f"text {number}"), float(number), **fields)


def tree_of(*links: tuple[int, int | None]) -> ConversationTree:
    tree = ConversationTree()
    for number, parent in links:
        tree.add(message(number, parent))
    return tree


def ids(messages: list[StoredMessage]) -> list[int]:
    return [each.id for each in messages]


def test_the_path_goes_through_what_was_added_last() -> None:
    tree = tree_of((1, None), (2, 1), (3, 2), (4, 1))
    assert ids(tree.path()) == [1, 4]
    assert tree.end == 4
    assert ids(tree.path_to(3)) == [1, 2, 3]
    assert tree.siblings(4) == [2, 4]
    assert (tree.version(2), tree.version(4), tree.version(1)) == ((1, 2), (2, 2), (1, 1))


def test_a_version_is_chosen_and_below_it_what_was_chosen_last() -> None:
    tree = tree_of((1, None), (2, 1), (3, 2), (4, 2), (5, 1), (6, 5))
    tree.choose(3)
    tree.choose(6)
    assert tree.choose(2) == [(1, 2)]
    assert ids(tree.path()) == [1, 2, 3]
    assert tree.choose(2) == [], "nothing changes twice"


def test_choosing_what_is_hidden_turns_the_path_at_every_fork_above_it() -> None:
    tree = tree_of((1, None), (2, 1), (3, 1), (4, None))
    assert tree.choose(2) == [(None, 1), (1, 2)]
    assert ids(tree.path()) == [1, 2]


def test_where_nothing_was_chosen_the_path_goes_on_with_the_newest() -> None:
    tree = ConversationTree([message(1, None), message(2, 1), message(3, 1)])
    assert ids(tree.path()) == [1, 3]


def test_a_choice_that_makes_no_sense_is_none() -> None:
    tree = ConversationTree([message(1, None, chosen=99), message(2, 1), message(3, None)], chosen=2)
    assert ids(tree.path()) == [3]
    tree.choose(1)
    assert ids(tree.path()) == [1, 2]


def test_a_message_whose_parent_is_gone_becomes_a_root() -> None:
    tree = ConversationTree([message(1, None), message(5, 4), message(6, 5)], chosen=1)
    assert tree.siblings(5) == [1, 5]
    assert ids(tree.path_to(6)) == [5, 6]


def test_a_deleted_branch_gives_way_to_the_version_before_it_or_else_after_it() -> None:
    tree = tree_of((1, None), (2, 1), (3, 1), (4, 1))
    tree.choose(3)
    assert tree.delete(3, 9.0) == [(1, 2)]
    assert tree.delete(2, 9.5) == [(1, 4)]
    assert tree.delete(4, 9.7) == [(1, None)]
    assert ids(tree.path()) == [1]
    assert ids(tree.binned()) == [4, 2, 3]
    with pytest.raises(ValueError, match="bin"):
        tree.choose(3)


def test_deleting_what_is_not_shown_leaves_the_path() -> None:
    tree = tree_of((1, None), (2, 1), (3, 1))
    assert tree.delete(2, 9.0) == []
    assert ids(tree.path()) == [1, 3]


def test_what_is_restored_is_shown_again() -> None:
    tree = tree_of((1, None), (2, 1), (3, 1))
    tree.delete(3, 9.0)
    assert tree.restore(3) == [(1, 3)]
    assert ids(tree.path()) == [1, 3]
    tree.delete(3, 9.0)
    tree.delete(1, 10.0)
    assert tree.restore(3) == [], "what it hangs on is in the bin"
    tree.restore(1)
    assert ids(tree.path()) == [1, 2]
    assert tree.siblings(2) == [2, 3]


def test_text_grows_and_is_never_overwritten() -> None:
    tree = tree_of((1, None))
    tree.replace(replace(tree.get(1), text="text 1 and more"))
    for wrong in (
        replace(tree.get(1), text="other"),
        replace(tree.get(1), parent=7),
        replace(tree.get(1), deleted=1.0),
    ):
        with pytest.raises(ValueError, match="message 1"):
            tree.replace(wrong)
    assert tree.get(1).text == "text 1 and more"


def test_what_does_not_fit_is_refused() -> None:
    tree = tree_of((1, None))
    with pytest.raises(ValueError, match="already"):
        tree.add(message(1, None))
    with pytest.raises(KeyError):
        tree.add(message(3, 2))
    with pytest.raises(KeyError):
        tree.path_to(5)


def test_a_message_stays_the_same_object_when_the_path_turns() -> None:
    tree = tree_of((1, None), (2, 1))
    before = tree.path()[0]
    tree.add(message(3, 1))
    assert tree.path()[0] is before
    assert tree.stored(1).chosen == 3


def test_a_fork_is_a_copy_of_the_path_with_ids_of_its_own() -> None:
    tree = tree_of((1, None), (2, 1), (3, 1))
    tree.add(message(4, 2, "assistant", state="streaming"))
    copies = tree.fork(4, IdSource(10, clock=lambda: 0.0))
    assert [(each.id, each.parent, each.chosen) for each in copies] == [(11, None, 12), (12, 11, 13), (13, 12, None)]
    assert [each.text for each in copies] == ["text 1", "text 2", "text 4"]
    assert copies[-1].state == "stopped"
    assert len(tree) == 4


def test_a_deep_tree_needs_no_deep_stack() -> None:
    depth = 10_000
    tree = tree_of(*((n, n - 1 if n > 1 else None) for n in range(1, depth + 1)))
    assert len(tree.path()) == len(tree.path_to(depth)) == len(tree.fork(depth, IdSource(depth))) == depth
    assert len(tree.branch(1)) == depth
    assert tree.choose(depth) == []
    tree.delete(depth // 2, 1.0)
    assert tree.end == depth // 2 - 1
    assert not tree.is_reachable(depth)


class Talking(RuleBasedStateMachine):
    """Sends, edits, regenerates, deletes, forks, flips and undoes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = IdSource(clock=lambda: 0.0)
        self.tree = ConversationTree()
        self.said: dict[int, str] = {}
        self.undo: list[int] = []
        self.when = 0.0

    def _add(self, parent: int | None, role: str) -> None:
        number = self.ids.next()
        self.said[number] = f"{role} {number}"
        self.tree.add(message(number, parent, role, text=self.said[number]))

    def _any(self, data: st.DataObject, role: str | None = None) -> StoredMessage | None:
        known = sorted((each for each in self.tree if role in {None, each.role}), key=lambda each: each.id)
        return data.draw(st.sampled_from(known)) if known else None

    @rule()
    def send(self) -> None:
        for role in ("user", "assistant"):
            before = self.tree.end
            self._add(before, role)
            path = ids(self.tree.path())
            assert path[-2:-1] == [before] if before else len(path) == 1

    @rule(data=st.data())
    def edit_or_regenerate(self, data: st.DataObject) -> None:
        if known := self._any(data):
            is_shown = self.tree.is_reachable(known.id)
            if is_shown:
                self.tree.choose(known.id)
            self._add(known.parent, known.role)
            assert not is_shown or self.tree.get(self.tree.end or 0).parent == known.parent

    @rule(data=st.data())
    def grow(self, data: st.DataObject) -> None:
        if known := self._any(data, "assistant"):
            self.said[known.id] += " more"
            self.tree.replace(replace(known, text=self.said[known.id]))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        known = self._any(data)
        if known and self.tree.is_reachable(known.id):
            self.when += 1
            self.tree.delete(known.id, self.when)
            self.undo.append(known.id)
            assert known.id not in ids(self.tree.path())

    @precondition(lambda self: bool(self.undo))
    @rule()
    def undo_the_last_deletion(self) -> None:
        last = self.undo.pop()
        self.tree.restore(last)
        assert not self.tree.is_reachable(last) or last in ids(self.tree.path())

    @rule(data=st.data())
    def flip(self, data: st.DataObject) -> None:
        known = self._any(data)
        if known and self.tree.is_reachable(known.id):
            self.tree.choose(known.id)
            assert known.id in ids(self.tree.path())

    @rule(data=st.data())
    def fork(self, data: st.DataObject) -> None:
        if known := self._any(data):
            copies = self.tree.fork(known.id, self.ids)
            fork = ConversationTree(copies, copies[0].id)
            assert [each.text for each in fork.path()] == [each.text for each in self.tree.path_to(known.id)]

    @rule()
    def read_anew(self) -> None:
        path, messages = ids(self.tree.path()), self.tree.messages()
        self.tree = ConversationTree(messages, self.tree.chosen)
        assert (ids(self.tree.path()), self.tree.messages()) == (path, messages)

    @invariant()
    def every_message_is_there_with_its_text(self) -> None:
        assert {each.id: each.text for each in self.tree} == self.said

    @invariant()
    def every_path_begins_at_a_root(self) -> None:
        for each in self.tree:
            path = self.tree.path_to(each.id)
            assert path[0].parent is None
            assert all(below.parent == above.id for above, below in itertools.pairwise(path))

    @invariant()
    def every_message_can_be_shown_or_is_in_the_bin(self) -> None:
        in_bin = {number for branch in self.tree.binned() for number in self.tree.branch(branch.id)}
        for each in self.tree:
            assert self.tree.is_reachable(each.id) == (each.id not in in_bin)

    @invariant()
    def the_path_is_whole(self) -> None:
        path = self.tree.path()
        assert all(each.deleted is None for each in path)
        assert bool(path) == any(self.tree.is_reachable(each.id) for each in self.tree)


TestTalking = Talking.TestCase
TestTalking.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
