"""The transcript's benchmark without its children: the corpus, the arithmetic and the tables; nothing is timed here."""

from collections.abc import Callable

import msgspec
import pytest

from benchmarks import corpus
from benchmarks.corpus_hostile import CELLS, HOSTILE
from benchmarks.report import as_text
from benchmarks.speed import YARDSTICKS, Speed
from benchmarks.transcript_aims import aims, aims_table
from benchmarks.transcript_figures import Spread, costs_at, growth, microseconds_per_token, short, spread
from benchmarks.transcript_findings import Findings
from benchmarks.transcript_orders import (
    TOKENS_PER_FRAME,
    Endured,
    Flush,
    HostileOrder,
    Opened,
    OpenOrder,
    Order,
    Outcome,
    Steps,
    Streamed,
    StreamOrder,
)
from benchmarks.transcript_plan import KINDS, Plan, is_naive
from benchmarks.transcript_tables import STEPS, tables

QUICK = Plan.of(quick=True)


def streamed(tokens: int, cost: Callable[[int], float] = lambda number: 1.0) -> Streamed:
    count = int(tokens / TOKENS_PER_FRAME) + 1
    flushes = [
        Flush((number + 1) * TOKENS_PER_FRAME, cost(number), 0.5, 0.25, {"boxes made": number % 2})
        for number in range(count)
    ]
    return Streamed(flushes[-1].reached, flushes)


def outcome(order: Order) -> Outcome:
    match order:
        case StreamOrder():
            return streamed(order.tokens)
        case OpenOrder():
            steps = {kind: Steps([1.0, 2.0, 3.0], {"boxes made": 4}) for kind in STEPS}
            return Opened(12.0, 3.0, 4.0, 30.0, {"boxes made": 40}, steps)
        case HostileOrder():
            return Endured(40_000, [1.0, 2.0], 5.0, 6.0, 6.5, 7.0, 0.5)


@pytest.fixture
def findings() -> Findings:
    importing, parsing, _ = YARDSTICKS
    speed = Speed({importing: [3 * YARDSTICKS[importing]], parsing: [2 * YARDSTICKS[parsing]]})
    return Findings({order: [outcome(order)] for _, order in QUICK.orders()}, speed=speed)


@pytest.mark.parametrize("tokens", [1, 777])
@pytest.mark.parametrize("make", [corpus.answer, *(lambda n, kind=kind: corpus.of_one_kind(kind, n) for kind in KINDS)])
def test_a_text_is_always_the_same_and_as_long_as_was_asked_for(make: Callable[[int], str], tokens: int) -> None:
    assert make(tokens) == make(tokens)
    assert len(make(tokens)) == corpus.TOKEN * tokens


def test_answers_of_other_seeds_are_others() -> None:
    assert corpus.answer(100, seed=1) != corpus.answer(100, seed=2)


@pytest.mark.parametrize(
    "mark",
    ["```python\n", "\n- ", "   - ", "\n1. ", "\n| ", "\n> ", "$$\n", "**", "~~", "[x]", "](https://", "缓存", "Кэш"],
)
def test_a_long_answer_has_everything_in_it(mark: str) -> None:
    assert mark in corpus.answer(20_000)


def test_a_kind_is_one_block() -> None:
    assert "\n" not in corpus.of_one_kind("paragraph", 2_000)
    assert corpus.of_one_kind("code", 2_000).count("```") == 1
    assert all(line.startswith("|") for line in corpus.of_one_kind("table", 2_000).splitlines())
    assert all(line.lstrip().startswith("- ") for line in corpus.of_one_kind("list", 2_000).splitlines()[:-1])
    with pytest.raises(ValueError, match="poem"):
        corpus.of_one_kind("poem", 10)


def test_a_conversation_alternates() -> None:
    said = corpus.conversation(50)
    assert [one.role for one in said] == ["user", "assistant"] * 25
    assert len({one.text for one in said}) == 50
    assert said == corpus.conversation(50)


def test_hostile_texts_are_as_large_as_their_names_say() -> None:
    assert HOSTILE["100,000 nested quotes"]().count(">") == 100_000
    assert len(HOSTILE["a line of 1 MB"]().splitlines()[0]) == 1_000_000
    assert HOSTILE["50,000 table cells"]().count("12 |") == CELLS
    assert all(make() == make() for make in HOSTILE.values())


def test_orders_and_outcomes_survive_the_way_to_the_child_and_back(findings: Findings) -> None:
    for _, order in QUICK.orders():
        assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order
        for found in findings.outcomes[order]:
            assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(found)), Outcome) == found


def test_a_spread_is_the_median_of_each_runs_own_figures() -> None:
    assert spread([[1, 2, 9], [1, 3, 5], [2, 4, 7]]) == Spread(3, 7, 7)
    assert spread([[1.0], []]) is None
    assert spread([]) is None
    assert str(Spread(0.5, 12.34, 1234)) == "0.50 / 12.3 / 1,234"
    assert short(99.94) == "99.9"


def test_growth_compares_the_last_quarter_with_the_first() -> None:
    assert growth(streamed(5_000)) == pytest.approx(1)
    assert growth(streamed(5_000, lambda number: number + 1.0)) > 5


def test_a_mark_stands_for_the_tokens_before_it() -> None:
    run = streamed(2_000, float)
    found = costs_at(run, 1_000)
    assert found[0] == 0
    assert found[-1] == int(1_000 / TOKENS_PER_FRAME) - 1
    assert len(costs_at(run, 2_000)) == pytest.approx(len(found), abs=1)
    assert costs_at(run, 2_020)  # the last slice may be too short to be flushed
    assert not costs_at(run, 5_000)


def test_a_tokens_cost_has_what_is_done_between_flushes() -> None:
    assert microseconds_per_token(streamed(1_000)) == pytest.approx(1_500 / TOKENS_PER_FRAME)


def test_every_table_can_be_printed(findings: Findings) -> None:
    for section in (*tables(QUICK, findings), aims_table(QUICK, findings)):
        assert all(len(row) == len(section.header) for row in section.rows)
        assert section.title in as_text(section)


def test_aims_are_judged(findings: Findings) -> None:
    assert all(aim.is_reached for aim in aims(QUICK, findings) if "µs" not in aim.words)


def test_on_a_slower_machine_times_are_told_at_the_speed_of_the_aims_as_well(findings: Findings) -> None:
    table = aims_table(QUICK, findings)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["10,000 messages: first paint"] == ("40", "12.0", "yes", "6.0", "yes")
    assert rows["10,000 messages: MB added"] == ("15", "4.0", "yes", "-", "-")
    assert "37.6 ms (there 18.8, a factor of 2.0)" in table.notes[0]
    assert "the lowest of these factors, 2.0" in table.notes[1]


def test_a_hostile_text_that_ends_the_child_is_told_and_misses_the_aim(findings: Findings) -> None:
    order = next(iter(QUICK.hostile.values()))
    findings.outcomes[order].clear()
    findings.failures[order] = "did not answer within 180 s"
    assert not list(aims(QUICK, findings))[-1].is_reached
    assert "no spaces: did not answer" in as_text(tables(QUICK, findings)[-1])


def test_a_run_that_was_cut_short_leaves_its_cells_empty(findings: Findings) -> None:
    for name, order in QUICK.streams.items():
        if is_naive(order):
            findings.outcomes[order] = [streamed(1_000)]
            row = next(row for row in tables(QUICK, findings)[0].rows if row[0] == name)
            assert row[2:] == ("-", "-", "-", "-")


def test_the_naive_way_is_beside_everything_that_is_ordered_quickly() -> None:
    naive = [order for _, order in QUICK.orders() if is_naive(order)]
    assert {order.panes for order in naive if isinstance(order, StreamOrder)} == {1, 4}
    assert {order.text for order in naive if isinstance(order, StreamOrder)} == {"answer", *KINDS}
    assert any(isinstance(order, OpenOrder) for order in naive)
