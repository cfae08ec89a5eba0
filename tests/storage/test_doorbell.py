"""A second program asks for the first one's window, and learns whether anybody answered."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from seproj_desktop.app import new_loop
from seproj_desktop.storage.doorbell import LONGEST_ADDRESS, Doorbell, bell_address, ring
from seproj_desktop.storage.lock import FolderLock


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[FolderLock]:
    folder = tmp_path / "data"
    folder.mkdir()
    lock = FolderLock.take(folder)
    yield lock
    lock.release()


async def test_the_owner_answers_each_ring(lock: FolderLock, tmp_path: Path) -> None:
    rung: list[str] = []
    bell = await Doorbell.listen(lock, tmp_path, lambda: rung.append("raise"))
    address = bell_address(lock.folder, tmp_path)
    assert [await ring(address), await ring(address)] == [True, True]
    assert rung == ["raise", "raise"]
    await bell.close()
    assert not address.exists()
    assert not await ring(address)


def test_under_the_programs_own_loop(lock: FolderLock, tmp_path: Path) -> None:
    """uvloop, where it is installed: its transports are of another kind."""

    async def ring_twice() -> list[bool]:
        bell = await Doorbell.listen(lock, tmp_path, lambda: None)
        address = bell_address(lock.folder, tmp_path)
        answers = [await ring(address), await ring(address)]
        await bell.close()
        return answers

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(ring_twice()) == [True, True]


async def test_nobody_is_there(tmp_path: Path) -> None:
    assert not await ring(bell_address(tmp_path, tmp_path))


async def test_the_socket_is_private(lock: FolderLock, tmp_path: Path) -> None:
    bell = await Doorbell.listen(lock, tmp_path, lambda: None)
    assert bell_address(lock.folder, tmp_path).stat().st_mode & 0o777 == 0o600
    await bell.close()


async def test_a_killed_owners_socket_is_replaced(lock: FolderLock, tmp_path: Path) -> None:
    address = bell_address(lock.folder, tmp_path)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(address))
    assert not await ring(address)
    bell = await Doorbell.listen(lock, tmp_path, lambda: None)
    assert await ring(address)
    await bell.close()


async def test_an_owner_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    address = tmp_path / "deaf"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(address))
        deaf.listen()
        assert not await ring(address, patience=0.05)


@pytest.mark.parametrize("sent", [b"quit\n", b"x" * 1000, b"raise\nraise\n"])
async def test_other_words_do_nothing(lock: FolderLock, tmp_path: Path, sent: bytes) -> None:
    rung: list[str] = []
    bell = await Doorbell.listen(lock, tmp_path, lambda: rung.append("raise"))
    reader, writer = await asyncio.open_unix_connection(bell_address(lock.folder, tmp_path))
    writer.write(sent)
    assert await reader.read() == b"what?\n"
    writer.close()
    await writer.wait_closed()
    await bell.close()
    assert rung == []


async def test_a_long_path_gets_a_short_address_of_its_own(tmp_path: Path) -> None:
    folders = [tmp_path / ("long" * 40) / name for name in ("one", "two")]
    first, second = (bell_address(folder, tmp_path) for folder in folders)
    assert first != second
    assert first.parent == second.parent == tmp_path
    assert len(bytes(bell_address(folders[0], Path("/run/user/1000")))) <= LONGEST_ADDRESS
    folders[0].mkdir(parents=True)
    held = FolderLock.take(folders[0])
    bell = await Doorbell.listen(held, tmp_path, lambda: None)
    assert await ring(first)
    await bell.close()
    held.release()


async def test_a_folder_that_cannot_hold_sockets_is_told(lock: FolderLock, tmp_path: Path) -> None:
    bell_address(lock.folder, tmp_path).mkdir()
    with pytest.raises(OSError, match="directory"):
        await Doorbell.listen(lock, tmp_path, lambda: None)
