"""Whether a line that is being written is held back: as long as it may become a mark it would only flicker.

No state, no Qt, no Markdown library.
"""

import re

from seproj_desktop.window.transcript.markdown.marks import alignments
from seproj_desktop.window.transcript.markdown.open_code import OpenCode
from seproj_desktop.window.transcript.markdown.open_end import OpenBlock
from seproj_desktop.window.transcript.markdown.open_table import OpenFormula
from seproj_desktop.window.transcript.markdown.open_text import OpenText
from seproj_desktop.window.transcript.markdown.segment import Kind

LONGEST = 100
"""Characters that are held back at most."""
MARKS = re.compile(r"[ \t>]*(?:[0-9]{1,9}[.)]?)?[-+*_=#|:`~<$\\ \t>]*(?:\\\[)?$")
FENCE = re.compile(r"[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*(?:`{3,}[^`]*|~{3,}.*)$")


def is_held(line: str, block: OpenBlock | None) -> bool:
    """Whether the unfinished line may still become something else than it looks like."""
    if len(line) > LONGEST:
        return False
    match block:
        case OpenCode(is_fenced=True, character=character):
            return bool(line.strip(" \t>")) and not line.strip(" \t>" + character)
        case OpenFormula():
            return False
        case OpenText(kind=Kind.LITERAL):
            return FENCE.match(line) is not None
        case OpenText(contents=[*_, header]) if alignments(header, line.strip(" \t>")):
            return False
        case _:
            return bool(line.strip()) and (MARKS.match(line) or FENCE.match(line)) is not None
