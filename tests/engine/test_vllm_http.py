"""What we use of vLLM's that no documentation promises: each name, signature and habit.

A release that moves one is noticed here and not by a client.
"""

import dataclasses
import inspect
import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from seproj_desktop.chat.messages import SERVER_PRIORITY
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine import vllm_http
from seproj_desktop.engine.environment import SLICE
from seproj_desktop.engine.gate import CURRENT_CALL
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.parsers import KNOWN, Parsers
from seproj_desktop.server.openai.paths import METHODS, MODELS
from tests.engine.conftest import DEMO

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

ENGINE_ARGS = {"model": str(DEMO), "served_model_name": "demo", "max_model_len": -1, "scheduling_policy": "priority"}


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


async def test_the_namespace_holds_what_the_engine_and_the_app_are_made_from(manager: EngineManager) -> None:
    args = vllm_http.serve_args(ENGINE_ARGS, Parsers("hermes", "qwen3"))
    assert args.served_model_name == ["demo"]
    assert (args.max_model_len, args.scheduling_policy) == (-1, "priority")
    assert (args.enable_auto_tool_choice, args.tool_call_parser, args.reasoning_parser) == (True, "hermes", "qwen3")
    assert args.tool_strict_level == "parameter"
    assert args.default_chat_template_kwargs == {"enable_thinking": False}
    assert args.allowed_origins == []
    assert args.allowed_media_domains == [vllm_http.NO_DOMAIN]
    assert args.api_key is None
    assert args.middleware == []
    assert not args.trust_request_chat_template
    assert not args.enable_prompt_embeds


async def test_what_a_release_has_moved_is_an_error_with_its_name(manager: EngineManager) -> None:
    with pytest.raises(AttributeError, match="no_such_argument"):
        vllm_http.serve_args({**ENGINE_ARGS, "no_such_argument": 1}, Parsers())
    with pytest.raises(ImportError, match="moved"):
        vllm_http.cli_args_module(["vllm.nowhere"])


async def test_parsers_that_this_release_does_not_have_are_left_out(manager: EngineManager) -> None:
    args = vllm_http.serve_args(ENGINE_ARGS, Parsers("nobody's", "nobody's"))
    assert not args.enable_auto_tool_choice
    assert not args.reasoning_parser


async def test_every_parser_that_we_name_is_registered(manager: EngineManager) -> None:
    from vllm.reasoning import ReasoningParserManager
    from vllm.tool_parsers import ToolParserManager

    tools, reasoning = ToolParserManager.list_registered(), ReasoningParserManager.list_registered()
    for _, _, parsers in KNOWN:
        assert parsers.tools is None or parsers.tools in tools
        assert parsers.reasoning is None or parsers.reasoning in reasoning


async def test_signatures_are_as_we_call_them(manager: EngineManager) -> None:
    from vllm.entrypoints.openai.api_server import build_app, init_app_state
    from vllm.entrypoints.openai.models.serving import OpenAIServingModels
    from vllm.outputs import CompletionOutput, RequestOutput
    from vllm.v1.engine.async_llm import AsyncLLM

    assert parameters(build_app) == ["args", "supported_tasks", "model_config"]
    assert parameters(init_app_state) == ["engine_client", "state", "args", "supported_tasks"]
    generate = inspect.signature(AsyncLLM.generate).parameters
    assert list(generate)[:4] == ["self", "prompt", "sampling_params", "request_id"]
    assert generate["priority"].default == 0
    assert {"request_id", "internal"} <= set(parameters(AsyncLLM.abort))
    assert parameters(OpenAIServingModels.is_base_model) == ["self", "model_name"]
    assert parameters(OpenAIServingModels.model_name) == ["self", "lora_request"]
    assert {"text", "token_ids", "finish_reason"} <= {field.name for field in dataclasses.fields(CompletionOutput)}
    assert {"outputs", "prompt_token_ids", "num_cached_tokens"} <= set(parameters(RequestOutput.__init__))


async def test_the_app_has_every_path_that_the_door_lists(manager: EngineManager) -> None:
    app: Any = (await manager.start()).http_app
    assert app is not None
    offered = app.openapi()["paths"]
    for path, method in METHODS.items():
        if path not in (MODELS, "/metrics"):
            assert method.lower() in offered[path], path
    assert "get" in offered["/v1/responses/{response_id}"]
    assert "post" in offered["/v1/responses/{response_id}/cancel"]


async def test_the_app_answers_through_the_gate_by_the_name_asked_for(manager: EngineManager) -> None:
    await manager.start()
    call = manager.open_call(RequestTrace("own-id"), "client", "a name of ours")

    async def served(scope: Any, receive: Any, send: Any) -> None:
        CURRENT_CALL.set(call)
        assert manager.http_app is not None
        await manager.http_app(scope, receive, send)

    body = {"model": "whatever", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 3, "priority": -99}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://here") as client:
        answer = await client.post("/v1/chat/completions", json=body, headers={"X-Request-Id": "own-id"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == "a name of ours"
    assert answer.json()["id"] == "chatcmpl-own-id"
    assert (call.trace.output_tokens, call.trace.first_token is None) == (3, False)
    assert call.said() == answer.json()["choices"][0]["message"]["content"]


async def test_the_gate_s_priority_is_behind_the_window_s(manager: EngineManager) -> None:
    """The scheduler's own order: the smaller number first."""
    engine: Any = await manager.start()
    assert engine._llm.vllm_config.scheduler_config.policy == "priority"
    assert SERVER_PRIORITY > 0


async def test_blanks_are_bound_in_a_tool_s_arguments_and_nowhere_else(manager: EngineManager) -> None:
    from xgrammar.structural_tag import JSONSchemaFormat

    assert "max_whitespace_cnt" in JSONSchemaFormat.model_fields
    schema = {"properties": {"type": {"type": "json_schema", "json_schema": {}}}}
    tag = {"format": {"tags": [{"content": {"type": "json_schema", "json_schema": schema}}]}}
    wanted = SimpleNamespace(structural_tag=json.dumps(tag))
    vllm_http.bound_blanks(SimpleNamespace(structured_outputs=wanted))
    content = json.loads(wanted.structural_tag)["format"]["tags"][0]["content"]
    assert content == {"type": "json_schema", "json_schema": schema, "max_whitespace_cnt": 1}
    vllm_http.bound_blanks(SimpleNamespace(structured_outputs=None))


async def test_compact_json_holds_in_the_engine_s_configuration(manager: EngineManager) -> None:
    engine: Any = await manager.start()
    config = engine._llm.vllm_config.structured_outputs_config
    assert (config.disable_any_whitespace, config.backend, config.reasoning_parser) == (True, "auto", "qwen3")


async def test_a_step_s_outputs_can_be_put_in_order(manager: EngineManager) -> None:
    import vllm.envs
    from vllm.v1.engine import EngineCoreOutput, EngineCoreOutputs
    from vllm.v1.engine.core_client import AsyncMPClient

    assert parameters(AsyncMPClient.get_output_async) == ["self"]
    assert EngineCoreOutputs().outputs == []
    assert "request_id" in EngineCoreOutput.__struct_fields__
    assert "VLLM_V1_OUTPUT_PROC_CHUNK_SIZE" in vllm.envs.environment_variables
    assert vllm.envs.VLLM_V1_OUTPUT_PROC_CHUNK_SIZE == SLICE
