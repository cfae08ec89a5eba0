"""Turns what vLLM gives out for one answer into our events, with counts and timings. On the backend's loop; no I/O."""

import time
from typing import Any

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import TextTaker
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.reasoning import ThinkSplitter

REASONS: dict[str | None, events.FinishReason] = {"stop": "stop", "length": "length", "abort": "abort"}


class OutputReader:
    """Turns one answer's outputs, as vLLM gives them, into events."""

    def __init__(
        self,
        started: float,
        prompt_tokens: int,
        *,
        inside: bool = False,
        is_answering: bool = False,
        trace: RequestTrace | None = None,
    ) -> None:
        """`inside`: the prompt has opened the thinking. `is_answering`: the thinking is over, or there is none.

        The tokens are counted in `trace`.
        """
        self.prompt_tokens = prompt_tokens
        self._trace = trace or RequestTrace("")
        self._trace.prompt_tokens = prompt_tokens
        self._started = started
        self._splitter = ThinkSplitter(inside=inside)
        self._is_answering = is_answering
        self._first: float | None = None

    def offer(self, output: Any, taker: TextTaker) -> bool:
        """Whether `taker` took all there is in this output; otherwise it is still to be read."""
        piece = output.outputs[0]
        if output.finished or not self._is_answering or self._first is None:
            return False
        if piece.text and not taker(piece.text):
            return False
        self._trace.output_tokens += len(piece.token_ids)
        return True

    def read(self, output: Any) -> list[events.StreamEvent]:
        """The events of one `RequestOutput` with delta text."""
        piece = output.outputs[0]
        tokens = len(piece.token_ids)
        self._trace.output_tokens += tokens
        if self._first is None and tokens:
            self._first = time.perf_counter() - self._started
            self._trace.first_token = time.monotonic()
            self._trace.cached_tokens = output.num_cached_tokens or 0
            self._trace.cache_tokens_written = getattr(output, "num_cache_creation_tokens", None)  # from 0.31 on
        told: list[events.StreamEvent]
        if not piece.text:
            told = []
        elif self._is_answering:  # nearly every token comes this way
            told = [events.TextDelta(piece.text, tokens)]
        else:
            told = _deltas(*self._splitter.feed(piece.text), tokens)
            self._is_answering = self._splitter.is_answering
        if output.finished:
            self._trace.is_written = True
            self._trace.stopped_by = piece.stop_reason
            told += _deltas(*self._splitter.finish(), 0)
            usage = events.Usage(self.prompt_tokens, self._trace.output_tokens, output.num_cached_tokens or 0)
            timings = events.Timings(self._first, time.perf_counter() - self._started)
            told.append(events.Finished(REASONS.get(piece.finish_reason, "stop"), usage, timings))
        return told


def _deltas(reasoning: str, text: str, tokens: int) -> list[events.StreamEvent]:
    """The tokens of a piece that holds both count as the answer's."""
    told: list[events.StreamEvent] = []
    if reasoning:
        told.append(events.ReasoningDelta(reasoning, 0 if text else tokens))
    if text:
        told.append(events.TextDelta(text, tokens))
    return told
