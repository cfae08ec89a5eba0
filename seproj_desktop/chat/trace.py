"""What has become of one request so far: written where it happens, read by whoever shows it.

One plain value per request, on the backend's loop. Writing is a store and tells nobody; a reader looks as often as it
likes. No I/O here.
"""

import time
from dataclasses import dataclass, field
from typing import Literal

RequestState = Literal["queued", "reading", "writing"]


@dataclass(slots=True)
class RequestTrace:
    """Moments are `time.monotonic()` seconds, None until they come; counts are tokens."""

    request_id: str
    arrived: float = field(default_factory=time.monotonic)
    admitted: float | None = None
    """When it got one of the server's places in the engine, or went there without needing one."""
    first_token: float | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    @property
    def state(self) -> RequestState:
        """Of a request that has not ended: waiting for a place, its prompt being read, or its answer written."""
        if self.admitted is None:
            return "queued"
        return "reading" if self.first_token is None else "writing"
