"""What the splitter makes of a text: segments, each the source of one leaf. Values only, no Qt, no Markdown library."""

import enum
from dataclasses import dataclass
from typing import NamedTuple

from seproj_desktop.window.transcript.markdown.blocks import Container, Gap

TEXT_LIMIT = 1200
"""Characters of running text, or of a table's rows, that are parsed at once."""
CODE_LIMIT = 2200
"""Characters of one piece of code."""
SOURCE_LIMIT = 2400
"""Characters of one piece of text with all that is not read, such as the marks of quotes."""
LINE_LIMIT = 2000
"""A longer line is not read as a whole: only its beginning says what it is."""
SKIP_LIMIT = 200
"""Characters that draw nothing and go with the segment after them."""
MARKS = "*_[]`~$|<&\\"
MARK_WEIGHT = 25
CODE_LINES = 40
TABLE_ROWS = 12


class Kind(enum.Enum):
    """How a segment's content is read."""

    BLANK = "blank"
    """Draws nothing: blank lines, empty quotes."""
    TEXT = "text"
    HEADING = "heading"
    LITERAL = "literal"
    """Shown as typed."""
    CODE = "code"
    TABLE = "table"
    FORMULA = "formula"
    RULE = "rule"
    DEFINITION = "definition"
    """A link's definition; draws nothing."""
    CHAPTER = "chapter"
    """Several blocks of a long text that have not been parted yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands."""

    path: tuple[Container, ...] = ()
    marker: str = ""
    gap: Gap = Gap.NORMAL
    glue: str = ""
    """What a soft cut before it took away: a space, a line break or nothing."""

    def after_cut(self, glue: str = "") -> "Place":
        """Where the next piece of the same block stands."""
        return Place(self.path, "", Gap.NONE, glue)


@dataclass(frozen=True, slots=True)
class Piece:
    """Which part of a long block of code or table it is."""

    first: int = 0
    """The number of its first line or row."""
    is_first: bool = True
    is_last: bool = True
    joins: bool = False
    """Its first line goes on with the last line of the piece before."""


NOWHERE = Place()
WHOLE = Piece()


class Segment(NamedTuple):
    """The source of one leaf, or of none. Nothing outside it is needed to read it but the text's link definitions."""

    text: str
    """The exact source, with the blank lines above and the marks of its containers."""
    kind: Kind = Kind.BLANK
    content: str = ""
    """What is read: the text without the marks of its containers, of its fence, or of its underline. A newline ends
    each line of code, and parts the rows of a table."""
    lead: str = ""
    """What is known from before it: a heading's number signs, code's language, a table's header and delimiter line."""
    place: Place = NOWHERE
    piece: Piece = WHOLE

    @property
    def weight(self) -> int:
        """How long reading and laying it out takes, roughly, in letters of plain words: marks cost many of them."""
        return len(self.text) + MARK_WEIGHT * sum(map(self.text.count, MARKS))

    @property
    def is_silent(self) -> bool:
        """Whether it draws nothing."""
        return self.kind is Kind.BLANK or (self.kind is Kind.DEFINITION and not self.marker)

    @property
    def marker(self) -> str:
        """What stands before it, if it begins an item."""
        return self.place.marker
