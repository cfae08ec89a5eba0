"""What of a message is searched, and the counts: the same whether anything of it has been parsed or not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker, Thought
from seproj_desktop.window.transcript.finding.matching import Query
from seproj_desktop.window.transcript.finding.sections import (
    AT_ONCE,
    Counts,
    Search,
    finished,
    indices_of,
    searched_text,
)
from seproj_desktop.window.transcript.finding.tally import Tally
from seproj_desktop.window.transcript.message import Message, Part, Stub

ALICE = Speaker("assistant", "Alice")
PARTS = st.sampled_from(
    [
        "ab",
        "ab ",
        "**",
        "`",
        "[ab][1]",
        "[a](b)",
        "![ab][1]",
        "&amp;",
        "\n\n",
        "\n",
        "> ",
        "- ",
        "# ",
        "```\n",
        "|a|b|\n",
    ]
)
TEXTS = st.lists(PARTS, max_size=30).map("".join)


def counts(message: Message, words: str) -> Counts:
    return finished(Search(Query(words)).count(message))


def expand(message: Message) -> Message:
    """Parses everything."""
    message.split()
    index = 0
    while index < len(message.pieces):
        if isinstance(message.pieces[index].content, Stub):
            message.expand(index)
        else:
            index += 1
    return message


@given(TEXTS, st.booleans())
@settings(deadline=None)
def test_counts_do_not_depend_on_what_has_been_parsed(text: str, has_definition: bool) -> None:
    entry = Entry("a", ALICE, text + "\n\n[1]: https://ab.org\n" * has_definition)
    split = Message(entry)
    split.split()
    for words in ("a", "ab", "b a", "org", "&"):
        expected = counts(Message(entry), words)
        assert counts(split, words) == expected
        parsed = expand(Message(entry))
        assert counts(parsed, words) == expected
        search = Search(Query(words))
        for section, count in expected.items():
            assert sum(len(search.ranges(parsed, index)) for index in indices_of(parsed, section)) == count


def test_a_long_message_is_split_in_steps() -> None:
    text = "needle and more words\n\n" * (AT_ONCE // 5)
    steps = Search(Query("needle")).count(Message(Entry("a", ALICE, text)))
    assert sum(1 for _ in steps) > len(text) / AT_ONCE
    assert sum(counts(Message(Entry("a", ALICE, text)), "needle").values()) == AT_ONCE // 5


@pytest.mark.parametrize("speaker", [ALICE, Speaker("user", "You")])
@pytest.mark.parametrize(
    ("before", "text", "words"),
    [
        ("", "one two *three* four ", "one two three four"),
        ("> - ", "one two `three` four ", "four one"),
        ("", "needles", "needles"),
        ("```\n", "needles", "needles"),
        ("# ", "one two three four ", "four one two"),
    ],
)
def test_words_that_a_soft_cut_goes_through_are_found(speaker: Speaker, before: str, text: str, words: str) -> None:
    """In an endless paragraph, heading or line of code, whatever of it has been parsed."""
    if speaker.is_user:
        before, text = "", text.replace("*", "").replace("`", "")
    times = 2_000
    entry = Entry("a", speaker, before + text * times)
    expected = times - words.startswith("four")
    whole = counts(Message(entry), words)
    assert sum(whole.values()) == expected
    assert len(whole) > 1
    split, parsed = Message(entry), expand(Message(entry))
    split.split()
    assert counts(split, words) == counts(parsed, words) == whole
    halves = Message(entry)
    halves.split()
    for index in reversed(range(1, len(halves.pieces), 2)):
        if isinstance(halves.pieces[index].content, Stub):
            halves.expand(index)
    assert counts(halves, words) == whole


def test_what_goes_on_behind_a_cut_knows_of_the_hit_before() -> None:
    message = expand(Message(Entry("a", ALICE, "needles" * 1_000)))
    search = Search(Query("needles"))
    cut = [index for index in range(1, len(message.pieces)) if search.carried(message, index) is not None]
    assert cut
    for index in cut:
        start, end = search.carried(message, index) or (0, 0)
        text = searched_text(message.pieces[index - 1].content)
        assert text[start:] + searched_text(message.pieces[index].content)[:end] == "needles"


def test_a_source_without_the_words_is_neither_split_nor_parsed() -> None:
    search = Search(Query("needle"))
    message = Message(Entry("a", ALICE, "hay **stack** [link](https://example.org) " * 100, ending=Ending("needle")))
    assert finished(search.count(message)) == {}
    assert (search.effort.segments_parsed, message.is_split) == (0, False)


def test_thinking_counts_while_it_is_open_and_failures_do() -> None:
    ending = Ending("no needle", is_failure=True)
    message = Message(Entry("a", ALICE, "needle", Thought("needle needle"), ending))
    assert counts(message, "needle") == {(Part.BODY, 0): 1, (Part.ENDING, 0): 1}
    message.show_thought(is_open=True)
    assert counts(message, "needle") == {(Part.THOUGHT, 0): 2, (Part.BODY, 0): 1, (Part.ENDING, 0): 1}


def test_long_thinking_is_counted_where_it_stands() -> None:
    thought = "hay\n\n" * 40_000 + "needle"
    message = Message(Entry("a", ALICE, "needle", Thought(thought)))
    message.show_thought(is_open=True)
    assert any(isinstance(piece.content, Stub) and piece.content.is_chapter for piece in message.pieces)
    found = counts(message, "needle")
    assert [(part, hits) for (part, _), hits in found.items()] == [(Part.THOUGHT, 1), (Part.BODY, 1)]
    while (chapter := message.last_chapter()) is not None:
        message.expand(chapter)
    assert counts(message, "needle") == found


def test_a_piece_is_searched_once() -> None:
    search, message = Search(Query("needle")), Message(Entry("a", ALICE), is_open=True)
    for number in range(40):
        message.add_text(f"needle {number}\n\n")
    finished(search.count(message))
    before = search.effort.texts_searched
    message.add_text("needle")
    assert sum(finished(search.count(message)).values()) == 41
    assert search.effort.texts_searched - before == 1


def test_a_number_leads_to_its_section_and_back() -> None:
    tally = Tally(3)
    tally.append()
    tally.set(1, {(Part.THOUGHT, 2): 1, (Part.BODY, 0): 2})
    tally.set(3, {(Part.BODY, 5): 3})
    assert (len(tally), tally.total) == (4, 6)
    places = [tally.find(hit) for hit in range(6)]
    assert places == [
        (1, (Part.THOUGHT, 2), 0),
        (1, (Part.BODY, 0), 0),
        (1, (Part.BODY, 0), 1),
        (3, (Part.BODY, 5), 0),
        (3, (Part.BODY, 5), 1),
        (3, (Part.BODY, 5), 2),
    ]
    assert [tally.above(number, section) + inside for number, section, inside in places] == list(range(6))
    with pytest.raises(IndexError):
        tally.find(6)


def test_the_same_counts_are_no_news() -> None:
    tally = Tally(1)
    assert tally.set(0, {(Part.BODY, 0): 2})
    assert not tally.set(0, {(Part.BODY, 0): 2})
    assert tally.set(0, {})
    assert not tally.set(0, {})
    assert tally.total == 0
