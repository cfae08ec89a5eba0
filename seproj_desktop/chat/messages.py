"""What goes into a model: messages, sampling, and the two forms of a request.

`GenerateRequest` is the HTTP contract's body, checked by Pydantic at the edge. `GenerationJob` is what every door
hands to the engine once the persona has been applied. No I/O here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from seproj_desktop.chat.trace import RequestTrace

Role = Literal["system", "user", "assistant"]

WINDOW_PRIORITY = 0
SERVER_PRIORITY = 10
BACKGROUND_PRIORITY = 100


class ChatMessage(BaseModel):
    """One thing said, by whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    content: str


class GenerateRequest(BaseModel):
    """The body of POST /generate; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: Annotated[list[ChatMessage], Field(min_length=1, description="The conversation so far.")]
    stream: bool = Field(default=True, description="True: NDJSON lines as the text arrives. False: one JSON object.")
    max_tokens: int = Field(default=512, ge=1, description="The answer's length limit in tokens.")
    temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    top_p: float = Field(default=0.95, ge=0.0, le=1.0)
    presence_penalty: float = Field(default=0.0, ge=-2.0, le=2.0)
    frequency_penalty: float = Field(default=0.0, ge=-2.0, le=2.0)
    stop: list[str] | None = Field(default=None, description="The answer ends before any of these strings.")
    persona: str | None = Field(
        default=None, description="A persona's id: its system prompt and sampling fill what is silent."
    )
    cumulative: bool = Field(default=True, description="Each token line carries the whole text so far in `content`.")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. `max_tokens` None means up to the context limit.

    With a `json_schema`, as JSON text, the answer is JSON that it allows.
    """

    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int | None = None
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: tuple[str, ...] = ()
    json_schema: str = ""


@dataclass(frozen=True, slots=True)
class SamplingWishes:
    """As OpenAI's API has it: what a request says of sampling; what is None is left to the model's configuration."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


TextTaker = Callable[[str], bool]
"""Takes a piece of text at once, or says no; it must not raise."""


@dataclass(frozen=True, slots=True)
class GenerationJob:
    """One answer to make. Lower `priority` goes first; `thinking` None leaves the choice to the model's template.

    With `continues` the last message is the assistant's own and is gone on with: only what follows it comes.
    An engine may offer text to `taker` in the moment it is made; only what is not taken then comes as an event.
    `client` names who asks, for fairness among the server's clients; `trace` is told how far the request has got.
    """

    request_id: str
    messages: tuple[ChatMessage, ...]
    sampling: Sampling | SamplingWishes = field(default_factory=Sampling)
    priority: int = WINDOW_PRIORITY
    thinking: bool | None = False
    taker: TextTaker | None = field(default=None, compare=False, repr=False)
    continues: bool = False
    client: str = ""
    trace: RequestTrace | None = field(default=None, compare=False, repr=False)
