"""Blocking work for the backend's loop, on a worker thread."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def on_worker(work: Callable[[], T]) -> T:
    """The result of blocking work; a task that is cancelled waits for it to end, so that no thread is left behind."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
