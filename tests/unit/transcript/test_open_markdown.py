"""Text that is still being written: half marks look as they will, or are held back; the end is as if read at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.window.transcript.markdown.blocks import Table, seen_text
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.holding import LONGEST
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves, open_leaves
from seproj_desktop.window.transcript.markdown.splitter import Splitter
from tests.unit.transcript.sketches import growing, leaves_of, open_leaves_of

RICH = """\
# A *title* with `code`

Intro with **bold**, *it `a*b` alic*, ~~gone~~, [a link](https://a.org/x_y "T"), ![a picture](https://b.org/p.png),
a formula $a*b$ for $5, a note[^1], 中文**重点：**然后, snake_case, 2 * 3 and https://c.org/d.

Heading
-------

1. One
2. Two **bold**

   ```python
   def f(x):
   \treturn x * 2  # [no](link)
   ```
3. - [ ] todo
   - [x] done

> Quote with `code`
> > deeper
lazy

| a | b `x` |
|:--|------:|
| 1 | **2** |
| 3 | [4](https://e.org) |

$$
\\sum_{i} x_i
$$

\\[ y^2 \\]

<details>
<summary>More</summary>

~~~
tilde
~~~

***
    indented

[ref]: https://f.org
[ref] and \\*escaped\\* <https://g.org>

[^1]: The note.
"""


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("a **b", ["P a <STRONG:b>"]),
        ("a **b*", ["P a <STRONG:b>"]),
        ("a **b** c *d _e", ["P a <STRONG:b> c <EMPHASIS:d e>"]),
        ("***a", ["P <STRONG|EMPHASIS:a>"]),
        ("**a `b", ["P <STRONG:a ><STRONG|CODE:b>"]),
        ("a ~~b", ["P a <STRIKE:b>"]),
        ("a ~~b~", ["P a <STRIKE:b>"]),
        ("a **", ["P a"]),
        ("2 * 3", ["P 2 * 3"]),
        ("a_b c*d 2**3", ["P a_b c*d 2**3"]),
        ("**a [b", ["P <STRONG:a b>"]),
        ("中文**重点", ["P 中文<STRONG:重点>"]),
    ],
)
def test_open_emphasis(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("a `b c", ["P a <CODE:b c>"]),
        ("a `", ["P a"]),
        ("``a`", ["P <CODE:a>"]),
        ("a ``b`c", ["P a <CODE:b`c>"]),
        ("it`s", ["P it`s"]),
        ("`a` `*b", ["P <CODE:a> <CODE:*b>"]),
        ("`a\\", ["P <CODE:a\\>"]),
    ],
)
def test_open_code(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("see [te", ["P see te"]),
        ("see [text]", ["P see text"]),
        ("see [text](", ["P see text"]),
        ("see [text](htt", ["P see text"]),
        ("see [text](https://a.b/c_(d", ["P see text"]),
        ('see [text](https://a.b "Ti', ["P see text"]),
        ("see [text](https://a.b)", ["P see <text→https://a.b>"]),
        ("see [**te", ["P see <STRONG:te>"]),
        ("see [x] and", ["P see [x] and"]),
        ("array[0", ["P array[0"]),
        ("![al", ["P al"]),
        ("![alt](htt", ["P alt"]),
        ("[![alt](http://a", ["P alt"]),
        ("a[^", ["P a"]),
        ("a[^no", ["P a"]),
        ("a[^note]", ["P a<RAISED:note→#note-note>"]),
        ("<https://a.b/c", ["P <https://a.b/c→https://a.b/c>"]),
        ("a <b", ["P a <b"]),
        ("end \\", ["P end"]),
    ],
)
def test_half_links(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("so $a*b", ["P so $a*b"]),
        ("so $a*b*c", ["P so $a*b*c"]),
        ("so $a_1 + b_2", ["P so $a_1 + b_2"]),
        ("so **c $a*b", ["P so <STRONG:c $a*b>"]),
        ("so $a*b$", ["P so <MATH:a*b>"]),
        ("so \\(a*b*c", ["P so \\(a*b*c"]),
        ("so \\[ a *b", ["P so \\[ a *b"]),
        ("so \\[a\\](b *c", ["P so [a](b <EMPHASIS:c>"]),
        ("for $5 and **b", ["P for $5 and <STRONG:b>"]),
        ("$$\na*b*c", ["P $$\na*b*c"]),
        ("$$\na*b*c\n$$", ["F a*b*c"]),
        ("\\[\na", ["P \\[\na"]),
    ],
)
def test_unfinished_formulas_are_source(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        *[(f"text\n{mark}", ["P text"]) for mark in ["-", "=", "===", "*", "**", "+", "#", "##", ">", "|", "`", "``"]],
        *[(f"text\n{mark}", ["P text"]) for mark in ["```", "```py", "~~", "~~~", "1", "12.", "1. ", "- ", "> -", "$"]],
        *[(f"text\n{mark}", ["P text"]) for mark in ["- **", "1. `", "\\[", "_", ":", "<", "- - -"]],
        ("text\n---\n", ["H2 text"]),
        ("text\n- a", ["P text", "i • P a"]),
        ("- [", ["i • P"]),
        ("- [x", ["i • P"]),
        ("- [x]", ["i • P"]),
        ("- [x] a", ["i ☑ P a"]),
        ("1969 was", ["P 1969 was"]),
        ("```py\n", ["C py ()"]),
        ("```py\na\n``", ["C py ('a',)"]),
        ("```py\na\n```", ["C py ('a',)"]),
        ("```py\na\n``x", ["C py ('a', '``x')"]),
        ("```py\na = '", ['C py ("a = \'",)']),
        ("-" * (LONGEST + 1), ["R"]),
    ],
)
def test_marks_are_held_back(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("| a | b", ["P | a | b"]),
        ("| a | b |\n", ["P | a | b |"]),
        ("| a | b |\n|", ["P | a | b |"]),
        ("| a | b |\n|--", ["P | a | b |"]),
        ("| a | b |\n|---|", ["P | a | b |"]),
        ("| a | b |\n|---|-", ["T a | b"]),
        ("| a | b |\n|---|---|\n", ["T a | b"]),
        ("| a | b |\n|---|---|\n|", ["T a | b"]),
        ("| a | b |\n|---|---|\n| **x", ["T a | b / <STRONG:x> | "]),
        ("| a | b |\n|---|---|\n| x | `y", ["T a | b / x | <CODE:y>"]),
        ("a | b\n--", ["P a | b"]),
        ("a | b\n--|-", ["T a | b"]),
    ],
)
def test_tables_do_not_flicker(text: str, leaves: list[str]) -> None:
    assert growing(text) == leaves


def test_an_open_table_says_so() -> None:
    splitter = Splitter()
    splitter.feed("|a|\n|-|\n|1|\n")
    (leaf,) = open_leaves_of(splitter)
    assert isinstance(leaf.block, Table)
    assert leaf.block.is_open
    (leaf,) = leaves_of("|a|\n|-|\n|1|\n")
    assert isinstance(leaf.block, Table)
    assert not leaf.block.is_open


def test_what_is_held_back_is_in_the_source() -> None:
    splitter = Splitter()
    splitter.feed("text\n---")
    (segment,) = splitter.tail()
    assert (segment.text, segment.content) == ("text\n---", "text")


def letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def test_every_prefix_can_be_shown() -> None:
    """What is seen of a growing text is what will be seen, but for the little that is held back."""
    splitter = Splitter()
    for end, character in enumerate(RICH, 1):
        splitter.feed(character)
        seen = letters("".join(map(seen_text, open_leaves_of(splitter))))
        ended = letters("".join(map(seen_text, leaves_of(RICH[:end]))))
        assert abs(seen - ended) <= LONGEST
        assert seen >= 0.7 * ended - 10
    splitter.finish()
    known = definitions(splitter.closed)
    assert [leaf for segment in splitter.closed for leaf in leaves(segment, known)] == leaves_of(RICH)


def test_words_that_are_seen_stay() -> None:
    """A word of running text, once seen, is not taken back while the text goes on."""
    text = (
        "Words with **bold** and `code` and [a link](https://a.b) and *more* of ~~them~~ in $a$ line\n\n- then **b**\n"
    )
    splitter, seen = Splitter(), 0
    for character in text:
        splitter.feed(character)
        now = letters("".join(map(seen_text, open_leaves_of(splitter))))
        assert now >= seen - 1
        seen = max(seen, now)


MARKS = st.sampled_from(
    [
        *["- ", "1. ", "> ", "# ", "```", "~~~", "``", "`", "\n", "\n\n", "  ", " ", "a", "word ", "|", "|-|", "---"],
        *["*", "**", "_", "~~", "$$", "$", "\\[", "\\]", "\\(", "[^1]", "[^1]: ", "[a]: http://x", "<div>", "[x] "],
        *[
            "[",
            "](",
            "](http://a.b",
            ")",
            "!",
            "![",
            "👩‍👩‍👧",
            "<http://a",
            "https://x.y/z",
            ">",
            "\\",
            "&amp;",
            "中",
            "：",
        ],
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(MARKS, max_size=25).map("".join))
def test_no_text_is_too_odd(text: str) -> None:
    splitter = Splitter()
    for character in text:
        splitter.feed(character)
        for segment in splitter.tail():
            leaves(segment)
            open_leaves(segment, GrowingText())
    splitter.finish()
    known = definitions(splitter.closed)
    assert [leaf for segment in splitter.closed for leaf in leaves(segment, known)] == leaves_of(text)
