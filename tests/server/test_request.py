"""The contract's body: every bound, and a clear refusal for everything else."""

from typing import Any

import pytest

from seproj_desktop.chat.messages import SERVER_PRIORITY, Sampling
from tests.server.house import HELLO, House, body_of

BOUNDS = [
    ("max_tokens", 1, 0),
    ("temperature", 0.0, -0.01),
    ("temperature", 2.0, 2.01),
    ("top_p", 0.0, -0.01),
    ("top_p", 1.0, 1.01),
    ("presence_penalty", -2.0, -2.01),
    ("presence_penalty", 2.0, 2.01),
    ("frequency_penalty", -2.0, -2.01),
    ("frequency_penalty", 2.0, 2.01),
]
REFUSED: list[tuple[dict[str, Any], list[Any]]] = [
    ({"messages": []}, ["body", "messages"]),
    ({"messages": None}, ["body", "messages"]),
    ({"messages": [{"role": "tool", "content": "x"}]}, ["body", "messages", 0, "role"]),
    ({"messages": [{"role": "user"}]}, ["body", "messages", 0, "content"]),
    ({"messages": [{"role": "user", "content": None}]}, ["body", "messages", 0, "content"]),
    ({"messages": [*HELLO, {"role": "user", "content": "x", "name": "y"}]}, ["body", "messages", 1, "name"]),
    ({"model": "other"}, ["body", "model"]),
    ({"priority": -100}, ["body", "priority"]),
    ({"stop": "END"}, ["body", "stop"]),
    ({"stop": [1]}, ["body", "stop", 0]),
    ({"stream": "perhaps"}, ["body", "stream"]),
    ({"temperature": "hot"}, ["body", "temperature"]),
    ({"temperature": None}, ["body", "temperature"]),
    ({"max_tokens": 1.5}, ["body", "max_tokens"]),
    ({"cumulative": 7}, ["body", "cumulative"]),
]
BROKEN = [
    b"",
    b"{",
    b'{"messages": [',
    b"\xff\xfe",
    b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    b"nonsense",
]


@pytest.mark.parametrize(("field", "inside", "outside"), BOUNDS)
async def test_bounds_are_kept(house: House, field: str, inside: float, outside: float) -> None:
    assert (await house.ask(**{field: inside})).status_code == 200
    refused = await house.ask(**{field: outside})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", field]


@pytest.mark.parametrize(("fields", "place"), REFUSED)
async def test_wrong_fields_are_named(house: House, fields: dict[str, Any], place: list[Any]) -> None:
    refused = await house.ask(**fields)
    assert refused.status_code == 422
    found = refused.json()["detail"][0]
    assert found["loc"] == place
    assert found.keys() == {"type", "loc", "msg"}
    assert refused.headers["x-request-id"]
    assert house.engine.jobs == []


async def test_missing_messages(house: House) -> None:
    refused = await house.post(json={"stream": False})
    assert (refused.status_code, refused.json()["detail"][0]["loc"]) == (422, ["body", "messages"])


@pytest.mark.parametrize("body", BROKEN)
async def test_broken_json(house: House, body: bytes) -> None:
    refused = await house.post(content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["type"] == "json_invalid"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7"])
async def test_json_that_is_no_object(house: House, body: bytes) -> None:
    refused = await house.post(content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["detail"][0]["loc"]) == (422, ["body"])


@pytest.mark.parametrize("not_a_number", [b"NaN", b"Infinity", b"1e999"])
async def test_numbers_that_are_none(house: House, not_a_number: bytes) -> None:
    body = body_of(temperature=1).replace(b'"temperature": 1', b'"temperature": ' + not_a_number)
    refused = await house.post(content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422


async def test_many_errors_are_cut_short(house: House) -> None:
    refused = await house.ask(messages=[{"role": "nobody"}] * 10_000)
    assert refused.status_code == 422
    assert len(refused.json()["detail"]) == 20


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/jsonp"])
async def test_other_content_types_are_refused(house: House, kind: str) -> None:
    refused = await house.post(content=body_of(), headers={"Content-Type": kind})
    assert refused.status_code == 415
    assert "application/json" in refused.json()["detail"]


async def test_a_missing_content_type_is_refused(house: House) -> None:
    assert (await house.post(content=body_of())).status_code == 415


async def test_content_types_with_parameters(house: House) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await house.post(content=body_of(), headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/generate", "/api/generate"])
async def test_only_post(house: House, path: str) -> None:
    refused = await house.get(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert refused.headers["x-request-id"]
    assert refused.json() == {"detail": "Method Not Allowed"}


async def test_defaults_reach_the_engine(house: House) -> None:
    assert (await house.ask()).status_code == 200
    (job,) = house.engine.jobs
    assert job.sampling == Sampling(temperature=0.7, top_p=0.95, max_tokens=512)
    assert job.priority == SERVER_PRIORITY
    assert [message.model_dump() for message in job.messages] == HELLO


async def test_what_the_body_says_reaches_the_engine(house: House) -> None:
    await house.ask(
        max_tokens=7,
        temperature=1.5,
        top_p=0.5,
        presence_penalty=1,
        frequency_penalty=-1,
        stop=["a", "b"],
        stream=False,
    )
    assert house.engine.jobs[0].sampling == Sampling(1.5, 0.5, 7, 1.0, -1.0, ("a", "b"))


async def test_a_persona_fills_what_is_silent(house: House) -> None:
    await house.ask(persona="developer", temperature=0.7)
    (job,) = house.engine.jobs
    assert [message.role for message in job.messages] == ["system", "user"]
    assert job.messages[0].content == "You are a developer."
    assert job.sampling == Sampling(temperature=0.7, top_p=0.95, max_tokens=99, stop=("END",))
    assert job.thinking is True


async def test_a_system_message_keeps_the_personas_away(house: House) -> None:
    mine = [{"role": "system", "content": "Mine."}, *HELLO]
    await house.ask(persona="developer", messages=mine)
    assert [message.model_dump() for message in house.engine.jobs[0].messages] == mine


async def test_an_unknown_persona_lists_the_known_ones(house: House) -> None:
    refused = await house.ask(persona="nobody")
    assert refused.status_code == 422
    (found,) = refused.json()["detail"]
    assert found["loc"] == ["body", "persona"]
    assert "'nobody'" in found["msg"]
    assert "assistant, developer" in found["msg"]
