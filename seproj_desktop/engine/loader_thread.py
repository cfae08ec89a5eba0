"""One daemon thread for everything that blocks for seconds: importing vLLM, constructing and shutting down an engine.

A daemon, so that a program that is told to quit need not wait for an import that cannot be interrupted.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class LoaderThread:
    """Runs calls one after the other; results arrive on the asyncio loop that asked."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, call: Callable[..., T], *args: Any) -> "asyncio.Future[T]":
        """A future of the running loop. Cancelling it does not interrupt the call."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def run() -> None:
            result: T | None = None
            failure: BaseException | None = None
            try:
                result = call(*args)
            except BaseException as error:  # noqa: BLE001  the caller gets it, whatever it is; this thread must go on
                failure = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, failure)

        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="engine loader", daemon=True)
            self._thread.start()
        self._calls.put(run)
        return future

    def close(self, timeout: float) -> bool:
        """Ends the thread after the calls already given; False when it is still busy after `timeout` seconds."""
        if self._thread is None:
            return True
        self._calls.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
