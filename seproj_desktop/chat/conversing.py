"""What happens in a conversation: something is said, an answer runs to its end, the next in the queue is sent.

On the backend's loop. It changes the tree, writes the same to the store, and then tells it. Its caller holds the
conversation's lock, except for the end of an answer, which may come at any time.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from seproj_desktop.chat.answering import AnswerSource, ErrorListener, RunningAnswer
from seproj_desktop.chat.asking import job_for
from seproj_desktop.chat.conversations import (
    ConversationSummary,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
    Thought,
)
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.live import LiveConversation
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.chat.shelf import Shelf
from seproj_desktop.chat.titles import TitleMaker, first_words
from seproj_desktop.chat.tree import Choice
from seproj_desktop.errors import UserError

T = TypeVar("T")


class Conversing:
    """Questions, answers and queues of all conversations, and the tasks that they run in."""

    def __init__(
        self,
        engine: AnswerSource,
        personas: PersonaLibrary,
        store: ConversationStore,
        library: ConversationLibrary,
        shelf: Shelf,
        titles: TitleMaker,
        *,
        model_name: Callable[[], str],
        report: ErrorListener,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._personas = personas
        self._store = store
        self._library = library
        self._shelf = shelf
        self._titles = titles
        self._model_name = model_name
        self._report = report
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running: dict[RunningAnswer, int] = {}
        self._is_closing = False
        self._is_resting = False

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task that `aclose` waits for."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def start(self, text: str, persona: Persona) -> int:
        """A new conversation, with the first thing that is said in it; gives its id."""
        now = self._clock()
        summary = ConversationSummary(self._library.ids.next(), first_words(text), persona.id, now, now)
        self._shelf.put(LiveConversation(StoredConversation(summary)))
        async with self._shelf.holding(summary.id) as live:
            await self._library.add(summary)
            await self.say(live, None, text, persona)
        await self._store.save_draft(None, "")
        return summary.id

    async def say(self, live: LiveConversation, parent: int | None, text: str, persona: Persona) -> None:
        """The person says something below `parent`, and it is answered once it is kept."""
        question = StoredMessage(self._library.ids.next(), parent, "user", text, self._clock())
        await self._answer(live, [question], persona, persona.sample(Sampling()))

    async def answer(
        self, live: LiveConversation, question: int | None, persona: Persona, sampling: Sampling | None = None
    ) -> None:
        """Another answer to the path that ends with `question`; `sampling` takes the place of the persona's."""
        await self._answer(live, [], persona, sampling or persona.sample(Sampling()), question)

    async def resume(self, live: LiveConversation, message: StoredMessage, persona: Persona) -> None:
        """Goes on with an answer that has ended: it keeps its id, and its text grows."""
        sampling = message.sampling or persona.sample(Sampling())
        begun = replace(message, state="streaming")
        live.tree.replace(begun)
        await written(self._store.resume_answer(message.id), *self._choose(live, message.id))
        path = live.tree.path_to(message.id)[:-1]
        self._begin(live, begun, job_for(path, persona, sampling, continued=begun))

    async def put_edited(self, live: LiveConversation, known: StoredMessage, text: str) -> None:
        """What the person makes of an answer; who had spoken stays with it, the figures do not. Nobody answers it."""
        edited = replace(known, id=self._library.ids.next(), text=text, created=self._clock(), is_edited=True)
        edited = replace(edited, state="complete", thought=Thought(), sampling=None, finished=None, error="")
        live.tree.add(edited)
        await written(self._store.add_message(live.id, edited), *self._choose(live, edited.id))
        live.tell_path()

    async def fork(self, live: LiveConversation, message: int) -> int:
        """A conversation of its own out of the path to a message. Raises `UserError` when it cannot be kept."""
        live.catch_up()
        now, new = self._clock(), self._library.ids.next()
        copies = live.tree.fork(message, self._library.ids)
        known = self._library.get(live.id)
        summary = ConversationSummary(new, known.title, known.persona, now, now, known.title_origin, known.folder)
        await self._store.add_conversations([StoredConversation(summary, tuple(copies), copies[0].id)])
        self._library.show(summary)
        return new

    async def adopt(self, said: Sequence[ChatMessage], answer: str, persona: Persona, *, is_whole: bool) -> int:
        """A conversation out of what was said elsewhere; an answer that is not whole can be gone on with."""
        now, ids = self._clock(), self._library.ids
        summary = ConversationSummary(ids.next(), _title(said), persona.id, now, now)
        messages: list[StoredMessage] = []
        for message in said:
            parent = messages[-1].id if messages else None
            messages.append(StoredMessage(ids.next(), parent, message.role, message.content, now))
        if answer:
            blank = self._blank(persona, persona.sample(Sampling()), messages[-1].id)
            messages.append(replace(blank, text=answer, state="complete" if is_whole else "stopped", sampling=None))
        await self._store.add_conversations([StoredConversation(summary, tuple(messages), messages[0].id)])
        self._library.show(summary)
        return summary.id

    async def keep_choices(self, live: LiveConversation, choices: Sequence[Choice]) -> None:
        """Writes what the tree has chosen, and tells the path."""
        await written(*(self._store.choose(live.id, *choice) for choice in choices))
        live.tell_path()

    async def send_next(self, live: LiveConversation) -> None:
        """Sends what waits first, unless an answer runs or the queue waits for the person."""
        if live.answer is not None or live.is_held or not live.queue or self._is_closing:
            return
        live.is_held = True  # should the persona be gone, the rest waits as well
        queued = live.queue[0]
        persona = self._personas.get(queued.persona)
        del live.queue[0]
        live.is_held = False
        await self.say(live, live.tree.end, queued.text, persona)
        await self.keep_queue(live)

    async def enqueue(self, live: LiveConversation, text: str, persona: Persona) -> None:
        live.queue.append(QueuedMessage(self._library.ids.next(), text, persona.id))
        await self.keep_queue(live)

    async def keep_queue(self, live: LiveConversation) -> None:
        await self._store.save_queue(live.id, tuple(live.queue))
        live.tell_queue()

    async def stop(self, live: LiveConversation) -> None:
        """Ends the running answer, if there is one, and waits until it is kept."""
        if live.answer is not None:
            await _end(live.answer)

    async def stop_all(self) -> None:
        await asyncio.gather(*(_end(answer) for answer in self._running))

    @contextlib.asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Ends every answer with what it has, and has nothing else begin before the end."""
        self.refuse_while_resting()
        self._is_resting = True
        try:
            await self.aclose()
            yield
        finally:
            self._is_resting = self._is_closing = False

    def refuse_while_resting(self) -> None:
        """Raises `UserError` while other conversations take the place of these."""
        if self._is_resting:
            raise UserError("Your conversations are being replaced at the moment.", "Try again when that is done.")

    async def aclose(self) -> None:
        """Ends every answer with what it has; returns when all of them are kept."""
        self._is_closing = True
        await self._titles.drop()
        while self._tasks:
            await self.stop_all()  # a verb that was on its way may have begun one more
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _answer(
        self,
        live: LiveConversation,
        asked: Sequence[StoredMessage],
        persona: Persona,
        sampling: Sampling,
        question: int | None = None,
    ) -> None:
        parent = asked[-1].id if asked else question
        answer = self._blank(persona, sampling, parent)
        for message in (*asked, answer):
            live.tree.add(message)
        await written(
            *(self._store.add_message(live.id, message) for message in (*asked, answer)),
            *self._choose(live, answer.id),
            self._library.change(live.id, changed=self._clock(), persona=persona.id),
        )
        path = live.tree.path_to(answer.id)[:-1]
        self._begin(live, answer, job_for(path, persona, sampling))

    def _blank(self, persona: Persona, sampling: Sampling, parent: int | None) -> StoredMessage:
        return StoredMessage(
            id=self._library.ids.next(),
            parent=parent,
            role="assistant",
            text="",
            created=self._clock(),
            state="streaming",
            persona=persona.id,
            persona_name=persona.name,
            model=self._model_name(),
            sampling=sampling,
        )

    def _choose(self, live: LiveConversation, message: int) -> list[Coroutine[Any, Any, None]]:
        """Has the path go through a message; gives what is to be written of that."""
        return [self._store.choose(live.id, *choice) for choice in live.tree.choose(message)]

    def _begin(self, live: LiveConversation, message: StoredMessage, job: GenerationJob) -> None:
        answer = RunningAnswer(message, job, self._engine, self._store, live.tell_text, self._model_name())
        live.begin_answer(answer)
        live.users += 1
        self._running[answer] = live.id
        self._show_answering()
        self.spawn(self._see_through(live, answer))

    async def _see_through(self, live: LiveConversation, answer: RunningAnswer) -> None:
        try:
            message = await answer.run(self._report)
            await self._keep_ended(live, answer, message)
            if message.state == "complete":
                await self._follow_up(live, answer, message)
        except Exception as error:  # noqa: BLE001  nobody waits for this task; the reporter shows what went wrong
            self._report(error)
        finally:
            if live.answer is answer:
                live.end_answer()
            answer.kept.set()
            del self._running[answer]
            self._shelf.let_go(live)
            self._show_answering()

    async def _keep_ended(self, live: LiveConversation, answer: RunningAnswer, message: StoredMessage) -> None:
        live.tree.replace(message)
        await self._store.end_answer(live.tree.stored(message.id))
        live.end_answer()
        answer.kept.set()
        if live.id in self._library:
            is_unread = self._library.get(live.id).is_unread or not live.has_listeners
            await self._library.change(live.id, changed=self._clock(), is_unread=is_unread)

    async def _follow_up(self, live: LiveConversation, answer: RunningAnswer, message: StoredMessage) -> None:
        """What comes after a whole answer: the next question of the queue, or else a title."""
        async with live.lock:
            if live.is_gone:
                return
            await self.send_next(live)
        if self._library.needs_title(live.id) and _is_first(live):
            asked = answer.job.messages[:-1] if answer.job.continues else answer.job.messages
            self._titles.want(live.id, (*asked, ChatMessage(role="assistant", content=message.text)))
        if live.answer is None and not self._is_closing:
            self._titles.go_on()

    def _show_answering(self) -> None:
        self._library.show_answering(frozenset(self._running.values()))


async def _end(answer: RunningAnswer) -> None:
    await answer.stop()
    await answer.kept.wait()


async def written(*writes: Coroutine[Any, Any, None]) -> None:
    """Has the store write all of this, in this order, and waits for it once instead of time after time."""
    await asyncio.gather(*writes)


def _title(said: Sequence[ChatMessage]) -> str:
    """Of a conversation from elsewhere: the first words of the person there."""
    asked = next((message for message in said if message.role == "user"), said[0])
    return first_words(asked.content) or asked.role


def _is_first(live: LiveConversation) -> bool:
    answers = (message for message in live.tree if message.role == "assistant" and message.state == "complete")
    return sum(1 for _ in answers) == 1
