"""Both sides of one conversation about one topic: the request, the answer in a persona's voice, and the follow-ups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from demo_model import extras, small_talk
from demo_model.chat_format import Message
from demo_model.personas import Persona
from demo_model.request_forms import (
    AUDIENCE_REQUESTS,
    FOLLOW_UPS,
    HEADINGS,
    PLAIN_OPENINGS,
    PLAIN_STEPS,
    REQUESTS,
    REQUIREMENT_REQUESTS,
    STYLE_REQUESTS,
    STYLE_WEIGHTS,
)
from demo_model.topics import AUDIENCES
from demo_model.voices import SLOTS


def with_article(rng: Random, topic: str) -> str:
    """ "a ", "an ", "the " or nothing, as people put before a topic."""
    if topic.endswith("s") or rng.random() < 0.35:
        return "the " if rng.random() < 0.1 else ""
    return "an " if topic[0].lower() in "aeiou" else "a "


def fill(rng: Random, text: str, topic: str) -> str:
    """Puts the topic and random values into a template's slots; the topic goes last, as it may look like a slot."""
    for slot, values in SLOTS.items():
        while slot in text:
            text = text.replace(slot, rng.choice(values), 1)
    return text.replace("{t}", topic)


class Writer:
    """Both sides of one conversation, and what was said so far."""

    def __init__(self, rng: Random, persona: Persona, topic: str) -> None:
        self.rng = rng
        self.persona = persona
        self.voice = persona.voice
        self.topic = topic
        self.messages: list[Message] = [Message("system", persona.system_prompt)] if persona.system_prompt else []
        self.requirements: list[str] = []
        self.is_plan = False
        self._unused: list[str] = []

    def say(self, role: str, content: str) -> None:
        self.messages.append(Message(role, content))

    def fill(self, text: str) -> str:
        role = self.voice.role
        text = text.replace("{a_role}", f"an {role}" if role[0] in "aeio" else f"a {role}")
        return fill(self.rng, text, self.topic)

    def pick(self, options: Sequence[str]) -> str:
        return self.fill(self.rng.choice(options))

    # Requests

    def ask(self) -> str:
        """Says a request and returns the form that it wants the answer in; the topic may change its capitalisation."""
        style = self.rng.choices(tuple(STYLE_WEIGHTS), tuple(STYLE_WEIGHTS.values()))[0]
        is_asked = style in STYLE_REQUESTS and self.rng.random() < 0.75
        wants_codes = self.rng.random() < 0.5 if self.persona.is_plain else self.rng.random() < 0.2
        if is_asked:
            forms = STYLE_REQUESTS[style]
        elif wants_codes:
            forms = REQUIREMENT_REQUESTS
        else:
            forms = AUDIENCE_REQUESTS if self.rng.random() < 0.15 else REQUESTS
        text = self._write_request(self.rng.choice(forms))
        self.say("user", text)
        if self.persona.is_plain and "equirement" not in text and not is_asked:
            return "plan"
        return style

    def _write_request(self, form: str) -> str:
        chance = self.rng.random()
        if chance < 0.06:
            self.topic = self.topic.title()
        elif chance < 0.09:
            self.topic = self.topic.capitalize()
        elif chance < 0.11:
            self.topic, form = (
                self.topic.upper(),
                form.upper().replace("{T}", "{t}").replace("{A}", "{a}").replace("{Y}", "{y}"),
            )
        elif chance < 0.40 and self.topic.islower():
            form = form.lower()
        audience = self.rng.choice(AUDIENCES)
        text = (
            form.replace("{a}", with_article(self.rng, self.topic)).replace("{y}", audience).replace("{t}", self.topic)
        )
        return text + (self.rng.choice((".", "!", " ")) if text[-1].isalnum() and self.rng.random() < 0.15 else "")

    # Answers

    def answer(self, style: str, thinking: str = "") -> None:
        self.is_plan, self.requirements, self._unused = style == "plan", [], []
        text = self._plan() if self.is_plan else self._requirement_answer(style)
        self.say("assistant", thinking + text)

    def think(self) -> str:
        """A thinking section for the answer that follows."""
        first = self.rng.choice(("The person wants the {t}.", "The request is about the {t}.", "So, the {t}."))
        second = self.rng.choice(("I answer as {a_role}", "I look at it as {a_role}", "As {a_role} I start here"))
        third = "I keep it short and plain." if self.persona.is_plain else f"The codes start at {self.voice.code}-001."
        body = self.fill(f"{first} {second}: {self.rng.choice(self.voice.aims)}. {third}")
        return f"<think>\n{body}\n</think>\n\n"

    def next_requirement(self) -> str:
        """A requirement sentence that this conversation has not used yet, and remembers it."""
        if not self._unused:
            known = PLAIN_STEPS if self.is_plan else self.voice.requirements
            self._unused = self.rng.sample(known, len(known))
        text = self._unused.pop()
        if self.requirements and self.rng.random() < 0.2:
            text = text.replace("The {t} shall", "The system shall")
        self.requirements.append(self.fill(text))
        return self.requirements[-1]

    def code(self, number: int) -> str:
        return f"{number}." if self.is_plan else f"**{self.voice.code}-{number:03}**"

    def numbered(self, count: int) -> list[tuple[str, str]]:
        """The next requirements with their codes."""
        first = len(self.requirements) + 1
        return [(self.code(first + offset), self.next_requirement()) for offset in range(count)]

    def _plan(self) -> str:
        text = self.pick(PLAIN_OPENINGS) + "\n\n" + self._more(self.rng.randint(3, 5))
        return text + ("\n\n" + self.pick(extras.QUESTIONS) if self.rng.random() < 0.4 else "")

    def _requirement_answer(self, style: str) -> str:
        parts = self._opening()
        if style == "table":
            parts.append(self.table(self.numbered(self.rng.randint(4, 6))))
        elif style == "grouped":
            parts.extend(self._groups())
        else:
            parts.append(self._listing(self.rng.randint(4, 7) if style == "plain" else self.rng.randint(4, 5)))
        if style in EXTRAS:
            parts.append(EXTRAS[style](self))
        elif self.rng.random() < 0.3:
            parts.append(self.pick(extras.QUESTIONS))
        return "\n\n".join(parts)

    def _opening(self) -> list[str]:
        kind = self.rng.randrange(5)
        heading = [self.pick(HEADINGS)] if kind < 3 else []
        return heading + ([self.pick(self.voice.openings)] if kind > 1 else [])

    def _listing(self, count: int) -> str:
        items = [f"{code} {text}" for code, text in self.numbered(count)]
        kind = self.rng.random()
        if kind < 0.55:
            return "\n\n".join(items)
        if kind < 0.85:
            return "\n".join(f"- {item}" for item in items)
        return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))

    def _groups(self) -> list[str]:
        parts: list[str] = []
        for group in self.voice.groups:
            parts.append(f"### {group}")
            parts.append("\n".join(f"- {code} {text}" for code, text in self.numbered(self.rng.randint(1, 2))))
        return parts

    def table(self, rows: Sequence[tuple[str, str]]) -> str:
        return extras.table(("Step", "What to do") if self.is_plan else ("Code", "Requirement"), rows)

    def code_part(self) -> str:
        return self.pick(extras.CODE_LEADS) + "\n\n" + extras.code_block(self.rng, self.topic)

    def checklist_part(self) -> str:
        return self.fill(extras.checklist(self.rng))

    def steps_part(self) -> str:
        return self.fill("Steps for the {t}:\n\n" + extras.nested_list(self.rng))

    # Follow-ups

    def follow_up(self) -> None:
        """One more request about the same topic, with its answer."""
        possible = [kind for kind in FOLLOW_UPS if self.requirements or kind in {"show_code", "why", "check", "thank"}]
        if len(self.requirements) > 6 and "as_table" in possible:
            possible.remove("as_table")
        kind = self.rng.choice(possible)
        self.say("user", self.rng.choice(FOLLOW_UPS[kind]))
        self.say("assistant", self._reply(kind))

    def _reply(self, kind: str) -> str:
        match kind:
            case "shorter":
                return self.fill("In short, for the {t}:\n\n") + self._repeat(2)
            case "add_one":
                return self.pick(("One more for the {t}:", "Here is another one for the {t}:")) + "\n\n" + self._more(1)
            case "go_on":
                return (
                    self.pick(("There is more to say about the {t}:", "The {t} also needs this:"))
                    + "\n\n"
                    + self._more(3)
                )
            case "as_table":
                rows = [(self.code(number), text) for number, text in enumerate(self.requirements, 1)]
                return self.fill("Here is the {t} as a table:\n\n") + self.table(rows)
            case "show_code":
                return self.code_part()
            case "why":
                return "\n\n".join(
                    self.fill(reason) for reason in self.rng.sample(self.voice.reasons, self.rng.randint(1, 2))
                )
            case "check":
                return self.fill("Before the {t} is done:\n\n") + self.checklist_part()
            case "most":
                return self.fill("I would start the {t} with this one:\n\n") + self._repeat(1)
            case _:
                return self.pick(small_talk.THANKS_ABOUT_TOPIC)

    def _repeat(self, count: int) -> str:
        bullet = "" if self.is_plan else "- "
        return "\n".join(
            f"{bullet}{self.code(number)} {text}" for number, text in enumerate(self.requirements[:count], 1)
        )

    def _more(self, count: int) -> str:
        between = "\n" if self.is_plan else "\n\n"
        return between.join(f"{code} {text}" for code, text in self.numbered(count))


EXTRAS: dict[str, Callable[[Writer], str]] = {
    "code": Writer.code_part,
    "checklist": Writer.checklist_part,
    "steps": Writer.steps_part,
    "quote": lambda writer: writer.pick(extras.QUOTES),
    "formula": lambda writer: writer.pick(extras.FORMULAS),
}
