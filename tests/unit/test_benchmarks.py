"""The benchmarks' own arithmetic, tables and parsers; nothing is timed here."""

import json
from math import prod
from pathlib import Path
from typing import Any

import pytest

from benchmarks import doors, engine_bench, gpu, load_generator, made_up_model, prompts, replay
from benchmarks.figures import Answer, Sample, paired_ratio, percentile, summarise
from benchmarks.processes import BenchmarkError
from benchmarks.report import Report, Section, aligned, as_markdown, as_text
from benchmarks.streams import FIRST_TOKEN, LAST_CHUNK, BadStreamError, dechunk, read_ndjson, read_sse
from benchmarks.window_first import Found
from benchmarks.window_first import section as window_first_section
from seproj_desktop.server.ndjson import AnswerLines
from seproj_desktop.server.openai.plain_chat import read_plain


def sample(subject: str, number: int, wall: float, tokens: int = 100) -> Sample:
    return Sample(subject, 8, number, wall, cpu=0.002, tokens=tokens, pieces=50, firsts=(0.1, 0.2, 0.3))


def response(*pieces: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def ndjson(*texts: str, cumulative: bool = True) -> bytes:
    """What our server really writes."""
    lines = AnswerLines("r1", cumulative=cumulative)
    return b"".join([*(lines.token(text) for text in texts), lines.done("length")])


def sse(*texts: str, usage: int | None = None) -> bytes:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": text} for text in texts), {}]
    events: list[dict[str, Any]] = [{"choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas]
    events[-1]["choices"][0]["finish_reason"] = "stop"
    if usage is not None:
        events.append({"choices": [], "usage": {"completion_tokens": usage}})
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode() + b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3, 1, 2], 50, 2), ([4, 1, 2, 3], 50, 2), ([1], 99, 1), (list(range(1, 101)), 99, 99), ([5, 6], 0, 5)],
)
def test_a_percentile_is_a_value_that_occurred(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_summary_takes_medians_of_rates_and_pools_first_tokens() -> None:
    summary = summarise([sample("b", 0, 1.0), sample("b", 1, 2.0), sample("b", 2, 4.0)])
    assert summary.tokens_per_second == 50
    assert summary.first_p50 == 0.2
    assert summary.first_p99 == 0.3
    assert summary.cpu_per_token == pytest.approx(20)
    assert summary.tokens_per_piece == 2
    assert summary.tokens == 300


def test_ratios_are_paired_by_round() -> None:
    samples = [sample("b", 0, 1.0), sample("c", 0, 2.0), sample("b", 1, 10.0), sample("c", 1, 30.0)]
    samples.append(sample("b", 2, 1.0))  # a round that the other side missed
    ratio = paired_ratio(samples, "b", "c", 8, lambda one: one.tokens_per_second)
    assert [ratio.median, ratio.lowest, ratio.highest] == pytest.approx([2.5, 2.0, 3.0])
    assert str(ratio) == "2.50 [2.00 to 3.00]"


def test_a_table_is_aligned() -> None:
    assert aligned([("door", "tokens/s"), ("b /generate", "9")]) == ["door         tokens/s", "b /generate         9"]


def test_a_section_reads_as_text_and_as_markdown() -> None:
    section = Section("Speed", ("door", "n"), [("a|b", "1")], ["One note."])
    assert as_text(section).splitlines() == ["", "Speed", "-----", "door  n", "a|b   1", "One note."]
    markdown = as_markdown(Report("Title", [section]))
    assert "| door | n |\n| --- | ---: |\n| a\\|b | 1 |" in markdown
    assert "- One note." in markdown


def test_chunks_are_joined() -> None:
    assert dechunk(response(b"ab\r\n", b"c" * 300)) == b"ab\r\n" + b"c" * 300
    assert response(b"x").endswith(LAST_CHUNK)


@pytest.mark.parametrize("broken", [b"", response(b"{}", status="503 Busy"), response(b"ab")[:-5]])
def test_what_is_no_whole_answer_is_refused(broken: bytes) -> None:
    with pytest.raises(BadStreamError):
        dechunk(broken)


@pytest.mark.parametrize("cumulative", [True, False])
def test_our_lines_are_read(cumulative: bool) -> None:
    reading = read_ndjson(ndjson("Hé", "\u2028", '"llo"\r\n0\r\n\r\n', cumulative=cumulative))
    assert reading.text == 'Hé\u2028"llo"\r\n0\r\n\r\n'
    assert (reading.reason, reading.tokens, reading.pieces) == ("length", None, 3)


def test_text_never_looks_like_the_end_of_a_response() -> None:
    assert LAST_CHUNK not in ndjson("\r\n0\r\n\r\n")


def test_an_answer_that_failed_or_does_not_add_up_is_refused() -> None:
    with pytest.raises(BadStreamError, match="no done line"):
        read_ndjson(AnswerLines("r1", cumulative=True).error("broken"))
    with pytest.raises(BadStreamError, match="joined deltas"):
        read_ndjson(ndjson("a", "b").replace(b'"delta":"b"', b'"delta":"c"'))


def test_chat_events_are_read() -> None:
    reading = read_sse(sse("Hé", "llo\n", usage=7))
    assert (reading.text, reading.reason, reading.tokens, reading.pieces) == ("Héllo\n", "stop", 7, 2)
    assert read_sse(sse("x")).tokens is None
    with pytest.raises(BadStreamError):
        read_sse(sse("x")[:-16])


def test_the_first_token_is_told_from_the_role_event() -> None:
    compact = b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
    assert not FIRST_TOKEN["chat"].search(compact)
    assert FIRST_TOKEN["chat"].search(b'data: {"choices":[{"delta":{"content":"A"}}]}\n\n')
    assert FIRST_TOKEN["generate"].search(ndjson("A"))


class WordCounter:
    def count(self, text: str) -> int:
        return len(text.split())


def test_tokens_are_told_or_known_or_counted() -> None:
    told = Answer(0, 0.1, 0.2, "a b", "stop", tokens=5, pieces=2)
    known = Answer(0, 0.1, 0.2, "a b", "length", tokens=None, pieces=2)
    counted = Answer(0, 0.1, 0.2, "a b", "stop", tokens=None, pieces=2)
    assert prompts.count_tokens([told, known, counted], 128, WordCounter()) == (5 + 128 + 3, 2)


def test_every_door_is_asked_the_same() -> None:
    body = prompts.candidates(16)[0]
    chat = prompts.as_chat(body)
    assert {name: chat[name] for name in body} == body
    assert chat["stream_options"] == {"include_usage": True}


class ScriptedDoor:
    """Answers at full length where the prompt's number is in `full`."""

    def __init__(self, full: set[int]) -> None:
        self.full = full

    def ask(self, command: str, timeout: float = 0.0, **fields: Any) -> Any:
        numbers = range(len(fields["bodies"]))
        return {"answers": [{"prompt": n, "reason": "length" if n in self.full else "stop"} for n in numbers]}


def test_prompts_whose_answers_run_to_the_limit_are_chosen() -> None:
    bodies = prompts.candidates(16)
    assert prompts.choose(ScriptedDoor({1, 3, 5, 7}), 16) == [bodies[n] for n in (1, 3, 5, 7)]
    assert prompts.choose(ScriptedDoor({1}), 16) == bodies[: prompts.ENOUGH]


def found(clients: int, shown: float, step: float, late: float = 3.0, places: int = 272) -> Found:
    stalls = {"longest": 20.0, "p99": late, "over_17": 1.0, "beats": 100.0}
    return Found(clients, places, clients, (shown, shown), (shown / 2, shown / 2), step, stalls)


def test_the_window_may_wait_twice_its_idle_time_and_a_step() -> None:
    told = window_first_section([found(0, 0.02, 0.005), found(64, 0.05, 0.02), found(256, 0.09, 0.04, late=17.0)])
    assert [row[2] for row in told.rows] == ["20", "50", "90"]
    assert "60 ms; found 50: met." in told.notes[0]
    assert "80 ms; found 90: MISSED." in told.notes[2]
    assert [note.endswith("met.") for note in told.notes[1:4:2]] == [True, False]


def test_the_idle_time_is_that_of_as_many_places() -> None:
    levels = [found(0, 0.02, 0.005, places=128), found(256, 0.05, 0.01, places=128)]
    told = window_first_section([*levels, found(0, 0.03, 0.005), found(256, 0.05, 0.01)])
    assert [row[0] for row in told.rows[1::2]] == ["256 clients, 128 places", "256 clients, 272 places"]
    assert "50 ms; found 50: met." in told.notes[0]
    assert "70 ms; found 50: met." in told.notes[2]


def test_the_engine_may_be_measured_with_some_clients_only() -> None:
    plan = engine_bench.Plan.of(quick=True)
    assert plan.at([64]).requests == {64: 1}
    assert plan.at([]) == plan
    assert plan.at([], 2).rounds == 2
    assert tuple(plan.requests) == engine_bench.LEVELS


def of_doors(doors: tuple[str, ...], slowest: str) -> list[Sample]:
    """Samples of every door at 64 clients, of which one takes four times as long and as much."""
    slow = {door: 4.0 if door == slowest else 1.0 for door in doors}
    return [Sample(door, 64, 0, slow[door], 0.002 * slow[door], 100, 50, (0.1 * slow[door],)) for door in doors]


def test_each_aim_of_the_doors_is_judged() -> None:
    samples = of_doors(engine_bench.SUBJECTS, slowest=engine_bench.VLLM)
    notes = engine_bench.ratios_section(samples, "same", 0).notes
    aims = [note for note in notes if note.startswith("Aim")]
    assert len(aims) == len(engine_bench.AIMS)
    assert all(aim.endswith(": met.") for aim in aims)
    assert aims[0] == "Aim for b / c at 64 clients, CPU per token: at most 0.55; found 0.25: met."
    missed = engine_bench.ratios_section(of_doors(engine_bench.SUBJECTS, slowest=engine_bench.CHAT), "same", 0).notes
    assert "Aim for e / b' at 64 clients, CPU per token: at most 1.1; found 4.00: MISSED." in missed


def test_the_http_layer_s_aim_is_for_the_whole_load() -> None:
    notes = replay.section(of_doors(replay.SUBJECTS, slowest=engine_bench.VLLM)).notes
    assert [note.endswith("Aim: at least 3 times its tokens/s: met.") for note in notes] == [True, False, True, False]


def test_a_chat_that_is_left_to_vllm_says_nothing_new() -> None:
    chat = prompts.as_chat(prompts.candidates(16)[0])
    assert read_plain(chat) is not None
    assert read_plain(chat | prompts.BY_VLLM) is None


def test_a_failed_request_of_the_load_generator_is_told() -> None:
    result = {
        "completed": 99,
        "failed": 1,
        "request_throughput": 8.0,
        "output_throughput": 500.0,
        "median_ttft_ms": 40.0,
        "p99_ttft_ms": 90.0,
    }
    told = load_generator.section({"/v1/completions": load_generator.Outcome.of(result)})
    assert told.rows == [("/v1/completions", "99", "1", "8.0", "500", "40", "90")]
    assert told.notes[0] == "Aim: no request fails; 1 did: MISSED."


def test_the_made_up_model_has_as_many_weights_as_qwen3_4b() -> None:
    shapes = dict(made_up_model.weight_shapes(made_up_model.SHAPE))
    assert len(shapes) == 2 + 11 * 36
    assert sum(prod(shape) for shape in shapes.values()) == pytest.approx(4.02e9, rel=0.001)


def test_the_made_up_models_tokenizer_has_a_word_for_every_token(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    made_up_model.write_tokenizer(tmp_path, 3000)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.get_vocab_size() == 3000
    assert all(tokenizer.decode([token], skip_special_tokens=False) for token in range(2048, 3000))
    ours, demo = (prompts.ModelTokenizer(folder) for folder in (tmp_path, doors.DEMO))
    assert ours.count("Build a booking calendar.") == demo.count("Build a booking calendar.")


def test_figures_are_told_of_the_doors_that_were_measured() -> None:
    subjects = (engine_bench.GENERATE, engine_bench.VLLM)
    samples = [sample(subject, number, 1.0) for subject in subjects for number in range(2)]
    assert [row[0] for row in engine_bench.figures_section(samples).rows] == list(subjects)
    assert [row[0] for row in engine_bench.ratios_section(samples, "", 0).rows] == ["b / c"]


def test_vllms_own_server_looks_for_what_ours_looks_for() -> None:
    arguments = doors.vllm_arguments(with_parsers=True)
    assert arguments[arguments.index("--reasoning-parser") + 1] == "qwen3"
    assert arguments[arguments.index("--tool-call-parser") + 1] == "hermes"
    assert "--reasoning-parser" not in doors.vllm_arguments()


def fake_card(folder: Path, monkeypatch: pytest.MonkeyPatch, used: int) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho {used}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_memory_is_back_when_it_is_near_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_card(tmp_path, monkeypatch, used=540)
    assert gpu.used_memory() == 540
    assert gpu.wait_until_back(500) < gpu.BACK_SECONDS


def test_memory_that_stays_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_card(tmp_path, monkeypatch, used=900)
    with pytest.raises(BenchmarkError, match="900 MiB are still in use"):
        gpu.wait_until_back(500, timeout=0.0)


def test_without_a_card_its_memory_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchmarkError, match="needs an NVIDIA card"):
        gpu.run_gpu(tmp_path, Report("r"), print, doors.DEMO_SERVED)
