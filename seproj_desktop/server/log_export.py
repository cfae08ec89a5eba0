"""The request log as a file: CSV for a spreadsheet, or a JSON object per line. Blocks on the disk: on a worker thread.

Clients choose some of the words (their names, the paths they ask for), so no cell may be taken for a formula.
"""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from seproj_desktop.errors import UserError
from seproj_desktop.server.records import RequestRecord

LogFormat = Literal["csv", "jsonl"]
FIELDS = (
    "began",
    "request_id",
    "client",
    "endpoint",
    "persona",
    "outcome",
    "status",
    "words",
    "prompt_tokens",
    "cached_tokens",
    "output_tokens",
    "first_token_seconds",
    "tokens_per_second",
    "seconds",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_log(path: Path, form: LogFormat, records: Sequence[RequestRecord]) -> None:
    """Writes the file anew; it is there once it is whole. Raises `UserError`."""
    name = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  it is open already
            _write(file, form, map(as_fields, records))
            os.fchmod(file.fileno(), 0o644)
        Path(name).replace(path)
        name = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"{path.name} cannot be written: {reason}.", "Choose another folder.") from error
    finally:
        if name is not None:
            Path(name).unlink(missing_ok=True)


def as_fields(record: RequestRecord) -> dict[str, Any]:
    """The values of `FIELDS`; None where there is none."""
    rate = record.rate
    values = (
        datetime.fromtimestamp(record.began, UTC).isoformat(timespec="milliseconds"),
        record.request_id,
        record.client,
        record.endpoint,
        record.persona or None,
        record.state,
        record.status or None,
        record.words or None,
        record.prompt_tokens,
        record.cached_tokens,
        record.output_tokens,
        None if record.first_token is None else round(record.first_token, 6),
        None if rate is None else round(rate, 2),
        round(record.duration, 6),
    )
    return dict(zip(FIELDS, values, strict=True))


def _write(file: IO[str], form: LogFormat, rows: Iterable[dict[str, Any]]) -> None:
    if form == "jsonl":
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    writer = csv.DictWriter(file, FIELDS)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
