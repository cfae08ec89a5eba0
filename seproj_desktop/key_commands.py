"""`keys`: lists, makes and revokes the server's API keys from the command line, also while the program runs.

What is shown goes to `out`, so that `keys create NAME` can be read by a script; words about it go to `notes`.
"""

from pathlib import Path
from typing import Literal, TextIO

from seproj_desktop.errors import UserError
from seproj_desktop.server.keys import ApiKey, ApiKeys

Verb = Literal["list", "create", "revoke"]


async def change_keys(file: Path, verb: Verb, name: str, out: TextIO, notes: TextIO) -> int:
    """One command. Raises `UserError` where it cannot be done."""
    keys = ApiKeys(file)
    if keys.ring.problem:
        raise UserError(keys.ring.problem)
    match verb:
        case "create":
            secret = await keys.create(name)
            notes.write("This key is shown once; the program keeps only its hash.\n")
            notes.flush()
            out.write(f"{secret}\n")
        case "revoke":
            await keys.revoke(name)
            notes.write(f'The key "{name}" opens nothing any more.\n')
            if not keys.all():
                notes.write("There are no keys left: programs on this machine need none, others are not let in.\n")
        case "list":
            out.writelines(map(_line, keys.all()))
            if not keys.all():
                notes.write("There are no API keys.\n")
    return 0


def _line(key: ApiKey) -> str:
    used = f"last used {key.last_used}" if key.last_used is not None else "never used"
    return f"{key.name}\t...{key.last_four}\tmade {key.created.astimezone():%Y-%m-%d}\t{used}\n"
