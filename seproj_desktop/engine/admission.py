"""Who may use the engine now: a fixed number of places and a bounded queue in front of them.

The engine's priorities reorder its queue but do not interrupt a running answer, so the server is kept off the last
sequence slot: the window finds one free. On the backend's loop only.
"""

import asyncio
from collections import OrderedDict


class QueueFullError(Exception):
    """No place, and no room to wait for one."""


class Admission:
    """First come, first served over `places`; at most `queue_limit` wait."""

    def __init__(self, places: int, queue_limit: int) -> None:
        self._free = places
        self._queue_limit = queue_limit
        self._queue: OrderedDict[str, asyncio.Future[bool]] = OrderedDict()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def enter(self, request_id: str) -> bool:
        """Waits for a place; False when withdrawn meanwhile. Raises `QueueFullError` when no more may wait."""
        if self._free > 0:
            self._free -= 1
            return True
        if len(self._queue) >= self._queue_limit:
            raise QueueFullError
        turn = self._queue[request_id] = asyncio.get_running_loop().create_future()
        try:
            admitted: bool = await turn
        except asyncio.CancelledError:
            self._queue.pop(request_id, None)
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()  # the place was given in the very moment of the cancellation
            raise
        return admitted

    def leave(self) -> None:
        """Gives a place back, to whoever has waited longest."""
        while self._queue:
            _, turn = self._queue.popitem(last=False)
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    def withdraw(self, request_id: str) -> bool:
        """Takes a waiting request out of the queue; False where it does not wait."""
        turn = self._queue.pop(request_id, None)
        if turn is None or turn.done():
            return False
        turn.set_result(False)
        return True
