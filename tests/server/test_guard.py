"""Every path wants a key once there is one; what is told without one is the same for everybody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.settings import ServerSettings
from tests.server.house import House, body_of, until

OpenHouse = Callable[..., House]
PATHS = [
    *("/generate", "/api/generate", "/docs", "/openapi.json", "/", "/nowhere", "/health/", "//health", "/HEALTH"),
    *("/v1/models", "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/nothing"),
    *("/tokenize", "/detokenize", "/metrics", "/invocations", "/version", "/load", "/ping", "/%2e%2e/generate"),
]
ORIGIN = "http://localhost:3000"


@pytest.fixture
async def keys(tmp_path: Path) -> ApiKeys:
    return ApiKeys(tmp_path / "api-keys.json")


@pytest.fixture
async def locked(open_house: OpenHouse, keys: ApiKeys) -> House:
    await keys.create("first")
    house = open_house(keys=keys, settings=ServerSettings(cors_origins=(ORIGIN,)))
    await house.server.start(port=0)
    return house


def break_file(file: Path) -> None:
    file.write_text("{")


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def test_without_keys_none_is_needed(open_house: OpenHouse, keys: ApiKeys) -> None:
    house = open_house(keys=keys)
    await house.server.start(port=0)
    assert (await house.ask()).status_code == 200
    assert (await house.get("/health")).json()["model"] == "fake-model"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
async def test_no_key_and_wrong_keys_get_one_answer_on_every_path(locked: House, method: str) -> None:
    for path in PATHS:
        await refuses_strangers(locked, method, path)
    assert locked.engine.jobs == []


async def refuses_strangers(locked: House, method: str, path: str) -> None:
    answers = set()
    for headers in (
        {},
        bearer("sk-seproj-wrong"),
        {"x-api-key": "wrong"},
        bearer("x"),
        {"Authorization": "Basic eDp5"},
    ):
        refused = await locked.request(method, path, headers=headers, content=body_of())
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        answers.add(refused.text)
        if method != "HEAD":
            shape = "error" if path.startswith("/v1/") else "detail"
            assert shape in refused.json()
    assert len(answers) == 1


async def test_the_error_on_v1_is_openais(locked: House) -> None:
    error = (await locked.get("/v1/models")).json()["error"]
    assert error["type"] == "authentication_error"
    assert error["code"] == "invalid_api_key"
    assert "Authorization" in error["message"]
    assert set(error) == {"message", "type", "param", "code"}


async def test_either_header_opens(locked: House, keys: ApiKeys) -> None:
    secret = await keys.create("second")
    for headers in (bearer(secret), {"Authorization": f"bearer  {secret}"}, {"X-API-Key": secret}):
        assert (await locked.get("/openapi.json", headers=headers)).status_code == 200
        answer = await locked.post(content=body_of(), headers=headers | {"Content-Type": "application/json"})
        assert answer.status_code == 200
    both = bearer("nothing") | {"x-api-key": secret}
    assert (await locked.get("/docs", headers=both)).status_code == 200


async def test_health_without_a_key_tells_that_it_lives_and_nothing_else(locked: House, keys: ApiKeys) -> None:
    for headers in ({}, bearer("wrong")):
        answer = await locked.get("/health", headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (await locked.post("/health", content=b"{}")).status_code == 401
    secret = await keys.create("second")
    assert (await locked.get("/health", headers=bearer(secret))).json()["model"] == "fake-model"


async def test_a_revoked_key_is_refused_at_once(locked: House, keys: ApiKeys) -> None:
    secret = await keys.create("second")
    assert (await locked.get("/docs", headers=bearer(secret))).status_code == 200
    await keys.revoke("second")
    assert (await locked.get("/docs", headers=bearer(secret))).status_code == 401


async def test_keys_of_another_program_count_at_the_next_request(locked: House, tmp_path: Path) -> None:
    elsewhere = ApiKeys(tmp_path / "api-keys.json")
    secret = await elsewhere.create("theirs")
    assert (await locked.get("/docs", headers=bearer(secret))).status_code == 200
    await elsewhere.refresh()
    await elsewhere.revoke("theirs")
    assert (await locked.get("/docs", headers=bearer(secret))).status_code == 401


async def test_a_broken_key_file_locks_every_path(locked: House, keys: ApiKeys, tmp_path: Path) -> None:
    secret = await keys.create("second")
    break_file(tmp_path / "api-keys.json")
    assert (await locked.get("/docs", headers=bearer(secret))).status_code == 401
    assert (await locked.get("/health")).json() == {"status": "ok"}


async def test_a_refusal_on_a_listed_page_can_be_read_there_and_a_preflight_needs_no_key(locked: House) -> None:
    refused = await locked.get("/docs", headers={"Origin": ORIGIN})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ORIGIN)
    asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    assert (await locked.options("/generate", headers=asks)).status_code == 204


async def test_host_and_origin_are_looked_at_before_the_key(locked: House, keys: ApiKeys) -> None:
    secret = await keys.create("second")
    for wrong in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert (await locked.get("/docs", headers=bearer(secret) | wrong)).status_code == 403


async def test_a_stranger_is_refused_before_his_body_is_read(locked: House) -> None:
    async with locked.raw_request(b"", ["Content-Length: 1000000"]) as (reader, _):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")


async def test_the_last_use_is_noted_without_holding_up_the_request(locked: House, keys: ApiKeys) -> None:
    secret = await keys.create("second")
    await locked.get("/docs", headers=bearer(secret))
    await until(lambda: keys.all()[1].last_used is not None)
    assert keys.all()[0].last_used is None
    await keys.aclose()
