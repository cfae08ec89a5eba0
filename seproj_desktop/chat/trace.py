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
    cache_tokens_written: int | None = None
    """Of the prompt's, those that are in the cache because of this request; None where the engine does not tell."""
    is_written: bool = False
    """Whether the engine has given out everything: what is still on its way is the end."""
    stopped_by: str | int | None = None
    """The stop string, or the token that is one, that has ended the answer."""

    @property
    def state(self) -> RequestState:
        """Of a request that has not ended: waiting for a place, its prompt being read, or its answer written."""
        if self.admitted is None:
            return "queued"
        return "reading" if self.first_token is None else "writing"
