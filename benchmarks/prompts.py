"""What is asked: the same messages through every door, at temperature 0, chosen so that answers run to their limit.

Our contract has no `ignore_eos`. So candidates are tried once, and those whose answers reach `max_tokens` are kept:
then every answer has exactly that many tokens, whoever gives it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from benchmarks.figures import Answer
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.engine.catalog import DEMO_NAME
from seproj_desktop.paths import resources_folder

TOPICS = (
    "user authentication", "a booking calendar", "dark mode", "offline sync", "full-text search", "file upload",
    "a payment gateway", "an audit log", "push notifications", "a chat room", "a photo gallery", "password reset",
    "a shopping cart", "an address book", "a time tracker", "an invoice archive", "a recipe finder", "a news feed",
    "a map of stations", "a ticket queue", "a backup tool", "a quiz for pupils", "a loan counter", "a music player",
)  # fmt: skip
VERBS = ("Build", "Add", "Plan")
ENOUGH = 24
BY_VLLM: dict[str, Any] = {"add_generation_prompt": True}
"""Says what is so anyhow, and is no field of a plain chat: our server leaves such a chat to vLLM's app."""


class Door(Protocol):
    def ask(self, command: str, timeout: float = ..., **fields: Any) -> Any: ...


class Tokenizer(Protocol):
    def count(self, text: str) -> int: ...


def candidates(max_tokens: int) -> list[dict[str, Any]]:
    """Bodies of POST /generate; the other doors' are derived from them."""
    persona = PersonaLibrary.read(resources_folder() / "personas").get("developer")
    system = {"role": "system", "content": persona.system_prompt}
    return [
        {
            "messages": [system, {"role": "user", "content": f"{verb} {topic}"}],
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "top_p": 1.0,
        }
        for verb in VERBS
        for topic in TOPICS
    ]


def as_chat(body: dict[str, Any], model: str = DEMO_NAME) -> dict[str, Any]:
    """The same request for /v1/chat/completions: same template switch, usage at the end."""
    return body | {
        "model": model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "chat_template_kwargs": {"enable_thinking": False},
    }


def choose(door: Door, max_tokens: int) -> list[dict[str, Any]]:
    """The candidates whose answers are as long as they may be; all of them where too few are."""
    bodies = candidates(max_tokens)
    found = door.ask("run", 300, clients=len(bodies), requests=1, bodies=bodies)["answers"]
    full = [bodies[answer["prompt"]] for answer in found if answer["reason"] == "length"]
    return full[:ENOUGH] if len(full) >= 4 else bodies[:ENOUGH]


class ModelTokenizer:
    """Counts tokens as the model in `folder` does; loaded when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "tokenizer.json"
        self._tokenizer: Any = None

    def count(self, text: str) -> int:
        if self._tokenizer is None:
            from tokenizers import Tokenizer as Loaded

            self._tokenizer = Loaded.from_file(str(self._file))
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


def count_tokens(answers: Sequence[Answer], max_tokens: int, tokenizer: Tokenizer) -> tuple[int, int]:
    """(tokens, answers counted exactly): told by the server, or known from the reason `length`; else the text's own
    tokens and one for its end."""
    tokens = exact = 0
    for answer in answers:
        told = answer.tokens if answer.tokens is not None else max_tokens if answer.reason == "length" else None
        tokens += told if told is not None else tokenizer.count(answer.text) + 1
        exact += told is not None
    return tokens, exact
