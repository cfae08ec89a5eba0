"""The API keys: several, named, kept as hashes in one file. Once there is one, the server asks everybody for one.

On the backend's loop; the file is read and written on worker threads. Another program may change it (`keys revoke`):
whoever checks a key calls `refresh` before. A file that is broken locks the server, and does not open it.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from seproj_desktop.errors import UserError
from seproj_desktop.server.private_file import PrivateFile, Stamp

PREFIX = "sk-seproj-"
SECRET_BYTES = 32
LONGEST_NAME = 60
MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What can be told of a key; the key itself is shown once, when it is made."""

    name: str
    created: datetime
    last_four: str
    last_used: date | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys, in the order they were made; and in words what is wrong with their file, if anything is."""

    keys: tuple[ApiKey, ...] = ()
    problem: str = ""

    @property
    def is_locked(self) -> bool:
        """Whether a request needs a key: there are some, or nobody can tell."""
        return bool(self.keys or self.problem)


KeyListener = Callable[[KeyRing], None]


class _Entry(BaseModel):
    """A key as the file has it. The secret has 256 random bits, so that a fast hash is a safe one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    created: datetime
    last_four: str = Field(max_length=4)
    last_used: date | None = None

    def told(self) -> ApiKey:
        return ApiKey(self.name, self.created, self.last_four, self.last_used)


class _Entries(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[_Entry, ...] = Field(default=(), max_length=MOST_KEYS)


class ApiKeys:
    """The one owner of the key file in this program. Reads it once at the start, in the constructor."""

    def __init__(self, file: Path) -> None:
        self._file = PrivateFile(file, _Entries)
        self._listeners: list[KeyListener] = []
        self._refreshing = asyncio.Lock()
        self._noting: set[asyncio.Task[None]] = set()
        self._ring = KeyRing()
        self._take(*self._read())

    @property
    def file(self) -> Path:
        return self._file.path

    @property
    def ring(self) -> KeyRing:
        return self._ring

    def all(self) -> tuple[ApiKey, ...]:
        return self._ring.keys

    def names(self) -> tuple[str, ...]:
        return tuple(key.name for key in self._ring.keys)

    def subscribe(self, listener: KeyListener) -> Callable[[], None]:
        """Calls `listener` on the backend's loop at once and at every change; returns what ends that."""
        self._listeners.append(listener)
        listener(self._ring)
        return lambda: self._listeners.remove(listener)

    async def create(self, name: str) -> str:
        """Makes a key and gives back the secret, which is not kept. Raises `UserError`."""
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        entry = _Entry(
            name=checked_name(name),
            sha256=_hash(secret),
            created=datetime.now(UTC).replace(microsecond=0),
            last_four=secret[-4:],
        )
        await self._change(lambda before: _with(before, entry))
        return secret

    async def revoke(self, name: str) -> None:
        """From now on this key opens nothing. Raises `UserError` where there is none of this name."""
        await self._change(lambda before: _without(before, name))

    def check(self, secret: str) -> ApiKey | None:
        """The key whose secret this is. Looks at every key, so that the time tells nothing."""
        shown = _hash(secret)
        found = None
        for entry in self._entries.keys:
            if hmac.compare_digest(entry.sha256, shown):
                found = entry
        if found is None:
            return None
        if found.last_used != _today():
            self._note_use(found.name)
        return found.told()

    def is_stale(self) -> bool:
        """Whether the file is another one than was read: one look at its times, as long as a few lines of Python."""
        return self._file.stamp() != self._stamp

    async def refresh(self) -> None:
        """Reads the file again where another program has changed it."""
        async with self._refreshing:
            if self.is_stale():
                self._take(*await asyncio.to_thread(self._read))

    async def aclose(self) -> None:
        """Ends what is still being noted."""
        if self._noting:
            await asyncio.wait(tuple(self._noting))

    async def _change(self, function: Callable[[_Entries], _Entries]) -> None:
        async with self._refreshing:
            await asyncio.to_thread(self._write, function)
            self._take(*await asyncio.to_thread(self._read))

    def _write(self, function: Callable[[_Entries], _Entries]) -> None:
        try:
            self._file.change(function)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(f"{self._file.path} cannot be written: {reason}.", "Nothing was changed.") from error

    def _read(self) -> tuple[Stamp | None, _Entries, str]:
        """The stamp first: a change that comes between is seen the next time."""
        stamp = self._file.stamp()
        try:
            return stamp, self._file.read(), ""
        except UserError as error:
            return stamp, _Entries(), str(error)

    def _take(self, stamp: Stamp | None, entries: _Entries, problem: str) -> None:
        self._stamp = stamp
        self._entries = entries
        ring = KeyRing(tuple(entry.told() for entry in entries.keys), problem)
        is_news = ring != self._ring
        self._ring = ring
        if is_news:
            for listener in tuple(self._listeners):
                listener(ring)

    def _note_use(self, name: str) -> None:
        """Once a day for each key; the request does not wait for it, and does not fail with it."""
        today = _today()
        self._entries = _used(self._entries, name, today)
        noting = asyncio.ensure_future(self._change_quietly(lambda before: _used(before, name, today)))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)

    async def _change_quietly(self, function: Callable[[_Entries], _Entries]) -> None:
        with contextlib.suppress(UserError):  # a day of use is not worth a word; a broken file is told when it is read
            await self._change(function)


def checked_name(name: str) -> str:
    """A name as it is kept. Raises `UserError` for one that cannot be shown in a line."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable():
        raise UserError(f"A key's name has 1 to {LONGEST_NAME} characters.", "Name it after the program that uses it.")
    return kept


def _with(before: _Entries, entry: _Entry) -> _Entries:
    if any(other.name == entry.name for other in before.keys):
        raise UserError(
            f'There is an API key "{entry.name}" already.', "Choose another name, or revoke that one first."
        )
    if len(before.keys) >= MOST_KEYS:
        raise UserError(f"There are {MOST_KEYS:,} API keys.", "Revoke some.")
    return _Entries(keys=(*before.keys, entry))


def _without(before: _Entries, name: str) -> _Entries:
    left = tuple(entry for entry in before.keys if entry.name != name)
    if len(left) == len(before.keys):
        raise UserError(f'There is no API key "{name}".', "`seproj-desktop keys list` shows them.")
    return _Entries(keys=left)


def _used(before: _Entries, name: str, day: date) -> _Entries:
    keys = (entry.model_copy(update={"last_used": day}) if entry.name == name else entry for entry in before.keys)
    return _Entries(keys=tuple(keys))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _today() -> date:
    return datetime.now().astimezone().date()
