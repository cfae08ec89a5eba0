"""The engine's state as everybody sees it: one closed list of frozen values, and their words."""

from dataclasses import dataclass

from seproj_desktop.engine.protocol import EngineInfo

ENGINE_DIED = "The engine stopped unexpectedly."


@dataclass(frozen=True, slots=True)
class Stopped:
    """No engine; the next request loads `model`."""

    model: str


@dataclass(frozen=True, slots=True)
class Starting:
    """A load is under way: its stage, the share done (0 to 1), and when it began (`time.monotonic` seconds)."""

    model: str
    stage: str
    fraction: float
    since: float


@dataclass(frozen=True, slots=True)
class Ready:
    """Loaded, and answering."""

    info: EngineInfo

    @property
    def model(self) -> str:
        return self.info.model


@dataclass(frozen=True, slots=True)
class Sleeping:
    """Loaded, with the accelerator's memory given back; the next request wakes it."""

    model: str


@dataclass(frozen=True, slots=True)
class Failed:
    """No engine, why, and what the person can do; the next request or a click starts a new one."""

    model: str
    reason: str
    advice: str = ""


EngineStatus = Stopped | Starting | Ready | Sleeping | Failed


def state_name(status: EngineStatus) -> str:
    """The one-word name used in /health and logs."""
    return type(status).__name__.lower()
