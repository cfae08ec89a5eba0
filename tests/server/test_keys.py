"""The keys and their file: hashes only, private, changed by two programs, and closed when it is broken."""

import asyncio
import json
import stat
from datetime import date, datetime
from pathlib import Path

import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.server.keys import MOST_KEYS, PREFIX, ApiKeys, KeyRing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "api-keys.json"


def content(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def stamp(file: Path) -> int:
    return file.stat().st_mtime_ns


def half_written(file: Path) -> list[Path]:
    return list(file.parent.glob(".*json-*"))


def make_folder(file: Path) -> None:
    file.mkdir(parents=True)


async def test_a_secret_is_told_once_and_kept_as_a_hash(file: Path) -> None:
    keys = ApiKeys(file)
    secret = await keys.create("  laptop \n of  Ann ")
    assert secret.startswith(PREFIX)
    assert len(secret) > 50
    (key,) = keys.all()
    assert (key.name, key.last_four, key.last_used) == ("laptop of Ann", secret[-4:], None)
    assert secret.encode() not in content(file)
    assert secret[len(PREFIX) : -4].encode() not in content(file)
    assert mode(file) == 0o600
    assert half_written(file) == [], "nothing half-written lies about"


async def test_each_secret_opens_its_own_key_and_nothing_else_does(file: Path) -> None:
    keys = ApiKeys(file)
    secrets = {name: await keys.create(name) for name in ("one", "two", "three")}
    assert len(set(secrets.values())) == 3
    for name, secret in secrets.items():
        found = keys.check(secret)
        assert found is not None
        assert found.name == name
    for wrong in ("", PREFIX, secrets["one"][:-1], secrets["one"] + "x", secrets["one"].upper(), "ü\udcff"):
        assert keys.check(wrong) is None
    await keys.aclose()


async def test_a_revoked_key_opens_nothing(file: Path) -> None:
    keys = ApiKeys(file)
    secret = await keys.create("one")
    assert keys.ring.is_locked
    await keys.revoke("one")
    assert keys.check(secret) is None
    assert keys.all() == ()
    assert keys.ring == KeyRing()
    with pytest.raises(UserError, match="no API key"):
        await keys.revoke("one")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
async def test_names_that_cannot_be_shown(file: Path, name: str) -> None:
    keys = ApiKeys(file)
    with pytest.raises(UserError, match="name"):
        await keys.create(name)
    assert content(file) == b""


async def test_a_name_is_given_once(file: Path) -> None:
    keys = ApiKeys(file)
    await keys.create("one")
    with pytest.raises(UserError, match="already"):
        await keys.create("one")
    assert keys.names() == ("one",)


async def test_listeners_hear_of_every_change(file: Path) -> None:
    keys = ApiKeys(file)
    heard: list[KeyRing] = []
    end = keys.subscribe(heard.append)
    await keys.create("one")
    await keys.revoke("one")
    assert [len(ring.keys) for ring in heard] == [0, 1, 0]
    end()
    await keys.create("two")
    assert len(heard) == 3


async def test_another_programs_changes_are_noticed(file: Path) -> None:
    ours, theirs = ApiKeys(file), ApiKeys(file)
    secret = await theirs.create("theirs")
    assert ours.is_stale()
    assert ours.check(secret) is None
    await ours.refresh()
    assert not ours.is_stale()
    assert ours.check(secret) is not None
    await asyncio.gather(*(each.create(f"{number} of {id(each)}") for number in range(5) for each in (ours, theirs)))
    await theirs.refresh()
    await ours.refresh()
    assert len(ours.all()) == len(theirs.all()) == 11
    await ours.aclose()


async def test_the_day_of_the_last_use_is_kept(file: Path) -> None:
    keys = ApiKeys(file)
    secret = await keys.create("one")
    for _ in range(3):
        keys.check(secret)
    await keys.aclose()
    today = datetime.now().astimezone().date()
    assert ApiKeys(file).all()[0].last_used in (today, date.fromordinal(today.toordinal() - 1))
    written = stamp(file)
    keys.check(secret)
    await keys.aclose()
    assert stamp(file) == written, "once a day"


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"keys": 1}',
    b'{"keys": [{"name": "x"}]}',
    b'{"keys": [], "more": 1}',
    b"[" * 100_000,
    b'{"keys": [{"name": "x", "sha256": "short", "created": "2026-11-26T10:00:00Z", "last_four": "abcd"}]}',
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_file_locks_and_is_left_alone(file: Path, broken: bytes) -> None:
    write(file, broken)
    keys = ApiKeys(file)
    assert keys.ring.is_locked
    assert str(file) in keys.ring.problem
    assert keys.check("anything") is None
    with pytest.raises(UserError, match="cannot be read"):
        await keys.create("one")
    with pytest.raises(UserError, match="cannot be read"):
        await keys.revoke("x")
    assert content(file) == broken


async def test_a_file_that_breaks_meanwhile_locks_and_one_that_is_mended_opens(file: Path) -> None:
    keys = ApiKeys(file)
    secret = await keys.create("one")
    whole = content(file)
    write(file, whole[:-10])
    await keys.refresh()
    assert keys.check(secret) is None
    assert keys.ring.is_locked
    write(file, whole)
    await keys.refresh()
    assert keys.check(secret) is not None
    assert keys.ring.problem == ""
    await keys.aclose()


async def test_a_folder_in_its_place_locks(file: Path) -> None:
    make_folder(file)
    assert ApiKeys(file).ring.is_locked


async def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    write(tmp_path / "config", b"a file where the folder should be")
    with pytest.raises(UserError, match=r"cannot be (written|read)"):
        await ApiKeys(tmp_path / "config" / "api-keys.json").create("one")


async def test_there_is_an_end_to_keys(file: Path) -> None:
    entry = {"sha256": "0" * 64, "created": "2026-11-26T10:00:00Z", "last_four": "abcd"}
    write(file, json.dumps({"keys": [entry | {"name": str(number)} for number in range(MOST_KEYS)]}).encode())
    keys = ApiKeys(file)
    assert len(keys.all()) == MOST_KEYS
    with pytest.raises(UserError, match="Revoke some"):
        await keys.create("one more")
