"""Addresses that may be clicked, and characters that may not hide."""

import pytest

from seproj_desktop.window.transcript.markdown.blocks import Code, Paragraph, seen_text
from seproj_desktop.window.transcript.markdown.safety import readable, safe_target, visible_controls
from tests.unit.transcript.sketches import leaves_of


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.b/c?d#e", "https://a.b/c?d#e"),
        ("HTTP://A.B", "HTTP://A.B"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        (" ht\ttps://a.b\n", "https://a.b"),
        ("https://a.b/\u202egnp", "https://a.b/gnp"),
        ("javascript:alert(1)", ""),
        ("java\u0000script:x", ""),
        ("\u0001javascript:x", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("vbscript:x", ""),
        ("httpsx:a", ""),
        ("//a.b", ""),
        ("a/b", ""),
        ("", ""),
    ],
)
def test_targets_pass_by_scheme(url: str, target: str) -> None:
    assert safe_target(url) == target


def test_code_shows_what_would_turn_it_round() -> None:
    (leaf,) = leaves_of("```py\nif admin\u202e: \u2066# x\u2069\n\ta = '\u200b'\n```")
    assert isinstance(leaf.block, Code)
    assert leaf.block.lines == ("if admin⟦U+202E⟧: ⟦U+2066⟧# x⟦U+2069⟧", "\ta = '⟦U+200B⟧'")
    assert seen_text(leaves_of("`a\u200fb`")[0]) == "a⟦U+200F⟧b"


def test_what_scripts_and_emoji_need_stays() -> None:
    text = "می\u200cخواهم 👩‍👩‍👧 क्‍ष é\u0301 ❤️"
    assert visible_controls(text) == text
    assert readable(text + "\u200e\u00ad") == text + "\u200e\u00ad"
    flag = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert readable(flag) == flag


@pytest.mark.parametrize(
    "character", ["\u202e", "\u202d", "\x00", "\x1b", "\x7f", "\ud800", "\ufdd0", "\u2028", "\ufffc"]
)
def test_running_text_shows_controls(character: str) -> None:
    assert readable(f"a{character}b") == f"a⟦U+{ord(character):04X}⟧b"


def test_hidden_letters_are_shown() -> None:
    assert readable("a\U000e0041\U000e0042b").startswith("a⟦U+E0041⟧")
    assert visible_controls("\U000e0041\U000e0042") == "⟦U+E0041⟧⟦U+E0042⟧"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a \u202bb", "\u202c"),
        ("a \u2067b \u202ac", "\u202c\u2069"),
        ("a \u2067b\u2069 c", ""),
        ("a \u2067b \u202ac\u2069 d", ""),
        ("a\u202c\u2069", ""),
    ],
)
def test_directions_end_with_their_leaf(text: str, end: str) -> None:
    (leaf,) = leaves_of(text)
    assert seen_text(leaf) == text + end


def test_directions_end_with_their_cell() -> None:
    (leaf,) = leaves_of("|a|b|\n|-|-|\n|\u2067x|y|")
    assert seen_text(leaf) == "a\tb\n\u2067x\u2069\ty"


def test_addresses_show_what_they_hide() -> None:
    (leaf,) = leaves_of("![a](<https://b.c/\u202egnp.exe>)")
    assert isinstance(leaf.block, Paragraph)
    assert "\u202e" not in leaf.block.runs[0].text
    assert "\u202e" not in leaf.block.runs[0].target
