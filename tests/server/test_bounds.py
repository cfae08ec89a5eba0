"""What a body for `/v1` may not ask, before vLLM sees it."""

from typing import Any

import pytest

from seproj_desktop.server.openai.bounds import check_body, check_raw
from seproj_desktop.server.openai.grammars import OutOfBoundsError, pattern_size, schema_size
from seproj_desktop.server.request import TextLimits

LIMITS = TextLimits(messages=10, characters=30_000)
HELLO = [{"role": "user", "content": "Hello"}]


def nested(depth: int, key: str = "a") -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {key: value}
    return value


def schema_of(schema: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}


def picture(url: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


GOOD: dict[str, dict[str, Any]] = {
    "plain": {"max_tokens": 7, "temperature": 0.5, "stop": ["a", "b"], "n": 2},
    "tokens": {"prompt": list(range(5000))},
    "text parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
    "an own picture": picture("data:image/png;base64,AAAA"),
    "a bias": {"logit_bias": {"50256": -100, "7": 3.5}},
    "thinking": {"chat_template_kwargs": {"enable_thinking": False}},
    "a schema": schema_of(
        {
            "type": "object",
            "properties": {"id": {"type": "string", "pattern": "^REQ-[0-9]{1,4}$"}, "tags": {"maxItems": 20}},
            "required": ["id"],
        }
    ),
    "a regex": {"structured_outputs": {"regex": r"REQ-\d{1,4}(, REQ-\d{1,4}){0,9}"}},
    "tools": {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}] * 20},
    "wrong types, which vLLM refuses": {"n": "many", "stop": 7, "logit_bias": [1], "messages": {}, "tools": "x"},
}

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "messages": ({"messages": HELLO * 11}, "more than 10 entries"),
    "input": ({"input": HELLO * 11}, "more than 10 entries"),
    "prompts": ({"prompt": ["a"] * 129}, "more than 128 entries"),
    "text": ({"messages": [{"role": "user", "content": "x" * 30_001}]}, "more than 30,000 characters"),
    "text in names": ({"metadata": {"x" * 30_001: 1}}, "more than 30,000 characters"),
    "depth": ({"metadata": nested(100)}, "nested deeper"),
    "values": ({"prompt": [[1] * 1000] * 201}, "more than 200,000 values"),
    "NaN": ({"temperature": float("nan")}, "no JSON numbers"),
    "Infinity": ({"top_p": float("inf")}, "no JSON numbers"),
    "huge": ({"max_tokens": 10**30}, "64 bits"),
    "hugely negative": ({"seed": -(10**30)}, "64 bits"),
    "n": ({"n": 129}, "at most 128"),
    "n as a float": ({"n": 1e300}, "at most 128"),
    "best_of": ({"best_of": 1_000_000}, "at most 128"),
    "stops": ({"stop": ["x"] * 65}, "at most 64"),
    "a long stop": ({"stop": "x" * 1001}, "at most 64"),
    "stop sequences": ({"stop_sequences": ["x"] * 65}, "at most 64"),
    "stop tokens": ({"stop_token_ids": [1] * 1025}, "more than 1,024"),
    "bad words": ({"bad_words": ["x"] * 1025}, "more than 1,024"),
    "biases": ({"logit_bias": {str(number): 1 for number in range(1025)}}, "more than 1,024"),
    "a bias for no token": ({"logit_bias": {"-1": 1}}, "no token's number"),
    "a bias for a huge token": ({"logit_bias": {"9" * 12: 1}}, "no token's number"),
    "a large bias": ({"logit_bias": {"1": 1e9}}, "from -100 to 100"),
    "embeddings": ({"prompt_embeds": "gASV"}, "not taken"),
    "another template": ({"chat_template": "{{ 1 }}"}, "not taken"),
    "another template inside": ({"chat_template_kwargs": {"chat_template": "x"}}, "may not replace"),
    "transfer": ({"kv_transfer_params": {"remote_host": "evil.example"}}, "not taken"),
    "a picture elsewhere": (picture("http://169.254.169.254/latest"), "Nothing is fetched"),
    "a file": (picture("file:///etc/passwd"), "Nothing is fetched"),
    "a deep schema": (schema_of(nested(40)), "nested deeper than 32"),
    "a schema of many properties": (schema_of({"properties": {str(n): {} for n in range(257)}}), "256 properties"),
    "a schema of many choices": (schema_of({"enum": list(range(2001))}), "more than 2,000"),
    "a schema that multiplies": (
        schema_of({"maxItems": 200, "items": {"maxItems": 200, "items": {"type": "string"}}}),
        "too large",
    ),
    "a schema that counts": (schema_of({"type": "string", "minLength": 10**9}), "too large"),
    "a schema's pattern": (schema_of({"type": "string", "pattern": "(a{1,999}){1,999}"}), "too large"),
    "a tool's schema": (
        {"tools": [{"function": {"parameters": {"type": "string", "maxLength": 10**8}}}]},
        "too large",
    ),
    "many tools": ({"tools": [{}] * 129}, "128 tools"),
    "many small tools": ({"tools": [{"function": {"parameters": {"enum": list(range(1900))}}}] * 60}, "too large"),
    "a regex that multiplies": ({"structured_outputs": {"regex": "(a{1,999}){1,999}"}}, "too large"),
    "a regex by its old name": ({"guided_regex": "((a{99}){99}){99}"}, "too large"),
    "a long regex": ({"structured_outputs": {"regex": "a" * 2001}}, "too large"),
    "half a character": ({"bad_words": ["\ud800"]}, "half of a surrogate pair"),
    "a regex without an end": ({"structured_outputs": {"regex": "(.*)*" * 50}}, "too large"),
    "a schema's pattern without an end": (schema_of({"pattern": "a{2,}" * 31}), "too large"),
    "long choices": ({"structured_outputs": {"choice": ["x" * 1000] * 21}}, "more than 20,000 characters"),
    "choices": ({"structured_outputs": {"choice": ["x"] * 1001}}, "more than 1,000"),
    "a grammar": ({"structured_outputs": {"grammar": "root ::= root"}}, "not taken"),
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_what_is_asked_with_reason_goes_through(body: dict[str, Any]) -> None:
    check_body({"messages": HELLO} | body, LIMITS)


@pytest.mark.parametrize(("body", "words"), BAD.values(), ids=BAD)
def test_what_is_out_of_bounds_is_refused_in_words(body: dict[str, Any], words: str) -> None:
    with pytest.raises(OutOfBoundsError) as caught:
        check_body(body, LIMITS)
    assert words in caught.value.message
    assert len(caught.value.message) < 200


def test_a_body_of_many_parts_is_not_even_read() -> None:
    check_raw(b'{"messages": []}' * 1000)
    with pytest.raises(OutOfBoundsError):
        check_raw(b"[" * 500_001)


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        *(("abc", 3), ("a{5}", 5), ("a{2,5}", 5), ("a{5,}", 5), ("[a-z]{10}", 10), (r"\d{3}", 3), ("(ab){3}", 9)),
        *(("((a{3}){3}){3}", 39), ("a{", 2), ("a{x}", 4), (")", 1), ("(", 0), ("[", 1), ("\\", 1), ("{5}", 0)),
        (r"[\]a]{4}", 4),
    ],
)
def test_the_size_of_a_pattern_written_out(pattern: str, size: int) -> None:
    assert pattern_size(pattern) == size


def test_the_size_of_a_schema_written_out() -> None:
    assert schema_size({"type": "string"}) == 2
    assert schema_size({"items": {"type": "string"}, "maxItems": 10}) == 40
