"""HTML: one file without script and without anything from elsewhere; whatever was said stays text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage, Thought
from seproj_desktop.storage.exchange.html_export import LONGEST_MARKDOWN, POLICY, HtmlExport
from seproj_desktop.storage.exchange.html_style import STYLE
from tests.storage import samples
from tests.storage.exchange.samples import patient, trees

TAGS = """
    html head meta title style body main header h1 h2 h3 h4 h5 h6 p article time bdi div details summary
    a em strong s code pre ul ol li blockquote hr br table thead tbody tr th td span
"""
ATTRIBUTES = "lang charset http-equiv content name dir datetime class href title rel start style"
EXPORT = HtmlExport()
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>1</script>",
    "</style><b onclick=x>",
    "<!-- <iframe src='//evil'>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:1) [z](data:text/html,<b>) <javascript:alert(1)> [v](vbscript:x)",
    "[x](java&#115;cript:1) [y](&#x6a;avascript:1) [z]( javascript:1) [w](\tjavascript:1) [f](file:///etc/passwd)",
    '[x](https://a.b/"onmouseover=alert(1) "t\\" onclick=x")',
    "![pixel](https://evil.example/pixel.png) ![](data:image/svg+xml,x) ![x](//evil)",
    "[rel](//evil.example) [path](/etc) [frag](#x)",
    "```html\n</code></pre><script>1</script>\n```",
    '```"><script>\nx\n```',
    "[r]: javascript:alert(1)\n\n[r]",
    "| <b> | a |\n|:-:|---|\n| <script> | `</td>` |",
    "\x00<\x00script>\u202ereversed \ud800",
    "</article></main></details></div>",
)


class Page(HTMLParser):
    """What a browser would find: tags, attributes, addresses, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "hr", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(*texts: str, title: str = "About cooks", speaker: str = "Developer", thinking: str = "") -> str:
    messages = tuple(
        StoredMessage(
            *(place, place - 1 if place > 1 else None, "assistant", text, 1.7e9, "failed"),
            thought=Thought(thinking),
            persona_name=speaker,
            model=speaker,
            error=title,
        )
        for place, text in enumerate(texts, 1)
    )
    return EXPORT.page(StoredConversation(samples.summary(100, title), messages))


def check(text: str) -> Page:
    """Only our tags, only our attributes, nothing that is fetched, and everything closed."""
    page = Page(text)
    assert set(page.tags) <= set(TAGS.split())
    assert not page.open
    for name, value in page.attributes:
        assert name in ATTRIBUTES.split(), name
        assert name != "href" or value.lower().startswith(("http://", "https://", "mailto:"))
        assert name != "style" or value.startswith("text-align:")
    assert text.count("<style") == text.count("</style") == 1
    text.encode()
    return page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    page = check(page_of(text, text, title=text, speaker=text, thinking=text))
    assert page.tags.count("article") == 2
    assert page.tags.count("script") == page.tags.count("img") == page.tags.count("iframe") == 0


@patient
@given(st.lists(st.text("<>\"'&`[]()!:/#*\\ \n=-|~.abjsx1\x00\u202e", max_size=60), max_size=3))
def test_no_text_breaks_out(texts: list[str]) -> None:
    assert check(page_of(*texts, title="".join(texts))).tags.count("article") == len(texts)


@patient
@given(trees())
def test_every_conversation_can_be_written(conversation: StoredConversation) -> None:
    check(EXPORT.page(conversation))


def test_the_policy_forbids_everything_but_the_style() -> None:
    page = page_of("x")
    assert f'content="{POLICY}"' in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert POLICY.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not any(word in STYLE for word in ("url(", "@import", "<"))


def test_markdown_is_shown() -> None:
    page = page_of(
        "**bold** ~~gone~~ [site](https://a.example/?q=1&r=2)\n\n```python\nx = '<'\n```\n\n| a |\n|---|\n| b |"
    )
    assert "<strong>bold</strong> <s>gone</s>" in page
    assert '<a href="https://a.example/?q=1&amp;r=2" rel="noopener noreferrer nofollow">site</a>' in page
    assert "x = '&lt;'" in page
    assert "<td>b</td>" in page


def test_pictures_are_named_and_not_fetched() -> None:
    page = page_of("![a *cat*](https://a.example/cat.png) ![](http://b.example/x.png)")
    assert '<span class="picture">[a cat: https://a.example/cat.png]</span>' in page
    assert "[picture: http://b.example/x.png]" in page


def test_who_spoke_when_and_how_it_ended() -> None:
    question = replace(samples.question(2), id=2)
    answer = replace(samples.FULL_ANSWER, deleted=None)
    words = check(EXPORT.page(StoredConversation(samples.summary(), (question, answer)))).words
    for expected in (
        "You",
        "Developer",
        "2023-11-14 22:13 UTC",
        "Thought for 0 s",
        "The answer was stopped. half of it",
    ):
        assert expected in words


def test_what_is_too_long_for_markdown_is_shown_as_it_is() -> None:
    page = page_of("*<b>* " * (LONGEST_MARKDOWN // 6 + 1))
    assert check(page).tags.count("pre") == 1
    assert "*&lt;b&gt;* *&lt;b&gt;*" in page


def test_a_formula_stays_as_it_was_written_and_a_price_is_none() -> None:
    page = Page(page_of("So $a_1 * b_2 * c$ and\n\n$$\n\\int x^2\\,dx_i\n$$\n\nor \\(x_1\\) for $5 and $6_a_."))
    for formula in ("$a_1 * b_2 * c$", "\\int x^2\\,dx_i", "\\(x_1\\)", "for $5 and $6_a_."):
        assert formula in page.words
    assert page.tags.count("code") == 3


@pytest.mark.parametrize("hostile", ["$" * 20_000, "\\(" * 20_000, "$a " * 20_000, "\\[\\" * 20_000])
def test_signs_that_begin_no_formula_are_text(hostile: str) -> None:
    assert "code" not in Page(page_of(hostile)).tags


def test_tasks_have_boxes_and_versions_are_counted() -> None:
    first = StoredMessage(1, None, "user", "- [ ] open\n- [x] done\n- [y] neither", 1.7e9)
    others = [StoredMessage(number, 1, "assistant", "Answer", 1.7e9) for number in (2, 3)]
    said = StoredConversation(samples.summary(), (first, *others), 1)
    page = Page(EXPORT.page(said))
    assert "☐ open" in page.words
    assert "☑ done" in page.words
    assert "[y] neither" in page.words
    assert "version 2 of 2 · " in page.words
