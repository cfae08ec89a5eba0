"""A persona as a model: fills in what the body of a request leaves silent, in the words of that request's API. Pure.

What a body says itself stays: its system prompt, sampling, stop strings, format or thinking switch.
"""

import json
from collections.abc import Callable
from typing import Any

from seproj_desktop.chat.personas import Persona

Body = dict[str, Any]
SYSTEM_ROLES = ("system", "developer")
PENALTIES = ("presence_penalty", "frequency_penalty")
FORMATS = ("response_format", "structured_outputs", "tools")


def fill_chat(body: Body, persona: Persona) -> Body:
    """/v1/chat/completions"""
    filled = _sampled(body, persona, limits=("max_tokens", "max_completion_tokens"))
    if persona.json_schema and not _says(body, *FORMATS):
        schema = {"name": "answer", "schema": json.loads(persona.json_schema)}
        filled["response_format"] = {"type": "json_schema", "json_schema": schema}
    if not _says(body, "reasoning_effort"):
        _set_thinking(filled, persona)
    return _speak(filled, persona)


def fill_completion(body: Body, persona: Persona) -> Body:
    """/v1/completions: the prompt is the client's own, to the letter."""
    filled = _sampled(body, persona, limits=("max_tokens",))
    if persona.json_schema and not _says(body, *FORMATS):
        filled["structured_outputs"] = {"json": json.loads(persona.json_schema)}
    return filled


def fill_responses(body: Body, persona: Persona) -> Body:
    """/v1/responses"""
    filled = _sampled(body, persona, limits=("max_output_tokens",))
    if persona.json_schema and not _says(body, "text", "structured_outputs", "tools"):
        schema = json.loads(persona.json_schema)
        filled["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    if not _says(body, "reasoning"):
        _set_thinking(filled, persona)
    if persona.system_prompt and not _says(body, "instructions") and not _has_system(body.get("input")):
        filled["instructions"] = persona.system_prompt
    return filled


def fill_messages(body: Body, persona: Persona) -> Body:
    """/v1/messages and its count_tokens: Anthropic's names; there are no penalties."""
    filled = _sampled(body, persona, limits=("max_tokens",), stop="stop_sequences", without=PENALTIES)
    if persona.json_schema and not _says(body, "output_config", "tools"):
        schema = json.loads(persona.json_schema)
        filled["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if not _says(body, "thinking"):
        _set_thinking(filled, persona)
    if persona.system_prompt and not _says(body, "system") and not _has_system(body.get("messages")):
        filled["system"] = persona.system_prompt
    return filled


def fill_tokenize(body: Body, persona: Persona) -> Body:
    """/tokenize: counts what a chat with this persona would be."""
    if "messages" not in body:
        return body
    filled = dict(body)
    _set_thinking(filled, persona)
    return _speak(filled, persona)


FILLERS: dict[str, Callable[[Body, Persona], Body]] = {
    "/v1/chat/completions": fill_chat,
    "/v1/completions": fill_completion,
    "/v1/responses": fill_responses,
    "/v1/messages": fill_messages,
    "/v1/messages/count_tokens": fill_messages,
    "/tokenize": fill_tokenize,
}


def _says(body: Body, *names: str) -> bool:
    return any(body.get(name) not in (None, [], {}) for name in names)


def _sampled(
    body: Body, persona: Persona, *, limits: tuple[str, ...], stop: str = "stop", without: tuple[str, ...] = ()
) -> Body:
    """The body over the persona's sampling; a null says nothing. `limits` are this API's names of the length limit."""
    own = persona.sampling.model_dump(mode="json", exclude_none=True, exclude=set(without))
    limit = own.pop("max_tokens", None)
    if limit is not None and not _says(body, *limits):
        own[limits[0]] = limit
    if "stop" in own:
        own[stop] = own.pop("stop")
    return own | {name: value for name, value in body.items() if value is not None or name not in own}


def _set_thinking(filled: Body, persona: Persona) -> None:
    given = filled.get("chat_template_kwargs")
    filled["chat_template_kwargs"] = {"enable_thinking": persona.thinking} | (given if isinstance(given, dict) else {})


def _speak(filled: Body, persona: Persona) -> Body:
    messages = filled.get("messages")
    if persona.system_prompt and isinstance(messages, list) and not _has_system(messages):
        filled["messages"] = [{"role": "system", "content": persona.system_prompt}, *messages]
    return filled


def _has_system(messages: object) -> bool:
    """Whether one of them sets the scene; what is no list of messages is for vLLM to refuse."""
    if not isinstance(messages, list):
        return False
    return any(isinstance(message, dict) and message.get("role") in SYSTEM_ROLES for message in messages)
