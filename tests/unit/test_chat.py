"""The words: requests and their bounds, personas, prompts, events."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, GenerateRequest, Sampling
from seproj_desktop.chat.personas import Persona, PersonaLibrary, PersonaProblem, UnknownPersonaError, read_persona
from seproj_desktop.chat.prompts import plain_transcript
from seproj_desktop.paths import resources_folder

SHIPPED = resources_folder() / "personas"
HELLO = ({"role": "user", "content": "hello"},)


def said(role: Any, content: str) -> ChatMessage:
    return ChatMessage(role=role, content=content)


def test_the_defaults_are_the_contract_s() -> None:
    request = GenerateRequest.model_validate({"messages": HELLO})
    assert request.model_dump(exclude={"messages"}) == {
        "stream": True,
        "max_tokens": 512,
        "temperature": 0.7,
        "top_p": 0.95,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "stop": None,
        "persona": None,
        "cumulative": True,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": []},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": "x", "name": "y"}]},
        {"max_tokens": 0},
        {"temperature": -0.01},
        {"temperature": 2.01},
        {"top_p": 1.01},
        {"presence_penalty": -2.01},
        {"frequency_penalty": 2.01},
        {"stop": "text"},
        {"unknown": 1},
    ],
)
def test_what_is_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GenerateRequest.model_validate({"messages": HELLO} | wrong)


def test_the_plain_transcript_is_the_design_s() -> None:
    transcript = plain_transcript([said("system", " You are a developer... "), said("user", "Build it\n")])
    assert transcript == "System: You are a developer...\n\nUser: Build it\n\nAssistant:"


def test_every_shipped_persona_reads_and_writes_in_its_own_code() -> None:
    library = PersonaLibrary.read(SHIPPED)
    assert not library.problems
    personas = library.all()
    assert personas[0].id == "assistant"
    assert len(personas) == 9
    codes = [persona.code for persona in personas if persona.code]
    assert len(set(codes)) == len(codes) == 8
    for persona in personas:
        assert len(persona.examples) == 3
        if persona.code:
            assert f"{persona.code}-001" in persona.system_prompt


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_own_files_add_and_override_by_id(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", 'id = "developer"\nname = "My developer"\nsystem_prompt = "Be terse."')
    write(tmp_path, "poet.toml", 'id = "poet"\nname = "Poet"')
    library = PersonaLibrary.read(SHIPPED, tmp_path)
    assert library.get("developer").name == "My developer"
    assert library.get("poet").system_prompt == ""
    assert len(library.all()) == 10


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('id = "x"\nname = ', 2, "Invalid value"),
        ('id = "Bad Id"\nname = "X"', 1, "id"),
        ('id = "x"\nname = "X"\ncolour = "red"', 3, "colour"),
        ('id = "x"\nname = "X"\nfavourite = 1', 3, "favourite"),
        ('id = "x"\nname = "X"\n[sampling]\ntop_p = 7', 4, "sampling.top_p"),
        ('name = "X"', 0, "id"),
    ],
)
def test_a_broken_file_is_reported_by_name_and_line_and_skipped(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    problem = read_persona(write(tmp_path, "broken.toml", text))
    assert isinstance(problem, PersonaProblem)
    assert problem.line == line
    assert words in problem.reason
    assert "broken.toml" in str(problem)
    assert len(PersonaLibrary.read(SHIPPED, tmp_path).all()) == 9


SCHEMA_TABLE = """
id = "form"
name = "Form"
[schema]
type = "object"
required = ["b", "a"]
[schema.properties.b]
type = "integer"
[schema.properties.a]
type = "string"
"""
SCHEMA_TEXT = """
id = "form"
name = "Form"
schema = '{"type": "object", "required": ["b", "a"], "properties": {"b": {"type": "integer"}, "a": {"type": "string"}}}'
"""


@pytest.mark.parametrize("text", [SCHEMA_TABLE, SCHEMA_TEXT])
def test_a_schema_is_a_table_or_json_text_and_keeps_its_order(tmp_path: Path, text: str) -> None:
    persona = read_persona(write(tmp_path, "form.toml", text))
    assert isinstance(persona, Persona)
    schema = json.loads(persona.json_schema)
    assert list(schema["properties"]) == ["b", "a"]
    assert persona.sample(Sampling()).json_schema == persona.json_schema
    assert Persona(id="plain", name="Plain").sample(Sampling()).json_schema == ""


@pytest.mark.parametrize("schema", ["3", "'nonsense'", "'[1]'", "[1, 2]", "{ at = 2020-01-01 }"])
def test_what_is_no_schema_is_reported_with_its_line(tmp_path: Path, schema: str) -> None:
    problem = read_persona(write(tmp_path, "form.toml", f'id = "form"\nname = "Form"\nschema = {schema}'))
    assert isinstance(problem, PersonaProblem)
    assert problem.line == 3
    assert problem.reason.startswith("schema: ")


def test_unreadable_and_doubled_files_are_problems_too(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b'id = "x"\nname = "\xff"')
    write(tmp_path, "one.toml", 'id = "same"\nname = "One"')
    write(tmp_path, "two.toml", 'id = "same"\nname = "Two"')
    library = PersonaLibrary.read(tmp_path)
    assert [str(problem) for problem in library.problems] == [
        "binary.toml, line 2: not UTF-8 text",
        "two.toml: one.toml already has the id 'same'",
    ]
    assert library.get("same").name == "One"


def test_a_persona_fills_only_what_the_request_leaves_silent() -> None:
    persona = Persona.model_validate(
        {"id": "p", "name": "P", "system_prompt": "Be P.", "sampling": {"temperature": 0.1, "top_p": 0.2}}
    )
    library = PersonaLibrary([persona])
    silent = GenerateRequest.model_validate({"messages": HELLO, "persona": "p"})
    messages, sampling, thinking = library.apply(silent)
    assert [message.role for message in messages] == ["system", "user"]
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens, thinking) == (0.1, 0.2, 512, False)
    spoken = GenerateRequest.model_validate(
        {"messages": [{"role": "system", "content": "Mine."}, *HELLO], "persona": "p", "temperature": 1.5}
    )
    messages, sampling, _ = library.apply(spoken)
    assert messages[0].content == "Mine."
    assert (sampling.temperature, sampling.top_p) == (1.5, 0.2)


def test_an_unknown_persona_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPersonaError, match="assistant") as caught:
        PersonaLibrary.read(SHIPPED).get("nobody")
    assert "nobody" in caught.value.message


def test_the_rate_counts_the_tokens_after_the_first() -> None:
    finished = events.Finished("stop", events.Usage(3, 11), events.Timings(1.0, 2.0))
    assert finished.tokens_per_second == pytest.approx(10.0)
    assert events.Finished("stop").tokens_per_second is None
