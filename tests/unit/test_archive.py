"""`backup`, `restore`, `export` and `import`: the commands as they are typed, on a real data folder."""

import io
import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seproj_desktop.archive import ProgressLine
from seproj_desktop.cli import run_command
from seproj_desktop.storage.backup import Contents, check_backup
from seproj_desktop.storage.data_file import database_in
from seproj_desktop.storage.exchange.json_format import FORMAT, VERSION
from seproj_desktop.storage.lock import FolderLock
from tests.storage.damage import connect, make_database, overwrite, texts_in

ROOT = Path(__file__).parents[2]
ALL = Contents(conversations=3, messages=6, changed=2.5)
Command = Callable[..., int]

CHATGPT = [
    {
        "title": "Login\x1b[31m",
        "create_time": 1700000000,
        "update_time": 1700000100,
        "current_node": "b",
        "mapping": {
            "a": {
                "id": "a",
                "parent": None,
                "children": ["b"],
                "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Build it"]}},
            },
            "b": {
                "id": "b",
                "parent": "a",
                "children": [],
                "message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Done"]}},
            },
        },
    },
    {"title": "Broken\x1b[2J", "mapping": 7},
]


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """The log files that a command opens are closed, as they are when its process ends."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three conversations of two messages: Title 1000, Title 2000 and Title 3000."""
    folder = tmp_path / "data"
    folder.mkdir()
    make_database(database_in(folder), conversations=3, messages=2)
    return folder


@pytest.fixture
def run(folder: Path) -> Command:
    return lambda *words: run_command(["--data-dir", str(folder), *map(str, words)])


@contextmanager
def other_program(folder: Path) -> Iterator[int]:
    """A process that has the folder as the window has it; gives its id."""
    code = (
        "import asyncio, pathlib, sys\n"
        "from seproj_desktop.storage.opening import open_store\n"
        "async def main():\n"
        "    opened = open_store(pathlib.Path(sys.argv[1]))\n"
        "    print(await opened.store.newest_id(), flush=True)\n"
        "    await asyncio.to_thread(sys.stdin.read)\n"
        "    await opened.store.aclose()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate()
    assert process.returncode == 0


def as_typed(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seproj_desktop", *map(str, words), "--data-dir", str(folder)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SEPROJ_")}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_a_backup_is_made_and_put_back(
    run: Command, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert run("backup", copy) == 0
    assert "3 conversations with 6 messages" in capsys.readouterr().out
    assert check_backup(copy) == ALL
    database_in(folder).unlink()
    make_database(database_in(folder), conversations=1)
    assert run("restore", copy) == 0
    assert check_backup(database_in(folder)) == ALL
    told = capsys.readouterr().out
    (aside,) = folder.glob("conversations-replaced-*.sqlite3")
    assert str(aside) in told
    assert check_backup(aside).conversations == 1


@pytest.mark.parametrize("command", ["backup", "export"])
def test_nothing_is_overwritten_without_force(
    command: str, run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "there.json"
    target.write_text("mine")
    assert run(command, target) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert run(command, "--force", target) == 0
    assert target.read_bytes() != b"mine"


def test_a_damaged_backup_changes_nothing(
    run: Command, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.sqlite3"
    run("backup", copy)
    overwrite(copy, [2, 3])
    before = texts_in(database_in(folder))
    assert run("restore", copy) == 1
    assert "damaged" in capsys.readouterr().err
    assert texts_in(database_in(folder)) == before
    assert not list(folder.glob("conversations-replaced-*"))


def test_everything_goes_out_and_comes_in_again(
    run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = tmp_path / "everything.json"
    assert run("export", everything) == 0
    assert len(json.loads(everything.read_bytes())["conversations"]) == 3
    other = tmp_path / "other"
    assert run_command(["--data-dir", str(other), "import", str(everything)]) == 0
    assert sorted(texts_in(database_in(other)).values()) == sorted(texts_in(database_in(tmp_path / "data")).values())
    capsys.readouterr()
    assert run_command(["--data-dir", str(other), "import", str(everything)]) == 0
    assert capsys.readouterr().out == "Imported 0 conversations; already there: 3.\n"


@pytest.mark.parametrize(
    ("name", "options", "beginning"),
    [
        ("one.md", ["--conversation", "Title 1000"], b"---\n"),
        ("one.html", ["--conversation", "title 1000"], b"<!"),
        ("one.txt", ["--conversation", "1000", "--format", "html"], b"<!"),
        ("one", ["--conversation", "Title 1"], b"---\n"),
        ("two.json", ["--conversation", "1000", "--conversation", "Title 2000"], b"{"),
        ("all.zip", [], b"PK"),
        ("all.zip", ["--all", "--format", "html"], b"PK"),
    ],
)
def test_what_is_exported_and_how(
    name: str, options: list[str], beginning: bytes, run: Command, tmp_path: Path
) -> None:
    target = tmp_path / name
    assert run("export", target, *options) == 0
    assert target.read_bytes().startswith(beginning)
    if name.endswith(".zip"):
        with zipfile.ZipFile(target) as archive:
            assert len(archive.namelist()) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["all.md"], "all.zip"),
        (["all.zip", "--format", "json"], "all.json"),
        (["one.md", "--conversation", "Nobody"], "no conversation “Nobody”"),
        (["one.md", "--conversation", "title"], "  2000  1970-01-01  Title 2000"),
        (["missing/one.json"], "No such file"),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_is_written(
    words: list[str], told: str, run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", tmp_path / words[0], *words[1:]) == 1
    assert told in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_an_import_names_what_it_could_not_read(
    run: Command, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps(CHATGPT))
    assert run("import", file) == 0
    told = capsys.readouterr()
    assert told.out == "Imported 1 conversation.\n"
    assert told.err.startswith("Not read: Broken [2J: ")
    assert {"Build it", "Done"} <= set(texts_in(database_in(folder)).values())


def test_an_import_of_nothing_readable_has_failed(
    run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps({"format": FORMAT, "version": VERSION, "conversations": [{"title": "Odd"}]}))
    assert run("import", file) == 1
    told = capsys.readouterr()
    assert (told.out, told.err[:14]) == ("Imported 0 conversations.\n", "Not read: Odd:")


@pytest.mark.parametrize("words", [["export", "x.json"], ["backup", "x.sqlite3"]])
def test_an_empty_folder_has_nothing_to_give(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / words[1]
    assert run_command(["--data-dir", str(tmp_path / "new"), words[0], str(target)]) == 1
    assert "There are no conversations" in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize("command", ["export", "import"])
def test_another_programs_database_stays_as_it_is(
    command: str, run: Command, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database_in(folder).unlink()
    with connect(database_in(folder)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    before = database_in(folder).read_bytes()
    assert run(command, tmp_path / "x.json") == 1
    assert "another program" in capsys.readouterr().err
    assert database_in(folder).read_bytes() == before
    FolderLock.take(folder).release()  # a command that failed has let go of the folder


def test_a_damaged_file_is_recovered_on_the_way(
    run: Command, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overwrite(database_in(folder), [3])
    assert run("export", tmp_path / "x.json") == 0
    assert "was damaged" in capsys.readouterr().err
    assert list(folder.glob("conversations-damaged-*.sqlite3"))


def test_while_the_program_runs(folder: Path, tmp_path: Path) -> None:
    copy, page = tmp_path / "copy.sqlite3", tmp_path / "all.json"
    with other_program(folder) as pid:
        assert as_typed(folder, "backup", copy).returncode == 0
        assert as_typed(folder, "export", page).returncode == 0
        for command, file in (("restore", copy), ("import", page)):
            ended = as_typed(folder, command, file)
            assert ended.returncode == 1
            assert f"process {pid}" in ended.stderr
            assert "Traceback" not in ended.stderr
    assert check_backup(copy) == check_backup(database_in(folder)) == ALL
    assert len(json.loads(page.read_bytes())["conversations"]) == 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_nothing_elsewhere() -> None:
    for notes, shown in ((io.StringIO(), ""), (Terminal(), "\rExporting:   0%\rExporting:  50%\r" + 15 * " " + "\r")):
        with ProgressLine("Exporting", notes) as line:
            for done in (0, 0, 1):
                line.show_part(done, 2)
        assert notes.getvalue() == shown
