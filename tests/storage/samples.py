"""Values for tests of the store: builders that need an id only, and strategies for everything that can be kept."""

from hypothesis import strategies as st

from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage, Thought
from seproj_desktop.chat.events import Finished, Timings, Usage
from seproj_desktop.chat.messages import Sampling

FULL_ANSWER = StoredMessage(
    3,
    2,
    "assistant",
    "Ja, naïve Köche 🧑‍🍳\0 schon.",
    1700000002.25,
    "stopped",
    Thought("hm", 0.5, 2),
    "developer",
    "Developer",
    "Qwen/Qwen3-4B",
    Sampling(0.1, 0.9, 256, 0.5, -0.5, ("\n\n", '"'), '{"type": "object"}'),
    Finished("length", Usage(10, 20, 5), Timings(0.25, 1.5)),
    "half of it failed",
    True,
    4,
    1700000003.0,
)
"""An answer with every field set to something else than its default."""


def summary(id_: int = 1, title: str = "About cooks", changed: float = 1700000000.0) -> ConversationSummary:
    return ConversationSummary(id_, title, "developer", 1700000000.0, changed)


def question(id_: int, parent: int | None = None, text: str = "Which cooks?") -> StoredMessage:
    return StoredMessage(id_, parent, "user", text, 1700000001.0)


def answer(id_: int, parent: int | None, text: str = "") -> StoredMessage:
    return StoredMessage(id_, parent, "assistant", text, 1700000002.0, "streaming")


def dialogue(first_id: int, turns: int, text: str = "Some words.") -> StoredConversation:
    """A straight line of questions and answers."""
    ids = range(first_id + 1, first_id + 1 + 2 * turns)
    messages = tuple(
        StoredMessage(
            id_,
            id_ - 1 if id_ > ids[0] else None,
            "user" if (id_ - first_id) % 2 else "assistant",
            text,
            1700000000.0 + id_,
            chosen=id_ + 1 if id_ < ids[-1] else None,
        )
        for id_ in ids
    )
    return StoredConversation(summary(first_id), messages, ids[0] if turns else None)


texts = st.text(max_size=12)
numbers = st.integers(0, 1 << 40)
times = st.floats(0, 4e9, allow_nan=False)
maybe_times = st.none() | times
usages = st.builds(Usage, numbers, numbers, numbers)
endings = st.builds(
    Finished, st.sampled_from(["stop", "length", "abort"]), usages, st.builds(Timings, maybe_times, times)
)
samplings = st.builds(
    Sampling,
    st.floats(0, 2),
    st.floats(0, 1),
    st.none() | st.integers(1, 1 << 20),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.lists(texts, max_size=3).map(tuple),
    st.just("") | texts,
)
messages = st.builds(
    StoredMessage,
    st.just(0),
    st.none(),
    st.sampled_from(["user", "assistant", "system"]),
    texts,
    times,
    st.sampled_from(["complete", "streaming", "stopped", "interrupted", "failed"]),
    st.builds(Thought, texts, maybe_times, st.none() | numbers),
    texts,
    texts,
    texts,
    st.none() | samplings,
    st.none() | endings,
    texts,
    st.booleans(),
    st.none(),
    maybe_times,
)
"""Messages in every form but for their places, which a test gives them."""
