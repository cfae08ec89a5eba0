"""What an engine is to the rest of the program: few verbs in, a closed list of events out.

The window, the server, the command line and the tests all speak to this protocol. An engine belongs to the loop
that loaded it and is used from that loop only.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from seproj_desktop.chat.events import StreamEvent
from seproj_desktop.chat.messages import ChatMessage, GenerationJob
from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.chat_form import ChatForm

if TYPE_CHECKING:  # the window needs this module before its first paint, and no server for that
    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is loaded. Lengths in tokens; `sequences` is how many answers run at once."""

    model: str
    context_length: int
    cache_tokens: int
    sequences: int
    device: str
    version: str


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """What the engine does at this moment: requests by state, and the share (0 to 1) of the cache in use."""

    running: int = 0
    waiting: int = 0
    cache_usage: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadStage:
    """Where a load has got to; `fraction` is 0 to 1 of the whole."""

    name: str
    fraction: float


StageListener = Callable[[LoadStage], None]


class Engine(Protocol):
    """A loaded model."""

    @property
    def info(self) -> EngineInfo: ...

    @property
    def load(self) -> EngineLoad: ...

    @property
    def failure(self) -> str | None:
        """Why this engine can no longer answer, or None while it can. Cheap: it is polled."""

    @property
    def http_app(self) -> "ASGIApp | None":
        """The engine's own HTTP API, for requests with a `CURRENT_CALL`; None where this engine has none."""

    @property
    def chat_form(self) -> ChatForm | None:
        """How that API writes a streamed chat; None where such a chat cannot take the short way past it."""

    def generate(self, job: GenerationJob) -> AsyncGenerator[StreamEvent, None]:
        """Streams one answer; its last event is one `Finished` or `Failed`. Closing the iterator ends the work."""

    async def abort(self, request_id: str) -> None:
        """Ends an answer in the engine; its stream then finishes with the reason `abort`."""

    async def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length in tokens of the prompt that these messages make."""


class EngineLoader(Protocol):
    """Builds and disposes of engines; what blocks, it does in a thread of its own."""

    async def load(self, model: ModelSpec, on_stage: StageListener) -> Engine:
        """Raises `UserError` with the true cause, or `LoadCancelledError`."""

    async def unload(self, engine: Engine) -> None:
        """Frees everything the engine holds; also for one that is dead."""

    def cancel_load(self) -> None:
        """Makes a running `load` raise `LoadCancelledError` soon; without one it does nothing."""

    async def aclose(self) -> None:
        """Ends the loader's thread; no engine may be loaded any more."""


class LoadCancelledError(Exception):
    """The load was cancelled on request."""
