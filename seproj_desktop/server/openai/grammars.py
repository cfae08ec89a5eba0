"""How large the grammars may be that a request brings along: JSON schemas, regular expressions, choices, tools.

The engine expands them into states before the first token, some by multiplication (`(a{1,999}){1,999}`). Their size is
reckoned here as if everything were written out; what is too large never gets there. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST_SCHEMA = 32
LARGEST_SCHEMA = 100_000
"""Values, as if every counted repetition were written out; of text a hundred characters count as one."""
MOST_PROPERTIES = 256
MOST_LISTED = 2000
"""The compiler takes 0.2 s for an enumeration of 5,000 and 16 s for one of 20,000."""
MOST_TOOLS = 128
MOST_CHOICES = 1000
LONGEST_CHOICES = 20_000
"""Characters of all choices: 500 of 1,000 each kept the compiler busy for more than 90 s."""
LONGEST_PATTERN = 2000
LARGEST_PATTERN = 20_000
"""Characters, as if every counted repetition were written out."""
MOST_ENDLESS = 30
"""Repetitions without an end in one pattern: `(.*)*` 50 times took 40 s."""
ENDLESS = re.compile(r"[*+]|\{\d*,\}")
HOLDING_SCHEMAS = (
    "response_format",
    "structured_outputs",
    "text",
    "tools",
    "guided_json",
    "output_format",
    "output_config",
)
LENGTHS = ("minLength", "maxLength")
COUNTS = ("minItems", "maxItems", "minProperties", "maxProperties")
REPETITION = re.compile(r"\{(\d{1,9})?(,)?(\d{1,9})?\}")


class OutOfBoundsError(Exception):
    """A request that asks for more than may be; `param` is the member it is about."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


def check_grammars(body: Mapping[str, Any]) -> None:
    """Raises `OutOfBoundsError`."""
    tools = body.get("tools")
    if isinstance(tools, list) and len(tools) > MOST_TOOLS:
        raise OutOfBoundsError(f"There are more than {MOST_TOOLS} tools.", "tools")
    total = 0
    for name, schema in _schemas(body):
        total += schema_size(schema)
        if total > LARGEST_SCHEMA:
            raise OutOfBoundsError("The JSON schemas are too large.", name)
    for name, pattern in _members(body, "regex", "pattern", "guided_regex"):
        if isinstance(pattern, str) and is_large_pattern(pattern):
            raise OutOfBoundsError("The regular expression is too large.", name)
    for name, grammar in _members(body, "grammar", "guided_grammar"):
        if grammar is not None:  # the compiler does not end with some: `root ::= root`
            raise OutOfBoundsError("Grammars are not taken from requests; schemas, patterns and choices are.", name)
    for name, choices in _members(body, "choice", "guided_choice"):
        if not isinstance(choices, list):
            continue
        length = sum(len(choice) for choice in choices if isinstance(choice, str))
        if len(choices) > MOST_CHOICES or length > LONGEST_CHOICES:
            words = (
                f"There are more than {MOST_CHOICES:,} choices, or they have more than {LONGEST_CHOICES:,} characters."
            )
            raise OutOfBoundsError(words, name)


def brings_grammar(body: Mapping[str, Any]) -> bool:
    """Whether the engine had to compile something of this request's."""
    return any(True for _ in _schemas(body)) or any(True for _ in _members(body, "guided_regex", "guided_choice"))


def is_large_pattern(pattern: str) -> bool:
    if len(pattern) > LONGEST_PATTERN or len(ENDLESS.findall(pattern)) > MOST_ENDLESS:
        return True
    return pattern_size(pattern) > LARGEST_PATTERN


def _members(body: Mapping[str, Any], *names: str) -> Iterator[tuple[str, Any]]:
    """Where vLLM takes grammars from: the body itself, and what is one level below."""
    for place in ("structured_outputs", "response_format"):
        inside = body.get(place)
        if isinstance(inside, dict):
            yield from ((place, inside[name]) for name in names if name in inside)
    yield from ((name, body[name]) for name in names if name in body)


def _schemas(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Everything that may hold a schema, whole: what stands around it counts as well."""
    for name in (
        "response_format",
        "structured_outputs",
        "text",
        "tools",
        "guided_json",
        "output_format",
        "output_config",
    ):
        if body.get(name) is not None:
            yield name, body[name]


def schema_size(schema: Any, depth: int = 0) -> int:
    """Values of a schema with everything in it that is counted. Raises `OutOfBoundsError` for what is too large."""
    if depth > DEEPEST_SCHEMA:
        raise OutOfBoundsError(f"A JSON schema is nested deeper than {DEEPEST_SCHEMA} levels.")
    if isinstance(schema, list):
        if len(schema) > MOST_LISTED:
            raise OutOfBoundsError(f"A JSON schema has a list of more than {MOST_LISTED:,} entries.")
        return _bounded(1 + sum(schema_size(each, depth + 1) for each in schema))
    if not isinstance(schema, dict):
        return 1 + (len(schema) // 100 if isinstance(schema, str) else 0)
    properties = schema.get("properties")
    if isinstance(properties, dict) and len(properties) > MOST_PROPERTIES:
        raise OutOfBoundsError(f"A JSON schema has more than {MOST_PROPERTIES} properties in one object.")
    size = 1 + sum(schema_size(each, depth + 1) for each in schema.values())
    for name in ("pattern", "patternProperties"):
        patterns = schema.get(name)
        for pattern in (patterns,) if isinstance(patterns, str) else patterns if isinstance(patterns, dict) else ():
            if is_large_pattern(pattern):
                raise OutOfBoundsError("A pattern in a JSON schema is too large.")
            size += pattern_size(pattern)
    return _bounded((size + _largest(schema, LENGTHS) // 100) * max(1, _largest(schema, COUNTS)))


def _largest(schema: Mapping[str, Any], names: tuple[str, ...]) -> int:
    counts = (schema.get(name) for name in names)
    return max((int(count) for count in counts if isinstance(count, int | float)), default=0)


def _bounded(size: int) -> int:
    if size > LARGEST_SCHEMA:
        raise OutOfBoundsError("A JSON schema is too large, with all that it counts.")
    return size


def pattern_size(pattern: str) -> int:
    """Characters of a regular expression whose counted repetitions are written out; a class counts as one."""
    totals, last, place = [0], 0, 0
    while place < len(pattern):
        character = pattern[place]
        if character == "{" and (found := REPETITION.match(pattern, place)):
            times = max(int(found[1] or 0), int(found[3] or 0), 1)
            totals[-1] += last * (times - 1)
            last *= times
            place = found.end()
            continue
        if character == "(":
            totals.append(0)
        elif character == ")" and len(totals) > 1:
            last = totals.pop() + 1
            totals[-1] += last
        else:
            end = _end_of_atom(pattern, place)
            last, place = 1, end - 1
            totals[-1] += 1
        place += 1
    return sum(totals)


def _end_of_atom(pattern: str, place: int) -> int:
    """Behind an escape, a class in brackets, or one character."""
    if pattern[place] == "\\":
        return place + 2
    if pattern[place] != "[":
        return place + 1
    place += 1
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1
