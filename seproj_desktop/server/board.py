"""The request board: every request of the server while it runs, and a log of the last ones that have ended.

On the backend's loop only. It tells nobody anything: a reader looks as often as it likes and is handed what it has not
seen, so a board that nobody looks at costs one small record per request. What was said is forgotten when a request
ends, unless keeping it is switched on.
"""

import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.server.caller import Caller
from seproj_desktop.server.records import BoardNews, Outcome, RecordState, RequestRecord, RequestText

LOGGED = 10_000
KEPT_TEXTS = 200
KEPT_CHARACTERS = 16_000_000
LONGEST_WORDS = 300
LONGEST_NAME = 100

NOT_WORKED_ON: frozenset[events.FailureKind] = frozenset({"invalid_request", "not_ready", "busy"})

WHOLE: frozenset[Outcome] = frozenset({"done", "length"})

Stop = Callable[[], Awaitable[None]]


class OpenRequest:
    """One request on the board, from its arrival until `close`."""

    def __init__(
        self, caller: Caller, endpoint: str, persona: str, trace: RequestTrace, stop: Stop, on_end: "EndListener"
    ) -> None:
        self._on_end = on_end
        self.client = caller.name
        self._endpoint = endpoint[:LONGEST_NAME]
        self._stop = stop
        self.trace = trace
        self.persona = persona
        self.messages: tuple[ChatMessage, ...] = ()
        self.said: Callable[[], str] = str
        self.is_stopping = False
        """Whether the person has stopped it; work that has not reached the engine must not begin."""

    def show(self, messages: tuple[ChatMessage, ...], said: Callable[[], str], *, persona: str = "") -> None:
        """What is asked, once that is known, and where the answer so far is to be had."""
        self.messages, self.said, self.persona = messages, said, persona

    def close(self, outcome: Outcome, status: int = 0, words: str = "") -> None:
        """The request's end; only the first one counts. `status` is what HTTP said, `words` are why it failed."""
        self._on_end(self, "stopped" if self.is_stopping else outcome, status, words)

    def close_with(self, ending: events.Finished | events.Failed, status: int = 200) -> None:
        """As `close`, for an answer that has ended as the engine says."""
        if isinstance(ending, events.Failed):
            outcome: Outcome = "refused" if ending.kind in NOT_WORKED_ON else "failed"
            self.close(outcome, status, ending.message)
        else:
            self.close(OUTCOMES[ending.reason], status)

    async def stop(self) -> None:
        self.is_stopping = True
        await self._stop()

    def record(
        self, now: float, number: int = 0, state: RecordState | None = None, status: int = 0, words: str = ""
    ) -> RequestRecord:
        """The request at the moment `now` of the monotonic clock."""
        trace = self.trace
        duration = now - trace.arrived
        return RequestRecord(
            number,
            trace.request_id,
            time.time() - duration,
            self.client,
            self._endpoint,
            self.persona,
            state or ("stopping" if self.is_stopping else trace.state),
            status,
            words[:LONGEST_WORDS],
            trace.prompt_tokens,
            trace.cached_tokens,
            trace.output_tokens,
            None if trace.first_token is None else trace.first_token - trace.arrived,
            duration,
        )

    def text(self, *, is_whole: bool = False) -> RequestText:
        return RequestText(self.persona, self.messages, self.said(), is_whole)


EndListener = Callable[[OpenRequest, Outcome, int, str], None]
OUTCOMES: dict[events.FinishReason, Outcome] = {"stop": "done", "length": "length", "abort": "stopped"}


class RequestBoard:
    """The running requests by id, and the log."""

    def __init__(
        self, abort: Callable[[str], Awaitable[None]], *, keeps_texts: bool = False, logged: int = LOGGED
    ) -> None:
        """`abort` ends a request in the engine, wherever it is there."""
        self._abort = abort
        self._running: dict[str, OpenRequest] = {}
        self._log: deque[RequestRecord] = deque(maxlen=logged)
        self._count = 0
        self._texts: OrderedDict[str, RequestText] = OrderedDict()
        self._characters = 0
        self._keeps_texts = keeps_texts

    def open(
        self, caller: Caller, endpoint: str, trace: RequestTrace, *, persona: str = "", stop: Stop | None = None
    ) -> OpenRequest:
        """A request that has arrived; whoever opens it closes it. `stop` ends it where the engine's abort would not."""

        async def abort() -> None:
            await self._abort(trace.request_id)

        opened = OpenRequest(caller, endpoint, persona, trace, stop or abort, self._on_end)
        self._running[trace.request_id] = opened
        return opened

    async def stop(self, request_id: str) -> bool:
        """Ends a running or waiting request for the person; False when it is not there any more."""
        request = self._running.get(request_id)
        if request is None:
            return False
        await request.stop()
        return True

    def look(self, seen: int = 0) -> BoardNews:
        """What there is beyond the number `seen` of an earlier look."""
        now = time.monotonic()
        running = tuple([request.record(now) for request in self._running.values()])
        texts = {request_id for request_id, request in self._running.items() if request.messages}
        newer = tuple(itertools.takewhile(lambda record: record.number > seen, reversed(self._log)))[::-1]
        first = self._log[0].number if self._log else self._count + 1
        return BoardNews(running, newer, self._count, first, self._keeps_texts, frozenset(texts | self._texts.keys()))

    def text(self, request_id: str) -> RequestText | None:
        """What was said in a running request, or in an ended one whose text is kept."""
        request = self._running.get(request_id)
        if request is not None:
            return request.text() if request.messages else None
        return self._texts.get(request_id)

    def keep_texts(self, *, is_on: bool) -> None:
        """Switching off forgets what is kept."""
        self._keeps_texts = is_on
        if not is_on:
            self._forget_texts()

    def clear(self) -> None:
        """Empties the log; what runs is not touched."""
        self._log.clear()
        self._forget_texts()

    def _on_end(self, request: OpenRequest, outcome: Outcome, status: int, words: str) -> None:
        request_id = request.trace.request_id
        if self._running.get(request_id) is not request:
            return
        del self._running[request_id]
        self._count += 1
        self._log.append(request.record(time.monotonic(), self._count, outcome, status, words))
        if self._keeps_texts and request.messages:
            self._keep(request_id, request.text(is_whole=outcome in WHOLE))

    def _keep(self, request_id: str, text: RequestText) -> None:
        self._texts[request_id] = text
        self._characters += text.size
        while len(self._texts) > KEPT_TEXTS or self._characters > KEPT_CHARACTERS:
            self._characters -= self._texts.popitem(last=False)[1].size

    def _forget_texts(self) -> None:
        self._texts.clear()
        self._characters = 0
