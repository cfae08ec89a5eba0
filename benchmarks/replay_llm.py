"""vLLM's front end without its engine: recorded `RequestOutput`s under the real renderer and configuration.

`record` makes the recording with a real engine, once; `ReplayLLM` stands in for `AsyncLLM` under vLLM's own app and
under our `VllmEngine` alike. Imports vllm; only child processes import this module.
"""

import argparse
import asyncio
import importlib
import itertools
import pickle
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

Recording = list[list[Any]]
"""The `RequestOutput`s of each answer."""

SERVE_ARGUMENTS = ("common", "launchers", "openai")
"""Where `make_arg_parser` lives, by version of vLLM."""


def serve_arguments(arguments: list[str]) -> argparse.Namespace:
    """The namespace of `vllm serve`, which vLLM's app reads everywhere."""
    from vllm.utils import argparse_utils

    make_parser: Any = argparse_utils.FlexibleArgumentParser
    for place in SERVE_ARGUMENTS:
        try:
            module: Any = importlib.import_module(f"vllm.entrypoints.{place}.cli_args")
        except ModuleNotFoundError:
            continue
        parsed: argparse.Namespace = module.make_arg_parser(make_parser()).parse_args(arguments)
        module.validate_parsed_serve_args(parsed)
        return parsed
    raise RuntimeError("vLLM's make_arg_parser was not found")


def engine_config(namespace: argparse.Namespace) -> Any:
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.usage.usage_lib import UsageContext

    return AsyncEngineArgs.from_cli_args(namespace).create_engine_config(UsageContext.OPENAI_API_SERVER)


async def record(namespace: argparse.Namespace, bodies: list[dict[str, Any]]) -> Recording:
    """One list of outputs per body, as a lone client gets them."""
    from vllm import SamplingParams
    from vllm.renderers import ChatParams
    from vllm.sampling_params import RequestOutputKind
    from vllm.v1.engine.async_llm import AsyncLLM

    llm = AsyncLLM.from_vllm_config(engine_config(namespace))
    recording: Recording = []
    try:
        template = ChatParams(chat_template_kwargs={"add_generation_prompt": True, "enable_thinking": False})
        for number, body in enumerate(bodies):
            _, (prompt,) = await llm.renderer.render_chat_async([body["messages"]], template)
            sampling = SamplingParams(
                temperature=0.0, max_tokens=body["max_tokens"], ignore_eos=True, output_kind=RequestOutputKind.DELTA
            )
            recording.append([output async for output in llm.generate(prompt, sampling, f"record-{number}")])
    finally:
        await asyncio.to_thread(llm.shutdown)
    return recording


class ReplayLLM:
    """What vLLM's app and `VllmEngine` need of an `AsyncLLM`; answers come as fast as they are taken.

    The recording is read at the first request, so that a server can start while it is being made.
    """

    errored = False
    dead_error = RuntimeError("a recording does not die")
    output_handler = None

    def __init__(self, vllm_config: Any, file: Path) -> None:
        from vllm.renderers import renderer_from_config
        from vllm.v1.engine.input_processor import InputProcessor

        self.vllm_config = vllm_config
        self.model_config = vllm_config.model_config
        self.renderer = renderer_from_config(vllm_config)
        self.input_processor = InputProcessor(vllm_config, self.renderer)
        self._file = file
        self._answers: Iterator[list[Any]] | None = None
        self._feeding: set[asyncio.Task[None]] = set()

    async def generate(self, *_: Any, **__: Any) -> AsyncGenerator[Any, None]:
        if self._answers is None:
            recording: Recording = pickle.loads(self._file.read_bytes())
            self._answers = itertools.cycle(recording)
        for output in next(self._answers):
            await asyncio.sleep(0)  # a turn for every other stream, as between two steps of an engine
            yield output

    async def add_request(self, *_: Any, **__: Any) -> Any:
        """The queue of one answer, as `AsyncLLM` hands it out."""
        from vllm.sampling_params import RequestOutputKind
        from vllm.v1.engine.output_processor import RequestOutputCollector

        queue = RequestOutputCollector(RequestOutputKind.DELTA, "replay")
        feeding = asyncio.create_task(self._feed(queue))
        self._feeding.add(feeding)
        feeding.add_done_callback(self._feeding.discard)
        return queue

    async def _feed(self, queue: Any) -> None:
        async for output in self.generate():
            while queue.output is not None:  # noqa: ASYNC110  two that wait would be merged; vLLM has no event for it
                await asyncio.sleep(0)
            queue.put(output)

    async def abort(self, request_id: str, internal: bool = False) -> None:
        """Nothing runs on after its reader has gone."""

    def check_admission(self, *_: Any, **__: Any) -> None:
        """There is always room."""

    async def get_supported_tasks(self) -> tuple[str, ...]:
        return ("generate",)

    async def is_tracing_enabled(self) -> bool:
        return False

    async def do_log_stats(self) -> None:
        """Nothing to tell."""
