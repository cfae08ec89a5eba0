"""The tables' models: only what has changed is told, and every row is what the board said."""

from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt

from seproj_desktop.server.records import RequestRecord
from seproj_desktop.window.requests.columns import COLUMNS, state_words
from seproj_desktop.window.requests.record_models import LogModel, RecordModel, RunningModel
from tests.window.requests.samples import ended, record

Call = tuple[str, int, int]


def watched(model: QAbstractItemModel) -> list[Call]:
    """Every change that the model tells from now on, as its name and the first and last row."""
    told: list[Call] = []
    model.rowsInserted.connect(lambda _, first, last: told.append(("inserted", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: told.append(("removed", first, last)))
    model.dataChanged.connect(lambda top, bottom, _: told.append(("changed", top.row(), bottom.row())))
    model.modelReset.connect(lambda: told.append(("reset", 0, 0)))
    return told


def ids(model: RecordModel) -> list[str]:
    return [one.request_id for one in model.records]


def test_what_runs_keeps_its_place_while_others_come_and_go(qtmodeltester: Any) -> None:
    model = RunningModel()
    model.show([record("a"), record("b"), record("c")])
    qtmodeltester.check(model)
    told = watched(model)
    model.show([record("a"), record("b"), record("c")])
    assert told == [], "nothing has changed"
    model.show([record("a"), record("c", output_tokens=42), record("d")])
    assert ids(model) == ["a", "c", "d"]
    assert told == [("removed", 1, 1), ("changed", 1, 1), ("inserted", 2, 2)]
    model.show([])
    assert ids(model) == []


def test_the_log_has_the_newest_first_and_drops_the_oldest(qtmodeltester: Any) -> None:
    model = LogModel()
    model.show([ended(1), ended(2), ended(3)], 1)
    qtmodeltester.check(model)
    told = watched(model)
    model.show([ended(4), ended(5)], 3)
    assert ids(model) == ["e5", "e4", "e3"]
    assert told == [("removed", 1, 2), ("inserted", 0, 1)]
    assert (model.total, model.oldest) == (3, 3)
    model.show([], 6)
    assert (ids(model), model.total) == ([], 0)


def test_more_has_come_than_is_kept() -> None:
    model = LogModel()
    model.show([ended(1)], 1)
    model.show([ended(number) for number in range(100, 103)], 101)
    assert ids(model) == ["e102", "e101"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ["e4", "e3", "e2", "e1"]),
        ("continue", ["e2"]),
        ("  CURL   refused ", ["e3"]),
        ("422", ["e3"]),
        ("max_tokens", ["e3"]),
        ("/v1/ tester", ["e4"]),
        ("nobody", []),
    ],
)
def test_the_filter_looks_for_every_word_anywhere(text: str, shown: list[str]) -> None:
    model = LogModel()
    first = [
        ended(1),
        ended(2, client="continue"),
        ended(3, "refused", status=422, words="max_tokens: too large"),
        ended(4, endpoint="/v1/completions", persona="tester"),
    ]
    model.show(first, 1)
    model.filter(text)
    assert ids(model) == shown
    model.show([ended(5, client="nobody"), ended(6, client="somebody", persona="", endpoint="/v2")], 2)
    assert ids(model)[:1] == (["e6"] if not text else ["e5"] if text == "nobody" else shown[:1])
    assert model.total == 5
    model.filter("")
    assert ids(model) == ["e6", "e5", "e4", "e3", "e2"]


def texts(shown: RequestRecord) -> dict[str, str]:
    model = RunningModel()
    model.show([shown])
    return {column.title: str(model.index(0, place).data()) for place, column in enumerate(COLUMNS)}


def test_every_figure_has_its_column_and_stands_at_the_right() -> None:
    shown = texts(record("a"))
    del shown["Came"]
    assert shown == {
        "Client": "curl/8.5.0 (127.0.0.1)",
        "Endpoint": "/generate",
        "Persona": "developer",
        "State": "Writing",
        "In": "1,812",
        "Cached": "1,600",
        "Out": "41",
        "First token": "250 ms",
        "Rate": "20/s",
        "Time": "2.2 s",
    }
    model = RunningModel()
    for place, column in enumerate(COLUMNS):
        side = model.headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        assert isinstance(side, Qt.AlignmentFlag)
        assert bool(side & Qt.AlignmentFlag.AlignRight) is column.is_figure
        assert model.headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == column.help


def test_what_is_not_known_yet_is_left_empty() -> None:
    waiting = record("a", "queued", prompt_tokens=0, cached_tokens=0, output_tokens=0, first_token=None, duration=0.4)
    shown = texts(waiting)
    assert [shown[title] for title in ("In", "Cached", "Out", "First token", "Rate", "Time")] == [*[""] * 5, "400 ms"]
    assert texts(record("a", output_tokens=1))["Rate"] == ""


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (record("a", "queued"), "Queued"),
        (record("a", "reading"), "Reading prompt"),
        (record("a", "writing"), "Writing"),
        (record("a", "stopping"), "Stopping…"),
        (ended(1, "done"), "Done"),
        (ended(1, "length"), "Length limit"),
        (ended(1, "stopped"), "Stopped by you"),
        (ended(1, "left"), "Client left"),
        (ended(1, "refused", status=429), "Refused (429)"),
        (ended(1, "failed", status=500), "Failed (500)"),
        (ended(1, "failed", status=200), "Failed"),
    ],
)
def test_every_state_has_words(shown: RequestRecord, words: str) -> None:
    assert state_words(shown) == words


def test_why_it_failed_is_told_by_a_tool_tip() -> None:
    model = LogModel()
    model.show([ended(1, "failed", words="The engine stopped unexpectedly.")], 1)
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "The engine stopped unexpectedly."
