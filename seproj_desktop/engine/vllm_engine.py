"""vLLM behind the `Engine` protocol. It imports vllm only inside the functions that need it.

`construct` and `VllmEngine.shut_down` block for seconds and run on the loader thread; everything else runs on the
backend's loop.
"""

import argparse
import logging
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from starlette.types import ASGIApp

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import (
    SERVER_PRIORITY,
    ChatMessage,
    GenerationJob,
    Sampling,
    SamplingWishes,
    TextTaker,
)
from seproj_desktop.chat.prompts import TRANSCRIPT_STOP, plain_transcript
from seproj_desktop.engine import vllm_http
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.engine.gate import GatedEngine
from seproj_desktop.engine.output_reader import OutputReader
from seproj_desktop.engine.parsers import choose_parsers
from seproj_desktop.engine.precision import USUAL_CACHE_MIB, plan_for_cpu
from seproj_desktop.engine.protocol import EngineInfo, EngineLoad
from seproj_desktop.engine.quiet_import import quiet_import
from seproj_desktop.engine.reasoning import CLOSE, opens_thinking
from seproj_desktop.engine.start_method import EnvironmentContext, use_fork_server
from seproj_desktop.engine.status import ENGINE_DIED
from seproj_desktop.errors import UserError

if TYPE_CHECKING:
    from vllm.v1.engine.async_llm import AsyncLLM

logger = logging.getLogger(__name__)

CPU_BLOCK = 32
"""Tokens per block of the prefix cache on a CPU. With vLLM's 128 there, a persona's prompt is too short to be kept:
64 clients waited 241 ms for a first token instead of 80, at 3,680 tokens per second instead of 4,330."""
SHUTDOWN_SECONDS = 1.5
WISHES = (
    *("temperature", "top_p", "top_k", "min_p", "seed"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty"),
)
"""Those of `SamplingWishes` that vLLM knows by the same name."""
SHORT_PROMPT = 4096
"""Characters. Up to here rendering stays on the loop: the way to a thread and back cost 140 of its 370 µs."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to load; lengths in tokens, None leaves the choice to the model and the machine."""

    name: str
    folder: str
    prompt_format: Literal["template", "plain"] = "template"
    context_length: int | None = None
    max_sequences: int = 128
    gpu_memory_fraction: float = 0.9
    cpu_cache_mib: int | None = None
    usual_cpu_cache_mib: int = USUAL_CACHE_MIB
    eager: bool = False


def import_engine() -> None:
    """Imports vLLM into this process. Takes many seconds and cannot be interrupted."""
    with quiet_import():
        import vllm.v1.engine.async_llm
        import vllm.v1.engine.utils  # noqa: F401

        try:
            vllm_http.import_http()
        except ImportError:
            logger.warning("vLLM's HTTP app cannot be imported", exc_info=True)


def has_accelerator() -> bool:
    """Whether vLLM will run on something else than the CPU. Imports vllm."""
    from vllm.platforms import current_platform

    return not current_platform.is_cpu()


def construct(options: EngineOptions, forking: EnvironmentContext | None) -> "VllmEngine":
    """Builds the engine; raises whatever vLLM raises. Blocks for many seconds, in the borrowed environment."""
    import vllm.envs
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.usage.usage_lib import UsageContext
    from vllm.v1.engine.async_llm import AsyncLLM
    from vllm.v1.metrics.loggers import StatLoggerBase

    if forking is not None:
        use_fork_server(forking)
    counters = LoadCounters()
    recorder: Any = type("LoadRecorder", (_LoadRecorder, StatLoggerBase), {"counters": counters})
    vllm.envs.disable_envs_cache()
    serving = _serve_args(options)
    args = AsyncEngineArgs(**_engine_args(options)) if serving is None else AsyncEngineArgs.from_cli_args(serving)
    config = args.create_engine_config(UsageContext.ENGINE_CONTEXT)
    # Small models fill the rest of the context with the blanks that JSON allows between its parts. As an argument it
    # demands one fixed backend, and "auto" has others for what xgrammar cannot do.
    config.structured_outputs_config.disable_any_whitespace = True
    llm = AsyncLLM.from_vllm_config(config, stat_loggers=[recorder])
    vllm.envs.enable_envs_cache()  # as vLLM's own processes do: it looks up a variable for every token otherwise
    return VllmEngine(llm, options, counters, serving)


def _serve_args(options: EngineOptions) -> argparse.Namespace | None:
    """What the engine and vLLM's HTTP app are made from; None where this vLLM has moved it."""
    try:
        return vllm_http.serve_args(_engine_args(options), choose_parsers(Path(options.folder)))
    except Exception:  # whatever a new release has moved, answering in the window must not depend on it
        logger.exception("vLLM's HTTP app cannot be set up")
        return None


def _engine_args(options: EngineOptions) -> dict[str, Any]:
    args: dict[str, Any] = {
        "model": options.folder,
        "served_model_name": options.name,
        "max_model_len": options.context_length or -1,
        "max_num_seqs": options.max_sequences,
        "scheduling_policy": "priority",
        "enable_prefix_caching": True,
        "enable_log_requests": False,
        "use_tqdm_on_load": False,
    }
    if has_accelerator():
        args |= {"gpu_memory_utilization": options.gpu_memory_fraction, "enforce_eager": options.eager}
    else:
        plan = plan_for_cpu(
            Path(options.folder), usual_cache=options.usual_cpu_cache_mib, wanted_cache=options.cpu_cache_mib
        )
        args |= {
            "enforce_eager": True,
            "dtype": plan.dtype,
            "block_size": CPU_BLOCK,
            "kv_cache_memory_bytes": plan.cache,
        }
    return args


class LoadCounters:
    """The engine's figures of its last step."""

    def __init__(self) -> None:
        self.running = 0
        self.waiting = 0
        self.cache_usage = 0.0


class _LoadRecorder:
    """vLLM's stat logger interface, reduced to storing: `record` runs at every engine step on the backend's loop."""

    counters: LoadCounters

    def __init__(self, vllm_config: Any, engine_index: int = 0) -> None:
        pass

    def record(self, scheduler_stats: Any, *_: Any, **__: Any) -> None:
        if scheduler_stats is not None:
            self.counters.running = scheduler_stats.num_running_reqs
            self.counters.waiting = scheduler_stats.num_waiting_reqs
            self.counters.cache_usage = scheduler_stats.kv_cache_usage

    def log_engine_initialized(self) -> None:
        pass


class VllmEngine:
    """A loaded model in vLLM's `AsyncLLM`."""

    def __init__(
        self,
        llm: "AsyncLLM",
        options: EngineOptions,
        counters: LoadCounters,
        serving: argparse.Namespace | None = None,
    ) -> None:
        import vllm
        from vllm.platforms import current_platform

        config = llm.vllm_config
        self._llm = llm
        self._counters = counters
        self._running: set[str] = set()
        self._aborted: set[str] = set()
        self._first: set[str] = set()
        """vLLM's own ids of the window's running requests."""
        hand_out_first(llm.engine_core, self._first)
        self._serving = serving
        self._gate = GatedEngine(llm, vllm_http.bound_blanks)
        self.http_app: ASGIApp | None = None
        self.chat_form: ChatForm | None = None
        self._plain = options.prompt_format == "plain" or not _has_template(llm)
        self._context_length = int(config.model_config.max_model_len)
        self._defaults = config.model_config.get_diff_sampling_param()
        self.info = EngineInfo(
            model=options.name,
            context_length=self._context_length,
            cache_tokens=int(getattr(config.cache_config, "kv_cache_size_tokens", None) or 0),
            sequences=int(config.scheduler_config.max_num_seqs),
            device="CPU" if current_platform.is_cpu() else current_platform.get_device_name(),
            version=f"vLLM {vllm.__version__}",
        )

    @property
    def load(self) -> EngineLoad:
        return EngineLoad(self._counters.running, self._counters.waiting, self._counters.cache_usage)

    @property
    def failure(self) -> str | None:
        return "the engine process ended" if self._llm.errored else None

    async def warm_up(self) -> None:
        """One short answer with log probabilities: the first of them would hold everybody up for seconds."""
        from vllm import SamplingParams

        prompt = await self._render((ChatMessage(role="user", content="Hi"),), thinking=False)
        async for _ in self._llm.generate(prompt, SamplingParams(max_tokens=2, logprobs=1), request_id="warm-up"):
            pass

    async def open_http(self, on_thread: vllm_http.OnThread) -> None:
        """Builds vLLM's HTTP app; without it the engine answers all the same."""
        if self._serving is None:
            return
        try:
            self.http_app = await vllm_http.build(self._llm, self._gate, self._serving, on_thread)
            self.chat_form = await self._chat_form()
        except Exception:  # as above: whatever has moved
            logger.exception("vLLM's HTTP app cannot be built")

    async def _chat_form(self) -> ChatForm | None:
        """None where a prompt of ours is not that of the HTTP API, or where vLLM has to part thinking from answers."""
        if self._plain:
            return None
        prompt = await self._render((ChatMessage(role="user", content="Hi"),), thinking=False)
        return None if self._opens_thinking(prompt) else vllm_http.chat_form(self.http_app)

    async def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return len((await self._render(messages, thinking=False))["prompt_token_ids"])

    async def abort(self, request_id: str) -> None:
        if request_id in self._running:
            self._aborted.add(request_id)
        if not await self._gate.stop(request_id):
            await self._llm.abort(request_id)

    async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
        """Every token passes here: what can be done once per answer is done before the loop."""
        from vllm.exceptions import VLLMValidationError
        from vllm.v1.engine.exceptions import EngineDeadError

        self._running.add(job.request_id)
        queue: Any = None
        try:
            started = time.perf_counter()
            if job.continues:
                prompt = await self._render_continued(job.messages)
            else:
                prompt = await self._render(job.messages, thinking=job.thinking)
            inside = not job.continues and self._opens_thinking(prompt)
            count = len(prompt["prompt_token_ids"])
            reader = OutputReader(started, count, inside=inside, is_answering=job.continues, trace=job.trace)
            sampling = self._sampling(job, reader.prompt_tokens)
            queue = await self._llm.add_request(job.request_id, prompt, sampling, priority=job.priority)
            if job.request_id in self._aborted:  # vLLM knew nothing of it while its prompt was being read
                await self._llm.abort(job.request_id)
            if job.priority < SERVER_PRIORITY:
                self._first.add(queue.request_id)
            if job.taker is not None:
                _offer_first(queue, reader, job.taker)
            is_finished = False
            try:
                while not is_finished:
                    output: Any = queue.get_nowait() or await queue.get()
                    is_finished = output.finished
                    for event in reader.read(output):
                        yield event
            finally:
                self._first.discard(queue.request_id)
                if not is_finished:
                    await self._llm.abort(queue.request_id, internal=True)
        except EngineDeadError:
            yield events.Failed("engine_died", ENGINE_DIED)
        except UserError as error:
            yield events.Failed("invalid_request", error.message, error.advice)
        except Exception as error:  # whatever else vLLM raises ends this answer, never the program
            if queue is None and isinstance(error, VLLMValidationError | ValueError | TypeError):
                yield events.Failed("invalid_request", str(error))
                return
            logger.exception("request %s failed in the engine", job.request_id)
            yield events.Failed("internal", f"The engine failed on this request: {error}", "Try again.")
        finally:
            self._running.discard(job.request_id)
            self._aborted.discard(job.request_id)

    async def _render(self, messages: Sequence[ChatMessage], *, thinking: bool | None) -> Any:
        """The prompt as vLLM takes it: a dictionary with `prompt_token_ids`."""
        from vllm.renderers import ChatParams, TokenizeParams
        from vllm.renderers.inputs.preprocess import parse_model_prompt

        counting = TokenizeParams(max_total_tokens=None, add_special_tokens=self._plain)
        if self._plain:
            parsed = parse_model_prompt(self._llm.model_config, plain_transcript(messages))
            return (await self._llm.renderer.render_cmpl_async([parsed], counting))[0]
        template: dict[str, Any] = {"add_generation_prompt": True}
        if thinking is not None:
            template["enable_thinking"] = thinking
        spoken: Any = [{"role": message.role, "content": message.content} for message in messages]
        chat = ([spoken], ChatParams(chat_template_kwargs=template), counting)
        if sum(len(message.content) for message in messages) <= SHORT_PROMPT:
            _, prompts = self._llm.renderer.render_chat(*chat)
        else:
            _, prompts = await self._llm.renderer.render_chat_async(*chat)
        return prompts[0]

    async def _render_continued(self, messages: Sequence[ChatMessage]) -> Any:
        """The prompt that ends in the middle of the last message, as it is while the model writes that message.

        Chat templates' own way there, `continue_final_message`, loses blanks at the end and the empty thinking: the
        demo model then ended at once after a full stop.
        """
        from vllm.renderers import TokenizeParams
        from vllm.renderers.inputs.preprocess import parse_model_prompt

        prompt = await self._render(messages[:-1], thinking=False)
        begun = messages[-1].content
        if self._opens_thinking(prompt):
            begun = f"\n{CLOSE}\n\n{begun}"
        plain = TokenizeParams(max_total_tokens=None, add_special_tokens=False)
        parsed = parse_model_prompt(self._llm.model_config, begun)
        (written,) = await self._llm.renderer.render_cmpl_async([parsed], plain)
        prompt["prompt_token_ids"] = [*prompt["prompt_token_ids"], *written["prompt_token_ids"]]
        return prompt

    def _opens_thinking(self, prompt: Any) -> bool:
        if self._plain:
            return False
        tokenizer: Any = self._llm.renderer.tokenizer
        return opens_thinking(tokenizer.decode(prompt["prompt_token_ids"][-8:]))

    def _sampling(self, job: GenerationJob, prompt_tokens: int) -> Any:
        """vLLM's sampling parameters. Raises `UserError` for a prompt that leaves no room for an answer."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        if prompt_tokens >= self._context_length:
            raise UserError(
                f"The prompt has {prompt_tokens:,} tokens, and the model's context holds {self._context_length:,}.",
                "Shorten the message, or begin a new conversation.",
            )
        sampling = job.sampling
        own = self._wished(sampling) if isinstance(sampling, SamplingWishes) else self._told(sampling)
        if isinstance(sampling, Sampling) and sampling.json_schema and not job.continues:  # a grammar has one beginning
            own["structured_outputs"] = StructuredOutputsParams(json=sampling.json_schema)
        room = self._context_length - prompt_tokens
        return SamplingParams(
            **own,
            max_tokens=min(sampling.max_tokens or self._usual_length(sampling) or room, room),
            stop=[text for text in (*sampling.stop, *(TRANSCRIPT_STOP if self._plain else ())) if text],
            output_kind=RequestOutputKind.DELTA,
            skip_clone=True,  # made for this one request; copying it deeply is 2 % of what a request costs
        )

    def _told(self, sampling: Sampling) -> dict[str, Any]:
        defaults = {
            name: value for name, value in self._defaults.items() if name in ("top_k", "min_p", "repetition_penalty")
        }
        return defaults | {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p or 1e-6,  # vLLM refuses 0, which means: the likeliest token only
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
        }

    def _wished(self, wishes: SamplingWishes) -> dict[str, Any]:
        """Silence means the model's configuration, and then vLLM's own default, as its HTTP API has it.

        Raises `UserError` for a length that its HTTP API refuses.
        """
        if (wishes.max_tokens or 0) > self._context_length:
            raise UserError(f"max_tokens is at most {self._context_length:,}, the model's context.")
        wished = {name: getattr(wishes, name) for name in WISHES}
        usual = {name: self._defaults[name] for name in WISHES if name in self._defaults}
        return usual | {name: value for name, value in wished.items() if value is not None}

    def _usual_length(self, sampling: Sampling | SamplingWishes) -> int | None:
        """The model's own limit, which counts where a client of the HTTP API says nothing."""
        return self._defaults.get("max_tokens") if isinstance(sampling, SamplingWishes) else None

    async def wind_down(self) -> None:
        """Ends the running answers with `abort`, and vLLM's reading task: left alone it would log an error."""
        await self._llm.abort(list(self._running))
        await self._gate.stop_all()
        if (reader := self._llm.output_handler) is not None:
            reader.cancel()

    def shut_down(self) -> None:
        """Ends the engine's processes. Blocks up to some seconds; also right for an engine that has died."""
        try:
            self._llm.shutdown(timeout=SHUTDOWN_SECONDS)
        except Exception:  # vLLM's own killing trips over a process that ends just then; the caller kills what is left
            logger.warning("vLLM's shutdown failed", exc_info=True)
        finally:
            self.http_app = None
            self._gate.let_go()
            del self._llm  # WORKAROUND: AsyncLLM.__del__ fails when it is left to the interpreter's end


def _offer_first(queue: Any, reader: OutputReader, taker: TextTaker) -> None:
    """Offers each output to `taker` before it wakes the task that waits at `queue`: a tenth of what a token cost.

    WORKAROUND: vLLM makes the queue itself and has no hook. With something still in it, the new output goes behind.
    """
    put = queue.put

    def offer_or_put(output: Any) -> None:
        if queue.output is not None or isinstance(output, Exception) or not reader.offer(output, taker):
            put(output)

    queue.put = offer_or_put


def hand_out_first(core: Any, first: Collection[str]) -> None:
    """Makes vLLM hand out, of each step's outputs, those of the requests in `first` before all others.

    WORKAROUND: it does so in the order of computing and has no hook. With its slices as small as `engine_variables`
    makes them, the window's token need not wait until the server's tokens are written to their sockets.
    """
    pull = core.get_output_async

    async def pull_sorted() -> Any:
        outputs = await pull()
        if first:
            outputs.outputs.sort(key=lambda output: output.request_id not in first)
        return outputs

    core.get_output_async = pull_sorted


def _has_template(llm: "AsyncLLM") -> bool:
    tokenizer: Any = llm.renderer.tokenizer
    return bool(getattr(tokenizer, "chat_template", None))
