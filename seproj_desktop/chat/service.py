"""The conversations that the window has with the model: what can be done with them, one verb each.

On the backend's loop. Several conversations answer at once, whether anybody listens or not. The verbs of one
conversation follow one another, and each one goes to its end also when its caller has gone. What is said is in the
store before the engine sees it. The list's own verbs are the `ConversationLibrary`'s.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, TypeVar

from seproj_desktop.chat.answering import AnswerSource, ErrorListener
from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.conversing import Conversing, written
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.live import ConversationListener, LiveConversation
from seproj_desktop.chat.messages import ChatMessage, Sampling
from seproj_desktop.chat.news import BinnedBranch, OpenConversation
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.chat.shelf import Shelf
from seproj_desktop.chat.titles import TitleMaker
from seproj_desktop.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")
_Verb = Callable[Concatenate["ChatService", P], Coroutine[Any, Any, T]]


def _to_its_end(verb: _Verb[P, T]) -> _Verb[P, T]:
    """A caller that goes away must not leave memory and store with different halves of a change."""

    @functools.wraps(verb)
    async def whole(self: "ChatService", /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._course.refuse_while_resting()
        return await asyncio.shield(self._course.spawn(verb(self, *args, **kwargs)))

    return whole


class ChatService:
    """Every conversation's verbs. They raise `UserError` for what is gone or cannot be done."""

    def __init__(
        self,
        engine: AnswerSource,
        personas: PersonaLibrary,
        store: ConversationStore,
        library: ConversationLibrary,
        *,
        model_name: Callable[[], str],
        report: ErrorListener,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`model_name` tells who answers at the moment; `report` gets failures that no caller waits for."""
        self._personas = personas
        self._store = store
        self._library = library
        self._clock = clock
        self._shelf = Shelf(store)
        self._titles = TitleMaker(engine, library, report)
        self._course = Conversing(
            engine,
            personas,
            store,
            library,
            self._shelf,
            self._titles,
            model_name=model_name,
            report=report,
            clock=clock,
        )

    @_to_its_end
    async def open(self, conversation: int, listener: ConversationListener) -> OpenConversation:
        """The conversation as it is; `listener` gets every news that follows, until `close`."""
        async with self._holding(conversation) as live:
            live.listen(listener)
            return live.snapshot(self._library.get(conversation))

    async def close(self, conversation: int, listener: ConversationListener) -> None:
        """Ends the listening; an answer goes on."""
        if live := self._shelf.find(conversation):
            live.leave(listener)

    @_to_its_end
    async def send(self, conversation: int | None, text: str, persona: str) -> int:
        """Says something, in a new conversation where there is none, and gives the conversation's id.

        While an answer runs, or others wait, it joins the end of the queue, and what is first there goes first.
        """
        speaker = self._personas.get(persona)
        _refuse_empty(text)
        await self._titles.drop()
        if conversation is None:
            return await self._course.start(text, speaker)
        async with self._holding(conversation) as live:
            live.is_held = False
            if live.answer is None and not live.queue:
                await self._course.say(live, live.tree.end, text, speaker)
            else:
                await self._course.enqueue(live, text, speaker)
                await self._course.send_next(live)
            await self.save_draft(conversation, "")
        return conversation

    @_to_its_end
    async def send_queued(self, conversation: int) -> None:
        """Sends on what waits, after a stop, a failure or a restart."""
        await self._titles.drop()
        async with self._holding(conversation) as live:
            live.is_held = False
            await self._course.send_next(live)

    @_to_its_end
    async def edit_queued(self, conversation: int, queued: int, text: str) -> None:
        """Another text for what waits. Raises `UserError` once it has been sent."""
        _refuse_empty(text)
        async with self._holding(conversation) as live:
            place = live.place_in_queue(queued)
            live.queue[place] = replace(live.queue[place], text=text)
            await self._course.keep_queue(live)

    @_to_its_end
    async def withdraw_queued(self, conversation: int, queued: int) -> None:
        """Takes out what waits. Raises `UserError` once it has been sent."""
        async with self._holding(conversation) as live:
            del live.queue[live.place_in_queue(queued)]
            await self._course.keep_queue(live)

    @_to_its_end
    async def stop(self, conversation: int) -> None:
        """Ends the running answer with what it has; what waits in the queue waits for the person from now on."""
        if self._shelf.find(conversation) is None:
            return
        async with self._holding(conversation) as live:
            live.is_held = bool(live.queue)
            await self._course.stop(live)

    @_to_its_end
    async def regenerate(
        self, conversation: int, message: int, persona: str | None = None, sampling: Sampling | None = None
    ) -> None:
        """Another version of an answer, or another answer to a question; ends what runs in this conversation.

        The persona that spoke speaks again unless another is named; `sampling` takes the place of the persona's.
        """
        await self._titles.drop()
        async with self._holding(conversation) as live:
            known = live.message(message)
            speaker = self._personas.get(persona) if persona else self._speaker(live, known)
            await self._course.stop(live)
            question = message if known.role == "user" else known.parent
            await self._course.answer(live, question, speaker, sampling)

    @_to_its_end
    async def edit(self, conversation: int, message: int, text: str) -> None:
        """Another version of a message. The person's is answered, which ends what runs; the model's is not."""
        _refuse_empty(text)
        await self._titles.drop()
        async with self._holding(conversation) as live:
            known = live.message(message)
            if known.role == "user":
                speaker = self._speaker(live, known)
                await self._course.stop(live)
                await self._course.say(live, known.parent, text, speaker)
            else:
                await self._course.put_edited(live, known, text)

    @_to_its_end
    async def continue_answer(self, conversation: int, message: int) -> None:
        """Goes on with an answer where it ended; one that has only thought until now begins anew, as a version."""
        await self._titles.drop()
        async with self._holding(conversation) as live:
            if live.message(message).role != "assistant":
                raise UserError("Only an answer can be continued.")
            await self._course.stop(live)
            known = live.message(message)
            speaker = self._speaker(live, known)
            if known.thought.text and not known.text:
                await self._course.answer(live, known.parent, speaker, known.sampling)
            else:
                await self._course.resume(live, known, speaker)

    @_to_its_end
    async def choose_version(self, conversation: int, message: int) -> bool:
        """Has the path go through a message; False where it is in the bin. An answer that runs elsewhere goes on."""
        async with self._holding(conversation) as live:
            if message in live.tree and not live.tree.is_reachable(message):
                return False
            live.message(message)
            await self._course.keep_choices(live, live.tree.choose(message))
            return True

    @_to_its_end
    async def step_version(self, conversation: int, message: int, step: int) -> None:
        """To the version that lies `step` further in the order of their age; past the ends nothing happens."""
        async with self._holding(conversation) as live:
            live.message(message)
            siblings = live.tree.siblings(message)
            place = siblings.index(message) + step
            if 0 <= place < len(siblings):
                await self._course.keep_choices(live, live.tree.choose(siblings[place]))

    @_to_its_end
    async def delete_branch(self, conversation: int, message: int) -> None:
        """Puts a message and what follows it into the bin; an answer that runs there ends."""
        async with self._holding(conversation) as live:
            live.message(message)
            if live.answer is not None and live.answer.id in live.tree.branch(message):
                await self._course.stop(live)
            when = self._clock()
            choices = live.tree.delete(message, when)
            await self._store.set_deleted(conversation, message, when)
            await self._course.keep_choices(live, choices)

    @_to_its_end
    async def restore_branch(self, conversation: int, message: int) -> None:
        """Takes a message out of the bin, with the branch it is of and whatever that hangs on, and shows it."""
        async with self._holding(conversation) as live:
            path = live.tree.path_to(message) if message in live.tree else []
            branches = [each.id for each in path if each.deleted is not None]
            if not branches:
                raise UserError("This message is not in the bin any more.")
            choices = [choice for branch in branches for choice in live.tree.restore(branch)]
            choices += live.tree.choose(message)
            await written(*(self._store.set_deleted(conversation, branch, None) for branch in branches))
            await self._course.keep_choices(live, choices)

    @_to_its_end
    async def binned_branches(self, conversation: int, through: int | None = None) -> tuple[BinnedBranch, ...]:
        """The deleted parts, the last deleted first; the innermost that has the message `through` shows it."""
        async with self._holding(conversation) as live:
            return live.binned_branches(through)

    @_to_its_end
    async def fork(self, conversation: int, message: int) -> int:
        """A conversation of its own out of the path to a message; gives its id."""
        async with self._holding(conversation) as live:
            live.message(message)
            return await self._course.fork(live, message)

    @_to_its_end
    async def adopt(self, said: Sequence[ChatMessage], answer: str, persona: str, *, is_whole: bool) -> int:
        """A conversation out of what another program has asked, and was answered so far; gives its id.

        Raises `UserError` when there is nothing in it, or it cannot be kept.
        """
        speaker = self._personas.get(persona)
        messages = speaker.unspoken(said)
        if not messages:
            raise UserError("There is nothing in it that could be shown.")
        return await self._course.adopt(messages, answer, speaker, is_whole=is_whole)

    async def set_persona(self, conversation: int, persona: str) -> None:
        """Who answers here from the next question on. Raises `UnknownPersonaError`."""
        await self._library.change(conversation, persona=self._personas.get(persona).id)

    async def save_draft(self, conversation: int | None, text: str) -> None:
        """What stands in the composer; None: of the conversation that has not begun."""
        if conversation is not None and (live := self._shelf.find(conversation)):
            live.draft = text
        await self._store.save_draft(conversation, text)

    async def draft(self) -> str:
        """The draft of the conversation that has not begun."""
        return await self._store.draft()

    async def person_is_typing(self) -> None:
        """Has the engine for the person: a title that is being made is dropped."""
        await self._titles.drop()

    @_to_its_end
    async def delete(self, conversations: Sequence[int]) -> None:
        """Puts conversations into the bin; their answers end."""
        for conversation in conversations:
            await self.stop(conversation)
        await self._library.set_deleted(conversations, self._clock())

    async def restore(self, conversations: Sequence[int]) -> None:
        """Takes conversations out of the bin."""
        await self._library.set_deleted(conversations, None)

    @_to_its_end
    async def purge(self, conversations: Sequence[int]) -> None:
        """Removes conversations for good; their answers end."""
        in_use = {each for each in conversations if self._shelf.find(each)}
        await self._library.purge([each for each in conversations if each not in in_use])
        for conversation in in_use:
            with contextlib.suppress(UserError):  # somebody else has purged it while this waited
                async with self._holding(conversation) as live:
                    await self._course.stop(live)
                    self._shelf.remove(conversation)
                    await self._library.purge([conversation])

    async def exchange(self, replace: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Has `replace` put other conversations in the place of these, while nothing is said and no answer runs.

        Answers end with what they have. Afterwards, also when `replace` fails, what was open has to be opened again.
        """
        async with self._course.resting():
            try:
                return await replace()
            finally:
                for live in self._shelf.all():
                    self._shelf.remove(live.id)
                await self._library.load()

    async def aclose(self) -> None:
        """Ends running answers with what they have; they are kept when this returns. The store stays open."""
        await self._course.aclose()

    def _speaker(self, live: LiveConversation, message: StoredMessage) -> Persona:
        """The persona that spoke in an answer while its file is there, or else the conversation's."""
        is_known = any(persona.id == message.persona for persona in self._personas.all())
        return self._personas.get(message.persona if is_known else self._library.get(live.id).persona)

    @contextlib.asynccontextmanager
    async def _holding(self, conversation: int) -> AsyncIterator[LiveConversation]:
        """The conversation, for one verb after another. Raises `UserError` when it is gone."""
        self._library.get(conversation)
        async with self._shelf.holding(conversation) as live:
            self._library.get(conversation)  # it may have been purged while this verb waited for its turn
            yield live


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise UserError("There is nothing to send.", "Write something first.")
