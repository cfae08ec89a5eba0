"""Requests to show."""

from typing import Any

from seproj_desktop.server.records import BoardNews, RecordState, RequestRecord

BEGAN = 1_790_000_000.0


def record(name: str, state: RecordState = "writing", number: int = 0, **fields: Any) -> RequestRecord:
    """A request of curl to the developer."""
    known = RequestRecord(
        number=number,
        request_id=name,
        began=BEGAN,
        client="curl/8.5.0 (127.0.0.1)",
        endpoint="/generate",
        persona="developer",
        state=state,
        status=200 if number else 0,
        words="",
        prompt_tokens=1812,
        cached_tokens=1600,
        output_tokens=41,
        first_token=0.25,
        duration=2.25,
    )
    return known._replace(**fields)


def ended(number: int, state: RecordState = "done", **fields: Any) -> RequestRecord:
    return record(f"e{number}", state, number, **fields)


def news(
    running: tuple[RequestRecord, ...] = (),
    ended: tuple[RequestRecord, ...] = (),
    *,
    first: int = 1,
    keeps_texts: bool = False,
    with_text: frozenset[str] = frozenset(),
) -> BoardNews:
    return BoardNews(running, ended, ended[-1].number if ended else 0, first, keeps_texts, with_text)
