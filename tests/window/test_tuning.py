"""The collector: what it walks, and when. The warming: what waits for it."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.tuning import (
    BUSY,
    BUSY_INTERVAL,
    CALM_INTERVAL,
    CALM_SECONDS,
    FULL_SECONDS,
    LONGEST_SECONDS,
    Collector,
    WarmUp,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def collector(qapp: QApplication, clock: Clock) -> Iterator[Collector]:
    collector = Collector(clock=clock)
    collector.freeze()
    gc.collect(1)
    yield collector
    collector.stop()
    gc.unfreeze()


def make_much() -> list[list[int]]:
    return [[] for _ in range(2 * BUSY)]


def test_nothing_is_collected_at_times_of_its_own_choosing(collector: Collector) -> None:
    assert not gc.isenabled()


def test_while_much_is_made_the_young_are_walked_often_and_nothing_else(collector: Collector, clock: Clock) -> None:
    clock.now = 2 * FULL_SECONDS
    kept = make_much()
    assert (collector.collect(), collector.interval) == (0, BUSY_INTERVAL)
    assert len(kept) == 2 * BUSY


def test_while_an_engine_loads_nothing_is_walked(collector: Collector) -> None:
    collector.pause()
    assert not collector.is_at_work
    collector.resume()
    assert collector.is_at_work


def test_the_old_are_walked_once_it_is_calm(collector: Collector, clock: Clock) -> None:
    assert (collector.collect(), collector.interval) == (None, CALM_INTERVAL)
    clock.now = CALM_SECONDS
    assert [collector.collect() for _ in range(2)] == [1, None]
    clock.now = FULL_SECONDS
    assert [collector.collect() for _ in range(2)] == [2, None]
    clock.now += CALM_SECONDS
    assert collector.collect() == 1


def test_between_two_steps_of_somebody_who_scrolls_it_is_not_calm(collector: Collector, clock: Clock) -> None:
    clock.now = CALM_SECONDS
    kept = make_much()
    assert collector.collect() == 0
    clock.now += CALM_SECONDS / 2
    assert collector.collect() is None
    clock.now += CALM_SECONDS / 2
    assert collector.collect() == 1
    assert len(kept) == 2 * BUSY


def test_without_any_calm_the_old_are_walked_late(collector: Collector, clock: Clock) -> None:
    clock.now = LONGEST_SECONDS
    kept = make_much()
    assert (collector.collect(), collector.interval) == (2, BUSY_INTERVAL)
    assert len(kept) == 2 * BUSY


def test_what_nothing_waits_for_is_warmed_after_the_start(qapp: QApplication, qtbot: QtBot) -> None:
    warm = WarmUp(qapp.font())
    with qtbot.waitSignal(warm.done):
        warm.start()
    assert warm.is_at_work
    qtbot.waitUntil(lambda: not warm.is_at_work)
