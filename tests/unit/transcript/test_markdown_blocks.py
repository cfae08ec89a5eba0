"""Blocks, section by section as in CommonMark and GitHub's tables, with examples of our own."""

import pytest

from seproj_desktop.window.transcript.markdown.blocks import (
    MAX_DEPTH,
    Code,
    Container,
    Gap,
    Leaf,
    Paragraph,
    Table,
    code_text,
    seen_text,
)
from seproj_desktop.window.transcript.markdown.inline import Run
from tests.unit.transcript.sketches import leaves_of, sketched

LINES = [f"line {number}" for number in range(95)]
FENCED = "\n".join(LINES)


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("", []),
        ("\n \n\t\n", []),
        ("one\ntwo\n   three", ["P one two three"]),
        ("one\n\n\ntwo", ["P one", "P two"]),
        ("one  \ntwo\\\nthree", ["P one\ntwo\nthree"]),
        ("   one\n      two", ["P one two"]),
        ("one\r\ntwo\r\n\r\nthree\r\n", ["P one two", "P three"]),
    ],
)
def test_paragraphs(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("# One\n## Two ##\n###### Six", ["H1 One", "H2 Two", "H6 Six"]),
        ("#", ["H1"]),
        ("#none\n####### seven", ["P #none ####### seven"]),
        ("text\n# Title\ntext", ["P text", "H1 Title", "P text"]),
        ("# C#\n# a \\#", ["H1 C#", "H1 a #"]),
        ("One\n===\nTwo\nlines\n---", ["H1 One", "H2 Two lines"]),
        ("> One\n> ---\n", ["q H2 One"]),
        ("> One\n---\n", ["q P One", "R"]),
        ("- One\n  ===\n", ["i • H1 One"]),
        ("text\n-", ["H2 text"]),
        ("***\n- - -\n___\n--- x", ["R", "R", "R", "P --- x"]),
        ("- a\n***\n- b", ["i • P a", "R", "i • P b"]),
    ],
)
def test_headings_and_rules(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("```py\nx = 1\n\n\ty\n```\nafter", ["C py ('x = 1', '', '\\ty')", "P after"]),
        ("````\n```\n````", ["C - ('```',)"]),
        ("~~~ Rust,ignore\na\n~~~~~", ["C rust ('a',)"]),
        ("```\nopen", ["C - ('open',)"]),
        ("```\n```", ["C - ()"]),
        ("```\n\n```", ["C - ('',)"]),
        ("  ```\n  a\n    b\n c\n  ```", ["C - ('a', '  b', 'c')"]),
        ("```a`b\n```", ["P ```a`b", "C - ()"]),
        ("text\n```\ncode\n```\ntext", ["P text", "C - ('code',)", "P text"]),
        ("```\na\n    ```\n```", ["C - ('a', '    ```')"]),
        ("1. a\n   ```js\n   b\n     c\n   ```\n2. d", ["i 1. P a", "i C js ('b', '  c')", "i 2. P d"]),
        ("- ```\n  a\nb", ["i • C - ('a',)", "P b"]),
        ("> ```\n> a\nb", ["q C - ('a',)", "P b"]),
        ("    a\n\n\tb\n      c\n\ntext", ["C - ('a', '', 'b', '  c')", "P text"]),
        ("text\n    no code", ["P text no code"]),
        ("- a\n\n      code\n", ["i • P a", "i C - ('code',)"]),
        ("```\u202epy\u0007 x\na\n```", ["C - ('a',)"]),
        ("``` {.python .numberLines}\n```", ["C python ()"]),
        ("```c++\n```\n```objective-c\n```\n```C#\n```", ["C c++ ()", "C objective-c ()", "C c# ()"]),
    ],
)
def test_code(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("before", "indent", "path"),
    [
        ("", "", ()),
        ("3) item\n\n", "   ", (Container.ITEM,)),
        ("> quote\n", "> ", (Container.QUOTE,)),
        ("- a\n  > b\n", "  > ", (Container.ITEM, Container.QUOTE)),
    ],
)
@pytest.mark.parametrize("fence", ["```", "~~~~~"])
def test_long_code_comes_in_pieces(before: str, indent: str, path: tuple[Container, ...], fence: str) -> None:
    text = before + "".join(f"{indent}{line}\n" for line in (f"{fence}py", *LINES, fence))
    pieces = [leaf for leaf in leaves_of(text) if isinstance(leaf.block, Code)]
    assert code_text(pieces) == FENCED
    assert {leaf.path for leaf in pieces} == {path}
    assert [leaf.gap for leaf in pieces] == [Gap.NORMAL, Gap.NONE, Gap.NONE]
    blocks = [leaf.block for leaf in pieces if isinstance(leaf.block, Code)]
    assert [(code.first, len(code.lines), code.is_first, code.is_last) for code in blocks] == [
        (0, 40, True, False),
        (40, 40, False, False),
        (80, 15, False, True),
    ]


def test_forty_lines_are_one_piece() -> None:
    (leaf,) = leaves_of("```\n" + "x\n" * 40 + "```\n")
    assert isinstance(leaf.block, Code)
    assert leaf.block.is_first
    assert leaf.block.is_last


def test_an_endless_line_of_code_is_whole_again_when_copied() -> None:
    lines = ["short", "é" * 3000 + "👩‍👩‍👧‍👦" * 700, "\tend", ""]
    pieces = leaves_of("```\n" + "\n".join(lines) + "\n```")
    assert code_text(pieces) == "\n".join(lines)
    joining = [leaf.block for leaf in pieces if isinstance(leaf.block, Code) and leaf.block.joins]
    assert joining
    assert {code.first for code in joining} == {1}
    assert all(not code.lines[0].startswith(("\u200d", "\u0301")) for code in joining)


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("- a\n- b\n+ c", ["i • P a", "i • P b", "i • P c"]),
        ("7. a\n7. b\n1. c", ["i 7. P a", "i 8. P b", "i 9. P c"]),
        ("1. a\n2) b", ["i 1. P a", "i 2) P b"]),
        ("- a\n  - b\n    - c\n      - d\n- e", ["i • P a", "ii ◦ P b", "iii ▪ P c", "iiii ▪ P d", "i • P e"]),
        ("1. a\n   - b\n2. c", ["i 1. P a", "ii • P b", "i 2. P c"]),
        ("1. a\n\n   more\n\n2. b", ["i 1. P a", "i P more", "i 2. P b"]),
        ("text\n- a", ["P text", "i • P a"]),
        ("In the year\n1969. it was\n1. a", ["P In the year 1969. it was", "i 1. P a"]),
        ("- a\nlazy\n\nover", ["i • P a lazy", "P over"]),
        ("- a\n\ntext\n\n- b", ["i • P a", "P text", "i • P b"]),
        ("1. a\n\ntext\n\n2. b", ["i 1. P a", "P text", "i 2. P b"]),
        ("-\n- b\n-", ["i • P", "i • P b", "i • P"]),
        ("-\n\n  a", ["i • P", "P a"]),
        ("- - a", ["i • P", "ii ◦ P a"]),
        ("- > a\n  > b", ["iq • P a b"]),
        ("- # a\n- ***", ["i • H1 a", "i • R"]),
        ("-a\n1.b\n1234567890. c", ["P -a 1.b 1234567890. c"]),
        ("-\ta\n\n\tb", ["i • P a", "i P b"]),
        ("- [ ] a\n- [x] b\n- [X] c\n- [y] d", ["i ☐ P a", "i ☑ P b", "i ☑ P c", "i • P [y] d"]),
        ("1. [x] a\n2. [ ](b)", ["i ☑ P a", "i 2. P"]),
    ],
)
def test_lists(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


def test_a_blank_line_between_items_is_seen() -> None:
    gaps = {seen_text(leaf): leaf.gap for leaf in leaves_of("text\n- a\n- b\n\n- c\n\n  d\n\n# e\n")}
    assert gaps == {
        "text": Gap.NORMAL,
        "a": Gap.SMALL,
        "b": Gap.SMALL,
        "c": Gap.NORMAL,
        "d": Gap.NORMAL,
        "e": Gap.LARGE,
    }


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("> a\n> b\n\nc", ["q P a b", "P c"]),
        (">a\nlazy\n> > b\n> c", ["q P a lazy", "qq P b c"]),
        ("> a\n>\n> b", ["q P a", "q P b"]),
        ("> - a\n>   b\n> - c", ["qi • P a b", "qi • P c"]),
        ("> a\n- b", ["q P a", "i • P b"]),
        (">\n>", []),
        ("> # a\n> ```\n> b\n> ```", ["q H1 a", "q C - ('b',)"]),
    ],
)
def test_quotes(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


def test_deep_nesting_is_flattened() -> None:
    (quote,) = leaves_of(">" * 40 + " a")
    assert quote.path == (Container.QUOTE,) * MAX_DEPTH
    assert seen_text(quote) == "a"
    items = leaves_of("".join([" " * 2 * depth + f"- {depth}\n" for depth in range(40)]))
    assert [seen_text(leaf) for leaf in items] == [str(depth) for depth in range(40)]
    assert all(leaf.marker and len(leaf.path) <= MAX_DEPTH for leaf in items)
    (item,) = leaves_of(">" * 20 + " - a")
    assert item.path[-1] is Container.ITEM


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["T a | b / 1 | 2"]),
        ("a|b\n-|-\n1|2\n\ntext", ["T a | b / 1 | 2", "P text"]),
        ("| a |\n|---|", ["T a"]),
        ("| a | b |\n|---|", ["P | a | b | |---|"]),
        ("text\n| a | b |\n|:-:|--:|\n| 1 |", ["P text", "T a | b / 1 | "]),
        ("|a|b|\n|-|-|\n|1|2|3|`4`|", ["T a | b / 1 | 2 | 3 | <CODE:4>"]),
        ("|a|b|\n|-|-|\n|x \\| y|`p \\| q`|", ["T a | b / x | y | <CODE:p | q>"]),
        ("|a|\n|-|\n|**b** [c](https://d.e)|", ["T a / <STRONG:b> <c→https://d.e>"]),
        ("|a|\n|-|\n| 1 |\n# H\n", ["T a / 1", "H1 H"]),
        ("|a|\n|-|\n| 1 |\n- i\n", ["T a / 1", "i • P i"]),
        ("- |a|\n  |-|\n  |1|\n- b", ["i • T a / 1", "i • P b"]),
        ("> |a|\n> |-|\n> |1|\n", ["q T a / 1"]),
        ("|a|\n|-|\n|1|\n    code", ["T a / 1", "C - ('code',)"]),
        ("a\n-\n", ["H2 a"]),
    ],
)
def test_tables(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


def test_a_long_table_comes_in_pieces() -> None:
    rows = "".join([f"| {number} | x |\n" for number in range(30)])
    leaves = leaves_of("|a|b|\n|:-|-|\n" + rows)
    tables = [leaf.block for leaf in leaves if isinstance(leaf.block, Table)]
    assert [(table.first, len(table.rows), table.is_first, table.is_last) for table in tables] == [
        (0, 12, True, False),
        (12, 12, False, False),
        (24, 6, False, True),
    ]
    assert len({table.header for table in tables}) == 1
    assert tables[2].alignments == ("left", "")
    assert "\n".join([seen_text(leaf) for leaf in leaves]).splitlines()[1:] == [f"{number}\tx" for number in range(30)]


def test_columns_are_bounded_and_nothing_is_lost() -> None:
    columns = 100
    text = "".join([f"|{number}" for number in range(columns)]) + "|\n" + "|-" * columns + "|\n|" + "a|" * columns
    (leaf,) = leaves_of(text)
    assert isinstance(leaf.block, Table)
    assert len(leaf.block.header) == len(leaf.block.rows[0]) == len(leaf.block.alignments) == 64
    assert leaf.block.header[-1][0].text == " | ".join([str(number) for number in range(63, 100)])
    assert seen_text(leaf).count("a") == columns


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("$$\na^2\n$$", ["F a^2"]),
        ("$$ a^2 $$", ["F a^2"]),
        ("text\n\\[\na^2\n\\]\ntext", ["P text", "F a^2", "P text"]),
        ("\\[ a\n + b \\].", ["F a\n + b."]),
        ("- a\n\n  $$\n  b\n  $$", ["i • P a", "i F b"]),
        ("```math\n\\frac12\n```", ["F \\frac12"]),
        ("\\begin{align*}\na &= b\n\\end{align*}", ["F \\begin{align*}\na &= b\n\\end{align*}"]),
        ("$$a$$ and $$b$$", ["P <MATH:a> and <MATH:b>"]),
        ("$$\nnever *closed*\n\nnext", ["P $$\nnever *closed*", "P next"]),
        ("\\[not math](x)", ["P \\[not math](x)"]),
        ("$$\n$$", ["P $$\n$$"]),
    ],
)
def test_formulas(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        (
            "<details>\n<summary>**a**</summary>\n\n**b**\n</details>",
            ["P <details>\n<summary>**a**</summary>", "P <STRONG:b>", "P </details>"],
        ),
        ("<script>\n  x = a*b*c\n</script>", ["P <script>\n  x = a*b*c\n</script>"]),
        ("<!-- *no* -->\n\ntext", ["P <!-- *no* -->", "P text"]),
        ("a <b>*c*</b>", ["P a <b><EMPHASIS:c></b>"]),
        ("<answer>\n**a**", ["P <answer> <STRONG:a>"]),
        ("text\n<div>\n- a", ["P text", "P <div>\n- a"]),
        ("<div>\n```\na\n```", ["P <div>", "C - ('a',)"]),
        ("a<br>b &copy; &lt;", ["P a<br>b © <"]),
    ],
)
def test_html_is_text(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        (
            "See [a], [b][A], [c][].\n\n[A]: https://a.org\n[c]: <mailto:x@y.z> 'C'",
            ["P See <a→https://a.org>, <b→https://a.org>, <c→mailto:x@y.z>."],
        ),
        ("[a]: https://one.org\n[a]: https://two.org\n[a]", ["P <a→https://one.org>"]),
        ("[a]: javascript:x\n\n[a] b", ["P a b"]),
        ("- [a]: https://x.org\n- [a]", ["i • P", "i • P <a→https://x.org>"]),
        ("[note]: this stays", ["P [note]: this stays"]),
        ("text\n[a]: https://x.org", ["P text [a]: <https://x.org→https://x.org>"]),
        ("```\n[a]: https://x.org\n```\n[a]", ["C - ('[a]: https://x.org',)", "P [a]"]),
        ("[a]: https://x.org\n---\n", ["R"]),
    ],
)
def test_definitions(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("a[^1].\n\n[^1]: One\n[^2]: Two\nmore", ["P a<RAISED:1→#note-1>.", "i 1 P One", "i 2 P Two more"]),
        ("[^a]: One\n\n    two\n\n    - three\n\nend", ["i a P One", "i P two", "ii • P three", "P end"]),
        ("text\n[^n]: note", ["P text", "i n P note"]),
        ("[^n]:", ["i n P"]),
    ],
)
def test_footnotes(text: str, leaves: list[str]) -> None:
    assert sketched(text) == leaves


def test_an_endless_paragraph_reads_as_one() -> None:
    words = [f"word{number}" for number in range(1000)]
    leaves = leaves_of("- " + " ".join(words) + "\n- next")
    assert [leaf.gap for leaf in leaves] == [Gap.SMALL, *[Gap.NONE] * (len(leaves) - 2), Gap.SMALL]
    assert [leaf.marker for leaf in leaves if leaf.marker] == ["•", "•"]
    assert {leaf.path for leaf in leaves} == {(Container.ITEM,)}
    assert "".join([leaf.glue + seen_text(leaf) for leaf in leaves[:-1]]) == " ".join(words)


def test_text_without_spaces_is_cut_between_signs() -> None:
    family = "👩‍👩‍👧‍👦"
    leaves = leaves_of(family * 1000)
    assert len(leaves) > 1
    assert all(seen_text(leaf).count(family) * len(family) == len(seen_text(leaf)) for leaf in leaves)
    assert "".join([leaf.glue + seen_text(leaf) for leaf in leaves]) == family * 1000


def test_leaves_are_values() -> None:
    assert leaves_of("- **a**") == leaves_of("- **a**")
    assert isinstance(hash(leaves_of("| a |\n|-|\n")[0]), int)
    assert leaves_of("a") == [Leaf(Paragraph((Run("a"),)))]
