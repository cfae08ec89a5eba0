"""Conversations from files and into them, in the whole window."""

import json
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from seproj_desktop.window.exchange import Exchange
from tests.window.conftest import House, OpenHouse


def ask(house: House) -> None:
    house.say("Keep this")
    house.wait(lambda: "tokens/s" in house.said)


def choose_file(house: House, action: str, dialog: str, path: Path) -> None:
    house.act(action)
    chosen = house.find(QFileDialog, dialog)
    chosen.fileSelected.emit(str(path))
    chosen.reject()


def test_everything_goes_into_a_file_and_comes_back_elsewhere(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "all.json"
    ask(house)
    choose_file(house, "exportEverything", "exportFile", path)
    house.wait(lambda: "Exported to all.json." in house.notice("exchange"))
    (conversation,) = [one.id for one in house.listed]
    house.act("newConversation")
    house.run(house.backend.call(house.backend.app.chat.purge, [conversation]))
    house.wait(lambda: not house.listed)
    (exchange,) = house.window.findChildren(Exchange)
    exchange.take_in(path)
    house.wait(lambda: "1 conversations imported." in house.notice("exchange"))
    (summary,) = house.listed
    house.show(summary.id)
    assert house.spoken == ["Keep this", "Hello, world!"]
    exchange.take_in(path)
    house.wait(lambda: "1 were there already." in house.notice("exchange"))


def test_a_file_that_is_none_changes_nothing(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "other.json"
    path.write_text(json.dumps({"something": "else"}), encoding="utf-8")
    choose_file(house, "importConversations", "importFile", path)
    house.wait(lambda: bool(house.reports))
    assert not house.reports[0].traceback
    assert house.listed == ()
    house.wait(lambda: house.notice("exchange") == "")


def test_a_backup_is_made_while_the_program_runs(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "backup.sqlite3"
    ask(house)
    choose_file(house, "backUp", "backupFile", path)
    house.wait(lambda: "Everything is in backup.sqlite3." in house.notice("exchange"))
    assert path.stat().st_size > 0
