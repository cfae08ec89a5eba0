"""What the access rules need to know of a request's headers, read once. Pure."""

import functools
import re
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.types import Scope

AUTHORITY = re.compile(r"^(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\s:\[\]/@]+?)\.?)(?::\d{1,5})?$")
BEARER = b"bearer "


@functools.lru_cache(maxsize=64)  # clients say the same at every request
def host_name(authority: str) -> str | None:
    """The host of `host:port`, in lower case, without brackets, port and final dot; None for anything else."""
    found = AUTHORITY.match(authority.strip().lower())
    return (found["v6"] or found["name"]) if found else None


@functools.lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Heading:
    """Every Host, Origin and key, since a second one may be a trick; of the rest what was said last."""

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    secrets: tuple[str, ...]
    length: str | None
    is_chunked: bool
    asks_method: bool
    asks_private: bool

    @classmethod
    def of(cls, scope: Scope) -> "Heading":
        hosts, origins, secrets = [], [], []
        others: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"origin":
                origins.append(value.decode("latin-1").lower())
            elif name == b"authorization":
                if value[: len(BEARER)].lower() == BEARER:
                    secrets.append(value[len(BEARER) :].strip().decode("latin-1"))
            elif name == b"x-api-key":
                secrets.append(value.decode("latin-1"))
            else:
                others[name] = value
        length = others.get(b"content-length")
        return cls(
            hosts=tuple(hosts),
            origins=tuple(origins),
            secrets=tuple(secrets),
            length=None if length is None else length.decode("latin-1"),
            is_chunked=b"transfer-encoding" in others,
            asks_method=b"access-control-request-method" in others,
            asks_private=b"access-control-request-private-network" in others,
        )
