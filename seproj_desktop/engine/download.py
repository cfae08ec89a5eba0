"""Fetches a model from the Hugging Face hub, because somebody clicked or typed its name; nothing else here uses the
network.

The download runs in a process of its own: it can be ended at once, and its work never touches our loops. Progress
comes back as one JSON object per line. This module is also that process's program: `python -m
seproj_desktop.engine.download HUB_ID FOLDER`.
"""

import asyncio
import contextlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seproj_desktop.errors import UserError

PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*.py")
SPARE_BYTES = 1_000_000_000
"""Free space that a download leaves on the disk."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Bytes fetched, and bytes in all; the total is None until the hub has told it."""

    done: int
    total: int | None


class DownloadCancelledError(Exception):
    """The download was cancelled on request."""


class ModelDownloads:
    """At most one download at a time, into the hub's cache at `folder`. On the backend's loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._is_running = False
        self._is_cancelled = False

    async def fetch(self, hub_id: str, on_progress: Callable[[DownloadProgress], None]) -> None:
        """Returns when the model is on the disk. Raises `UserError`, or `DownloadCancelledError` after `cancel`."""
        if self._is_running:
            raise UserError("Another download is running.", "Wait for it, or cancel it.")
        self._is_running, self._is_cancelled = True, False
        try:
            failure = await self._run(hub_id, on_progress)
        finally:
            self._is_running, self._process = False, None
        if self._is_cancelled:
            raise DownloadCancelledError
        if failure is not None:
            raise UserError(
                f"{hub_id} could not be downloaded. {failure}".rstrip(),
                "Check the connection and the model's name; then try again.",
            )

    def cancel(self) -> None:
        """Ends a running download; the next one fetches what is still missing."""
        self._is_cancelled = True
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def aclose(self) -> None:
        self.cancel()

    async def _run(self, hub_id: str, on_progress: Callable[[DownloadProgress], None]) -> str | None:
        """Follows the download's process to its end; why it failed, or None."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, hub_id, str(self._folder)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        failure = ""
        if self._is_cancelled:
            process.kill()
        try:
            async for line in process.stdout:
                said = json.loads(line)
                if "error" in said:
                    failure = said["error"]
                else:
                    on_progress(DownloadProgress(said["done"], said["total"]))
        except BaseException:
            # Only then: killing a process that ends by itself takes its exit status away from asyncio.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        await process.wait()
        return failure if failure or process.returncode else None


def main(hub_id: str, folder: Path) -> int:
    """In the download's own process."""
    from huggingface_hub import snapshot_download

    try:
        plan: Any = snapshot_download(hub_id, cache_dir=folder, allow_patterns=list(PATTERNS), dry_run=True)
        total = sum(file.file_size for file in plan if file.will_download)
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if total + SPARE_BYTES > free:
            _say(error=f"It needs {total / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {folder}.")
            return 1
        _say(done=0, total=total)
        snapshot_download(
            hub_id, cache_dir=folder, allow_patterns=list(PATTERNS), tqdm_class=progress_class(total), max_workers=4
        )
    except Exception as error:  # noqa: BLE001  the hub's client raises many kinds; the parent shows the text
        _say(error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        return 1
    _say(done=total, total=total)
    return 0


def progress_class(total: int) -> Any:
    """A progress bar class for the hub's client which counts bytes and says so once per MiB."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    counted = {"done": 0, "said": 0}

    class Telling(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._counts_bytes = kwargs.get("unit") == "B" and "econstruct" not in str(kwargs.get("desc"))
            kwargs["disable"] = True
            super().__init__(*args, **kwargs)

        def update(self, n: float | None = 1) -> Any:
            if self._counts_bytes and n:
                counted["done"] = min(counted["done"] + int(n), total)
                if counted["done"] - counted["said"] >= 1 << 20:
                    counted["said"] = counted["done"]
                    _say(done=counted["done"], total=total)
            return super().update(n)

    return Telling


def _say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
