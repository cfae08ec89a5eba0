"""What is printed: sections with a table and notes, as plain text for a terminal and as Markdown for a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One table under a title; the first column is text, the others are figures."""

    title: str
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


@dataclass
class Report:
    """Everything a run found out: the sections for people, `data` for machines."""

    title: str
    sections: list[Section] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def add(self, *sections: Section) -> None:
        self.sections += sections


def as_text(section: Section) -> str:
    lines = ["", section.title, "-" * len(section.title)]
    lines += aligned([section.header, *section.rows]) if section.rows else []
    return "\n".join([*lines, *section.notes])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with equal column widths, the first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def as_markdown(report: Report) -> str:
    parts = [f"# {report.title}", "Written by `make bench`; ../README.md says what the figures mean."]
    for section in report.sections:
        parts.append(f"## {section.title}")
        if section.rows:
            parts.append("\n".join(_markdown_table(section)))
        if section.notes:
            parts.append("\n".join(f"- {note}" for note in section.notes))
    return "\n\n".join(parts) + "\n"


def _markdown_table(section: Section) -> list[str]:
    rule = ["---", *("---:" for _ in section.header[1:])]
    rows = [section.header, rule, *section.rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
