"""A persona as a model: what it fills in, by API, and what a body's own words keep."""

import json
from typing import Any

import pytest

from seproj_desktop.chat.messages import ChatMessage
from seproj_desktop.chat.personas import Persona, SamplingDefaults
from seproj_desktop.server.openai.personas import FILLERS
from seproj_desktop.server.openai.spoken import said_in

SCHEMA = {"type": "object"}
PERSONA = Persona(
    id="tester",
    name="Tester",
    system_prompt="Test.",
    thinking=True,
    sampling=SamplingDefaults(temperature=0.3, top_p=0.5, max_tokens=9, presence_penalty=1.0, stop=("END",)),
    json_schema=json.dumps(SCHEMA),
)
PLAIN = Persona(id="plain", name="Plain")
USER: dict[str, Any] = {"role": "user", "content": "Hello"}
THINKING = {"enable_thinking": True}


def filled(path: str, **body: Any) -> dict[str, Any]:
    return FILLERS[path](body, PERSONA)


def test_chat() -> None:
    assert filled("/v1/chat/completions", messages=[USER]) == {
        "messages": [{"role": "system", "content": "Test."}, USER],
        "temperature": 0.3,
        "top_p": 0.5,
        "max_tokens": 9,
        "presence_penalty": 1.0,
        "stop": ["END"],
        "chat_template_kwargs": THINKING,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}},
    }


def test_completions_get_sampling_and_schema_but_no_prompt() -> None:
    assert filled("/v1/completions", prompt="Once", top_p=0.9) == {
        "prompt": "Once",
        "temperature": 0.3,
        "top_p": 0.9,
        "max_tokens": 9,
        "presence_penalty": 1.0,
        "stop": ["END"],
        "structured_outputs": {"json": SCHEMA},
    }


def test_responses() -> None:
    body = filled("/v1/responses", input="Hello")
    assert (body["instructions"], body["max_output_tokens"], body["stop"]) == ("Test.", 9, ["END"])
    assert body["text"] == {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}}
    assert "max_tokens" not in body
    own = filled("/v1/responses", input=[{"role": "developer", "content": "Be short."}, USER])
    assert "instructions" not in own


def test_messages_in_anthropic_s_words() -> None:
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        body = filled(path, messages=[USER], max_tokens=50)
        assert (body["system"], body["max_tokens"], body["stop_sequences"]) == ("Test.", 50, ["END"])
        assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
        assert "presence_penalty" not in body
        assert "stop" not in body


def test_tokenize_counts_the_chat_that_would_be() -> None:
    assert filled("/tokenize", messages=[USER]) == {
        "messages": [{"role": "system", "content": "Test."}, USER],
        "chat_template_kwargs": THINKING,
    }
    assert filled("/tokenize", prompt="Hello") == {"prompt": "Hello"}


def test_a_body_s_own_words_stay_and_a_null_says_nothing() -> None:
    own = {
        "messages": [{"role": "system", "content": "Mine."}, USER],
        "temperature": 0,
        "top_p": None,
        "max_completion_tokens": 4,
        "stop": [],
        "response_format": {"type": "text"},
        "chat_template_kwargs": {"enable_thinking": False, "x": 1},
    }
    body = filled("/v1/chat/completions", **own)
    assert body == own | {"top_p": 0.5, "presence_penalty": 1.0}


@pytest.mark.parametrize("own", ["tools", "structured_outputs", "response_format"])
def test_a_schema_gives_way_to_tools_and_other_formats(own: str) -> None:
    body = filled("/v1/chat/completions", messages=[USER], **{own: [{"x": 1}]})
    assert ("response_format" in body) == (own == "response_format")
    assert body[own] == [{"x": 1}]


@pytest.mark.parametrize("path", FILLERS)
@pytest.mark.parametrize("messages", [None, "text", 3, [3, None], {"role": "system"}, []])
def test_nonsense_is_left_for_vllm_to_refuse(path: str, messages: Any) -> None:
    body = {"messages": messages, "input": messages, "chat_template_kwargs": 3}
    filled = FILLERS[path](body, PERSONA)
    assert filled["input"] == messages
    assert said_in(filled) is not None


def test_a_persona_that_says_nothing_changes_nothing_but_the_thinking() -> None:
    body = {"messages": [USER]}
    assert FILLERS["/v1/chat/completions"](body, PLAIN) == body | {"chat_template_kwargs": {"enable_thinking": False}}


def test_what_is_said_is_read_from_every_api_s_body() -> None:
    parts = [{"type": "text", "text": "Hi"}, {"type": "image_url"}, {"type": "text", "text": "there"}]
    asked = ChatMessage(role="user", content="Hi\nthere")
    rules = ChatMessage(role="system", content="Rules.")
    assert said_in({"messages": [{"role": "developer", "content": "Rules."}, {"role": "user", "content": parts}]}) == (
        rules,
        asked,
    )
    assert said_in({"system": [{"text": "Rules."}], "messages": [{"role": "user", "content": parts}]}) == (rules, asked)
    assert said_in({"instructions": "Rules.", "input": "Hi\nthere"}) == (rules, asked)
    assert said_in({"prompt": "Hi\nthere"}) == (asked,)
    assert said_in({"prompt": [1, 2, 3]}) == ()
