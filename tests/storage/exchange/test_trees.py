"""Trees out of nodes that say anything: always a tree, nothing lost, the path where it should be."""

from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage
from seproj_desktop.storage.exchange.trees import Node, Tree, grown
from tests.storage.exchange.samples import check_is_tree, patient, said

keys = st.sampled_from("abcdefgh")


def node(key: str, parent: str | None = None, order: float = 0.0, *, is_hidden: bool = False) -> Node:
    return Node(key, parent, None if is_hidden else StoredMessage(0, None, "user", key, 0.0), order)


def whole(tree: Tree) -> StoredConversation:
    return StoredConversation(ConversationSummary(1, "", "", 0.0, 0.0), tree.messages, tree.chosen)


def texts_on_path(tree: Tree) -> str:
    return "".join(text for _, text in said(whole(tree)))


@patient
@given(
    st.lists(st.builds(node, keys, st.none() | keys, st.integers(0, 3), is_hidden=st.booleans()), max_size=12),
    st.none() | keys,
)
def test_any_nodes_make_a_tree_with_everything_in_it(nodes: list[Node], current: str | None) -> None:
    tree = grown(nodes, current)
    check_is_tree(whole(tree))
    shown = sorted(node.message.text for node in nodes if node.message)
    assert sorted(message.text for message in tree.messages) == shown
    if any(node.key == current and node.message for node in nodes):
        first = next(node for node in nodes if node.key == current)
        assert first.message is None or first.message.text in texts_on_path(tree)


def test_the_path_leads_to_the_current_node_and_on_to_the_newest() -> None:
    nodes = [node("a"), node("b", "a"), node("c", "a"), node("d", "b"), node("e", "b")]
    assert texts_on_path(grown(nodes)) == "ac"
    assert texts_on_path(grown(nodes, "b")) == "abe"
    assert texts_on_path(grown(nodes, "d")) == "abd"


def test_what_hangs_below_hidden_nodes_hangs_below_the_next_one_above() -> None:
    nodes = [node("r", is_hidden=True), node("a", "r"), node("h", "a", is_hidden=True), node("b", "h"), node("c", "h")]
    tree = grown(nodes, "h")
    assert [message.parent for message in tree.messages] == [None, tree.ids["a"], tree.ids["a"]]
    assert texts_on_path(tree) == "ac"


def test_siblings_stand_in_their_order() -> None:
    tree = grown([node("a"), node("young", "a", 9.0), node("old", "a", 5.0)])
    assert [message.text for message in tree.messages] == ["a", "old", "young"]


def test_circles_are_opened_where_they_are_met_first() -> None:
    tree = grown([node("a", "a"), node("b", "c"), node("c", "b"), node("d", "c")], "d")
    assert len(tree.messages) == 4
    assert texts_on_path(tree).endswith("cd")


def test_a_chain_of_many_thousand_is_no_danger() -> None:
    nodes = [node("0"), *(node(str(place), str(place - 1)) for place in range(1, 20_000))]
    tree = grown(nodes[::-1], "19999")
    assert [message.text for message in tree.messages] == [str(place) for place in range(20_000)]
