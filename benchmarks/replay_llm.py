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
from types import SimpleNamespace
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

    As in the real one, a single task puts the outputs of a step into the requests' queues, from where they are read.
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
        self.engine_core = SimpleNamespace(get_output_async=None)
        """`VllmEngine` sorts what it pulls from there; nothing is pulled here."""
        self._file = file
        self._answers: Iterator[list[Any]] | None = None
        self._numbers = itertools.count()
        self._running: dict[str, tuple[Any, Iterator[Any]]] = {}
        self._stepping: asyncio.Task[None] | None = None

    async def generate(self, *arguments: Any, **more: Any) -> AsyncGenerator[Any, None]:
        """As `AsyncLLM.generate` reads its queue."""
        queue = await self.add_request(*arguments, **more)
        try:
            is_finished = False
            while not is_finished:
                output = queue.get_nowait() or await queue.get()
                is_finished = output.finished
                yield output
        finally:
            await self.abort(queue.request_id)

    async def add_request(self, *_: Any, **__: Any) -> Any:
        """The queue of one answer, as `AsyncLLM` hands it out."""
        from vllm.sampling_params import RequestOutputKind
        from vllm.v1.engine.output_processor import RequestOutputCollector

        if self._answers is None:
            recording: Recording = pickle.loads(self._file.read_bytes())
            self._answers = itertools.cycle(recording)
        queue = RequestOutputCollector(RequestOutputKind.DELTA, f"replay-{next(self._numbers)}")
        self._running[queue.request_id] = queue, iter(next(self._answers))
        if self._stepping is None or self._stepping.done():
            self._stepping = asyncio.create_task(self._step())
        return queue

    async def _step(self) -> None:
        """One output for every request, then a turn for whoever reads them; two that wait would be merged."""
        while self._running:
            for request_id, (queue, outputs) in tuple(self._running.items()):
                if queue.output is not None:
                    continue
                output = next(outputs)
                if output.finished:
                    del self._running[request_id]
                queue.put(output)
            await asyncio.sleep(0)

    async def abort(self, request_id: str | list[str], **_: Any) -> None:
        """Nothing runs on after its reader has gone."""
        for one in [request_id] if isinstance(request_id, str) else request_id:
            self._running.pop(one, None)

    def check_admission(self, *_: Any, **__: Any) -> None:
        """There is always room."""

    async def get_supported_tasks(self) -> tuple[str, ...]:
        return ("generate",)

    async def is_tracing_enabled(self) -> bool:
        return False

    async def do_log_stats(self) -> None:
        """Nothing to tell."""
