"""Bodies that are meant to bring the real engine down: each is answered or refused in words, and the engine goes on."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.status import On
from seproj_desktop.settings import ServerSettings

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]
CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "Hi"}]
PATTERNS = ("(", "(a+)+b", "(?=x)", "a{5,1}", "(" * 900 + ")" * 900)


def schema(schema: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}


BODIES: list[dict[str, Any]] = [
    *({"max_tokens": 10**9}, {"max_tokens": 2**62}, {"n": 1000}, {"n": -5}, {"min_tokens": 10**9}),
    *({"stop": [""]}, {"stop_token_ids": [10**9], "min_tokens": 3}, {"stop_token_ids": [-1], "min_tokens": 3}),
    *({"logit_bias": {"999999": 100}}, {"logit_bias": {"1": "x"}}, {"top_k": 2**62}, {"temperature": 1e300}),
    *({"repetition_penalty": 1e-300}, {"seed": -(2**63) + 1}, {"logprobs": True, "top_logprobs": 10**6}),
    *({"bad_words": [""]}, {"allowed_token_ids": [10**9]}, {"allowed_token_ids": []}, {"truncate_prompt_tokens": 0}),
    *({"messages": [{"role": "user"}]}, {"messages": [{"role": "assistant", "tool_calls": 7}]}, {"messages": [7]}),
    *({"tools": [{}]}, {"tool_choice": "required"}, {"priority": -100}, {"lora_request": {"x": 1}}),
    *(
        schema({"type": "bogus"}),
        schema({"$ref": "#/nowhere"}),
        schema({"type": "string", "pattern": "("}),
        schema(False),
    ),
    *(schema({"type": "string", "pattern": "\\p{L}+"}), schema({"type": "object", "minProperties": 900}), schema([])),
    schema({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}),
    *({"structured_outputs": {"regex": pattern}} for pattern in PATTERNS),
    *({"structured_outputs": {"choice": []}}, {"structured_outputs": {"grammar": "root ::= root"}}),
    {"structured_outputs": {"structural_tag": "x"}},
]


@pytest_asyncio.fixture(loop_scope="session")
async def web(manager: EngineManager) -> AsyncIterator[httpx.AsyncClient]:
    await manager.start()
    settings = ServerSettings(port=0, drain_seconds=0.0)
    server = EmbeddedServer(create_app(manager, PersonaLibrary([]), settings, RequestBoard(manager.abort)), settings)
    await server.start()
    assert isinstance(server.status, On)
    async with httpx.AsyncClient(base_url=server.status.address, timeout=100, trust_env=False) as web:
        yield web
    await server.aclose()


async def test_no_body_brings_the_engine_down(web: httpx.AsyncClient, manager: EngineManager) -> None:
    for body in BODIES:
        answer = await web.post(CHAT, json={"messages": HELLO, "max_tokens": 4} | body)
        assert answer.status_code in (200, 400), (body, answer.text)
        assert "Traceback" not in answer.text
        assert manager.is_ready, body
    whole = await web.post(CHAT, json={"messages": HELLO, "max_tokens": 4})
    assert whole.status_code == 200
    assert whole.json()["choices"][0]["message"]["content"]
