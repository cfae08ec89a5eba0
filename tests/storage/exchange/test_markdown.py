"""Markdown: front matter that YAML reads, messages that can be parted again, and nothing that spills over."""

from dataclasses import replace
from itertools import pairwise

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage, Thought
from seproj_desktop.storage.exchange.markdown_export import markdown_of
from tests.storage import samples
from tests.storage.exchange.samples import patient, trees


def conversation(*messages: StoredMessage, title: str = "About cooks") -> StoredConversation:
    placed = tuple(
        replace(message, id=place, parent=place - 1 if place > 1 else None, chosen=None, deleted=None)
        for place, message in enumerate(messages, 1)
    )
    return StoredConversation(samples.summary(100, title), placed)


def says(text: str, thinking: str = "") -> StoredMessage:
    return StoredMessage(0, None, "assistant", text, 1.7e9, thought=Thought(thinking), persona_name="Developer")


def front_matter(text: str) -> dict[str, object]:
    found = yaml.safe_load(text.partition("\n---\n")[0])
    assert isinstance(found, dict)
    return found


def message_headings(text: str) -> list[str]:
    """The second-level headings that a Markdown reader sees, behind the front matter."""
    mark = str(front_matter(text)["message_heading"]).removeprefix("## ")
    tokens = MarkdownIt("commonmark").parse(text.partition("\n---\n")[2])
    content = [after.content for token, after in pairwise(tokens) if token.tag == "h2"]
    return [each for each in content if each.startswith(f"{mark} ")]


def test_a_conversation_reads_well() -> None:
    answer = replace(
        samples.FULL_ANSWER, text="They *cook*.", thought=Thought("hm\n\nwell", 2.4), error="", persona_name="A_b"
    )
    text = markdown_of(conversation(samples.question(1), answer))
    assert text == (
        "---\n"
        'title: "About cooks"\n'
        "created: 2023-11-14T22:13:20Z\n"
        "changed: 2023-11-14T22:13:20Z\n"
        'personas: ["A_b"]\n'
        'models: ["Qwen/Qwen3-4B"]\n'
        "messages: 2\n"
        'message_heading: "## ❯"\n'
        "---\n\n"
        "# About cooks\n\n"
        "## ❯ You · 2023-11-14 22:13 UTC\n\n"
        "Which cooks?\n\n"
        "## ❯ A\\_b · 2023-11-14 22:13 UTC\n\n"
        "<details>\n<summary>Thought for 2 s</summary>\n\n> hm\n>\n> well\n\n</details>\n\n"
        "They *cook*.\n\n"
        "*The answer was stopped.*\n\n"
        "<sub>Qwen/Qwen3-4B · 20 tokens · 15 tokens/s</sub>\n"
    )


def test_only_the_path_that_is_shown_is_written() -> None:
    question = samples.question(1)
    answers = (replace(says("one"), id=2, parent=1), replace(says("two"), id=3, parent=1))
    text = markdown_of(StoredConversation(samples.summary(), (replace(question, chosen=2), *answers), 1))
    assert "one" in text
    assert "two" not in text


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(1)",
        "~~~~\n~~~\n",
        "```\ncode\n```",
        "<!-- never closed",
        "<script>\nalert(1)",
        "<pre>\n\nx",
        "<?php\n\n echo",
        "<![CDATA[\n\n",
        "- item\n\n  ```\n  in a list",
        "> ```\n> in a quote",
        "## ❯ Developer · today\n\n## ❯❯ x",
        "text\n---",
        "# Heading\n## Heading",
        "    indented\n\n\t```",
        "a\r\rb\r\n```\r\nopen",
        "\x0b```\n\x85\u2028",
    ],
)
def test_no_text_spills_over_or_looks_like_a_message(text: str) -> None:
    written = markdown_of(conversation(says(text, thinking=text), says("between"), says(text), says("the end")))
    assert len(message_headings(written)) == 4


@pytest.mark.parametrize("text", ["```\nx\n```", "<!-- a -->", "<pre>x</pre>\n\nmore", "plain", "a\n\n    code\n"])
def test_what_is_closed_stays_as_it_is(text: str) -> None:
    assert f"UTC\n\n{text.rstrip()}\n" in markdown_of(conversation(says(text)))


@patient
@given(st.lists(st.text("`~<>!-?[]/#❯ \n\tabprescit" + '"', max_size=40).map(says), max_size=4))
def test_messages_can_always_be_parted(messages: list[StoredMessage]) -> None:
    assert len(message_headings(markdown_of(conversation(*messages)))) == len(messages)


@pytest.mark.parametrize("title", ['a "b" \\c', "x: [y]", "# no\nheading", "\x7f\x85\u2028\ufeff☃🧀", "---", "'", ""])
def test_front_matter_is_yaml(title: str) -> None:
    found = front_matter(markdown_of(conversation(says("x"), title=title)))
    assert found["title"] == (" ".join(title.split()) or "Untitled conversation")
    assert found["personas"] == ["Developer"]


@patient
@given(trees())
def test_every_conversation_can_be_written(conversation: StoredConversation) -> None:
    assert front_matter(markdown_of(conversation))["messages"] == len(message_headings(markdown_of(conversation)))
