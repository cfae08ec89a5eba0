"""Who answers: the built-in personas with their exact system prompts, made-up ones with codes of their own, or nobody."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from demo_model.topics import made_up_word
from demo_model.voices import PLAIN, VOICES, Voice
from demo_model.wording import phrases

CUSTOM_PROMPTS = (
    "You are a {role}. Turn each request into numbered requirements. Give each requirement a code like {code}-001.",
    'You are {role}. Write requirements with codes such as {code}-001 and use "shall".',
    "Act as a {role}. Number requirements as {code}-001, {code}-002 and so on.",
)
OTHER_PROMPTS = phrases(
    """
    You are a helpful assistant.; Be brief.; You are Qwen, created by Alibaba Cloud. You are a helpful assistant.;
    Answer in English.; You are a friendly helper for a small company.; Answer clearly. Use Markdown.
    """
)


@dataclass(frozen=True, slots=True)
class Persona:
    """What the corpus needs of a persona: its system prompt, empty for none, and the voice that it answers with."""

    system_prompt: str
    voice: Voice

    @property
    def is_plain(self) -> bool:
        return self.voice.code == PLAIN.code


def load_personas(folder: Path) -> tuple[Persona, ...]:
    """The built-in personas, in the order of their file names."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))]
    return tuple(Persona(str(file["system_prompt"]).strip(), VOICES[str(file["id"])]) for file in files)


def custom_persona(rng: Random) -> Persona:
    """A persona as users write them: a made-up role, and a code that can only be read from the prompt."""
    code = "REQ-" + "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=rng.randint(2, 4)))
    voice = replace(rng.choice(tuple(VOICES.values())), code=code)
    role = made_up_word(rng) + " " + voice.role
    return Persona(rng.choice(CUSTOM_PROMPTS).replace("{role}", role).replace("{code}", code), voice)
