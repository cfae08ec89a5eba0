"""What waits for the workshop: formulas first, as text moves when they come; code after them. No Qt."""

from collections import deque
from collections.abc import Hashable
from typing import TypeAlias

from seproj_desktop.window.transcript.workshop.orders import FormulaOrder, Order

Job: TypeAlias = tuple[Hashable, Order]
"""An order, and the key by which the one who placed it knows it."""


class Jobs:
    """Two queues that are taken from as one."""

    def __init__(self) -> None:
        self._formulas: deque[Job] = deque()
        self._codes: deque[Job] = deque()

    def __bool__(self) -> bool:
        return bool(self._formulas or self._codes)

    def append(self, job: Job) -> None:
        self._queue(job).append(job)

    def put_back(self, job: Job) -> None:
        """To be taken again before all others of its kind."""
        self._queue(job).appendleft(job)

    def take(self) -> Job:
        return (self._formulas or self._codes).popleft()

    def clear(self) -> None:
        self._formulas.clear()
        self._codes.clear()

    def _queue(self, job: Job) -> deque[Job]:
        return self._formulas if isinstance(job[1], FormulaOrder) else self._codes
