"""vLLM's own HTTP app on our engine: everything of vLLM's that is named nowhere in its documentation.

One namespace, that of `vllm serve`, makes both the engine and the app: the app reads dozens of its fields, other ones
in each release, and creating the engine writes back into it. What moves in a release is found here, by
`tests/engine/test_vllm_http.py`. Imports vllm late; `serve_args` and `build` say on which thread they run.
"""

import argparse
import importlib
import inspect
import json
from collections.abc import Awaitable, Callable, Container, Sequence
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.engine.gate import CURRENT_CALL, GatedEngine
from seproj_desktop.engine.parsers import Parsers

if TYPE_CHECKING:
    from vllm.v1.engine.async_llm import AsyncLLM

CLI_ARGS_MODULES = (
    "vllm.entrypoints.common.cli_args",  # 0.33
    "vllm.entrypoints.launchers.cli_args",  # 0.29 to 0.32
    "vllm.entrypoints.openai.cli_args",  # up to 0.28
)
NO_DOMAIN = "nothing.invalid"
GOLDEN = ("0.32.",)
"""The releases whose streamed chats `tests/engine/test_plain_chat.py` has compared with ours."""

OnThread = Callable[..., Awaitable[Any]]
"""Runs a blocking call on the loader thread."""


def import_http() -> None:
    """Imports what the app needs; over a second, on the loader thread."""
    import vllm.entrypoints.openai.api_server  # noqa: F401
    import xgrammar  # noqa: F401  vLLM would do it within the first request that brings a schema, on the loop

    cli_args_module()


def cli_args_module(names: Sequence[str] = CLI_ARGS_MODULES) -> ModuleType:
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ImportError("vLLM has moved its command line's arguments.")


def serve_args(engine_args: dict[str, Any], parsers: Parsers) -> argparse.Namespace:
    """The namespace of `vllm serve` with these of the engine's arguments. On the loader thread; 0.1 s."""
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    module = cli_args_module()
    parser = module.make_arg_parser(FlexibleArgumentParser())  # type: ignore[no-untyped-call]
    args: argparse.Namespace = parser.parse_args(_frontend_argv(parser, parsers))
    for name, value in engine_args.items():
        if not hasattr(args, name):
            raise AttributeError(f"vLLM has no argument {name} any more.")
        setattr(args, name, value)
    args.served_model_name = [engine_args["served_model_name"]]
    module.validate_parsed_serve_args(args)
    return args


def _frontend_argv(parser: argparse.ArgumentParser, parsers: Parsers) -> Sequence[str]:
    """What the app is told on the command line: nothing of it is open, and nothing is fetched from elsewhere."""
    known = {option for action in parser._actions for option in action.option_strings}
    argv = [
        *("--allowed-origins", "[]"),
        *("--allowed-media-domains", NO_DOMAIN),
        "--disable-fastapi-docs",
        "--enable-prompt-tokens-details",
        *("--default-chat-template-kwargs", json.dumps({"enable_thinking": False})),
    ]
    if parsers.reasoning and parsers.reasoning in _registered("vllm.reasoning", "ReasoningParserManager"):
        argv += ["--reasoning-parser", parsers.reasoning]
    if parsers.tools and parsers.tools in _registered("vllm.tool_parsers", "ToolParserManager"):
        argv += ["--enable-auto-tool-choice", "--tool-call-parser", parsers.tools]
        if "--tool-strict-level" in known:  # from 0.31 on arguments are free otherwise, whatever the tool's schema says
            argv += ["--tool-strict-level", "parameter"]
    return argv


def _registered(module: str, manager: str) -> Container[str]:
    names: Container[str] = getattr(importlib.import_module(module), manager).list_registered()
    return names


async def build(llm: "AsyncLLM", gate: GatedEngine, args: argparse.Namespace, on_thread: OnThread) -> ASGIApp:
    """vLLM's app over the gate. On the backend's loop; what blocks runs on the loader thread."""
    from vllm.entrypoints.openai.api_server import build_app, init_app_state

    tasks = await llm.get_supported_tasks()
    app = await on_thread(build_app, args, tasks, llm.model_config)
    await init_app_state(gate, app.state, args, tasks)  # type: ignore[arg-type]
    # vLLM's handler for a dead engine ends "its" server, which here is nobody's business: the manager sees the death.
    app.state.server = SimpleNamespace(should_exit=False)
    _answer_by_the_name_asked_for(app.state.openai_serving_models)
    served: ASGIApp = app
    return served


def chat_form(app: Any) -> ChatForm | None:
    """How this app writes a streamed chat; None where that is not known to be as ours, or not reproduced there."""
    import vllm

    serving = app.state.openai_serving_chat
    if serving is None or not vllm.__version__.startswith(GOLDEN):
        return None
    if serving.enable_force_include_usage or serving.enable_per_request_metrics:
        return None
    return ChatForm(
        serving.system_fingerprint,
        has_parser=serving.parser_cls is not None,
        counts_reasoning=serving._include_reasoning_tokens_details,
        tells_cached=serving.enable_prompt_tokens_details,
    )


def _answer_by_the_name_asked_for(models: Any) -> None:
    """The door has checked the name already; answers repeat it, where vLLM would say the base model's."""
    for name in ("is_base_model", "model_name"):
        if not inspect.ismethod(getattr(models, name, None)):
            raise AttributeError(f"vLLM's OpenAIServingModels has no {name} any more.")
    models.is_base_model = lambda _name: True
    own = models.model_name

    def model_name(lora_request: Any = None) -> Any:
        call = CURRENT_CALL.get(None)
        return own(lora_request) if lora_request is not None or call is None else call.model or own()

    models.model_name = model_name


def bound_blanks(sampling_params: Any) -> None:
    """One blank at a time within a tool call's arguments: small models write nothing else once they have begun."""
    wanted = getattr(sampling_params, "structured_outputs", None)
    if wanted is not None and wanted.structural_tag:
        wanted.structural_tag = json.dumps(_with_bound_blanks(json.loads(wanted.structural_tag)))


def _with_bound_blanks(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_bound_blanks(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "json_schema" and "json_schema" in node:
        return node | {"max_whitespace_cnt": 1}  # and not into the schema: its own parts may be called anything
    return {name: _with_bound_blanks(part) for name, part in node.items()}
