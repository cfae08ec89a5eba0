"""HTTPS with a certificate that was given, and words for files that hold none."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.server.certificates import load_certificate
from seproj_desktop.server.status import Broken
from seproj_desktop.settings import ServerSettings
from tests.server.house import HELLO, House, lines_of

OpenHouse = Callable[..., House]
FILES = Path(__file__).parent / "certificates"
"""Made for these tests: self-signed for localhost, and keys that fit, do not fit and want a password ("test")."""
CERTIFICATE, KEY = str(FILES / "localhost.pem"), str(FILES / "localhost.key.pem")


async def test_it_speaks_https_and_says_so(open_house: OpenHouse) -> None:
    house = open_house(settings=ServerSettings(certificate=CERTIFICATE, private_key=KEY))
    await house.server.start("localhost", 0)
    assert house.address.startswith("https://127.0.0.1:")
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
        assert (await client.get(house.address + "/health")).json()["status"] == "ok"
        answer = await client.post(house.address + "/generate", json={"messages": HELLO})
        assert lines_of(answer)[-1]["content"] == "Hello, world!"
        own_page = await client.get(house.address + "/docs", headers={"Origin": house.address})
        assert own_page.status_code == 200
    async with httpx.AsyncClient(trust_env=False) as strange:
        with pytest.raises(httpx.ConnectError, match="self-signed"):
            await strange.get(house.address + "/health")
        with pytest.raises(httpx.TransportError):
            await strange.get(house.address.replace("https", "http") + "/health")
    await house.server.stop()
    await house.server.start("localhost", 0)
    assert house.address.startswith("https://")


def test_one_file_may_hold_both(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(Path(CERTIFICATE).read_text() + Path(KEY).read_text())
    assert load_certificate(str(both), None).minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        (CERTIFICATE, str(FILES / "other.key.pem"), "is not the private key of"),
        (CERTIFICATE, str(FILES / "locked.key.pem"), "is protected by a password"),
        (CERTIFICATE, None, "hold no certificate with its private key"),
        (KEY, KEY, "hold no certificate"),
        (__file__, KEY, "hold no certificate"),
        ("/nowhere/at/all.pem", KEY, "cannot be read: No such file"),
        (CERTIFICATE, "/nowhere/at/all.pem", "cannot be read: No such file"),
        (str(FILES), None, "cannot be read: Is a directory"),
    ],
)
async def test_bad_files_are_told_and_nothing_listens(
    open_house: OpenHouse, certificate: str, key: str | None, words: str
) -> None:
    house = open_house(settings=ServerSettings(certificate=certificate, private_key=key))
    with pytest.raises(UserError, match=words):
        await house.server.start(port=0)
    assert isinstance(house.server.status, Broken)
