"""The gate between vLLM's HTTP app and the engine: no request of the server's gets past it uncounted or in front.

`GatedEngine` looks like vLLM's `AsyncLLM` to that app. Every generation waits for places of the server's, has the
server's priority whatever its body says, ends in the engine when its reader goes, and tells its `RequestTrace` how far
it is. On the backend's loop; imports nothing of vLLM.
"""

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from seproj_desktop.chat.events import FinishReason
from seproj_desktop.chat.messages import SERVER_PRIORITY
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.admission import Admission
from seproj_desktop.engine.output_reader import REASONS
from seproj_desktop.engine.status import ENGINE_DIED

CURRENT_CALL: ContextVar["HttpCall"] = ContextVar("CURRENT_CALL")
"""The HTTP request on whose behalf vLLM's app is running. Its handlers call `generate` with arguments of their own
choice, so nothing else tells the gate who asks; tasks that a handler starts inherit the variable."""


class WithdrawnError(Exception):
    """The request was stopped by the person while it waited."""


class TooManySequencesError(ValueError):
    """More answers at once than there are places; a `ValueError`, since vLLM tells those to the client."""

    def __init__(self, places: int) -> None:
        super().__init__(f"n may be at most {places} here.")


class EngineLostError(RuntimeError):
    """The engine has ended in the midst of an answer; in a stream vLLM's app tells the client these words."""

    def __init__(self) -> None:
        super().__init__(ENGINE_DIED)


@dataclass(slots=True)
class HttpCall:
    """One request that vLLM's app answers: who asks, under which model's name, and the places it holds."""

    trace: RequestTrace
    admission: Admission
    client: str = ""
    model: str = ""
    finish_reason: FinishReason | None = field(default=None, init=False)
    """How vLLM says that its first answer has ended."""
    _said: list[str] = field(default_factory=list, init=False)
    _reserved: int = field(default=0, init=False)

    def said(self) -> str:
        """The model's words so far, of the first answer where there are several."""
        return "".join(self._said)

    async def reserve(self, places: int) -> None:
        """Takes the first generation's places before vLLM's app is called, while a refusal can still have a status.

        Raises `QueueFullError`, `WithdrawnError` or `TooManySequencesError`.
        """
        await self._take(places)
        self._reserved = places

    def close(self) -> None:
        """Gives back what no generation has used."""
        reserved, self._reserved = self._reserved, 0
        self._give_back(reserved)

    @contextlib.asynccontextmanager
    async def generation(self, sequences: int) -> AsyncIterator[None]:
        """Around one generation, which occupies a place for each of its sequences."""
        if self._reserved >= sequences:
            self._reserved -= sequences
        else:
            await self._take(sequences)
        try:
            yield
        finally:
            self._give_back(sequences)

    def note(self, output: Any, began: float, *, is_first: bool) -> None:
        """What one `RequestOutput` of vLLM's tells, of a generation that began at this moment."""
        trace = self.trace
        piece = output.outputs[0]
        self._said.append(piece.text)
        self.finish_reason = REASONS.get(piece.finish_reason, self.finish_reason)
        made = sum(len(piece.token_ids) for piece in output.outputs)
        if made:
            trace.output_tokens += made
            if trace.first_token is None:
                trace.first_token = _first_token(output, began)
        if is_first:
            trace.prompt_tokens += len(output.prompt_token_ids or ())
            trace.cached_tokens += output.num_cached_tokens or 0

    async def _take(self, places: int) -> None:
        if places > self.admission.places:
            raise TooManySequencesError(self.admission.places)
        taken = 0
        try:
            # One at a time gathers several places: two that hold half of them each would wait for one another.
            async with contextlib.nullcontext() if places == 1 else self.admission.gathering:
                while taken < places:
                    if not await self.admission.enter(self.trace.request_id, self.client):
                        raise WithdrawnError
                    taken += 1
        except BaseException:
            self._give_back(taken)
            raise
        if self.trace.admitted is None:
            self.trace.admitted = time.monotonic()

    def _give_back(self, places: int) -> None:
        for _ in range(places):
            self.admission.leave(self.client)


class GatedEngine:
    """vLLM's engine as its HTTP app sees it: everything but `generate` is the engine's own."""

    def __init__(self, engine: Any, prepare: Callable[[Any], None] | None = None) -> None:
        """`prepare` may change a generation's sampling parameters."""
        self._engine = engine
        self._prepare = prepare
        self._running: dict[str, set[str]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def generate(self, prompt: Any, sampling_params: Any, request_id: str, **more: Any) -> AsyncGenerator[Any, None]:
        """A plain function: the call is looked up while the handler's context is still the running one."""
        if self._prepare is not None:
            self._prepare(sampling_params)
        more["priority"] = SERVER_PRIORITY + max(0, more.get("priority") or 0)
        return self._pass(CURRENT_CALL.get(), prompt, sampling_params, request_id, more)

    async def stop(self, request_id: str) -> bool:
        """Ends what runs for the HTTP request of this id; False where nothing does."""
        running = self._running.get(request_id)
        if running:
            await self._engine.abort(list(running))
        return bool(running)

    async def stop_all(self) -> None:
        await self._engine.abort([one for running in self._running.values() for one in running])

    def let_go(self) -> None:
        """Forgets the engine, which has ended."""
        self._engine = None

    async def _pass(
        self, call: HttpCall, prompt: Any, sampling_params: Any, request_id: str, more: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        async with call.generation(sampling_params.n or 1):
            running = self._running.setdefault(call.trace.request_id, set())
            running.add(request_id)
            is_first, began = True, time.monotonic()
            try:
                outputs = self._engine.generate(prompt, sampling_params, request_id, **more)
                async with contextlib.aclosing(outputs) as stream:
                    async for output in stream:
                        call.note(output, began, is_first=is_first)
                        is_first = False
                        yield output
            except Exception as error:  # of whatever kind: vLLM's own words for its end lead to a stack trace
                if self._engine is None or self._engine.errored:
                    raise EngineLostError from error
                raise
            finally:
                running.discard(request_id)
                if not running:
                    self._running.pop(call.trace.request_id, None)


def _first_token(output: Any, began: float) -> float:
    """Now, unless the whole answer comes at once: vLLM then tells when it had the first."""
    now = time.monotonic()
    latency = getattr(getattr(output, "metrics", None), "first_token_latency", 0.0)
    return began + latency if output.finished and 0 < latency < now - began else now
