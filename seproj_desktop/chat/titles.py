"""Titles: the first words at once, and a better one from the engine after the first answer.

On the backend's loop. The request for a title has the lowest priority, repeats the conversation's own prompt so that
the engine has most of it in its cache, and is dropped as soon as the person types. What does not read like a title
is not used.
"""

import asyncio
import contextlib
import re
from uuid import uuid4

from seproj_desktop.chat import events
from seproj_desktop.chat.answering import STOP_SECONDS, AnswerSource, ErrorListener
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.messages import BACKGROUND_PRIORITY, ChatMessage, GenerationJob, Sampling

TITLE_LENGTH = 60
INSTRUCTION = (
    "Write a title for this conversation, in its language: three to six words on one line, without quotation marks, "
    "formatting or a full stop. Answer with the title only."
)
SAMPLING = Sampling(temperature=0.2, max_tokens=24)
WORDS = range(2, 9)
WAITING = 16
"""Conversations that wait for a title at most; the oldest give way."""

_MARKUP = re.compile(r"[*`#|<>\[\]{}~]|^(?:[-+•]|\d+[.)])\s|__")
_CODE = re.compile(r"\b(?:REQ|[A-Z]{2,})-[A-Z]*-?\d|\bREQ-", re.IGNORECASE)
_QUOTES = "\"'“”„‘’«»"


def first_words(text: str) -> str:
    """The first line of what was asked, in short."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"


def title_in(text: str) -> str | None:
    """The title that a model wrote, or None where it wrote something else."""
    title = text.strip().removeprefix("Title:").strip().strip(_QUOTES).rstrip(".").strip()
    if not title or len(title) > TITLE_LENGTH or "\n" in title or len(title.split()) not in WORDS:
        return None
    if _MARKUP.search(title) or _CODE.search(title) or title.casefold() in INSTRUCTION.casefold():
        return None
    return title


class TitleMaker:
    """Asks for one title at a time, for the newest conversation first."""

    def __init__(self, engine: AnswerSource, library: ConversationLibrary, report: ErrorListener) -> None:
        self._engine = engine
        self._library = library
        self._report = report
        self._waiting: dict[int, tuple[ChatMessage, ...]] = {}
        self._running: asyncio.Task[None] | None = None

    def want(self, conversation: int, messages: tuple[ChatMessage, ...]) -> None:
        """A conversation to find a title for; `messages` are its first prompt and the answer that it led to."""
        self._waiting.pop(conversation, None)
        self._waiting[conversation] = messages
        while len(self._waiting) > WAITING:
            del self._waiting[next(iter(self._waiting))]

    def go_on(self) -> None:
        """Begins with what waits; to be called when an answer has ended well, so that the engine is there."""
        if self._waiting and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._work(), name="titles")

    async def drop(self) -> None:
        """Ends a running request in the engine; it is made again at the next `go_on`."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=STOP_SECONDS)

    async def _work(self) -> None:
        try:
            while self._waiting:
                conversation = next(reversed(self._waiting))
                if self._library.needs_title(conversation):
                    text = await self._ask(self._waiting[conversation])
                    if text is None:
                        return  # ended by somebody else, or the engine is gone: asking on would start a new one
                    if (title := title_in(text)) is not None:
                        await self._library.suggest_title(conversation, title)
                self._waiting.pop(conversation, None)
        except Exception as error:  # noqa: BLE001  nobody awaits this task; without a title the first words stay
            self._waiting.clear()
            self._report(error)

    async def _ask(self, messages: tuple[ChatMessage, ...]) -> str | None:
        """What the model wrote, empty where it did not come to its end; None where the engine did not answer."""
        question = ChatMessage(role="user", content=INSTRUCTION)
        job = GenerationJob(uuid4().hex, (*messages, question), SAMPLING, BACKGROUND_PRIORITY, thinking=False)
        pieces: list[str] = []
        ending: events.StreamEvent | None = None
        async with contextlib.aclosing(self._engine.generate(job)) as stream:
            async for ending in stream:
                if isinstance(ending, events.TextDelta):
                    pieces.append(ending.text)
        if isinstance(ending, events.Finished) and ending.reason != "abort":
            return "".join(pieces) if ending.reason == "stop" else ""
        is_refused = isinstance(ending, events.Failed) and ending.kind == "invalid_request"
        return "" if is_refused else None
