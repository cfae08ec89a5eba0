"""Admission: places go round among clients, and none is ever lost or given twice, whatever happens in between."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from seproj_desktop.engine.admission import Admission, QueueFullError

PLACES, QUEUE_LIMIT = 3, 6


async def queued(admission: Admission, *requests: tuple[str, str]) -> list[asyncio.Task[bool]]:
    """Tasks that wait, in this order."""
    tasks = []
    for request_id, client in requests:
        tasks.append(asyncio.create_task(admission.enter(request_id, client)))
        await asyncio.sleep(0)
    return tasks


async def given_to(tasks: list[asyncio.Task[bool]]) -> list[int]:
    """Which of them have a place by now."""
    await asyncio.sleep(0)
    return [number for number, task in enumerate(tasks) if task.done() and task.result()]


async def test_places_go_round_among_clients_and_each_ones_own_keep_their_order() -> None:
    admission = Admission(1, 10)
    await admission.enter("x", "x")
    waiting = await queued(admission, *((name, name[0]) for name in ("a1", "a2", "a3", "b1", "c1", "b2")))
    order: list[int] = []
    client = "x"
    for _ in waiting:
        admission.leave(client)
        (served,) = set(await given_to(waiting)) - set(order)
        client = "aaabcb"[served]
        order.append(served)
    assert order == [0, 3, 4, 1, 5, 2]


async def test_who_holds_fewer_places_comes_first() -> None:
    admission = Admission(4, 10)
    for client in "aaab":
        await admission.enter(client, client)
    waiting = await queued(admission, ("a", "a"), ("b1", "b"), ("b2", "b"))
    admission.leave("a")
    assert await given_to(waiting) == [1]
    admission.leave("a")
    assert await given_to(waiting) == [0, 1]


async def test_a_full_queue_takes_a_newcomer_for_the_newest_of_the_longest() -> None:
    admission = Admission(1, 3)
    await admission.enter("a0", "a")
    waiting = await queued(admission, ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"))
    with pytest.raises(QueueFullError):
        await waiting[2]
    with pytest.raises(QueueFullError):
        await admission.enter("a4", "a")
    with pytest.raises(QueueFullError):
        await admission.enter("b2", "b")
    assert admission.waiting == 3
    left = [*waiting[:2], waiting[3]]
    admission.leave("a")
    assert await given_to(left) == [0]
    admission.leave("a")
    assert await given_to(left) == [0, 2]
    waiting[1].cancel()


async def test_a_place_given_in_the_moment_of_cancellation_is_not_lost() -> None:
    admission = Admission(1, 5)
    assert await admission.enter("a")
    (waiting,) = await queued(admission, ("b", ""))
    admission.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await admission.enter("c")


async def test_a_place_given_in_the_moment_after_cancellation_goes_to_the_next() -> None:
    admission = Admission(1, 5)
    assert await admission.enter("a")
    waiting = await queued(admission, ("b", "b"), ("c", "c"))
    waiting[0].cancel()
    admission.leave()
    assert await waiting[1]
    assert waiting[0].cancelled()


async def test_no_room_to_wait_is_told_at_once() -> None:
    with pytest.raises(QueueFullError):
        await Admission(0, 0).enter("a")


@dataclass(eq=False)
class Request:
    request_id: str
    client: str
    task: asyncio.Task[bool]
    was_cancelled: bool = False


class Crowd(RuleBasedStateMachine):
    """Clients that come, wait, give up, are sent away and leave, several of these in one turn of the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.admission = Admission(PLACES, QUEUE_LIMIT)
        self.requests: list[Request] = []
        self.inside: list[Request] = []
        self.refused = 0

    def teardown(self) -> None:
        for request in self.requests:
            request.task.cancel()
        tasks = [request.task for request in self.requests]
        self._run(asyncio.wait(tasks) if tasks else asyncio.sleep(0))
        self.loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        self.loop.run_until_complete(work)

    @rule(client=st.sampled_from("abc"), number=st.integers(0, 3))
    def come(self, client: str, number: int) -> None:
        """Request ids may be chosen by clients, so they may be the same."""
        request_id = f"{client}{number}"
        task = self.loop.create_task(self.admission.enter(request_id, client))
        self.requests.append(Request(request_id, client, task))

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.inside))
        self.inside.remove(request)
        self.admission.leave(request.client)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.requests))
        request.was_cancelled = True
        request.task.cancel()

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def send_away(self, data: st.DataObject) -> None:
        self.admission.withdraw(data.draw(st.sampled_from(self.requests)).request_id)

    @rule()
    def turn(self) -> None:
        """Lets the loop run until nothing moves, and sorts what has become of everybody."""
        for _ in range(4):
            self._run(asyncio.sleep(0))
        for request in [one for one in self.requests if one.task.done()]:
            self.requests.remove(request)
            if request.task.cancelled():
                assert request.was_cancelled
            elif request.task.exception() is not None:
                assert isinstance(request.task.exception(), QueueFullError)
                self.refused += 1
            elif request.task.result():
                self.inside.append(request)
        assert len(self.inside) == PLACES or not self.requests, "nobody waits while there is a place"
        assert self.admission.waiting == len(self.requests)
        self._check_fairness()

    def _check_fairness(self) -> None:
        """Giving back one place serves a client that holds the fewest of those that wait."""
        if not self.requests:
            return
        gone = self.inside.pop(0)
        self.admission.leave(gone.client)
        held = Counter(request.client for request in self.inside)
        for _ in range(2):
            self._run(asyncio.sleep(0))
        (served,) = [request for request in self.requests if request.task.done()]
        assert served.task.result()
        assert held[served.client] == min(held[request.client] for request in self.requests)
        assert served is next(request for request in self.requests if request.client == served.client)
        self.requests.remove(served)
        self.inside.append(served)

    @invariant()
    def bounds_hold(self) -> None:
        assert self.admission.waiting <= QUEUE_LIMIT
        assert len(self.inside) <= PLACES


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
