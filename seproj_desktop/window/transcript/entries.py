"""What the transcript is given: who spoke, what was said, how it ended; and what can be done with it. No Qt."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Literal


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks. `colour` is the persona's own, as #rrggbb; `model` is named where it is worth knowing."""

    role: Literal["user", "assistant"]
    name: str
    colour: str = ""
    model: str = ""

    @property
    def is_user(self) -> bool:
        return self.role == "user"


@dataclass(frozen=True, slots=True)
class Thought:
    """What was thought before the answer; None where it was not counted or has not ended."""

    text: str = ""
    seconds: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The line under a message: figures of a regular end, or the words of a failure with their advice.

    `can_continue`: the answer was cut, and the line offers to go on with it.
    """

    words: str = ""
    is_failure: bool = False
    can_continue: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, whole or as far as it is known. `key` is unique in its transcript and never shown.

    `version` is which of its `versions` is shown, from 1; the header offers the others.
    """

    key: str
    speaker: Speaker
    text: str = ""
    thought: Thought = Thought()
    ending: Ending = Ending()
    time: datetime | None = None
    version: int = 1
    versions: int = 1


class MessageAction(Enum):
    """What can be done with one message; copying is done by `commands`, the rest by who listens to them."""

    COPY_MARKDOWN = auto()
    COPY_TEXT = auto()
    EDIT = auto()
    REGENERATE = auto()
    REGENERATE_AS = auto()
    CONTINUE = auto()
    FORK = auto()
    DELETE = auto()
