"""The splitter finds the same blocks as markdown-it, which passes CommonMark's own tests, whatever nests in what."""

import random

from markdown_it import MarkdownIt
from markdown_it.token import Token

from seproj_desktop.window.transcript.markdown.marks import split_row
from seproj_desktop.window.transcript.markdown.splitter import Kind, Segment
from tests.unit.transcript.sketches import split

REFERENCE = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
BULLETS = "•◦▪"

Found = tuple[str, str, str, str]
"""Kind, path, marker, content."""


class Reference:
    """markdown-it's tokens as a list of leaves."""

    def __init__(self, text: str) -> None:
        self.leaves: list[Found] = []
        self._path: list[str] = []
        self._lists: list[int | None] = []
        self._marker = ""
        self._kind = "text"
        self._cells: list[str] = []
        for token in REFERENCE.parse(text):
            self._read(token)

    def _add(self, kind: str, content: str = "") -> None:
        self.leaves.append((kind, "".join(self._path), self._marker, content))
        self._marker = ""

    def _read(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self._path.append("q")
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "list_item_open":
                self._begin_item(token.markup)
            case "list_item_close":
                if self._marker:
                    self._add("text")
                self._path.pop()
            case "blockquote_close":
                self._path.pop()
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "fence" | "code_block":
                self._add("code", token.content)
            case "hr":
                self._add("rule")
            case "heading_open":
                self._kind = f"heading{token.tag[1]}"
            case "table_open":
                self._kind, self._cells = "table", []
            case "table_close":
                self._add("table", " | ".join(self._cells))
                self._kind = "text"
            case "inline" if self._kind == "table":
                self._cells.append(token.content)
            case "inline":
                self._add(self._kind, normal(token.content))
                self._kind = "text"
            case _:
                pass

    def _begin_item(self, mark: str) -> None:
        if self._marker:
            self._add("text")
        number = self._lists[-1]
        if number is None:
            self._marker = BULLETS[min(self._lists.count(None), 3) - 1]
        else:
            self._marker, self._lists[-1] = f"{number}{mark}", number + 1
        self._path.append("i")


def normal(text: str) -> str:
    """Without the white space around lines, which is not seen."""
    return "\n".join([line.strip() for line in text.strip().split("\n")])


def found(segments: list[Segment]) -> list[Found]:
    """The segments in the same form; long code is whole again."""
    leaves: list[Found] = []
    for segment in segments:
        path = "".join([item.value[0] for item in segment.place.path])
        if not segment.piece.is_first:
            leaves[-1] = (*leaves[-1][:3], leaves[-1][3] + _content(segment))
        elif segment.kind is not Kind.BLANK:
            leaves.append((_kind(segment), path, segment.marker, _content(segment)))
    return leaves


def _kind(segment: Segment) -> str:
    return f"heading{len(segment.lead)}" if segment.kind is Kind.HEADING else segment.kind.value


def _content(segment: Segment) -> str:
    match segment.kind:
        case Kind.CODE:
            return segment.content
        case Kind.TABLE:
            header = split_row(segment.lead.split("\n")[0])
            rows = [split_row(row) for row in segment.content.split("\n")] if segment.content else []
            cells = [cell for row in rows for cell in (row + [""] * len(header))[: len(header)]]
            return " | ".join(header + cells)
        case _:
            return normal(segment.content)


class Writer:
    """Writes documents that nest everything in everything."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def document(self) -> str:
        return "\n".join(self._blocks(3)) + "\n"

    def _blocks(self, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self._random.randint(1, 4)):
            if lines:
                lines += [""] * self._random.choice([0, 1, 1, 1, 2])
            lines += self._block(depth)
        return lines

    def _block(self, depth: int) -> list[str]:
        kinds = [self._text, self._text, self._heading, self._fence, self._table, self._rule]
        if depth:
            kinds += [lambda: self._items(depth), lambda: self._items(depth), lambda: self._quote(depth)]
        return self._random.choice(kinds)()

    def _words(self) -> str:
        return " ".join(self._random.choices(["some", "words", "and", "*more*", "`code`", "1.", "-", "x | y"], k=3))

    def _text(self) -> list[str]:
        return ["Text " + self._words(), *[f"more {self._words()}" for _ in range(self._random.randint(0, 2))]]

    def _heading(self) -> list[str]:
        return self._random.choice(
            [["# " + self._words()], ["### Title ###"], ["Title", "==="], ["Two", "lines", "---"]]
        )

    def _fence(self) -> list[str]:
        fence = self._random.choice(["```", "~~~~", "`````py"])
        code = self._random.choices(["code", "  indented", "", "- no item", "> no quote", "\ttab", "# no heading"], k=4)
        return [fence, *code, fence.rstrip("py")]

    def _table(self) -> list[str]:
        rows = [f"| {self._random.randint(0, 9)} | **b** |" for _ in range(self._random.randint(0, 3))]
        return ["", "| a | b |", self._random.choice(["|---|---|", "|:-:|--:|"]), *rows, ""]

    def _rule(self) -> list[str]:
        return [self._random.choice(["***", "_ _ _", "* * *"])]

    def _items(self, depth: int) -> list[str]:
        mark = self._random.choice(["-", "*", "+", "1.", "7)", "10."])
        lines: list[str] = []
        for _ in range(self._random.randint(1, 3)):
            first, *rest = self._blocks(depth - 1)
            space = " " * self._random.randint(1, 3)
            if not first:
                first, rest = "item", ["", *rest]
            lines.append(mark + space + first)
            lines += [" " * len(mark + space) + line if line else "" for line in rest]
            lines += [""] * self._random.choice([0, 0, 1])
        return lines

    def _quote(self, depth: int) -> list[str]:
        return [f"> {line}" if line else ">" for line in self._blocks(depth - 1)]


def test_documents_have_the_same_blocks() -> None:
    for seed in range(400):
        text = Writer(seed).document()
        assert found(split(text)) == Reference(text).leaves, text
