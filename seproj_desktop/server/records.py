"""What is shown of requests: one line for each, running or ended, and the text of those whose text is kept.

Values only. They are named tuples since a look at a busy server makes a thousand of them: a frozen dataclass costs
four times as much.
"""

from typing import Literal, NamedTuple

from seproj_desktop.chat.messages import ChatMessage
from seproj_desktop.chat.trace import RequestState

Outcome = Literal["done", "length", "stopped", "left", "refused", "failed"]
"""`length`: cut at a limit. `stopped`: by the person. `left`: its client went away. `refused`: not worked on."""
RecordState = RequestState | Literal["stopping"] | Outcome


class RequestRecord(NamedTuple):
    """A request as far as it has got. Counts are tokens, spans are seconds since it came, None where there is none."""

    number: int
    """Its place among the ended ones, from 1 on; 0 while it runs."""
    request_id: str
    began: float
    """Seconds since 1970."""
    client: str
    endpoint: str
    persona: str
    state: RecordState
    status: int
    """HTTP's; 0 where none was sent."""
    words: str
    """Why it was refused or has failed."""
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    first_token: float | None
    duration: float

    @property
    def rate(self) -> float | None:
        """Tokens per second after the first one, or None where there are too few to speak of a rate."""
        if self.first_token is None or self.output_tokens < 2 or self.duration <= self.first_token:
            return None
        return (self.output_tokens - 1) / (self.duration - self.first_token)


class RequestText(NamedTuple):
    """What was asked, and what was answered so far."""

    persona: str
    messages: tuple[ChatMessage, ...]
    answer: str
    is_whole: bool = False
    """Whether the answer came to its own end."""

    @property
    def size(self) -> int:
        """In characters."""
        return len(self.answer) + sum(len(message.content) for message in self.messages)


class BoardNews(NamedTuple):
    """What a reader has not seen: every running request, and those that have ended since it looked last."""

    running: tuple[RequestRecord, ...]
    """The oldest first."""
    ended: tuple[RequestRecord, ...]
    """The oldest first."""
    seen: int
    """The number to ask with next time."""
    first: int
    """The number of the oldest record that is still there; what is older has been dropped or cleared."""
    keeps_texts: bool
    with_text: frozenset[str]
    """The ids of the requests, running or ended, whose messages are at hand."""
