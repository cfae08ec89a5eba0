"""What stands inside a paragraph: emphasis, code, links, pictures, formulas, in Latin and in East Asian text."""

from collections.abc import Iterable

import pytest

from seproj_desktop.window.transcript.markdown.blocks import Paragraph
from seproj_desktop.window.transcript.markdown.inline import Run, Style
from seproj_desktop.window.transcript.markdown.parser import leaves
from seproj_desktop.window.transcript.markdown.segment import Kind, Segment
from tests.unit.transcript.sketches import leaves_of, sketch_runs


def seen(text: str) -> str:
    (leaf,) = leaves_of(text)
    assert isinstance(leaf.block, Paragraph)
    return sketch_runs(leaf.block.runs)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("*a* _b_ **c** __d__ ~~e~~", "<EMPHASIS:a> <EMPHASIS:b> <STRONG:c> <STRONG:d> <STRIKE:e>"),
        ("***a***", "<STRONG|EMPHASIS:a>"),
        ("**a *b* ~~c~~**", "<STRONG:a ><STRONG|EMPHASIS:b><STRONG: ><STRONG|STRIKE:c>"),
        ("snake_case_name 2 * 3 * 4 a*b*c", "snake_case_name 2 * 3 * 4 a<EMPHASIS:b>c"),
        ("**a ** b**", "<STRONG:a ** b>"),
        ("\\*a\\* \\_b\\_ \\\\ \\x", "*a* _b_ \\ \\x"),
        ("~a~ ~~~", "~a~ ~~~"),
        ("**open *and `never", "**open *and `never"),
        ("`a` ``b ` c`` ` d ` `e", "<CODE:a> <CODE:b ` c> <CODE:d> `e"),
        ("`*a*` `\\` `&amp;`", "<CODE:*a*> <CODE:\\> <CODE:&amp;>"),
        ("&lt; &#65; &copy; &nothing;", "< A © &nothing;"),
    ],
)
def test_emphasis_and_code(text: str, runs: str) -> None:
    assert seen(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("**注意：**请看", "<STRONG:注意：>请看"),
        ("请**「看」**吧", "请<STRONG:「看」>吧"),
        ('**"안녕"**은', '<STRONG:"안녕">은'),
        ("これは*大事*です。**重要。**次", "これは<EMPHASIS:大事>です。<STRONG:重要。>次"),
        ("**Note:**text", "**Note:**text"),
        ("~~旧。~~新", "<STRIKE:旧。>新"),
    ],
)
def test_emphasis_needs_no_spaces_in_east_asian_text(text: str, runs: str) -> None:
    assert seen(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("[a](https://b.c)", "<a→https://b.c>"),
        ('[a](<https://b.c/d e> "T")', "<a→https://b.c/d%20e>"),
        ("[**a** `b`](http://c)", "<STRONG:a→http://c>< →http://c><CODE:b→http://c>"),
        (
            "[a](mailto:b@c.d) <e@f.gh> <https://i.j>",
            "<a→mailto:b@c.d> <e@f.gh→mailto:e@f.gh> <https://i.j→https://i.j>",
        ),
        ("vector<std::string> <b> <javascript:x>", "vector<std::string> <b> <javascript:x>"),
        ("see https://a.b/c_d_e?f=(g)#h.", "see <https://a.b/c_d_e?f=(g)#h→https://a.b/c_d_e?f=(g)#h>."),
        (
            "**https://a.b** http://localhost:80/x",
            "<STRONG:https://a.b→https://a.b> <http://localhost:80/x→http://localhost:80/x>",
        ),
        ("www.a.org, a@b.com", "<www.a.org→https://www.a.org>, <a@b.com→mailto:a@b.com>"),
        ("file.py main.rs README.md v1.2.3 a.b.c", "file.py main.rs README.md v1.2.3 a.b.c"),
        ("请看https://a.com/b。谢谢", "请看<https://a.com/b→https://a.com/b>。谢谢"),
        ("`https://a.b` [https://c.d](https://e.f)", "<CODE:https://a.b> <https://c.d→https://e.f>"),
        ("[a] [b][c] a[0] [d]()", "[a] [b][c] a[0] d"),
        ("ftp://a.b //c.d", "ftp://a.b //c.d"),
    ],
)
def test_links(text: str, runs: str) -> None:
    assert seen(text) == runs


@pytest.mark.parametrize(
    "target",
    [
        *["javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:x", "data:text/html,x", "file:///etc/passwd"],
        *["vbscript:x", "./a.md", "/a", "#a", "//a.b", "a:b", "ftp://a.b", "<java\tscript:x>"],
    ],
)
def test_other_targets_are_text(target: str) -> None:
    assert seen(f"[a]({target})") == "a"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("![a *b*](https://c.d/e.png)", "<IMAGE:a *b* (https://c.d/e.png)→https://c.d/e.png>"),
        ("![](x.png)", "<IMAGE:x.png>"),
        ("![a](file:///b.png)", "<IMAGE:a (file:///b.png)>"),
        ("[![a](b.png)](https://c.d)", "<IMAGE:a (b.png)→https://c.d>"),
        ("!\\[a] ![b]", "![a] ![b]"),
    ],
)
def test_pictures_are_words(text: str, runs: str) -> None:
    assert seen(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("$a*b*c$ and $$d$$", "<MATH:a*b*c> and <MATH:d>"),
        ("\\(a_b\\) \\[c\\] and", "<MATH:a_b> <MATH:c> and"),
        ("$5 and $6, $5-$6, US$5", "$5 and $6, $5-$6, US$5"),
        ("$HOME/bin:$PATH $ a $", "$HOME/bin:$PATH $ a $"),
        ("设$k$为 $x$, ($y$)", "设<MATH:k>为 <MATH:x>, (<MATH:y>)"),
        ("$\\$5$ \\$x$", "<MATH:\\$5> $x$"),
        ("\\[a\\](b) \\(\\)", "[a](b) ()"),
        ("`$a$` **$b$**", "<CODE:$a$> <STRONG|MATH:b>"),
    ],
)
def test_formulas(text: str, runs: str) -> None:
    assert seen(text) == runs


def test_neighbouring_formulas_stay_apart() -> None:
    assert seen("$a$$b$ $c$") == "$a$$b$ <MATH:c>"
    (leaf,) = leaves_of("\\(a\\)\\(b\\)")
    assert leaf.block == Paragraph((Run("a", Style.MATH), Run("b", Style.MATH)))


def test_footnote_marks_are_raised() -> None:
    assert seen("a[^1] [^note-2] [^x](https://y.z)") == (
        "a<RAISED:1→#note-1> <RAISED:note-2→#note-note-2> <^x→https://y.z>"
    )


@pytest.mark.parametrize(
    "unit",
    [
        *["[", "*a **b ", "`", "`a``b```c", "![", "<", "[a](", "](", "**", "_a ", "~~a ", "&a;", "\\", "$a ", "\\("],
        *["http://a", "a://", "www.", "a@b.c", "[[a]", "[^a", "*_", "<http://a", "中**", "http://a/((", "a\n", "\\[x"],
    ],
)
def test_hostile_paragraphs_lose_nothing(unit: str) -> None:
    """That they are quick as well is measured by hand; here they are read, and what is no mark is seen."""
    text = (unit * 1200)[:1200]
    (leaf,) = leaves(Segment(text, Kind.TEXT, text))
    assert isinstance(leaf.block, Paragraph)
    letters = [character for character in text if character.isalnum()]
    assert [character for character in _texts(leaf.block.runs) if character.isalnum()] == letters


def _texts(runs: Iterable[Run]) -> str:
    return "".join([run.text for run in runs])
