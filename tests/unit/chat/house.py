"""A chat service with a memory in place of the disk and an engine without a model."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import ConversationSummary, Folder, StoredMessage
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.messages import BACKGROUND_PRIORITY, GenerationJob
from seproj_desktop.chat.news import (
    AnswerEnded,
    AnsweringChanged,
    ConversationNews,
    ListNews,
    OpenConversation,
    PathChanged,
    PathEntry,
    QueueChanged,
    TextAdded,
)
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.chat.service import ChatService
from seproj_desktop.chat.tree import ConversationTree
from tests.fakes import FakeEngine
from tests.storage.memory_store import MemoryStore

PERSONAS = PersonaLibrary(
    [
        Persona(id="plain", name="Plain"),
        Persona(id="poet", name="Poet", system_prompt="Be a poet."),
    ]
)


class Clock:
    """Seconds that only go on when somebody looks."""

    def __init__(self) -> None:
        self._ticks = itertools.count(1)

    def __call__(self) -> float:
        return 1000.0 + next(self._ticks)


@dataclass
class TwoEngines:
    """One for answers and one for titles, so that a test can look at each by itself."""

    answers: FakeEngine
    titles: FakeEngine

    def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
        return (self.titles if job.priority == BACKGROUND_PRIORITY else self.answers).generate(job)

    async def abort(self, request_id: str) -> None:
        await self.answers.abort(request_id)
        await self.titles.abort(request_id)


@dataclass
class House:
    """A service and everything it stands on."""

    engine: FakeEngine
    titler: FakeEngine
    store: MemoryStore
    library: ConversationLibrary
    chat: ChatService
    reports: list[BaseException]

    async def ask(self, text: str, conversation: int | None = None, persona: str = "plain") -> int:
        """Sends, and waits until everything that follows from it has ended."""
        conversation = await self.chat.send(conversation, text, persona)
        await self.quiet()
        return conversation

    def release(self) -> None:
        """Lets every answer go on to its end, those included that begin later."""
        assert self.engine.gate is not None
        for _ in range(1000):
            self.engine.gate.release()

    async def quiet(self) -> None:
        """Waits until no answer runs any more."""
        await until(lambda: not self.library.answering)
        await settle()

    async def messages(self, conversation: int) -> tuple[StoredMessage, ...]:
        """The path as the store has it."""
        stored = await self.store.read(conversation)
        return tuple(ConversationTree(stored.messages, stored.chosen).path())

    async def texts(self, conversation: int) -> list[str]:
        return [message.text for message in await self.messages(conversation)]


@contextlib.asynccontextmanager
async def a_house(
    engine: FakeEngine | None = None, store: MemoryStore | None = None, titler: FakeEngine | None = None
) -> AsyncIterator[House]:
    engine, store, titler = engine or FakeEngine(), store or MemoryStore(), titler or FakeEngine(pieces=())
    both = TwoEngines(engine, titler)
    reports: list[BaseException] = []
    clock = Clock()
    library = ConversationLibrary(store, clock)
    chat = ChatService(
        both, PERSONAS, store, library, model_name=lambda: engine.info.model, report=reports.append, clock=clock
    )
    await library.load()
    try:
        yield House(engine, titler, store, library, chat, reports)
    finally:
        await chat.aclose()
    if reports:
        raise BaseExceptionGroup("the service has reported", reports)


async def settle() -> None:
    """Lets everything run that can run without anybody's doing."""
    for _ in range(50):
        await asyncio.sleep(0)


async def until(is_so: Callable[[], object]) -> None:
    """Waits for a condition; the time limit is for the test that will fail."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110  what is waited for are the steps of other tasks
            await asyncio.sleep(0)


@dataclass
class Viewer:
    """What the window makes of a conversation's news."""

    opened: OpenConversation | None = None
    path: tuple[PathEntry, ...] = ()
    answering: int | None = None
    queue: list[str] = field(default_factory=list)
    growing: dict[int, str] = field(default_factory=dict)
    thinking: dict[int, str] = field(default_factory=dict)
    news: list[ConversationNews] = field(default_factory=list)

    async def open(self, house: House, conversation: int) -> "Viewer":
        opened = await house.chat.open(conversation, self.hear)
        self.opened = opened
        self._take_path(opened.path, opened.answering)
        self.queue = [waiting.text for waiting in opened.queue]
        for news in self.news:
            self._take(news)
        return self

    def hear(self, news: ConversationNews) -> None:
        """News can come before the snapshot that they follow has arrived; then they wait for it."""
        self.news.append(news)
        if self.opened is not None:
            self._take(news)

    def _take(self, news: ConversationNews) -> None:
        match news:
            case PathChanged(path=path, answering=answering):
                self._take_path(path, answering)
            case TextAdded(message=message, text=text, thinking=thinking):
                self.growing[message] += text
                self.thinking[message] += thinking
            case AnswerEnded(entry=entry):
                assert self.growing[entry.message.id] == entry.message.text
                assert self.thinking[entry.message.id] == entry.message.thought.text
                self.path = tuple(entry if each.message.id == entry.message.id else each for each in self.path)
                self.answering = None
            case QueueChanged(queue=queue):
                self.queue = [waiting.text for waiting in queue]

    @property
    def texts(self) -> list[str]:
        return [self.growing[entry.message.id] for entry in self.path]

    def _take_path(self, path: Sequence[PathEntry], answering: int | None) -> None:
        self.path, self.answering = tuple(path), answering
        self.growing = {entry.message.id: entry.message.text for entry in path}
        self.thinking = {entry.message.id: entry.message.thought.text for entry in path}


@dataclass
class ListViewer:
    """What the sidebar makes of the list's news."""

    summaries: dict[int, ConversationSummary] = field(default_factory=dict)
    folders: tuple[Folder, ...] = ()
    answering: frozenset[int] = frozenset()
    news: list[ListNews] = field(default_factory=list)

    def hear(self, news: ListNews) -> None:
        self.news.append(news)
        if isinstance(news, AnsweringChanged):
            self.answering = news.conversations
