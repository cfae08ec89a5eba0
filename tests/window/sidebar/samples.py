"""Conversations for the sidebar's tests, at a fixed time and with ids as large as the real ones."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from seproj_desktop.chat.conversations import ConversationSummary, Folder

NOW = datetime(2026, 3, 18, 14, 30).astimezone().timestamp()
HOUR, DAY = 3600.0, 86400.0
BASE = 1_790_000_000_000_000
"""Ids are microseconds since 1970: too large for Qt's int."""
WORK, HOME = Folder(BASE + 900_001, "Work"), Folder(BASE + 900_002, "Home")
PLAIN = ConversationSummary(BASE, "", "developer", created=NOW, changed=NOW)


def conversation(number: int, title: str, age: float = 0.0, **changes: Any) -> ConversationSummary:
    """The one with id `BASE + number`, last changed `age` seconds before `NOW`."""
    return replace(PLAIN, id=BASE + number, title=title, created=NOW - age, changed=NOW - age, **changes)


def many(count: int) -> list[ConversationSummary]:
    """Over three years, the newest first; some pinned, some in a folder, some archived, some deleted."""
    summaries = []
    for number in range(count):
        age = number * 3 * 365 * DAY / count
        changes: dict[str, Any] = {"is_pinned": number % 500 == 7}
        if number % 20 == 3:
            changes["folder"] = WORK.id if number % 40 == 3 else HOME.id
        elif number % 20 == 5:
            changes["is_archived"] = True
        elif number % 50 == 11:
            changes["deleted"] = NOW - age / 2
        summaries.append(conversation(number, f"Conversation {number}", age, **changes))
    return summaries
