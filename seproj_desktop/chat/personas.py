"""Personas: who answers, in whose voice, with which sampling. One TOML file each.

Built-in files ship with the program; a file in the user's folder adds to them or, with the same id, takes a
built-in's place. A broken file is skipped and reported by name and line; it never stops the start. Reading touches
the disk: call it on the backend thread or before the loops run.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from seproj_desktop.chat.messages import ChatMessage, GenerateRequest, Sampling
from seproj_desktop.errors import UserError

PersonaId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


def _schema_text(value: object) -> object:
    """A JSON schema, written as a table or as JSON text, as JSON text; the order of its parts is kept."""
    if isinstance(value, str) and not value.strip():
        return ""
    schema = json.loads(value) if isinstance(value, str) else value
    if not isinstance(schema, dict):
        raise ValueError("must be a JSON schema: a table, or a string with a JSON object")
    try:
        return json.dumps(schema)
    except TypeError as error:
        raise ValueError("may not hold dates or times") from error


class SamplingDefaults(BaseModel):
    """The sampling a persona brings; what it leaves out stays as the request or the program has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float | None = Field(default=None, ge=0.0, le=2.0)
    top_p: float | None = Field(default=None, ge=0.0, le=1.0)
    max_tokens: int | None = Field(default=None, ge=1)
    presence_penalty: float | None = Field(default=None, ge=-2.0, le=2.0)
    frequency_penalty: float | None = Field(default=None, ge=-2.0, le=2.0)
    stop: tuple[str, ...] | None = None


class Persona(BaseModel):
    """One persona file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)

    id: PersonaId
    name: Annotated[str, Field(min_length=1, max_length=60)]
    description: str = ""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#5b6b7f"
    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,30}$")] | None = None
    system_prompt: str = ""
    thinking: bool = False
    examples: tuple[str, ...] = ()
    sampling: SamplingDefaults = SamplingDefaults()
    json_schema: Annotated[str, BeforeValidator(_schema_text), Field(alias="schema")] = ""
    """What every answer's JSON must look like, as JSON text; a file may write it as a table. Empty: any text."""

    def speak(self, messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
        """The messages with this persona's system prompt in front, unless they bring their own."""
        if not self.system_prompt or any(message.role == "system" for message in messages):
            return tuple(messages)
        return (ChatMessage(role="system", content=self.system_prompt), *messages)

    def unspoken(self, messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
        """The messages without this persona's own words in front, as they were before `speak`."""
        own = ChatMessage(role="system", content=self.system_prompt)
        return tuple(messages[1:] if messages and messages[0] == own else messages)

    def sample(self, base: Sampling, spoken: Iterable[str] = ()) -> Sampling:
        """`base` with this persona's defaults for every field that is not named in `spoken`."""
        own = self.sampling.model_dump(exclude_none=True, exclude=set(spoken))
        fields = {name: getattr(base, name) for name in Sampling.__slots__} | own | {"json_schema": self.json_schema}
        return Sampling(**fields)


@dataclass(frozen=True, slots=True)
class PersonaProblem:
    """Why one file was skipped; `line` is 0 where none can be named."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.file.name}, line {self.line}" if self.line else self.file.name
        return f"{where}: {self.reason}"


class UnknownPersonaError(UserError):
    """An id that no persona has; the message lists the known ones."""

    def __init__(self, persona_id: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no persona {persona_id!r}.", f"Known personas: {', '.join(known)}.")


class PersonaLibrary:
    """All personas by id, in reading order, and the problems met while reading them."""

    def __init__(self, personas: Iterable[Persona], problems: Sequence[PersonaProblem] = ()) -> None:
        self._personas = {persona.id: persona for persona in personas}
        self.problems = tuple(problems)

    @classmethod
    def read(cls, *folders: Path) -> "PersonaLibrary":
        """Reads every `*.toml` of the folders; a later folder's persona replaces an earlier one with the same id."""
        personas: dict[str, Persona] = {}
        problems: list[PersonaProblem] = []
        for folder in folders:
            here: dict[str, Path] = {}
            for file in sorted(folder.glob("*.toml")):
                outcome = read_persona(file)
                if isinstance(outcome, PersonaProblem):
                    problems.append(outcome)
                elif outcome.id in here:
                    problems.append(
                        PersonaProblem(file, 0, f"{here[outcome.id].name} already has the id {outcome.id!r}")
                    )
                else:
                    here[outcome.id] = file
                    personas[outcome.id] = outcome
        return cls(_plain_first(personas.values()), problems)

    def all(self) -> tuple[Persona, ...]:
        return tuple(self._personas.values())

    def get(self, persona_id: str) -> Persona:
        """Raises `UnknownPersonaError`."""
        try:
            return self._personas[persona_id]
        except KeyError:
            raise UnknownPersonaError(persona_id, list(self._personas)) from None

    def apply(self, request: GenerateRequest) -> tuple[tuple[ChatMessage, ...], Sampling, bool]:
        """A request's messages, sampling and thinking switch, once its persona has filled in what it left silent."""
        spoken = request.model_fields_set
        base = Sampling(
            temperature=request.temperature,
            top_p=request.top_p,
            max_tokens=request.max_tokens,
            presence_penalty=request.presence_penalty,
            frequency_penalty=request.frequency_penalty,
            stop=tuple(request.stop or ()),
        )
        if request.persona is None:
            return tuple(request.messages), base, False
        persona = self.get(request.persona)
        return persona.speak(request.messages), persona.sample(base, spoken), persona.thinking


def read_persona(file: Path) -> Persona | PersonaProblem:
    """One file as a persona, or the reason why it is none."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        return PersonaProblem(file, 0, error.strerror or str(error))
    except UnicodeDecodeError as error:
        return PersonaProblem(file, error.object[: error.start].count(b"\n") + 1, "not UTF-8 text")
    try:
        return Persona.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return PersonaProblem(file, int(found[1]) if found else text.count("\n") + 1, str(error))
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        return PersonaProblem(file, _line_of(text, path), f"{'.'.join(path)}: {first['msg']}")


def _line_of(text: str, path: Sequence[str]) -> int:
    """The line of a TOML key such as ("sampling", "top_p"), or 0 where it is not written (a missing field)."""
    table, inside = "", ".".join(path[:1]) if len(path) > 1 else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            table = heading[1]
        named = re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line)
        if named and ((table == inside and named[1] in path[-1:]) or (not table and named[1] == path[0])):
            return number
        if table and path == [table]:
            return number
    return 0


def _plain_first(personas: Iterable[Persona]) -> list[Persona]:
    """The plain ones (without a requirement code) first, then by name."""
    return sorted(personas, key=lambda persona: (persona.code is not None, persona.name.casefold()))
