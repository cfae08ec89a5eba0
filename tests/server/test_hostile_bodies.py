"""Bodies that are meant to break something: each is refused in words, and the next request is answered."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from seproj_desktop.server.request import LONGEST_STOP, MOST_STOPS
from seproj_desktop.settings import ServerSettings
from tests.server.house import HELLO, House, body_of

OpenHouse = Callable[..., House]
JSON = {"Content-Type": "application/json"}
MANY = 100_000


def raw(inside: str) -> bytes:
    """A greeting and these members, written as they are."""
    return (json.dumps({"messages": HELLO})[:-1] + "," + inside + "}").encode()


BROKEN = {
    "nothing": b"",
    "no object": b"[]",
    "null": b"null",
    "deep lists": b"[" * MANY,
    "deep objects": b'{"messages":' * MANY,
    "deep in a message": b'{"messages":' + b"[" * MANY + b"]" * MANY + b"}",
    "invalid UTF-8": body_of().replace(b"Hello", b"\xff\xfe\xc3"),
    "half a character": body_of()[:-5] + b"\xe2\x82",
    "a zero byte": body_of() + b"\x00",
    "UTF-16": body_of().decode().encode("utf-16"),
    "two objects": body_of() + body_of(),
    "NaN": raw('"temperature": NaN'),
    "Infinity": raw('"top_p": Infinity'),
    "beyond a double": raw('"temperature": 1e400'),
    "a huge integer": raw('"max_tokens": ' + "9" * MANY),
    "a negative zero length": raw('"max_tokens": -0'),
    "a fraction of a token": raw('"max_tokens": 1.5'),
    "text for a number": raw('"max_tokens": "many"'),
    "a list for a number": raw('"temperature": [1]'),
    "an object for text": raw('"persona": {"id": "developer"}'),
    "a number for stop": raw('"stop": 7'),
    "nothing in stop": raw('"stop": [null]'),
    "an unknown field": raw('"n": 1000000'),
    "a schema": raw('"response_format": {"type": "json_schema"}'),
    "messages as text": b'{"messages": "Hello"}',
    "no messages": b'{"messages": []}',
    "an unknown role": b'{"messages": [{"role": "tool", "content": "x"}]}',
    "content as parts": b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}',
    "a lone surrogate": rb'{"messages": [{"role": "user", "content": "\ud800"}]}',
    "many stops": body_of(stop=["x"] * (MOST_STOPS + 1)),
    "a long stop": body_of(stop=["x" * (LONGEST_STOP + 1)]),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_a_broken_body_is_refused_in_words(house: House, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    refused = await house.post(content=body, headers=JSON)
    assert refused.status_code == 422
    for problem in refused.json()["detail"]:
        assert set(problem) == {"type", "loc", "msg"}
    assert len(refused.content) < 10_000
    assert house.engine.jobs == []
    assert "Traceback" not in caplog.text
    assert (await house.ask()).status_code == 200


@pytest.mark.parametrize(
    ("settings", "messages", "words"),
    [
        (ServerSettings(message_limit=3), HELLO * 4, "more than 3 messages"),
        (ServerSettings(character_limit=1000), [HELLO[0] | {"content": "x" * 1001}], "more than 1,000 characters"),
        (ServerSettings(character_limit=1000), [HELLO[0] | {"content": "x" * 501}] * 2, "more than 1,000 characters"),
    ],
)
async def test_texts_have_bounds(
    open_house: OpenHouse, settings: ServerSettings, messages: list[Any], words: str
) -> None:
    house = open_house(settings=settings)
    await house.server.start(port=0)
    refused = await house.ask(messages=messages)
    assert refused.status_code == 422
    assert words in refused.json()["detail"][0]["msg"]
    assert house.engine.jobs == []
    assert (await house.ask(messages=messages[:1] if len(messages) > 1 else HELLO)).status_code == 200


async def test_the_last_of_two_equal_members_counts(house: House) -> None:
    assert (await house.post(content=raw('"max_tokens": 5, "max_tokens": 7'), headers=JSON)).status_code == 200
    assert house.engine.jobs[0].sampling.max_tokens == 7


async def test_an_enormous_length_is_the_engines_to_bound(house: House) -> None:
    assert (await house.ask(max_tokens=10**30)).status_code == 200


async def test_the_body_limit_is_a_setting(open_house: OpenHouse) -> None:
    house = open_house(settings=ServerSettings(body_mib=1))
    await house.server.start(port=0)
    refused = await house.post(content=body_of() + b" " * 1024**2, headers=JSON)
    assert (refused.status_code, refused.json()) == (413, {"detail": "The body is larger than 1 MiB."})
