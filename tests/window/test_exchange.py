"""Conversations from files and into them, in the whole window."""

import json
import zipfile
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QPushButton

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


def test_several_pages_go_into_the_archive_that_was_chosen(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "all.zip"
    ask(house)
    house.act("newConversation")
    ask(house)
    house.wait(lambda: len(house.listed) == 2)
    choose_file(house, "exportEverything", "exportFile", path)
    house.wait(lambda: "Exported to all.zip." in house.notice("exchange"))
    with zipfile.ZipFile(path) as archive:
        assert sorted(name.rpartition(".")[2] for name in archive.namelist()) == ["md", "md"]


def test_several_conversations_are_not_written_to_one_page(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "all.md"
    ask(house)
    house.act("newConversation")
    ask(house)
    house.wait(lambda: len(house.listed) == 2)
    choose_file(house, "exportEverything", "exportFile", path)
    house.wait(lambda: bool(house.reports))
    assert house.reports[0].message == "2 conversations do not go into one page."
    assert not path.exists()


def test_an_export_is_called_after_its_conversation(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house)
    house.wait(lambda: house.listed[0].title_origin == "engine")
    house.act("exportConversation")
    dialog = house.find(QFileDialog, "exportFile")
    assert [Path(name).name for name in dialog.selectedFiles()] == ["Hello, world!.md"]
    assert dialog.nameFilters() == ["Markdown (*.md)", "JSON, complete (*.json)", "Web pages (*.html)"]
    dialog.reject()


def test_a_file_that_is_none_changes_nothing(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "other.json"
    path.write_text(json.dumps({"something": "else"}), encoding="utf-8")
    choose_file(house, "importConversations", "importFile", path)
    house.wait(lambda: bool(house.reports))
    assert not house.reports[0].traceback
    assert house.listed == ()
    house.wait(lambda: house.notice("exchange") == "")


def test_a_backup_takes_the_place_of_what_is_there_after_a_question(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "backup.sqlite3"
    ask(house)
    choose_file(house, "backUp", "backupFile", path)
    house.wait(lambda: "Everything is in backup.sqlite3." in house.notice("exchange"))
    (kept,) = [one.id for one in house.listed]
    house.act("newConversation")
    house.say("Said later")
    house.wait(lambda: house.spoken == ["Said later", "Hello, world!"])
    house.type("half a thought")
    choose_file(house, "restoreBackup", "restoreFile", path)
    house.wait(lambda: "They take the place of all 2 conversations" in house.notice("exchange"))
    assert "1 conversations with 2 messages" in house.notice("exchange")
    assert len(house.listed) == 2, "nothing is done before the person has agreed"
    next(one for one in house.window.findChildren(QPushButton, "noticeChoice0") if one.text() == "Restore").click()
    house.wait(lambda: "restored from backup.sqlite3" in house.notice("exchange"))
    house.wait(lambda: [one.id for one in house.listed] == [kept])
    house.show(kept)
    assert house.spoken == ["Keep this", "Hello, world!"]
    house.say("It goes on")
    house.wait(lambda: len(house.spoken) == 4 and not house.stop_button.isVisible())
    (aside,) = house.paths.data.glob("conversations-replaced-*.sqlite3")
    assert str(aside) in house.notice("exchange")
    house.close()
    again = make_house().open()
    again.show(kept)
    assert again.spoken[2:] == ["It goes on", "Hello, world!"]


def test_what_is_no_backup_is_refused_before_anything_is_asked(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "other.sqlite3"
    path.write_bytes(b"garbage" * 1000)
    ask(house)
    choose_file(house, "restoreBackup", "restoreFile", path)
    house.wait(lambda: bool(house.reports))
    assert "damaged or no backup" in house.reports[0].message
    assert house.spoken == ["Keep this", "Hello, world!"]
    assert len(house.listed) == 1


def test_a_backup_is_made_while_the_program_runs(make_house: OpenHouse, tmp_path: Path) -> None:
    house, path = make_house().open(), tmp_path / "backup.sqlite3"
    ask(house)
    choose_file(house, "backUp", "backupFile", path)
    house.wait(lambda: "Everything is in backup.sqlite3." in house.notice("exchange"))
    assert path.stat().st_size > 0
