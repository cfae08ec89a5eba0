"""The closed list of what an answer can tell while it is made.

Every stream is any number of text and reasoning deltas followed by exactly one `Finished` or `Failed`. The values
are frozen and can cross threads.
"""

from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "abort"]
FailureKind = Literal["invalid_request", "not_ready", "busy", "engine_died", "internal"]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text that was added to the answer, made of `tokens` tokens."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Text that was added to the thinking that precedes the answer, made of `tokens` tokens."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts in tokens; `cached_tokens` of the prompt came from the prefix cache."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds, from the moment the engine took the request; `first_token` is None when no token came."""

    first_token: float | None = None
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer's regular end; `abort` means that somebody stopped it."""

    reason: FinishReason
    usage: Usage = Usage()
    timings: Timings = Timings()

    @property
    def tokens_per_second(self) -> float | None:
        """The rate after the first token, or None where there are too few tokens to speak of a rate."""
        if self.timings.first_token is None or self.usage.completion_tokens < 2:
            return None
        writing = self.timings.total - self.timings.first_token
        return (self.usage.completion_tokens - 1) / writing if writing > 0 else None


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer's end by a failure: words for the person, advice, and a kind that the doors map to their own codes."""

    kind: FailureKind
    message: str
    advice: str = ""


StreamEvent = TextDelta | ReasoningDelta | Finished | Failed
