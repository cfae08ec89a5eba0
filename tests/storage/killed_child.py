"""The real chat service over the real store, with an engine that always speaks, until it is killed.

Started by `test_kills`: sends, asks again, edits, deletes, restores, forks and imports at random, and tells what has
been told to its listener, which stands for the screen.
"""

import argparse
import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.crash_imports import write_import
from benchmarks.crash_wire import Teller
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.news import AnswerEnded, ConversationNews, OpenConversation, PathChanged, PathEntry, TextAdded
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.chat.service import ChatService
from seproj_desktop.errors import UserError
from seproj_desktop.paths import resources_folder
from seproj_desktop.storage.exchange.importing import import_file
from seproj_desktop.storage.opening import open_store
from seproj_desktop.storage.store import SqliteStore
from tests.fakes import FakeEngine

PIECES = tuple(f"word {number} " for number in range(800))
BEAT = 0.001
"""Seconds between two pieces, of whichever answers run: some end before their text is written, some are cut in it."""
TURNS_BETWEEN = 300
"""Of the loop, between two acts."""
TOLD_EVERY = 5
"""Pieces; a screen shows several at once too."""
IMPORTED = (40, 30)
"""It is stored in several parts, and killed between them too."""


class Screen:
    """What a window over one conversation would have shown."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._lengths: dict[int, int] = {}
        self._news = 0
        self.path: tuple[PathEntry, ...] = ()

    def open(self, opened: OpenConversation) -> None:
        self._show(opened.path)

    def tell(self, news: ConversationNews) -> None:
        match news:
            case PathChanged(path=path):
                self._show(path)
            case TextAdded(message=message, text=text):
                self._lengths[message] = self._lengths.get(message, 0) + len(text)
                self._news += 1
                if self._news % TOLD_EVERY == 0:
                    self._teller.tell(shown=message, length=self._lengths[message])
            case AnswerEnded(entry=entry):
                self._teller.tell(shown=entry.message.id, length=len(entry.message.text))
            case _:
                pass

    def _show(self, path: tuple[PathEntry, ...]) -> None:
        self.path = path
        for entry in path:
            if entry.message.role == "user":
                self._teller.tell(said=entry.message.text)
            else:
                self._lengths[entry.message.id] = len(entry.message.text)
                self._teller.tell(shown=entry.message.id, length=len(entry.message.text))


class Person:
    """Does one thing after another, faster than anybody could."""

    def __init__(self, store: SqliteStore, teller: Teller, scratch: Path, seed: int) -> None:
        self._store = store
        self._teller = teller
        self._scratch = scratch
        self._seed = seed
        self._random = random.Random(seed)
        self._count = 0
        self._screens: dict[int, Screen] = {}
        self._gate = asyncio.Semaphore(0)
        self._library = ConversationLibrary(store)
        self._chat = ChatService(
            FakeEngine(PIECES, gate=self._gate),
            PersonaLibrary.read(resources_folder() / "personas", scratch / "none"),
            store,
            self._library,
            model_name=lambda: "fake",
            report=self._report,
        )
        self._acts: dict[Callable[[], Awaitable[object]], int] = {
            self._begin: 2,
            self._send: 6,
            self._regenerate: 4,
            self._edit: 3,
            self._stop: 2,
            self._continue: 2,
            self._fork: 1,
            self._delete_branch: 2,
            self._delete: 1,
            self._restore: 1,
            self._import: 1,
        }

    async def live(self) -> None:
        await self._library.load()
        self._beat()
        while True:
            act = self._random.choices([*self._acts], [*self._acts.values()])[0]
            with contextlib.suppress(UserError):  # a wish that came too late, such as for a message in the bin
                await act()
            self._teller.tell(act=act.__name__)
            for _ in range(self._random.randrange(TURNS_BETWEEN)):
                await asyncio.sleep(0)

    def _beat(self) -> None:
        self._gate.release()
        asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _report(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            self._teller.tell(bug=repr(error))

    async def _begin(self) -> None:
        await self._chat.send(None, self._words(), "developer")

    async def _send(self) -> None:
        await self._chat.send(await self._opened(), self._words(), "developer")

    async def _regenerate(self) -> None:
        await self._chat.regenerate(*await self._message("assistant"))

    async def _edit(self) -> None:
        role = self._random.choice(("user", "assistant"))
        await self._chat.edit(*await self._message(role), self._words())

    async def _stop(self) -> None:
        await self._chat.stop(await self._opened())

    async def _continue(self) -> None:
        await self._chat.continue_answer(*await self._message("assistant"))

    async def _fork(self) -> None:
        await self._chat.fork(*await self._message("assistant"))

    async def _delete_branch(self) -> None:
        await self._chat.delete_branch(*await self._message("user"))

    async def _delete(self) -> None:
        await self._chat.delete([await self._opened()])

    async def _restore(self) -> None:
        conversation = await self._opened()
        await self._chat.restore([conversation])
        for branch in (await self._chat.binned_branches(conversation))[:1]:
            await self._chat.restore_branch(conversation, branch.first.id)

    async def _import(self) -> None:
        self._count += 1
        tag = f"i{self._seed}-{self._count}"
        path = self._scratch / f"{tag}.json"
        write_import(path, tag, *IMPORTED)
        self._teller.tell(imports=tag, count=IMPORTED[0])
        await import_file(path, self._store, self._library.ids, lambda _: None, lambda: False)
        await self._library.load()

    async def _opened(self) -> int:
        """One of the conversations last changed, with somebody looking at it. Raises `UserError` without any."""
        newest = [summary.id for summary in self._library.summaries[:8]]
        if not newest:
            raise UserError("There is no conversation yet.")
        conversation = self._random.choice(newest)
        if conversation not in self._screens:
            screen = self._screens[conversation] = Screen(self._teller)
            screen.open(await self._chat.open(conversation, screen.tell))
        return conversation

    async def _message(self, role: str) -> tuple[int, int]:
        """A conversation and one of its messages on the path. Raises `UserError` when there is none of this role."""
        conversation = await self._opened()
        fitting = [entry.message.id for entry in self._screens[conversation].path if entry.message.role == role]
        if not fitting:
            raise UserError("There is no such message.")
        return conversation, self._random.choice(fitting)

    def _words(self) -> str:
        self._count += 1
        return f"Words {self._seed}-{self._count}, never said before."


async def live(options: argparse.Namespace) -> None:
    opened = open_store(options.data_dir)
    await Person(opened.store, Teller(options.pipe), options.scratch, options.seed).live()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--pipe", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    asyncio.run(live(parser.parse_args()))


if __name__ == "__main__":
    main()
