"""Reading values of unknown kind out of other programs' files: what is not as it should be counts as absent.

Pure; on a worker thread. Nothing here raises for the sake of what a file says.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

Record = Mapping[str, object]
NOTHING: Record = MappingProxyType({})
LATEST = 253_402_300_799.0
"""The last second of the year 9999: later times come from other units or from nonsense."""
GREATEST_COUNT = 1 << 53
"""Whole numbers above it are not the same in every JSON reader."""
DEEPEST = 16
"""Levels of a record of ours, with room to grow."""


def record(value: object) -> Record:
    return value if isinstance(value, dict) else NOTHING


def items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The text as it can be kept: halves of characters, which no file can hold, become U+FFFD."""
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def count(value: object) -> int | None:
    """A number of tokens or the like."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= GREATEST_COUNT else None


def number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and abs(value) > GREATEST_COUNT * 1024:
        return None
    return float(value) if math.isfinite(value) else None


def moment(value: object) -> float | None:
    """Seconds since 1970, UTC, from seconds, milli-, micro- or nanoseconds, or from an ISO date."""
    if isinstance(value, str):
        return _moment_of_words(value)
    found = number(value)
    if found is None or found <= 0:
        return None
    for unit in (1.0, 1e3, 1e6, 1e9):
        # Seconds go to the year 5138 here, so that milliseconds count as such from 1973 on.
        if found / unit < 1e11:
            return found / unit
    return None


def _moment_of_words(value: str) -> float | None:
    try:
        found = datetime.fromisoformat(value)
        seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds <= LATEST else None


def cleaned(value: object, depth: int = DEEPEST) -> object:
    """A JSON value with every text as it can be kept. `ValueError` for what no database or other reader can hold."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("A number is not finite.")
    elif isinstance(value, int):
        if abs(value) > GREATEST_COUNT:
            raise ValueError("A number is out of range.")
    elif value is not None and depth == 0:
        raise ValueError("It is nested too deeply.")
    elif isinstance(value, dict):
        return {text(key): cleaned(each, depth - 1) for key, each in value.items()}
    elif isinstance(value, list):
        return [cleaned(each, depth - 1) for each in value]
    return value
