"""The quotes, lists and footnotes that are open around a line. No Qt, no Markdown library."""

from seproj_desktop.window.transcript.markdown.blocks import MAX_DEPTH, Container
from seproj_desktop.window.transcript.markdown.line import Line

DEEPEST = 2 * MAX_DEPTH
"""Containers that are kept apart; deeper ones are taken for one."""
NOTE_INDENT = 4
BULLETS = "•◦▪"


class Frame:
    """An open container. The whole text is the outermost, without a kind."""

    __slots__ = ("bullets", "container", "indent", "list_mark", "next_number", "path")

    def __init__(self, parent: "Frame | None" = None, container: Container | None = None, indent: int = 0) -> None:
        self.container = container
        self.indent = indent
        """Columns that lines of an item are indented by."""
        self.path: tuple[Container, ...] = _path(parent, container)
        """The kinds up to this one, flattened to `MAX_DEPTH`."""
        self.bullets: int = parent.bullets if parent else 0
        """Items without numbers up to this one."""
        self.list_mark = ""
        """The bullet or the delimiter of the list that may go on inside it."""
        self.next_number = 0

    def copy(self) -> "Frame":
        twin = Frame(None, self.container, self.indent)
        twin.path, twin.bullets = self.path, self.bullets
        twin.list_mark, twin.next_number = self.list_mark, self.next_number
        return twin

    def number_item(self, mark: str, number: int) -> int:
        """Begins or goes on with a list inside it; the item's number in that list."""
        if self.list_mark != mark:
            self.list_mark, self.next_number = mark, number
        self.next_number += 1
        return self.next_number - 1


def _path(parent: Frame | None, container: Container | None) -> tuple[Container, ...]:
    if parent is None or container is None:
        return ()
    if len(parent.path) < MAX_DEPTH:
        return (*parent.path, container)
    # A marker needs an item to stand in.
    return (*parent.path[:-1], container) if container is Container.ITEM else parent.path


class Containers:
    """The stack of open containers, from the outside in."""

    __slots__ = ("frames",)

    def __init__(self) -> None:
        self.frames = [Frame()]

    def copy(self) -> "Containers":
        twin = Containers()
        twin.frames = [frame.copy() for frame in self.frames]
        return twin

    @property
    def top(self) -> Frame:
        return self.frames[-1]

    @property
    def depth(self) -> int:
        return len(self.frames)

    def match(self, line: Line, *, is_top_empty: bool) -> int:
        """Reads the marks of the open containers off a line; how many of the frames go on with it."""
        for number, frame in enumerate(self.frames[1:], 1):
            if frame.container is Container.QUOTE:
                if line.indent > 3 or line.first != ">":
                    return number
                read_quote_mark(line)
            elif line.is_blank:
                # An item may begin with one blank line, not with two.
                if is_top_empty and frame is self.top:
                    return number
                line.take(frame.indent)
            elif line.indent >= frame.indent:
                line.take(frame.indent)
            else:
                return number
        return len(self.frames)

    def next_marker(self, mark: str, number: str) -> str:
        """What stands before a further item of the innermost container; `number` as written, empty for a bullet."""
        count = self.top.number_item(mark, int(number or 0))
        return f"{count}{mark}" if number else BULLETS[min(self.top.bullets, len(BULLETS) - 1)]

    def open(self, container: Container, indent: int = 0, *, is_bullet: bool = False) -> None:
        """Opens a container inside the innermost one."""
        frame = Frame(self.top, container, indent)
        frame.bullets += is_bullet
        self.frames.append(frame)


def read_quote_mark(line: Line) -> None:
    """Reads `>` and the space after it."""
    line.skip(1)
    line.take(1)
