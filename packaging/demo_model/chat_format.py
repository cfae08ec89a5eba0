"""How a conversation becomes text: ChatML as Qwen3 writes it, once as a Jinja template and once in Python for training.

Both must agree to the character (a test renders both). Two additions make up for the model's size. `enable_thinking=true`
puts Qwen3's own soft switch ` /think` behind the last request, so that it surely thinks; left out, it seldom does. And a
request begins with a space, so that its first word is written with the same tokens as in the middle of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
THINK_TOKENS = ("<think>", "</think>")
END_OF_TEXT, _, END_OF_TURN = SPECIAL_TOKENS
EMPTY_THINKING = "<think>\n\n</think>\n\n"

CHAT_TEMPLATE = """\
{%- set ns = namespace(last_user=-1) %}
{%- for message in messages %}{% if message.role == 'user' %}{% set ns.last_user = loop.index0 %}{% endif %}{% endfor %}
{%- for message in messages %}
    {%- set content = message.content | trim %}
    {%- if message.role == 'assistant' and '</think>' in content and loop.index0 < ns.last_user %}
        {%- set content = content.split('</think>')[-1] | trim %}
    {%- endif %}
    {%- if loop.index0 == ns.last_user and enable_thinking is defined and enable_thinking is true %}
        {%- set content = content + ' /think' %}
    {%- endif %}
    {%- if message.role == 'user' %}{% set content = ' ' + content %}{% endif %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; for the assistant the content may begin with a thinking section."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that the model is either shown or asked to write."""

    text: str
    is_target: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation that ends with an answer; without thinking that answer follows an empty thinking section."""

    messages: tuple[Message, ...]
    is_thinking_off: bool = False


def turn(message: Message) -> str:
    space = " " if message.role == "user" else ""
    return f"<|im_start|>{message.role}\n{space}{message.content.strip()}{END_OF_TURN}\n"


def prompt(messages: Sequence[Message], *, is_thinking_off: bool = True) -> str:
    """The text that the model continues, equal to the template with a generation prompt."""
    opening = "<|im_start|>assistant\n" + (EMPTY_THINKING if is_thinking_off else "")
    return "".join(map(turn, messages)) + opening


def segments(sample: Sample) -> list[Segment]:
    """The sample cut at the borders between what is given and what is to be learned."""
    cut: list[Segment] = []
    last = len(sample.messages) - 1
    for index, message in enumerate(sample.messages):
        if message.role != "assistant":
            cut.append(Segment(turn(message), is_target=False))
            continue
        is_off = sample.is_thinking_off and index == last
        cut.append(Segment("<|im_start|>assistant\n" + (EMPTY_THINKING if is_off else ""), is_target=False))
        cut.append(Segment(message.content.strip() + END_OF_TURN, is_target=True))
        cut.append(Segment("\n", is_target=False))
    return cut
