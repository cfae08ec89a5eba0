"""What a piece of code is, so that the theme can give it a colour. No Qt; any thread."""

from enum import IntEnum
from typing import TypeAlias


class Kind(IntEnum):
    """The kinds of text in a code block."""

    TEXT = 0
    KEYWORD = 1
    TYPE = 2  # types and built-in names
    FUNCTION = 3  # names where they are defined or called
    STRING = 4
    ESCAPE = 5  # escapes and the marks of fields inside strings
    NUMBER = 6
    COMMENT = 7
    OPERATOR = 8
    META = 9  # decorators, preprocessor lines, prompts, directives
    TAG = 10  # also the keys of JSON and YAML
    ATTRIBUTE = 11
    VARIABLE = 12
    HEADING = 13
    INSERTED = 14
    DELETED = 15


# Start and length within the line in Python characters, and the kind. The spans of a line ascend, do not overlap, and
# leave TEXT out.
Span: TypeAlias = tuple[int, int, Kind]
Spans: TypeAlias = tuple[Span, ...]
