"""GET /health: whether a model is configured, and how far the engine is. A pure function of the object it is shown."""

from typing import Protocol

from pydantic import BaseModel, Field

from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.protocol import EngineLoad
from seproj_desktop.engine.status import EngineStatus, Failed, Starting, state_name


class EngineView(Protocol):
    """What can be seen of the engine without using it."""

    @property
    def model(self) -> ModelSpec | None: ...

    @property
    def status(self) -> EngineStatus: ...

    @property
    def is_ready(self) -> bool: ...

    @property
    def load(self) -> EngineLoad: ...

    @property
    def queued(self) -> int:
        """Requests that wait in front of the engine."""


class Queue(BaseModel):
    """Requests at this moment."""

    running: int = Field(description="Requests that the engine works on.")
    waiting: int = Field(description="Requests that wait for a place.")


class Health(BaseModel):
    """The engine's state; what does not apply is left out."""

    status: str = Field(description='"ok" with a model configured, else "no_model".')
    model: str | None
    engine_ready: bool
    state: str | None = Field(default=None, description="stopped, starting, ready, sleeping or failed.")
    stage: str | None = Field(default=None, description="What the load is doing.")
    fraction: float | None = Field(default=None, description="The load's share done, 0 to 1.")
    error: str | None = Field(default=None, description="Why there is no engine.")
    advice: str | None = Field(default=None, description="What to do about it.")
    note: str | None = Field(default=None, description="What to know about this model.")
    queue: Queue | None = None


def describe(engine: EngineView) -> Health:
    """Only the fields that apply are set; dump it with `exclude_unset`."""
    if engine.model is None:
        return Health(status="no_model", model=None, engine_ready=False)
    load = engine.load
    health = Health(
        status="ok",
        model=engine.model.name,
        engine_ready=engine.is_ready,
        state=state_name(engine.status),
        queue=Queue(running=load.running, waiting=load.waiting + engine.queued),
    )
    if engine.model.note:
        health.note = engine.model.note
    match engine.status:
        case Starting(stage=stage, fraction=fraction):
            health.stage, health.fraction = stage, fraction
        case Failed(reason=reason, advice=advice):
            health.error, health.advice = reason, advice
        case _:
            pass
    return health
