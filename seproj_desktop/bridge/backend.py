"""The backend's thread and loop, and the only file that knows both loops.

`Backend` lives on the Qt thread. Calls go over with `run_coroutine_threadsafe` and are awaited on the Qt loop
(qasync), or posted with nobody waiting; news from the backend comes back through one queued signal. What is said in
an open conversation takes another way: see `feed`.
"""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from seproj_desktop.bridge.feed import Channel, NewsFeed
from seproj_desktop.errors import ErrorReport, ErrorReporter, UserError

if TYPE_CHECKING:
    # The backend's thread imports it, inside `assemble`: it brings the HTTP server along, and the window comes first.
    from seproj_desktop.app import App

logger = logging.getLogger(__name__)

T = TypeVar("T")
HAND_OVER_SECONDS = 0.2
CLOSE_SECONDS = 2.2
"""What the backend may take to end everything; the window promises three seconds in all."""


class Backend(QObject):
    """The running backend as the window sees it. Every method and signal is the Qt thread's."""

    started = Signal(object)
    """The assembled `App`; its values may be read, its coroutines are called through `call`."""
    start_failed = Signal(object)
    """The `ErrorReport` that kept the backend from being assembled."""
    engine_changed = Signal(object)
    """The `EngineStatus`, at once after `started` and at every change."""
    server_changed = Signal(object)
    """The `ServerStatus`, likewise."""
    keys_changed = Signal(object)
    """The `KeyRing`, likewise."""
    list_changed = Signal(object)
    """A `ListNews`: the whole list at once, and then every change."""
    keeping_changed = Signal(object)
    """The `KeepingStatus`: whether what is said reaches the disk."""
    raise_requested = Signal()
    """Another program asks for this one's window."""
    failure_reported = Signal(object)
    """An `ErrorReport` to show."""

    _news = Signal(object)

    def __init__(self, assemble: "Callable[[], App]", reporter: ErrorReporter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._assemble = assemble
        self._reporter = reporter
        self._app: App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feed = NewsFeed(self)
        self._is_closing = False
        self._begun = asyncio.Event()
        self._ended = threading.Event()
        self._news.connect(self._on_news, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="backend", daemon=True)
        reporter.add_sink(self._tell_failure)

    @property
    def app(self) -> "App":
        """Only after `started`."""
        assert self._app is not None, "the backend has not started"
        return self._app

    @property
    def is_started(self) -> bool:
        return self._app is not None

    def start(self) -> None:
        self._thread.start()

    async def call(self, function: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Runs `function(*args)` on the backend's loop and gives back its result or raises its failure."""
        self._assert_gui_thread()
        if self._loop is None or self._is_closing:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(function(*args), self._loop))

    def post(
        self,
        function: Callable[..., Coroutine[Any, Any, T]],
        *args: Any,
        then: Callable[[T], object] | None = None,
        otherwise: Callable[[], object] | None = None,
    ) -> None:
        """As `call`, with nobody waiting: `then` gets the result on the Qt thread.

        A failure goes to the reporter, and `otherwise` is called on the Qt thread.
        """
        self._assert_gui_thread()
        if self._loop is None or self._is_closing:
            return
        asyncio.run_coroutine_threadsafe(self._guarded(function(*args), then, otherwise), self._loop)

    def open_channel(self) -> Channel:
        """For one conversation's news; its `tell` is handed to the backend."""
        return self._feed.open()

    def hand_over(self, function: Callable[[T], object], interval: float = HAND_OVER_SECONDS) -> Callable[[T], None]:
        """For the backend to call: `function` gets the newest value on the Qt thread, every `interval` seconds."""
        newest: list[T] = []

        def flush() -> None:
            self._tell(function, newest.pop())
            newest.clear()

        def tell(value: T) -> None:
            newest.append(value)
            if len(newest) == 1:
                asyncio.get_running_loop().call_later(interval, flush)

        return tell

    async def close(self) -> None:
        """Ends answers, server and engine within `CLOSE_SECONDS`; what takes longer is left behind."""
        self._assert_gui_thread()
        if self._is_closing or not self._thread.is_alive():
            return
        self._is_closing = True
        while self._loop is None:  # it is there once the thread has imported the app
            if self._ended.is_set():
                return
            await asyncio.sleep(0.01)
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        try:
            await asyncio.wait_for(asyncio.wrap_future(closing), CLOSE_SECONDS)
        except TimeoutError:
            logger.warning("the backend did not end within %.1f s", CLOSE_SECONDS)
            self._feed.close()
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._feed.close()
        await self._wait_for_thread()

    async def _wait_for_thread(self) -> None:
        """Up to half a second, without holding up the Qt loop and without a thread to wait in."""
        for _ in range(50):
            if self._ended.is_set():
                self._thread.join(0.1)
                return
            await asyncio.sleep(0.01)

    # What follows up to `_on_news` runs on the backend's thread.

    def _run(self) -> None:
        try:
            from seproj_desktop.app import new_loop

            with asyncio.Runner(loop_factory=new_loop) as runner:
                self._run_on(runner.get_loop())
        finally:
            self._ended.set()

    def _run_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._reporter.install_on(loop)
        self._loop = loop
        try:
            app = self._assemble()
            loop.run_until_complete(app.start(functools.partial(self._tell, self.raise_requested.emit)))
        except UserError as error:
            self._tell(self.start_failed.emit, ErrorReport.of(error))
        except Exception as error:  # noqa: BLE001  shown in the window like any bug; the window stays open to show it
            self._reporter.report(error)
            self._tell(self.start_failed.emit, ErrorReport.of(error))
        else:
            self._app = app
            self._tell(self.started.emit, app)
            app.engine.subscribe(functools.partial(self._tell, self.engine_changed.emit))
            app.server.subscribe(functools.partial(self._tell, self.server_changed.emit))
            app.keys.subscribe(functools.partial(self._tell, self.keys_changed.emit))
            app.library.subscribe(functools.partial(self._tell, self.list_changed.emit))
            app.memory.store.subscribe(functools.partial(self._tell, self.keeping_changed.emit))
        self._begun.set()
        loop.run_forever()

    async def _close(self) -> None:
        await self._begun.wait()  # what starts is started to its end, so that all of it can be ended
        if self._app is not None:
            await self._app.aclose()

    async def _guarded(
        self,
        work: Coroutine[Any, Any, T],
        then: Callable[[T], object] | None,
        otherwise: Callable[[], object] | None,
    ) -> None:
        try:
            result = await work
        except Exception as error:  # noqa: BLE001  nobody waits for the result, so the reporter is told
            self._reporter.report(error)
            if otherwise is not None:
                self._tell(otherwise)
        else:
            if then is not None:
                self._tell(then, result)

    def _tell_failure(self, report: ErrorReport) -> None:
        self._tell(self.failure_reported.emit, report)

    def _tell(self, function: Callable[..., object], *args: object) -> None:
        """Calls `function(*args)` on the Qt thread, in the order of telling."""
        self._news.emit(functools.partial(function, *args))

    @Slot(object)
    def _on_news(self, call: Callable[[], object]) -> None:
        call()

    def _assert_gui_thread(self) -> None:
        assert QThread.currentThread() is self.thread(), "only the Qt thread may use the backend's bridge"
