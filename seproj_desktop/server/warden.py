"""Looks after the connections of one server: how many there may be, and which have had time enough.

A client that does not send its request, or does not read its answer, costs a connection for so long and no longer.
When there are too many, the one that has been idle longest goes. One timer for all of them, which runs while there are
any. On the backend's loop.
"""

import asyncio
import resource
from dataclasses import dataclass
from typing import Protocol

from seproj_desktop.settings import ServerSettings

LOOK_SECONDS = 1.0
FILES_FOR_OTHERS = 300
"""What the engine, the store and the window may have open besides."""
FEWEST = 16


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Of the connections; seconds are those without which a client is let go."""

    connections: int
    receive_seconds: float
    send_seconds: float
    idle_seconds: int

    @classmethod
    def of(cls, settings: ServerSettings) -> "WireLimits":
        """As the person wishes, as far as the system lets this program open so many files."""
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        files = settings.connection_limit if allowed == resource.RLIM_INFINITY else allowed - FILES_FOR_OTHERS
        return cls(
            connections=max(FEWEST, min(settings.connection_limit, files)),
            receive_seconds=settings.receive_seconds,
            send_seconds=settings.send_seconds,
            idle_seconds=settings.idle_seconds,
        )


class Connection(Protocol):
    """What is looked after."""

    @property
    def is_idle(self) -> bool:
        """Whether no request of it is being answered."""

    def look(self, now: float, limits: WireLimits) -> None:
        """Ends what is overdue."""

    def drop(self) -> None:
        """Ends it at once."""


class Warden:
    """Every open connection, the one that has done nothing for longest first."""

    def __init__(self, limits: WireLimits) -> None:
        self.limits = limits
        self._connections: dict[Connection, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._interval = min(LOOK_SECONDS, limits.receive_seconds / 4, limits.send_seconds / 4)

    def admit(self, connection: Connection) -> bool:
        """False where all others are at work, and there are as many as may be. One that is here already stays."""
        if connection in self._connections:
            self.note(connection)
            return True
        if len(self._connections) >= self.limits.connections:
            idle = next((other for other in self._connections if other.is_idle), None)
            if idle is None:
                return False
            del self._connections[idle]
            idle.drop()
        self._connections[connection] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._interval, self._look_round)
        return True

    def note(self, connection: Connection) -> None:
        """It has just done something."""
        if connection in self._connections:
            del self._connections[connection]
            self._connections[connection] = None

    def forget(self, connection: Connection) -> None:
        self._connections.pop(connection, None)
        if not self._connections:
            self.close()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_round(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self._connections):
            connection.look(now, self.limits)
        self._timer = loop.call_later(self._interval, self._look_round) if self._connections else None
