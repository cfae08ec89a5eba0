"""The quick colours are those that Pygments will give: nothing changes its colour when a block is closed."""

from pathlib import Path

import pytest

from seproj_desktop.window.transcript.colours.kinds import Kind, Spans
from seproj_desktop.window.transcript.colours.languages import lexer_for
from seproj_desktop.window.transcript.colours.pygments_spans import every_span

SAMPLES = Path(__file__).parent / "samples"

CLEAR = frozenset({Kind.COMMENT, Kind.STRING, Kind.KEYWORD, Kind.NUMBER})

# Percent of the characters of clear kinds, and of all characters, that agree: what was reached, rounded down. Pygments
# knows no numbers in CMake and YAML, no nested rules in SCSS (which is read by its own lexer only), and colours whole
# lines of Makefiles. Diffs have no clear kinds.
AGREEMENT = {
    "bash": (96, 95),
    "c": (99, 98),
    "cmake": (90, 95),
    "console": (99, 99),
    "cpp": (98, 97),
    "csharp": (99, 98),
    "css": (95, 90),
    "dart": (95, 96),
    "dockerfile": (97, 98),
    "elixir": (93, 95),
    "go": (99, 99),
    "haskell": (98, 94),
    "html": (99, 99),
    "ini": (99, 98),
    "java": (99, 99),
    "javascript": (98, 97),
    "json": (99, 99),
    "julia": (95, 91),
    "kotlin": (93, 96),
    "lua": (99, 88),
    "makefile": (96, 75),
    "markdown": (99, 97),
    "perl": (96, 97),
    "php": (97, 92),
    "powershell": (95, 95),
    "pycon": (98, 95),
    "python": (99, 99),
    "r": (99, 99),
    "ruby": (95, 94),
    "rust": (98, 96),
    "scala": (97, 98),
    "sql": (91, 92),
    "swift": (94, 94),
    "toml": (91, 92),
    "typescript": (91, 88),
    "vue": (91, 90),
    "xml": (99, 98),
    "yaml": (90, 92),
}


def painted(line: str, spans: Spans) -> list[Kind]:
    """The kind of each character; an escape counts as its string."""
    kinds = [Kind.TEXT] * len(line)
    for start, length, kind in spans:
        kinds[start : start + length] = [Kind.STRING if kind is Kind.ESCAPE else kind] * length
    return kinds


def pairs(language: str) -> list[tuple[Kind, Kind]]:
    """For each character of the sample that is seen: the line lexer's kind and Pygments'."""
    (path,) = SAMPLES.glob(f"{language}.*")
    code = path.read_text(encoding="utf-8")
    lexer = lexer_for(language)
    assert lexer is not None
    found: list[tuple[Kind, Kind]] = []
    state = lexer.start
    for line, theirs in zip(code.split("\n"), every_span(code, language), strict=True):
        ours, state = lexer.line(line, state)
        for letter, *both in zip(line, painted(line, ours), painted(line, theirs), strict=True):
            if not letter.isspace():
                found.append((both[0], both[1]))
    return found


def percent(agreeing: list[bool]) -> float:
    return 100 * sum(agreeing) / len(agreeing)


@pytest.mark.parametrize("language", sorted(AGREEMENT))
def test_the_line_lexer_agrees_with_pygments(language: str) -> None:
    both = pairs(language)
    clear = percent([ours is theirs for ours, theirs in both if ours in CLEAR or theirs in CLEAR])
    of_all = percent([ours is theirs for ours, theirs in both])
    least_clear, least_of_all = AGREEMENT[language]
    assert clear >= least_clear
    assert of_all >= least_of_all


def test_every_sample_is_compared_but_two() -> None:
    assert {path.stem for path in SAMPLES.iterdir()} - set(AGREEMENT) == {"diff", "scss"}
    assert all(clear >= 90 for clear, _ in AGREEMENT.values())
