"""vLLM's outputs as events: counts, timings, reasons, thinking."""

from types import SimpleNamespace
from typing import Any

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.output_reader import OutputReader


def output(text: str, tokens: int, reason: str | None = None) -> Any:
    piece = SimpleNamespace(text=text, token_ids=[0] * tokens, finish_reason=reason, stop_reason=None)
    return SimpleNamespace(outputs=[piece], finished=reason is not None, num_cached_tokens=3)


def test_every_token_is_counted_also_those_without_text() -> None:
    reader = OutputReader(0.0, 7, inside=False)
    assert reader.read(output("", 1)) == []
    assert reader.read(output("Hé", 2)) == [events.TextDelta("Hé", 2)]
    *deltas, end = reader.read(output("!", 1, "length"))
    assert deltas == [events.TextDelta("!", 1)]
    assert isinstance(end, events.Finished)
    assert (end.reason, end.usage) == ("length", events.Usage(7, 4, 3))
    assert end.timings.first_token is not None
    assert end.timings.first_token <= end.timings.total


def test_a_piece_with_both_counts_once() -> None:
    reader = OutputReader(0.0, 1, inside=True)
    told = reader.read(output("why</think>Because", 3))
    assert told == [events.ReasoningDelta("why", 0), events.TextDelta("Because", 3)]


def test_only_plain_text_of_a_running_answer_is_offered() -> None:
    reader = OutputReader(0.0, 1, inside=True)
    taken: list[str] = []

    def take(text: str) -> bool:
        taken.append(text)
        return text != "no"

    assert not reader.offer(output("why", 1), take)
    reader.read(output("why</think>Because", 3))
    assert reader.offer(output("", 1), take)
    assert reader.offer(output(" of", 1), take)
    assert not reader.offer(output("no", 1), take)
    assert not reader.offer(output("end", 1, "stop"), take)
    assert taken == [" of", "no"]
    assert reader.read(output("", 0, "stop"))[-1].usage.completion_tokens == 5  # type: ignore[union-attr]


def test_what_is_held_back_comes_with_the_end() -> None:
    reader = OutputReader(0.0, 1, inside=False)
    assert reader.read(output("<thi", 1)) == []
    assert reader.read(output("", 0, "stop"))[0] == events.TextDelta("<thi", 0)


@pytest.mark.parametrize(("theirs", "ours"), [("stop", "stop"), ("abort", "abort"), ("something new", "stop")])
def test_reasons_are_ours(theirs: str, ours: str) -> None:
    (end,) = OutputReader(0.0, 1, inside=False).read(output("", 0, theirs))
    assert isinstance(end, events.Finished)
    assert end.reason == ours


def test_an_answer_that_goes_on_has_no_thinking() -> None:
    reader = OutputReader(0.0, 1, is_answering=True)
    assert not reader.offer(output("", 1), lambda _: True), "the time of the first token is still to be taken"
    assert reader.read(output("", 1)) == []
    assert reader.offer(output(" so", 1), lambda _: True)
    assert reader.read(output("<think>", 1)) == [events.TextDelta("<think>", 1)]
    end = reader.read(output("", 1, "stop"))[-1]
    assert isinstance(end, events.Finished)
    assert end.usage.completion_tokens == 4


def test_the_trace_is_told_on_the_way() -> None:
    trace = RequestTrace("r")
    reader = OutputReader(0.0, 7, is_answering=True, trace=trace)
    assert (trace.prompt_tokens, trace.output_tokens, trace.first_token) == (7, 0, None)
    reader.read(output("Hé", 2))
    assert (trace.cached_tokens, trace.output_tokens) == (3, 2)
    assert trace.first_token is not None
    assert reader.offer(output(" so", 1), lambda _: True)
    assert trace.output_tokens == 3


def test_the_trace_knows_the_end_before_the_last_text_is_told() -> None:
    trace = RequestTrace("r")
    reader = OutputReader(0.0, 7, trace=trace)
    reader.read(output("so", 1))
    assert not trace.is_written
    last = output("!", 1, "stop")
    last.outputs[0].stop_reason = "END"
    reader.read(last)
    assert (trace.is_written, trace.stopped_by, trace.cache_tokens_written) == (True, "END", None)
