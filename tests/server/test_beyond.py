"""Reachable from outside: only with a key, only where it was asked for, and never longer than there is a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.server.binding import EVERYWHERE
from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.server.networks import KnownNetworks, Network, lan_addresses, read_network
from seproj_desktop.server.status import Broken, On
from seproj_desktop.settings import ServerSettings
from tests.server.house import House

OpenHouse = Callable[..., House]
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
"""
NEIGHBOURS = """\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.7      0x1         0x2         11:11:11:11:11:11     *        wlan0
192.168.1.1      0x1         0x2         aa:bb:cc:dd:ee:ff     *        wlan0
"""
HOME = Network("192.168.1.0/24", "wlan0", "aa:bb:cc:dd:ee:ff")


def tables(folder: Path, routes: str = ROUTES, neighbours: str = NEIGHBOURS) -> Path:
    """The kernel's tables, as files."""
    folder.mkdir(exist_ok=True)
    (folder / "route").write_text(routes)
    (folder / "arp").write_text(neighbours)
    return folder


def break_file(file: Path) -> None:
    file.write_text("[")


@pytest.fixture
async def keys(tmp_path: Path) -> ApiKeys:
    return ApiKeys(tmp_path / "api-keys.json")


def on(house: House) -> On:
    assert isinstance(house.server.status, On)
    return house.server.status


async def test_without_a_key_it_is_refused_in_words(open_house: OpenHouse, keys: ApiKeys) -> None:
    house = open_house(keys=keys)
    with pytest.raises(UserError, match="no API key") as caught:
        await house.server.start(EVERYWHERE, 0)
    assert house.server.status == Broken(caught.value.message, caught.value.advice)


async def test_settings_beyond_need_a_key_as_well(open_house: OpenHouse, keys: ApiKeys) -> None:
    house = open_house(keys=keys, settings=ServerSettings(host=EVERYWHERE))
    with pytest.raises(UserError, match="no API key"):
        await house.server.start(port=0)
    await ApiKeys(keys.file).create("made by another program")
    await house.server.start(port=0)
    assert on(house).lan == tuple(f"http://{address}:{house.port}" for address in lan_addresses())


async def test_with_a_key_it_answers_those_who_have_it(open_house: OpenHouse, keys: ApiKeys) -> None:
    secret = await keys.create("phone")
    house = open_house(keys=keys)
    await house.server.start(EVERYWHERE, 0)
    status = on(house)
    assert status.address == f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(trust_env=False) as client:
        for address in (status.address, *status.lan):
            assert (await client.get(f"{address}/docs")).status_code == 401
            assert (await client.get(f"{address}/health")).json() == {"status": "ok"}
            answer = await client.get(f"{address}/docs", headers={"x-api-key": secret})
            assert answer.status_code == 200
            elsewhere = await client.get(f"{address}/docs", headers={"x-api-key": secret, "Host": "evil.example"})
            assert elsewhere.status_code == 403


async def test_a_broken_key_file_keeps_it_closed(open_house: OpenHouse, keys: ApiKeys) -> None:
    await keys.create("phone")
    break_file(keys.file)
    with pytest.raises(UserError, match="cannot be read"):
        await open_house(keys=keys).server.start(EVERYWHERE, 0)


async def test_it_goes_with_its_last_key(open_house: OpenHouse, keys: ApiKeys) -> None:
    house = open_house(keys=keys)
    for name in ("one", "two"):
        await keys.create(name)
    await house.server.start(EVERYWHERE, 0)
    await keys.revoke("one")
    assert isinstance(house.server.status, On)
    await keys.revoke("two")
    status: Any = house.server.status
    assert isinstance(status, Broken)
    assert "last API key" in status.reason
    await house.server.start(port=0)
    assert (await house.get("/health")).json()["model"] == "fake-model"
    await house.server.stop()


async def test_the_loopback_stays_when_the_last_key_goes(open_house: OpenHouse, keys: ApiKeys) -> None:
    await keys.create("one")
    house = open_house(keys=keys)
    await house.server.start(port=0)
    await keys.revoke("one")
    assert (await house.get("/docs")).status_code == 200


def test_the_network_is_read_from_the_kernels_tables(tmp_path: Path) -> None:
    assert read_network(tables(tmp_path)) == HOME
    assert (
        read_network(tables(tmp_path, neighbours=NEIGHBOURS.replace("aa:bb:cc:dd:ee:ff", "00:00:00:00:00:00"))) is None
    )
    assert read_network(tables(tmp_path, neighbours="")) is None
    assert read_network(tables(tmp_path, routes="")) is None
    assert read_network(tmp_path / "missing") is None


async def test_a_remembered_network_opens_by_itself_and_another_does_not(
    open_house: OpenHouse, keys: ApiKeys, tmp_path: Path
) -> None:
    networks = KnownNetworks(tmp_path / "known-networks.json", tables(tmp_path / "net"))
    house = open_house(keys=keys, networks=networks)
    await house.server.start(port=0)
    assert (on(house).lan, on(house).note) == ((), "")
    await house.server.stop()

    assert await networks.remember() == HOME
    await house.server.start(port=0)
    assert on(house).lan == ()
    assert "no API key" in on(house).note
    await house.server.stop()

    await keys.create("phone")
    await house.server.start(port=0)
    assert on(house).note == ""
    assert (await house.get("/docs")).status_code == 401
    assert on(house).lan == tuple(f"http://{address}:{house.port}" for address in lan_addresses())
    await house.server.stop()

    tables(tmp_path / "net", neighbours=NEIGHBOURS.replace("aa:bb", "ee:ee"))
    await house.server.start(port=0)
    assert on(house).lan == ()
    assert "remembered" in on(house).note
    await house.server.stop()

    tables(tmp_path / "net")
    await networks.forget()
    await house.server.start(port=0)
    assert on(house).lan == ()


async def test_a_broken_file_of_networks_keeps_it_closed(open_house: OpenHouse, keys: ApiKeys, tmp_path: Path) -> None:
    await keys.create("phone")
    networks = KnownNetworks(tmp_path / "known-networks.json", tables(tmp_path / "net"))
    await networks.remember()
    break_file(tmp_path / "known-networks.json")
    house = open_house(keys=keys, networks=networks)
    await house.server.start(port=0)
    assert on(house).lan == ()
    assert "known-networks.json cannot be read" in on(house).note


async def test_an_explicit_address_is_taken_as_it_is(open_house: OpenHouse, keys: ApiKeys, tmp_path: Path) -> None:
    await keys.create("phone")
    networks = KnownNetworks(tmp_path / "known-networks.json", tables(tmp_path / "net"))
    await networks.remember()
    house = open_house(keys=keys, networks=networks)
    await house.server.start("127.0.0.1", 0)
    assert on(house).lan == ()


async def test_a_network_that_cannot_be_told_is_not_remembered(tmp_path: Path) -> None:
    networks = KnownNetworks(tmp_path / "known-networks.json", tmp_path)
    with pytest.raises(UserError, match="cannot be told"):
        await networks.remember()
    assert not networks.is_any_known()


async def test_networks_are_kept_once_and_forgotten(tmp_path: Path) -> None:
    networks = KnownNetworks(tmp_path / "known-networks.json", tables(tmp_path / "net"))
    await networks.remember()
    await networks.remember()
    assert await networks.is_known()
    await networks.forget()
    assert not await networks.is_known()
    await networks.remember()
    await networks.forget_all()
    assert not await networks.is_known()
