"""What people write is shown as typed; and messages as plain text."""

import pytest

from seproj_desktop.window.transcript.markdown.blocks import Gap, code_text, seen_text
from seproj_desktop.window.transcript.markdown.parser import plain_parts, plain_text
from tests.unit.transcript.sketches import leaves_of, sketched


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("*a*\n  # b\n\n\n- c", ["P *a*\n  # b\n\n\n- c"]),
        ("see https://a.b/c_d\n<b> &amp; $x$", ["P see <https://a.b/c_d→https://a.b/c_d>\n<b> &amp; $x$"]),
        ("a\n```py\nb = 1\n```\n\nc\n", ["P a", "C py ('b = 1',)", "P c"]),
        ("\n\n  a\n\n", ["P   a"]),
        ("1. ```\n> ```\n", ["P 1. ```\n> ```"]),
        ("[a]: https://b.c\n[a]", ["P [a]: <https://b.c→https://b.c>\n[a]"]),
        ("a\\\nb  \nc\td", ["P a\\\nb  \nc\td"]),
    ],
)
def test_only_fences_mean_something(text: str, leaves: list[str]) -> None:
    assert sketched(text, is_literal=True) == leaves


def test_long_text_comes_in_pieces_that_join_exactly() -> None:
    text = "\n".join([f"line {number}" + "\n" * (number % 4) for number in range(300)]) + "x" * 4000 + " y" * 2000
    leaves = leaves_of(text, is_literal=True)
    assert len(leaves) > 5
    assert all(leaf.gap is Gap.NONE for leaf in leaves[1:])
    assert "".join([leaf.glue + seen_text(leaf) for leaf in leaves]) == text


def test_long_code_in_a_question() -> None:
    code = "\n".join([f"\tcode {number}" for number in range(100)])
    assert code_text(leaves_of(f"Why?\n```\n{code}\n```", is_literal=True)) == code


PLAIN = """\
Title

Some bold text, a formula a^2 and a link.

1. One
2. Two
  • inner
☑ done

x = 1
y = 2

A\tB
1\t2

———

1 The note"""


def test_plain_text() -> None:
    text = (
        "# Title\n\nSome **bold** text, a formula $a^2$ and a [link][l].\n\n1. One\n2. Two\n   - inner\n- [x] done\n\n"
        "```py\nx = 1\ny = 2\n```\n\n|A|B|\n|-|-|\n|1|2|\n\n---\n\n[l]: https://x.org\n\n[^1]: The note\n"
    )
    assert plain_text(text) == PLAIN


def test_plain_text_joins_what_was_cut() -> None:
    words = " ".join([f"word{number}" for number in range(2000)])
    code = "\n".join(["x" * 3000, *map(str, range(100))])
    rows = "\n".join(map(str, range(40)))
    text = f"{words}\n\n```\n{code}\n```\n\n|a|\n|-|\n" + "".join([f"|{row}|\n" for row in rows.split("\n")])
    assert plain_text(text) == f"{words}\n\n{code}\n\na\n{rows}"
    assert plain_text("*a*\n\nb", is_literal=True) == "*a*\n\nb"


def test_plain_text_of_a_long_message_comes_in_small_parts() -> None:
    text = "Some words.\n\n" * 20_000
    parts = list(plain_parts(text))
    assert "".join(parts) == text.strip("\n")
    assert max(map(len, parts)) < 100
    assert parts[: len(text) // 16_000] == [""] * (len(text) // 16_000)


def test_lines_are_not_torn_where_a_long_text_is_cut() -> None:
    lines = [f"10:00 worker {number} is ready, and says so in a line of its own" for number in range(200)]
    found = leaves_of("\n".join(lines), is_literal=True)
    assert len(found) > 5
    assert "\n".join(seen_text(leaf) for leaf in found).split("\n") == lines
