"""How well the model repeats topics that it has never seen, measured over request forms and personas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from demo_model.chat_format import Message, prompt
from demo_model.generation import Answer, Sampling, generate
from demo_model.network import Qwen3
from demo_model.personas import Persona
from demo_model.topics import HELD_OUT

FORMS = (
    "Build a {t}",
    "Add {t}",
    "Create a {t}",
    "I need a {t} for my team",
    "please write requirements for {t}",
    "{t}",
    "build a {t}.",
    "Build a {T}",
)
BATCH = 48
CONVERSATIONS = 48
CONVERSATION_BATCH = 12
"""Long prompts are read at once; more of them would need gigabytes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of answers, 0 to 1: topic repeated once or in three places, ended by itself, codes without a gap."""

    answers: int
    repeated: float
    repeated_thrice: float
    ended: float
    counted: float
    by_form: dict[str, float]

    def __str__(self) -> str:
        forms = ", ".join(f"{form!r} {share:.0%}" for form, share in self.by_form.items())
        return (
            f"{self.answers} answers: topic repeated {self.repeated:.1%} (three times {self.repeated_thrice:.1%}), "
            f"ended {self.ended:.1%}, numbered right {self.counted:.1%}; by form: {forms}"
        )


@dataclass(frozen=True, slots=True)
class MeasuredChange:
    """Shares of last answers, 0 to 1, in conversations whose topic changes: the new topic named, no earlier one."""

    answers: int
    repeated: float
    kept_apart: float

    def __str__(self) -> str:
        return (
            f"{self.answers} last answers: topic repeated {self.repeated:.1%}, earlier ones left {self.kept_apart:.1%}"
        )


@dataclass(frozen=True, slots=True)
class Question:
    form: str
    topic: str
    prompt: str


def questions(personas: Sequence[Persona], topics: Sequence[str] = HELD_OUT, rounds: int = 1) -> list[Question]:
    """Each topic once a round, walking through forms and personas at different paces, so that all pairs come up."""
    asked = []
    for number in range(len(topics) * rounds):
        topic = topics[number % len(topics)]
        form = FORMS[(number + number // len(topics)) % len(FORMS)]
        persona = personas[(number // len(FORMS) + number) % len(personas)]
        text = form.replace("{t}", topic).replace("{T}", topic.title())
        system = [Message("system", persona.system_prompt)] if persona.system_prompt else []
        asked.append(Question(form, topic, prompt([*system, Message("user", text)], is_thinking_off=number % 2 == 0)))
    return asked


def is_counted(text: str) -> bool:
    """Whether requirement numbers start at 1 and rise by one; a text without any passes."""
    numbers = [int(number) for number in re.findall(r"\*\*REQ[A-Z-]*-(\d{3})\*\*", text)]
    return numbers == list(range(1, len(numbers) + 1))


def measure(model: Qwen3, tokenizer: Tokenizer, asked: Sequence[Question], sampling: Sampling) -> Measured:
    answers: list[Answer] = []
    for first in range(0, len(asked), BATCH):
        answers += generate(
            model, tokenizer, [question.prompt for question in asked[first : first + BATCH]], sampling, seed=first
        )
    pairs = list(zip(asked, answers, strict=True))
    counts = [answer.text.lower().count(question.topic.lower()) for question, answer in pairs]
    by_form = {
        form: _share([count > 0 for count, question in zip(counts, asked, strict=True) if question.form == form])
        for form in FORMS
    }
    return Measured(
        answers=len(answers),
        repeated=_share([count > 0 for count in counts]),
        repeated_thrice=_share([count >= 3 for count in counts]),
        ended=_share([answer.is_ended for answer in answers]),
        counted=_share([is_counted(answer.text) for answer in answers]),
        by_form=by_form,
    )


def measure_change(
    model: Qwen3, tokenizer: Tokenizer, personas: Sequence[Persona], sampling: Sampling, turns: int = 3
) -> MeasuredChange:
    """Asks for another unseen topic in every turn of a conversation, behind the model's own answers."""
    count, step = CONVERSATIONS, len(HELD_OUT) // turns
    topics = [
        [HELD_OUT[(2 * number + turn * step) % len(HELD_OUT)] for turn in range(turns)] for number in range(count)
    ]
    conversations: list[list[Message]] = []
    for number in range(count):
        persona = personas[number % len(personas)]
        conversations.append([Message("system", persona.system_prompt)] if persona.system_prompt else [])
    for turn in range(turns):
        for number, messages in enumerate(conversations):
            form = FORMS[(number + turn) % len(FORMS)]
            wanted = topics[number][turn]
            messages.append(Message("user", form.replace("{t}", wanted).replace("{T}", wanted.title())))
        for first in range(0, count, CONVERSATION_BATCH):
            some = conversations[first : first + CONVERSATION_BATCH]
            answers = generate(model, tokenizer, [prompt(messages) for messages in some], sampling, seed=first)
            for messages, answer in zip(some, answers, strict=True):
                messages.append(Message("assistant", answer.text))
    last = [messages[-1].content.lower() for messages in conversations]
    return MeasuredChange(
        answers=count,
        repeated=_share([asked[-1].lower() in text for asked, text in zip(topics, last, strict=True)]),
        kept_apart=_share(
            [not any(topic.lower() in text for topic in asked[:-1]) for asked, text in zip(topics, last, strict=True)]
        ),
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
