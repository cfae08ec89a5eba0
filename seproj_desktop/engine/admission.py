"""Who may use the engine now: a fixed number of places and a bounded queue in front of them, shared fairly by clients.

The engine's priorities reorder its queue but do not interrupt a running answer, so the server is kept off the last
sequence slot: the window finds one free. On the backend's loop only.
"""

import asyncio
from collections import Counter

_Turn = asyncio.Future[bool]


class QueueFullError(Exception):
    """No place, and no room to wait for one."""


class Admission:
    """A free place goes to the waiting client that holds the fewest; among equals it goes round.

    A client's own requests are served in the order they came. At most `queue_limit` wait, of all clients together; when
    there are more, the client with the longest queue loses its newest, so that one client cannot fill the queue either.
    """

    def __init__(self, places: int, queue_limit: int) -> None:
        self.places = places
        self.gathering = asyncio.Lock()
        """Held by whoever takes several places, one after the other."""
        self._free = places
        self._queue_limit = queue_limit
        self._held: Counter[str] = Counter()
        self._queues: dict[str, dict[_Turn, str]] = {}
        """By client, the one served longest ago first: its waiting requests, the oldest first. None is empty."""
        self._waiting = 0

    @property
    def waiting(self) -> int:
        return self._waiting

    async def enter(self, request_id: str, client: str = "") -> bool:
        """Waits for a place, to be given back by `leave`; False when withdrawn meanwhile.

        Raises `QueueFullError` when this request may not wait, or no longer.
        """
        if self._free > 0:
            self._free -= 1
            self._held[client] += 1
            return True
        if self._waiting >= self._queue_limit:
            self._make_room(client)
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, {})[turn] = request_id
        self._waiting += 1
        try:
            return await turn
        except asyncio.CancelledError:
            self._drop(client, turn)
            if turn.done() and not turn.cancelled() and turn.exception() is None and turn.result():
                self.leave(client)  # the place was given in the very moment of the cancellation
            raise

    def leave(self, client: str = "") -> None:
        """Gives back a place of this client's, to whoever comes next."""
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        while self._queues:
            served = min(self._queues, key=self._held.__getitem__)
            turn = next(iter(self._queues[served]))
            self._drop(served, turn)
            if turn.done():  # cancelled, which its task has yet to hear
                continue
            if (rest := self._queues.pop(served, None)) is not None:
                self._queues[served] = rest  # behind all others now
            self._held[served] += 1
            turn.set_result(True)
            return
        self._free += 1

    def withdraw(self, request_id: str) -> bool:
        """Takes a waiting request out of the queue; False where it does not wait."""
        for client, queue in self._queues.items():
            for turn, waiting_id in queue.items():
                if waiting_id == request_id and not turn.done():
                    self._drop(client, turn)
                    turn.set_result(False)
                    return True
        return False

    def _make_room(self, client: str) -> None:
        """Refuses the newest request of the longest queue; that is the one now coming, unless another's is longer."""
        longest = max(self._queues, key=lambda name: len(self._queues[name]), default=client)
        if len(self._queues.get(longest, ())) <= len(self._queues.get(client, ())) + 1:
            raise QueueFullError
        turn = next(reversed(self._queues[longest]))
        self._drop(longest, turn)
        if not turn.done():
            turn.set_exception(QueueFullError())

    def _drop(self, client: str, turn: _Turn) -> None:
        """Takes it out of its queue, if it is still there."""
        queue = self._queues.get(client, {})
        if queue.pop(turn, None) is None:
            return
        self._waiting -= 1
        if not queue:
            del self._queues[client]
