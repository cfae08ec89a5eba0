"""/health in every state, /docs and /openapi.json."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.protocol import EngineLoad
from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Sleeping, Starting, Stopped
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.health import describe
from seproj_desktop.server.openai.paths import METHODS, PATTERNS, is_api_path
from seproj_desktop.settings import ServerSettings
from tests.fakes import FAKE_INFO, FAKE_MODEL, FakeEngine, FakeLoader
from tests.server.house import PERSONAS, House, until

OpenHouse = Callable[..., House]
DEMO = ModelSpec("seproj-demo", "/nowhere", "demo")


@dataclass
class View:
    """An engine that is only looked at."""

    status: EngineStatus
    model: ModelSpec | None = FAKE_MODEL
    is_ready: bool = False
    load: EngineLoad = field(default_factory=EngineLoad)
    queued: int = 0


STATES: list[tuple[EngineStatus, dict[str, object]]] = [
    (Stopped("m"), {"state": "stopped"}),
    (Starting("m", "Loading weights", 0.5, 0.0), {"state": "starting", "stage": "Loading weights", "fraction": 0.5}),
    (Ready(FAKE_INFO), {"state": "ready"}),
    (Sleeping("m"), {"state": "sleeping"}),
    (
        Failed("m", "No memory.", "Close something."),
        {"state": "failed", "error": "No memory.", "advice": "Close something."},
    ),
]


@pytest.mark.parametrize(("status", "fields"), STATES)
def test_each_state_has_its_words(status: EngineStatus, fields: dict[str, object]) -> None:
    view = View(status, is_ready=isinstance(status, Ready))
    usual = {
        "status": "ok",
        "model": "fake-model",
        "engine_ready": view.is_ready,
        "queue": {"running": 0, "waiting": 0},
    }
    assert describe(view).model_dump(exclude_unset=True) == usual | fields


def test_the_demo_model_is_named_as_one() -> None:
    assert "demo model" in (describe(View(Stopped("m"), DEMO)).note or "")


def test_the_queue_counts_both_waits() -> None:
    queue = describe(View(Ready(FAKE_INFO), load=EngineLoad(3, 2, 0.5), queued=7)).queue
    assert queue is not None
    assert (queue.running, queue.waiting) == (3, 9)


async def test_through_a_load(open_house: OpenHouse) -> None:
    gate = asyncio.Event()
    house = open_house(loader=FakeLoader([FakeEngine()], gate=gate))
    await house.server.start(port=0)
    stopped = await house.get("/health")
    assert (stopped.status_code, stopped.json()["engine_ready"], stopped.json()["state"]) == (200, False, "stopped")
    loading = asyncio.create_task(house.manager.start())
    await until(lambda: house.loader.loads)
    starting = (await house.get("/health")).json()
    assert (starting["state"], starting["stage"], starting["fraction"]) == ("starting", "Loading weights", 0.5)
    gate.set()
    await loading
    ready = (await house.get("/health")).json()
    assert ready == {
        "status": "ok",
        "model": "fake-model",
        "engine_ready": True,
        "state": "ready",
        "queue": {"running": 0, "waiting": 0},
    }


async def served(view: View, path: str) -> httpx.Response:
    board = RequestBoard(EngineManager(FakeLoader(), FAKE_MODEL).abort)
    app = create_app(view, PERSONAS, ServerSettings(), board)  # type: ignore[arg-type]  # it is only looked at
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


async def test_without_a_model_it_is_503() -> None:
    response = await served(View(Stopped(""), model=None), "/health")
    assert response.status_code == 503
    assert response.json() == {"status": "no_model", "model": None, "engine_ready": False}


async def test_a_bug_is_500_without_details() -> None:
    response = await served(View(Stopped(""), load=None), "/health")  # type: ignore[arg-type]
    assert (response.status_code, list(response.json())) == (500, ["detail"])
    assert "NoneType" not in response.text


async def test_unknown_paths_have_the_same_shape(house: House) -> None:
    response = await house.get("/nowhere")
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


async def test_the_document_tells_the_contract(house: House) -> None:
    document = (await house.get("/openapi.json")).json()
    assert set(document["paths"]) > {"/health", "/generate", "/api/generate"}
    operation = document["paths"]["/generate"]["post"]
    assert set(operation["responses"]) == {
        *("200", "400", "401", "403", "405", "408", "413", "415", "422", "429", "431", "500", "503")
    }
    assert set(operation["responses"]["200"]["content"]) == {"application/x-ndjson", "application/json"}
    body = document["components"]["schemas"]["GenerateRequest"]
    assert body["additionalProperties"] is False
    assert (
        body["properties"]["temperature"] | {"minimum": 0.0, "maximum": 2.0, "default": 0.7}
        == body["properties"]["temperature"]
    )
    names = set(re.findall(r'"#/components/schemas/(\w+)"', str(document).replace("'", '"')))
    assert names <= set(document["components"]["schemas"])


async def test_the_document_has_every_path_of_the_api(house: House) -> None:
    document = (await house.get("/openapi.json")).json()
    documented = {(path, method) for path, methods in document["paths"].items() for method in methods}
    for path, method in METHODS.items():
        assert (path, method.lower()) in documented
        assert is_api_path(path)
    for pattern, method in PATTERNS:
        assert any(pattern.fullmatch(path.replace("{id}", "x")) and method.lower() == how for path, how in documented)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert {"200", "400", "401", "403", "408", "413", "431"} <= set(operation["responses"])
            assert len(path) < 40


async def test_the_page_works_without_a_network(house: House) -> None:
    response = await house.get("/docs")
    page = response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert set(re.findall(r'(?:src|href|action)="?([^" >]+)', page)) == {"/openapi.json"}
    assert set(re.findall(r"https?://[^/\s<\"']+", page)) == {"http://127.0.0.1:8765"}
    assert not re.search(r"<script|@import|url\(", page)


async def test_the_page_lists_fields_bounds_and_examples(house: House) -> None:
    page = (await house.get("/docs")).text
    assert "prefers-color-scheme: dark" in page
    assert "<code>POST /generate</code> and <code>POST /api/generate</code>" in page
    assert "number, at least 0.0, at most 2.0" in page
    assert "list of {role: &quot;system&quot; or &quot;user&quot; or &quot;assistant&quot;" in page
    assert "curl -N http://127.0.0.1:8765/generate" in page
