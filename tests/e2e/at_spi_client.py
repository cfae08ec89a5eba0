"""A screen reader's half: asks a program over AT-SPI and hears its events, as lines of JSON on stdin and stdout say.

Started with the system's Python, because GObject's bindings are a system package. Each request `{"do": NAME, ...}` is a
method of `Client`; the answer is one line with its result.
"""

import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import gi  # type: ignore[import-not-found, unused-ignore]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

PATIENCE = 60.0
EVENTS = (
    "object:announcement",
    "object:children-changed",
    "object:property-change:accessible-name",
    "object:state-changed:focused",
    "object:text-caret-moved",
)

Answer = dict[str, Any]


class Client:
    """What a test asks for."""

    def __init__(self) -> None:
        self._heard: list[Answer] = []
        self._list: Any = None
        self._kept: list[Any] = []
        self._listener = Atspi.EventListener.new(self._hear)

    def listen(self) -> bool:
        """Before the program starts, so that it knows from its start that somebody listens."""
        return all(self._listener.register(event) for event in EVENTS)

    def find(self, program: str, name: str) -> Answer:
        """Waits for a program and takes the list of that name as where all paths begin."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for application in children(Atspi.get_desktop(0)):
                if application is not None and application.get_name() == program:
                    self._list = next((one for one in descendants(application) if one.get_name() == name), None)
                    if self._list is not None:
                        return described(self._list)
            pump(0.1)
        return {}

    def describe(self, *path: int) -> Answer:
        return described(self._at(path))

    def children(self, *path: int) -> list[Answer]:
        return [described(child) for child in children(self._at(path))]

    def walk(self, *, blocks_of_every: int) -> Answer:
        """Asks every message for its name, and every so many for their blocks."""
        roles: Counter[str] = Counter()
        names = []
        for number, message in enumerate(children(self._list)):
            roles[message.get_role_name()] += 1
            names.append(message.get_name())
            if number % blocks_of_every == 0:
                roles.update(f"{block.get_role_name()} of a message" for block in children(message) if block.get_name())
        return {"roles": roles, "names": names}

    def find_below(self, name: str) -> Answer:
        """Something among the widgets that lie over the text."""
        overlays = self._list.get_child_at_index(self._list.get_child_count() - 1)
        found = next((one for one in descendants(overlays) if one.get_name() == name), None)
        return {} if found is None else described(found)

    def keep(self, *numbers: int) -> int:
        """Holds on to messages and their first blocks."""
        messages = [self._at([number]) for number in numbers]
        self._kept = [*messages, *[message.get_child_at_index(0) for message in messages]]
        return len(self._kept)

    def ask_kept(self) -> list[str]:
        """What they answer now, each question asked anew."""
        answers = []
        for one in self._kept:
            one.clear_cache()
            for question in (one.get_name, one.get_description, one.get_role_name, one.get_child_count, one.get_parent):
                try:
                    answers.append(str(question()))
                except GLib.Error:
                    answers.append("gone")
        return answers

    def hear(self, event: str, words: str) -> Answer:
        """Waits for an event whose source or text has these words; those before it are forgotten."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            while self._heard:
                heard = self._heard.pop(0)
                if heard["event"].startswith(event) and words in (heard["name"] + heard["text"]):
                    return heard
            pump(0.02)
        return {}

    def _hear(self, event: Any) -> None:
        try:
            name, role = event.source.get_name(), event.source.get_role_name()
        except GLib.Error:
            name, role = "", "gone"
        text = event.any_data if isinstance(event.any_data, str) else ""
        self._heard.append(
            {
                "event": event.type,
                "detail": event.detail1,
                "name": name,
                "role": role,
                "text": text,
                "at": time.monotonic(),
            }
        )

    def _at(self, path: Any) -> Any:
        found = self._list
        for index in path:
            found = found.get_child_at_index(index if index >= 0 else found.get_child_count() + index)
        return found


def children(parent: Any) -> Iterator[Any]:
    """The count is asked again and again: it may grow meanwhile."""
    index = 0
    while index < parent.get_child_count():
        yield parent.get_child_at_index(index)
        index += 1


def descendants(start: Any) -> Iterator[Any]:
    yield start
    for child in children(start):
        yield from descendants(child)


def described(one: Any) -> Answer:
    """Everything that a reader may say of something."""
    one.clear_cache()
    component = one.get_component_iface()
    extents = component.get_extents(Atspi.CoordType.SCREEN) if component is not None else None
    text = one.get_text_iface()
    return {
        "role": one.get_role_name(),
        "name": one.get_name(),
        "description": one.get_description(),
        "count": one.get_child_count(),
        "index": one.get_index_in_parent(),
        "states": sorted(state.value_nick for state in one.get_state_set().get_states()),
        "extents": None if extents is None else [extents.x, extents.y, extents.width, extents.height],
        "text": None if text is None else Atspi.Text.get_text(text, 0, text.get_character_count()),
    }


def pump(seconds: float) -> None:
    """Lets events come in."""
    until = time.monotonic() + seconds
    context = GLib.MainContext.default()
    while time.monotonic() < until:
        if not context.iteration(may_block=False):
            time.sleep(0.005)


def main() -> None:
    warnings.simplefilter("ignore")
    client = Client()
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(client, request.pop("do"))(*request.pop("path", ()), **request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
