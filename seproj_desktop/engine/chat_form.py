"""How the engine's own HTTP API writes a streamed chat, so that the short way past it can write the same. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatForm:
    """What differs between models and settings; the rest is one release's, which `vllm_http` has recognised."""

    fingerprint: str | None = None
    """What the end of a stream carries as `system_fingerprint`."""
    has_parser: bool = False
    """Whether text goes through a parser there: an end without text then has an empty delta."""
    counts_reasoning: bool = False
    tells_cached: bool = False
