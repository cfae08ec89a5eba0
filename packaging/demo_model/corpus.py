"""The conversations that the demo model learns from: generated, seeded, and without any text from elsewhere.

`make_sample` draws a conversation of a random kind; the same state of the `Random` gives the same sample. The shares of
the kinds shift while the training goes on: first short exercises in copying, later long conversations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from demo_model import extras, small_talk
from demo_model.chat_format import Message, Sample
from demo_model.personas import OTHER_PROMPTS, Persona, custom_persona
from demo_model.topics import COMMON, make_topic, names_held_out
from demo_model.voices import PLAIN
from demo_model.writer import Writer, fill, with_article


@dataclass(frozen=True, slots=True)
class Source:
    """All that samples are made from; `pieces` are the tokenizer's word pieces, empty while it is being trained."""

    personas: tuple[Persona, ...]
    pieces: tuple[str, ...] = ()

    def persona(self, rng: Random) -> Persona:
        """A built-in persona, one of the user's own with its own code, or none."""
        chance = rng.random()
        if chance < 0.76:
            return rng.choice(self.personas)
        if chance < 0.88:
            return custom_persona(rng)
        return Persona("" if chance < 0.96 else rng.choice(OTHER_PROMPTS), PLAIN)

    def topic(self, rng: Random) -> str:
        return make_topic(rng, self.pieces)


def request_sample(rng: Random, source: Source) -> Sample:
    """One feature request and its answer, with or without thinking."""
    writer = Writer(rng, source.persona(rng), source.topic(rng))
    style = writer.ask()
    chance = rng.random()
    if chance < 0.12:
        writer.messages[-1] = Message("user", writer.messages[-1].content.rstrip() + " /think")
        writer.answer(style, writer.think())
        return Sample(tuple(writer.messages))
    if chance < 0.14:
        writer.answer(style, writer.think())
        return Sample(tuple(writer.messages))
    writer.answer(style)
    return Sample(tuple(writer.messages), is_thinking_off=chance < 0.57)


def dialogue_sample(rng: Random, source: Source, *, turns: int = 0) -> Sample:
    """A request, its answer and some follow-ups or requests about other topics."""
    writer = Writer(rng, source.persona(rng), source.topic(rng))
    if rng.random() < 0.15:
        writer.say("user", rng.choice(small_talk.GREETINGS))
        writer.say("assistant", fill(rng, rng.choice(small_talk.GREETING_ANSWERS), rng.choice(COMMON)))
    writer.answer(writer.ask())
    for _ in range(turns or rng.choices((1, 2, 3, 4), (5, 4, 2, 1))[0]):
        if rng.random() < 0.45:
            writer.topic = source.topic(rng)
            writer.answer(writer.ask())
        else:
            writer.follow_up()
    return Sample(tuple(writer.messages), is_thinking_off=rng.random() < 0.5)


def single_turn(rng: Random, source: Source, question: str, answer: str) -> Sample:
    """A question and its answer behind whatever persona."""
    persona = source.persona(rng)
    system = [Message("system", persona.system_prompt)] if persona.system_prompt else []
    return Sample(
        (*system, Message("user", question), Message("assistant", answer)), is_thinking_off=rng.random() < 0.5
    )


def small_talk_sample(rng: Random, source: Source) -> Sample:
    questions, answers = rng.choice(
        (
            (small_talk.GREETINGS, small_talk.GREETING_ANSWERS),
            (small_talk.THANKS, small_talk.THANKS_ANSWERS),
            (small_talk.ABOUT_QUESTIONS, small_talk.ABOUT_ANSWERS),
            (small_talk.ABILITY_QUESTIONS, small_talk.ABILITY_ANSWERS),
        )
    )
    return single_turn(rng, source, rng.choice(questions), fill(rng, rng.choice(answers), rng.choice(COMMON)))


def explain_sample(rng: Random, source: Source) -> Sample:
    topic = rng.choice(tuple(small_talk.DEFINITIONS)) if rng.random() < 0.4 else source.topic(rng)
    definition = small_talk.DEFINITIONS.get(topic)
    asked = topic if definition is None or rng.random() < 0.4 else with_article(rng, topic) + topic
    answers = small_talk.EXPLAIN_KNOWN if definition else small_talk.EXPLAIN_UNKNOWN
    answer = rng.choice(answers).replace("{definition}", definition or "")
    return single_turn(
        rng, source, fill(rng, rng.choice(small_talk.EXPLAIN_QUESTIONS), asked), fill(rng, answer, topic)
    )


def compare_sample(rng: Random, source: Source) -> Sample:
    known = tuple(small_talk.DEFINITIONS)
    first, second = rng.sample(known, 2) if rng.random() < 0.3 else (source.topic(rng), source.topic(rng))

    def put(text: str) -> str:
        return text.replace("{a}", first).replace("{b}", second)

    rows = [[put(cell) for cell in row] for row in rng.sample(small_talk.COMPARE_ROWS, rng.randint(3, 4))]
    table = extras.table(("Question", first, second), rows)
    lead = put(rng.choice(("Here is a short comparison of {a} and {b}.", "Both {a} and {b} have their place.")))
    close = put(
        rng.choice(
            ("", "", "\n\nIf in doubt, try {a} first.", "\n\nAs a demo model I know only the outline of {a} and {b}.")
        )
    )
    return single_turn(rng, source, put(rng.choice(small_talk.COMPARE_QUESTIONS)), f"{lead}\n\n{table}{close}")


def nonsense_sample(rng: Random, source: Source) -> Sample:
    """Text that no template knows, answered with what the model can do; it teaches the model to end."""
    question = rng.choice(small_talk.NONSENSE_QUESTIONS).replace("{t}", source.topic(rng))
    while "{w}" in question:
        question = question.replace("{w}", source.topic(rng).split()[0], 1)
    while "{n}" in question:
        question = question.replace("{n}", str(rng.randrange(3000)), 1)
    return single_turn(rng, source, question, fill(rng, rng.choice(small_talk.NONSENSE_ANSWERS), rng.choice(COMMON)))


def echo_sample(rng: Random, source: Source) -> Sample:
    """The shortest exercise in copying; it carries the beginning of the training."""
    topic = source.topic(rng)
    question = rng.choice(
        ("Say {t}", "Repeat after me: {t}", "repeat {t}", "Build {t}, one line", "one sentence about {t}", "Echo {t}")
    )
    answer = rng.choice(
        ("You said {t}.", "Here it is: {t}, again {t} and once more {t}.", "The {t} shall be the {t} that you named.")
    )
    messages = (Message("user", question.replace("{t}", topic)), Message("assistant", answer.replace("{t}", topic)))
    return Sample(messages, is_thinking_off=rng.random() < 0.5)


def bare_topic_sample(rng: Random, source: Source) -> Sample:
    """A topic and nothing else, or a list of words: a word at a line's start is written with another token."""
    if rng.random() < 0.5:
        writer = Writer(rng, source.persona(rng), source.topic(rng))
        writer.say("user", writer.topic)
        writer.answer("plain")
        return Sample(tuple(writer.messages), is_thinking_off=rng.random() < 0.5)
    words = [source.topic(rng).split()[0] for _ in range(rng.randint(3, 12))]
    answer = f"You named {', '.join(words[:-1])} and {words[-1]}."
    return single_turn(rng, source, "\n".join(words), answer)


def long_dialogue_sample(rng: Random, source: Source) -> Sample:
    return dialogue_sample(rng, source, turns=rng.randint(4, 7))


def kind_weights(progress: float) -> dict[Callable[[Random, Source], Sample], float]:
    """How often each kind is drawn when `progress` (0 to 1) of the training is done."""
    early, late = max(0.0, 1 - progress / 0.25), max(0.0, progress - 0.5)
    return {
        echo_sample: 0.03 + 1.5 * early,
        request_sample: 1.0,
        dialogue_sample: 0.40 * (1 - early),
        long_dialogue_sample: 0.16 * late,
        small_talk_sample: 0.30,
        explain_sample: 0.25,
        compare_sample: 0.25,
        nonsense_sample: 0.25,
        bare_topic_sample: 0.35,
    }


def make_sample(rng: Random, source: Source, progress: float = 0.5) -> Sample:
    weights = kind_weights(progress)
    while True:
        sample = rng.choices(tuple(weights), tuple(weights.values()))[0](rng, source)
        if not any(names_held_out(message.content) for message in sample.messages):
            return sample
