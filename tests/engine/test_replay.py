"""The benchmark's recorded engine under our own: it has all that ours asks of vLLM's."""

import pickle
from pathlib import Path

import pytest

from benchmarks.doors import vllm_arguments
from benchmarks.replay_llm import ReplayLLM, engine_config, serve_arguments
from seproj_desktop.chat.events import TextDelta
from seproj_desktop.engine.vllm_engine import EngineOptions, LoadCounters, VllmEngine
from tests.engine.conftest import DEMO
from tests.engine.test_answers import job

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.usefixtures("manager")  # which has imported vllm
async def test_our_engine_gives_out_what_was_recorded(tmp_path: Path) -> None:
    from vllm.outputs import CompletionOutput, RequestOutput

    words = ["One", " answer", "."]
    outputs = [
        RequestOutput("r", None, [1], None, [CompletionOutput(0, word, [number], None, None)], word == words[-1])
        for number, word in enumerate(words)
    ]
    recording = tmp_path / "recording"
    recording.write_bytes(pickle.dumps([outputs]))
    llm = ReplayLLM(engine_config(serve_arguments(vllm_arguments())), recording)
    engine = VllmEngine(llm, EngineOptions("demo", str(DEMO)), LoadCounters())  # type: ignore[arg-type]
    events = [event async for event in engine.generate(job("again", "Hi"))]
    assert [event.text for event in events if isinstance(event, TextDelta)] == words
