"""How many requests one client may have at once; the engine's queue bounds all together. On the backend's loop."""

from collections import Counter

from fastapi import HTTPException


class ClientLimit:
    """Counts each client's requests that are being worked on or wait."""

    def __init__(self, per_client: int) -> None:
        self._per_client = per_client
        self._running: Counter[str] = Counter()

    def enter(self, client: str) -> None:
        """Raises 429; otherwise `leave` must follow."""
        if self._running[client] >= self._per_client:
            words = (
                f"This client has {self._per_client} requests running. Let one end, or see the setting client_limit."
            )
            raise HTTPException(429, words, {"Retry-After": "1"})
        self._running[client] += 1

    def leave(self, client: str) -> None:
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
