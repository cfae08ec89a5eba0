"""A private folder for one run's sockets and small files; it leaves nothing behind.

A killed program cannot remove its folder, so each start also removes the folders of programs that are gone. The
path is kept short: the address of a UNIX socket holds 107 bytes.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

PREFIX = "seproj-"
LONGEST_PARENT = 40
"""Characters: what an address leaves after our folder's name and vLLM's socket names of 36 characters."""


class RuntimeFolder:
    """A new folder with mode 0700 under `parent` (or the temporary folder, if its path is too long)."""

    def __init__(self, parent: Path) -> None:
        if len(str(parent)) > LONGEST_PARENT:
            parent = Path(tempfile.gettempdir())
        remove_stale(parent)
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def remove_stale(parent: Path) -> None:
    """Removes this user's folders whose process no longer runs."""
    for folder in parent.glob(f"{PREFIX}*"):
        named = re.match(rf"{PREFIX}(\d+)-", folder.name)
        if named and folder.stat().st_uid == os.getuid() and not is_alive(int(named[1])):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
