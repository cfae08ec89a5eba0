"""A small file that nobody else may read, that is whole at every moment, and that two programs may change.

Blocks on the disk: on a worker thread, or in a command; only `stamp` may be asked for on the backend's loop.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from seproj_desktop.errors import UserError

Content = TypeVar("Content", bound=BaseModel)
Stamp = tuple[int, int, int]
LARGEST = 1024 * 1024


class PrivateFile(Generic[Content]):
    """JSON of one model; a file that is not there says what the model says by default."""

    def __init__(self, path: Path, model: type[Content]) -> None:
        self.path = path
        self._model = model

    def stamp(self) -> Stamp | None:
        """Changes whenever the file does; None where there is none, or none that can be looked at."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def read(self) -> Content:
        """Raises `UserError` for a file that cannot be read or is broken; it is never taken for an empty one."""
        try:
            with self.path.open("rb") as file:
                return self._model.model_validate_json(file.read(LARGEST))
        except FileNotFoundError:
            return self._model()
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise self._broken(f"{place}: {first['msg']}" if place else first["msg"]) from None
        except OSError as error:
            raise self._broken(error.strerror or str(error)) from error

    def change(self, function: Callable[[Content], Content]) -> Content:
        """Puts `function` of what is there now in its place; no change of another program comes between."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            before = self.read()
            after = function(before)
            if after != before:
                self._write(after)
        return after

    def _write(self, content: Content) -> None:
        """A new file beside it takes its place: whoever reads finds the old one or the new one, and both are whole."""
        descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}-", dir=self.path.parent)  # for this user alone
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123  it is open already
                file.write(content.model_dump_json(indent=2).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """The lock is a file beside it, since the file itself is replaced."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _broken(self, why: str) -> UserError:
        return UserError(f"{self.path} cannot be read: {why.rstrip('.')}.", "Mend the file or remove it.")
