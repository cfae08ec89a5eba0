"""The log as a file: complete, whole, and harmless to a spreadsheet."""

import csv
import json
from pathlib import Path

import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.server.log_export import FIELDS, LogFormat, export_log
from seproj_desktop.server.records import RequestRecord

DONE = RequestRecord(
    1, "a", 1_790_000_000.5, "curl (::1)", "/generate", "tester", "done", 200, "", 10, 4, 21, 0.25, 2.25
)
REFUSED = DONE._replace(
    number=2,
    client='=HYPERLINK("http://x")',
    persona="",
    state="refused",
    status=422,
    words='max, "tokens"\nüber',
    output_tokens=0,
    first_token=None,
)


def test_csv_can_be_read_back_and_holds_no_formula(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    export_log(file, "csv", [DONE, REFUSED])
    with file.open(encoding="utf-8", newline="") as opened:
        first, second = csv.DictReader(opened)
    assert tuple(first) == FIELDS
    assert first["began"] == "2026-09-21T14:13:20.500+00:00"
    assert (first["outcome"], first["tokens_per_second"], first["first_token_seconds"]) == ("done", "10.0", "0.25")
    assert second["client"] == '\'=HYPERLINK("http://x")'
    assert (second["words"], second["first_token_seconds"], second["persona"]) == ('max, "tokens"\nüber', "", "")


def test_json_lines_hold_the_same_as_values(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("what was there before")
    export_log(file, "jsonl", [DONE, REFUSED])
    first, second = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert list(first) == list(FIELDS)
    assert (first["seconds"], first["output_tokens"], first["words"]) == (2.25, 21, None)
    assert (second["client"], second["status"], second["persona"]) == ('=HYPERLINK("http://x")', 422, None)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_folder_that_is_not_there_is_told_and_nothing_is_left(tmp_path: Path, form: LogFormat) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        export_log(tmp_path / "nowhere" / "log", form, [DONE])
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match="taken cannot be written"):
        export_log(tmp_path / "taken", form, [DONE])
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
