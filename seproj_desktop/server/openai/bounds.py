"""What a body for `/v1` may ask, looked at before vLLM sees it: nothing in a request may stop the engine or the loop.

vLLM checks types and ranges itself; here is what would take it long or bring it down: sizes, numbers that no machine
has, addresses it would fetch, and what goes past the settings. Pure, and linear in the body.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from seproj_desktop.server.openai.grammars import OutOfBoundsError, check_grammars
from seproj_desktop.server.request import LONGEST_STOP, MOST_STOPS, TextLimits

MOST_MARKS = 500_000
"""Commas and opening brackets of the whole body: what reading it costs."""
MOST_VALUES = 200_000
DEEPEST = 64
LARGEST_INTEGER = 2**63 - 1
MOST_ANSWERS = 128
MOST_BIASES = 1024
MOST_LISTED = 1024
LARGEST_BIAS = 100
COUNTS = ("n", "best_of")
LISTS = ("stop_token_ids", "bad_words")
REFUSED = ("prompt_embeds", "kv_transfer_params", "data_parallel_rank", "chat_template", "mm_processor_kwargs")
REFUSED_FOR_TEMPLATE = ("chat_template", "tokenize", "messages", "conversation")
MEDIA = ("image_url", "video_url", "audio_url", "input_image", "file_url")
OWN_DATA = "data:"
HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


def check_raw(body: bytes) -> None:
    """Before the body is read at all. Raises `OutOfBoundsError`."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_MARKS:
        raise OutOfBoundsError("The body has too many parts.")


def check_body(body: Mapping[str, Any], limits: TextLimits) -> None:
    """Raises `OutOfBoundsError`, in words and with the member's name."""
    _check_values(body, limits)
    for name in ("messages", "input", "prompt"):
        _check_number(body, name, limits.messages if name != "prompt" else MOST_ANSWERS)
    for name in COUNTS:
        count = body.get(name)
        if isinstance(count, int | float) and count > MOST_ANSWERS:
            raise OutOfBoundsError(f"{name} is at most {MOST_ANSWERS}.", name)
    _check_stops(body)
    _check_biases(body)
    _check_refused(body)
    check_grammars(body)


def _check_values(body: Mapping[str, Any], limits: TextLimits) -> None:
    """Every value once: how deep, how many, how much text, and no number that JSON or a machine does not have."""
    left: list[tuple[Any, int]] = [(body, 1)]
    values = characters = 0
    while left:
        value, depth = left.pop()
        values += 1
        if values > MOST_VALUES:
            raise OutOfBoundsError(f"The body has more than {MOST_VALUES:,} values.")
        if isinstance(value, str):
            characters += len(value)
            if not value.isascii() and HALF_CHARACTERS.search(value):
                raise OutOfBoundsError("A text has half of a surrogate pair, which is no character.")
        elif isinstance(value, dict | list):
            if depth > DEEPEST:
                raise OutOfBoundsError(f"The body is nested deeper than {DEEPEST} levels.")
            if len(value) > MOST_VALUES:
                raise OutOfBoundsError(f"The body has more than {MOST_VALUES:,} values.")
            if isinstance(value, dict):
                characters += sum(map(len, value))
                left.extend((each, depth + 1) for each in value.values())
            else:
                left.extend((each, depth + 1) for each in value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise OutOfBoundsError("NaN and Infinity are no JSON numbers.")
        elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            raise OutOfBoundsError("A number has more than 64 bits.")
        if characters > limits.characters:
            raise OutOfBoundsError(f"The body has more than {limits.characters:,} characters.")


def _check_number(body: Mapping[str, Any], name: str, most: int) -> None:
    """Of messages, or of prompts, each of which is an answer; a prompt may also be one long list of tokens."""
    value = body.get(name)
    if isinstance(value, list) and len(value) > most and not all(isinstance(each, int) for each in value):
        raise OutOfBoundsError(f"{name} has more than {most:,} entries.", name)


def _check_stops(body: Mapping[str, Any]) -> None:
    for name in ("stop", "stop_sequences"):
        stops = body.get(name)
        texts = stops if isinstance(stops, list) else [stops]
        if len(texts) > MOST_STOPS or any(isinstance(each, str) and len(each) > LONGEST_STOP for each in texts):
            raise OutOfBoundsError(
                f"{name} has at most {MOST_STOPS} strings of at most {LONGEST_STOP:,} characters.", name
            )
    for name in LISTS:
        listed = body.get(name)
        if isinstance(listed, list) and len(listed) > MOST_LISTED:
            raise OutOfBoundsError(f"{name} has more than {MOST_LISTED:,} entries.", name)


def _check_biases(body: Mapping[str, Any]) -> None:
    biases = body.get("logit_bias")
    if not isinstance(biases, dict):
        return
    if len(biases) > MOST_BIASES:
        raise OutOfBoundsError(f"logit_bias has more than {MOST_BIASES:,} entries.", "logit_bias")
    for token, bias in biases.items():
        if not (token.isascii() and token.isdigit() and len(token) < 10):
            raise OutOfBoundsError("logit_bias has a key that is no token's number.", "logit_bias")
        if isinstance(bias, int | float) and abs(bias) > LARGEST_BIAS:
            raise OutOfBoundsError(f"logit_bias goes from -{LARGEST_BIAS} to {LARGEST_BIAS}.", "logit_bias")


def _check_refused(body: Mapping[str, Any]) -> None:
    for name in REFUSED:
        if body.get(name) is not None:
            raise OutOfBoundsError(f"{name} is not taken from requests.", name)
    more = body.get("chat_template_kwargs")
    if isinstance(more, dict) and any(name in more for name in REFUSED_FOR_TEMPLATE):
        raise OutOfBoundsError("chat_template_kwargs may not replace the template or the messages.")
    for name in ("messages", "input"):
        if any(_leads_elsewhere(part) for part in _parts(body.get(name))):
            raise OutOfBoundsError("Nothing is fetched for a request: send pictures and sounds as data: URLs.", name)


def _parts(messages: Any) -> Iterator[Mapping[str, Any]]:
    """What messages are made of, where they are not plain text."""
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        yield from (part for part in (content if isinstance(content, list) else ()) if isinstance(part, dict))


def _leads_elsewhere(part: Mapping[str, Any]) -> bool:
    for name in MEDIA:
        place = part.get(name)
        address = place.get("url") if isinstance(place, dict) else place
        if isinstance(address, str) and not address.lstrip().lower().startswith(OWN_DATA):
            return True
    return False
