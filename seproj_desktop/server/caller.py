"""Who makes a request, as the request board shows it and as fairness among clients needs it. No I/O."""

from dataclasses import dataclass

from starlette.types import Scope

SCOPE_KEY = "seproj.caller"
SHOWN_AGENT = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """A client: its address, the first word of its User-Agent, and the name of the API key it has shown, if any."""

    address: str
    agent: str = ""
    key: str | None = None

    @property
    def name(self) -> str:
        """What tells clients apart. On one machine all have one address, hence the program's name."""
        if self.key is not None:
            return self.key
        return f"{self.agent} ({self.address})" if self.agent else self.address


def caller_of(scope: Scope) -> Caller:
    """Who the access rules have found behind this request; without them, what the request itself says."""
    known = scope.get(SCOPE_KEY)
    return known if isinstance(known, Caller) else read_caller(scope)


def read_caller(scope: Scope, key: str | None = None) -> Caller:
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"").decode("latin-1")
    first = next(iter(agent.split()), "")
    return Caller((scope.get("client") or ("",))[0], first[:SHOWN_AGENT], key)
