"""The server switch's state as everybody sees it: one closed list of frozen values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Off:
    """Nothing listens."""


@dataclass(frozen=True, slots=True)
class TurningOn:
    """The socket is being bound."""


@dataclass(frozen=True, slots=True)
class On:
    """Answers at `address`, such as http://127.0.0.1:8765, and for others at those of `lan`, if there are any."""

    address: str
    lan: tuple[str, ...] = ()
    note: str = ""
    """In words why it is not reachable in the way that was asked for."""


@dataclass(frozen=True, slots=True)
class Draining:
    """No new connections; answers that run may end within the drain time."""

    address: str


@dataclass(frozen=True, slots=True)
class Broken:
    """It could not start (or died), why, and what to do about it."""

    reason: str
    advice: str = ""


ServerStatus = Off | TurningOn | On | Draining | Broken
