"""Prompts without a chat template: the plain transcript.

Used for models whose tokenizer brings no template, or when the setting asks for it.
"""

from collections.abc import Sequence

from seproj_desktop.chat.messages import ChatMessage

TRANSCRIPT_STOP = ("\n\nUser:", "\n\nSystem:", "\n\nAssistant:")
"""Where a model that goes on writing the transcript by itself is stopped."""


def plain_transcript(messages: Sequence[ChatMessage]) -> str:
    """`Role: content` segments, joined by a blank line; the last one is the open assistant turn."""
    segments = [f"{message.role.capitalize()}: {message.content.strip()}" for message in messages]
    return "\n\n".join([*segments, "Assistant:"])
