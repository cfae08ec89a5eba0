"""What the board shows of requests while they run and after, and how they are stopped from it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.errors import UserError
from seproj_desktop.server import board as boards
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.caller import Caller
from seproj_desktop.server.keys import ApiKeys
from seproj_desktop.server.records import RequestRecord, RequestText
from seproj_desktop.settings import ServerSettings
from tests.fakes import FakeEngine, FakeLoader
from tests.server.house import House, body_of, until

OpenHouse = Callable[..., House]
CURL = Caller("127.0.0.1", "curl/8.5")
HELLO = (ChatMessage(role="user", content="Hello"),)


async def opened(open_house: OpenHouse, engine: FakeEngine | None = None, **more: object) -> House:
    house = open_house(engine or FakeEngine(), **more)
    await house.server.start(port=0)
    return house


def only(house: House) -> RequestRecord:
    """The one request that has ended."""
    (record,) = house.board.look().ended
    return record


class Lone:
    """A board without an engine; `aborted` are the ids that were to be ended in it."""

    def __init__(self, *, keeps_texts: bool = False, logged: int = 10) -> None:
        self.aborted: list[str] = []
        self.board = RequestBoard(self._abort, keeps_texts=keeps_texts, logged=logged)

    async def _abort(self, request_id: str) -> None:
        self.aborted.append(request_id)

    def run(self, name: str, answer: str = "") -> None:
        """A request from its beginning to its end."""
        entry = self.board.open(CURL, "/generate", RequestTrace(name))
        entry.show(HELLO, lambda: answer)
        entry.close("done", 200)


async def test_a_request_is_shown_from_its_queue_to_its_end(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(gate=gate))
    states = []
    async with asyncio.TaskGroup() as asking:
        for _ in range(4):  # three places, and one that waits
            asking.create_task(house.ask(persona="developer"))
        await until(lambda: len(house.engine.running) == 3 and house.manager.queued == 1)
        states.append([record.state for record in house.board.look().running])
        for _ in range(3):
            gate.release()
        await until(lambda: [record.output_tokens for record in house.board.look().running] == [1, 1, 1, 0])
        states.append([record.state for record in house.board.look().running])
        (first, *_) = house.board.look().running
        for _ in range(13):
            gate.release()
    assert states == [["reading"] * 3 + ["queued"], ["writing"] * 3 + ["queued"]]
    assert (first.client, first.endpoint, first.persona) == (f"{house.agent} (127.0.0.1)", "/generate", "developer")
    assert (first.prompt_tokens, first.cached_tokens, first.output_tokens) == (7, 3, 1)
    news = house.board.look()
    assert news.running == ()
    assert [record.number for record in news.ended] == [1, 2, 3, 4]
    last = news.ended[-1]
    assert (last.state, last.status, last.output_tokens, last.words) == ("done", 200, 4, "")
    assert last.first_token is not None
    assert 0 < last.first_token <= last.duration
    assert last.rate is None or last.rate > 0


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("ending", "state", "status"),
    [
        (events.Finished("stop"), "done", 200),
        (events.Finished("length"), "length", 200),
        (events.Failed("invalid_request", "No."), "refused", 400),
        (events.Failed("busy", "No."), "refused", 503),
        (events.Failed("internal", "No."), "failed", 500),
    ],
)
async def test_every_ending_has_its_outcome(
    open_house: OpenHouse, stream: bool, ending: events.Finished | events.Failed, state: str, status: int
) -> None:
    pieces = ["a"] if isinstance(ending, events.Finished) else []
    house = await opened(open_house, FakeEngine(pieces, ending=ending))
    await house.ask(stream=stream)
    record = only(house)
    assert (record.state, record.status) == (state, status)
    assert record.words == ("No." if isinstance(ending, events.Failed) else "")


async def test_a_failure_behind_the_first_token_keeps_the_status_that_was_sent(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["a"], ending=events.Failed("internal", "No.")))
    await house.ask()
    assert (only(house).state, only(house).status, only(house).output_tokens) == ("failed", 200, 1)


async def test_what_is_refused_at_the_door_is_logged_with_its_reason(house: House) -> None:
    await house.ask(persona="nobody")
    await house.get("/generate")
    await house.ask(max_tokens=0)
    unknown, method, bounds = house.board.look().ended
    assert (unknown.state, unknown.status) == ("refused", 422)
    assert unknown.words.startswith("persona: There is no persona 'nobody'.")
    assert (method.status, method.words) == (405, "Method Not Allowed")
    assert (bounds.status, bounds.words) == (422, "max_tokens: Input should be greater than or equal to 1")


async def test_a_model_that_cannot_be_loaded(open_house: OpenHouse) -> None:
    house = open_house(loader=FakeLoader(error=UserError("There is no model.", "Choose another one.")))
    await house.server.start(port=0)
    await house.ask()
    assert (only(house).state, only(house).status, only(house).words) == ("refused", 503, "There is no model.")


async def test_a_client_that_leaves(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(gate=gate))
    async with house.raw_request(body_of()):
        await until(lambda: house.engine.running)
    await until(lambda: not house.board.look().running)
    assert only(house).state == "left"


async def test_a_client_that_leaves_in_the_midst_of_its_body(house: House) -> None:
    async with house.raw_request(b'{"messages"', ["Content-Length: 1000"]):
        await until(lambda: house.board.look().running)
    await until(lambda: not house.board.look().running)
    assert only(house).state == "left"


async def test_a_server_that_is_switched_off(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(gate=asyncio.Semaphore(0)))
    async with house.raw_request(body_of()):
        await until(lambda: house.engine.running)
        await house.server.stop(0)
    await until(lambda: not house.board.look().running)
    assert (only(house).state, only(house).words) == ("failed", "The server was switched off.")


@pytest.mark.parametrize("stream", [True, False])
async def test_stopping_a_running_one(open_house: OpenHouse, stream: bool) -> None:
    gate = asyncio.Semaphore(1)
    house = await opened(open_house, FakeEngine(["a", "b"], gate=gate))
    asking = asyncio.create_task(house.ask(stream=stream))
    await until(lambda: [record.output_tokens for record in house.board.look().running] == [1])
    (running,) = house.board.look().running
    assert await house.board.stop(running.request_id)
    assert '"finish_reason":"abort"' in (await asking).text
    assert (only(house).state, only(house).output_tokens) == ("stopped", 1)
    assert not await house.board.stop(running.request_id)


async def test_stopping_one_in_the_queue(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(gate=asyncio.Semaphore(0)))
    running = [asyncio.create_task(house.ask()) for _ in range(4)]
    await until(lambda: house.manager.queued == 1)
    (queued,) = [record for record in house.board.look().running if record.state == "queued"]
    await house.board.stop(queued.request_id)
    await until(lambda: house.manager.queued == 0)
    await until(lambda: len(house.board.look().ended) == 1)
    assert (only(house).request_id, only(house).state) == (queued.request_id, "stopped")
    for record in house.board.look().running:
        await house.board.stop(record.request_id)
    await asyncio.gather(*running)


async def test_stopping_one_while_the_model_loads(open_house: OpenHouse) -> None:
    engine = FakeEngine()
    house = open_house(loader=FakeLoader([engine], gate=asyncio.Event()))
    await house.server.start(port=0)
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.loader.loads)
    (waiting,) = house.board.look().running
    assert waiting.state == "queued"
    await house.board.stop(waiting.request_id)
    assert '"finish_reason":"abort"' in (await asking).text
    assert engine.jobs == []
    assert only(house).state == "stopped"


async def test_stopping_one_whose_body_is_still_on_its_way(house: House) -> None:
    body = body_of()
    async with house.raw_request(body[:10], [f"Content-Length: {len(body)}"]) as (reader, writer):
        await until(lambda: house.board.look().running)
        (coming,) = house.board.look().running
        await house.board.stop(coming.request_id)
        assert house.board.look().running[0].state == "stopping"
        writer.write(body[10:])
        assert b" 503 " in await reader.readline()
    assert house.engine.jobs == []
    assert only(house).state == "stopped"


async def test_an_opener_can_bring_its_own_way_to_stop() -> None:
    lone = Lone()
    stopped: list[str] = []

    async def stop() -> None:
        stopped.append("mine")

    lone.board.open(CURL, "/v1/completions", RequestTrace("own"), stop=stop)
    lone.board.open(CURL, "/generate", RequestTrace("ours"))
    assert await lone.board.stop("own")
    assert await lone.board.stop("ours")
    assert not await lone.board.stop("nobody")
    assert (stopped, lone.aborted) == (["mine"], ["ours"])


def test_a_reader_gets_what_it_has_not_seen() -> None:
    lone = Lone(logged=3)
    lone.run("a")
    seen = lone.board.look().seen
    lone.run("b")
    lone.run("c")
    news = lone.board.look(seen)
    assert [record.request_id for record in news.ended] == ["b", "c"]
    assert lone.board.look(news.seen).ended == ()
    for name in "defg":
        lone.run(name)
    news = lone.board.look(news.seen)
    assert [record.request_id for record in news.ended] == ["e", "f", "g"]
    assert (news.first, news.seen) == (5, 7)


def test_ten_thousand_are_kept_and_an_old_one_goes_for_a_new_one() -> None:
    lone = Lone(logged=boards.LOGGED)
    for number in range(10_010):
        lone.run(str(number))
    news = lone.board.look()
    assert len(news.ended) == 10_000
    assert news.ended[0].request_id == "10"


def test_a_cleared_log_is_empty_and_goes_on_counting() -> None:
    lone = Lone(keeps_texts=True)
    lone.run("a")
    lone.board.open(CURL, "/generate", RequestTrace("running"))
    lone.board.clear()
    news = lone.board.look()
    assert (news.ended, news.first, news.seen, len(news.running)) == ((), 2, 1, 1)
    assert lone.board.text("a") is None
    lone.run("b")
    assert [record.number for record in lone.board.look(news.seen).ended] == [2]


def test_only_the_first_ending_counts() -> None:
    lone = Lone()
    entry = lone.board.open(CURL, "/generate", RequestTrace("a"))
    entry.close("length", 200)
    entry.close("left")
    assert [record.state for record in lone.board.look().ended] == ["length"]


def test_words_and_paths_of_clients_have_their_limits() -> None:
    lone = Lone()
    lone.board.open(CURL, "/v1/" + "x" * 5000, RequestTrace("a")).close("failed", 500, "y" * 5000)
    (record,) = lone.board.look().ended
    assert (len(record.endpoint), len(record.words)) == (100, 300)


async def test_texts_are_at_hand_while_a_request_runs_and_forgotten_after(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    house = await opened(open_house, FakeEngine(['"é\u2028', "b"], gate=gate))
    asking = asyncio.create_task(house.ask())
    await until(lambda: [record.output_tokens for record in house.board.look().running] == [1])
    news = house.board.look()
    (running,) = news.running
    assert news.with_text == {running.request_id}
    await until(lambda: house.board.text(running.request_id) == RequestText("", HELLO, '"é\u2028'))
    gate.release()
    await asking
    assert house.board.text(running.request_id) is None
    assert not house.board.look().with_text
    assert not house.board.look().keeps_texts


async def test_texts_are_kept_where_that_is_switched_on(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["a", "b"]), settings=ServerSettings(keep_texts=True))
    await house.ask(persona="developer")
    request_id = only(house).request_id
    assert house.board.look().with_text == {request_id}
    text = house.board.text(request_id)
    assert text is not None
    assert (text.persona, text.answer) == ("developer", "ab")
    assert [message.role for message in text.messages] == ["system", "user"]
    house.board.keep_texts(is_on=False)
    assert house.board.text(request_id) is None
    await house.ask()
    assert not house.board.look().with_text


def test_kept_texts_are_bounded_by_number_and_by_size() -> None:
    lone = Lone(keeps_texts=True, logged=1000)
    for number in range(boards.KEPT_TEXTS + 5):
        lone.run(str(number))
    assert len(lone.board.look().with_text) == boards.KEPT_TEXTS
    assert lone.board.text("4") is None
    assert lone.board.text("5") is not None
    for name in "abc":
        lone.run(name, "x" * (boards.KEPT_CHARACTERS // 2 - 100))
    assert lone.board.look().with_text == {"b", "c"}


async def test_whom_the_access_rules_refuse_is_in_the_log(open_house: OpenHouse) -> None:
    house = await opened(open_house, settings=ServerSettings(drain_seconds=5.0))
    await house.get("/health", headers={"Host": "evil.example"})
    await house.post(
        headers={"Origin": "https://evil.example"}, json={"messages": [{"role": "user", "content": "Hello"}]}
    )
    host, origin = house.board.look().ended
    assert (host.state, host.status, host.endpoint) == ("refused", 403, "/health")
    assert host.words.startswith("The Host header does not name this machine")
    assert host.client.endswith("(127.0.0.1)")
    assert (origin.status, origin.endpoint) == (403, "/generate")


async def test_a_key_names_its_client_and_a_missing_one_is_in_the_log(open_house: OpenHouse, tmp_path: Path) -> None:
    keys = ApiKeys(tmp_path / "keys.json")
    secret = await keys.create("laptop")
    house = await opened(open_house, keys=keys)
    await house.ask()
    await house.post(json={"messages": [{"role": "user", "content": "Hi"}]}, headers={"x-api-key": secret})
    stranger, known = house.board.look().ended
    assert (stranger.status, stranger.client) == (401, f"{house.agent} (127.0.0.1)")
    assert (known.state, known.client) == ("done", "laptop")
    await keys.aclose()
