"""What the model is asked: the messages of a path, with the persona's words in front. No I/O."""

from collections.abc import Sequence

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.messages import WINDOW_PRIORITY, ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.personas import Persona


def spoken(path: Sequence[StoredMessage]) -> tuple[ChatMessage, ...]:
    """What was said along a path, also by answers that were stopped or failed half-way.

    A question that got nothing but a failure is left out: one that was too long would make every later one too long.
    """
    told: list[ChatMessage] = []
    for message in path:
        if message.text:
            told.append(ChatMessage(role=message.role, content=message.text))
        elif message.state == "failed" and told and told[-1].role == "user":
            told.pop()
    return tuple(told)


def job_for(
    path: Sequence[StoredMessage], persona: Persona, sampling: Sampling, *, continued: StoredMessage | None = None
) -> GenerationJob:
    """The job that answers a path, or goes on with the text of `continued`, the answer that follows it."""
    messages = spoken(path)
    begun = continued.text if continued is not None else ""
    continues = bool(begun.strip())
    if continues:
        messages += (ChatMessage(role="assistant", content=begun),)
    return GenerationJob(
        request_id="",
        messages=persona.speak(messages),
        sampling=sampling,
        priority=WINDOW_PRIORITY,
        thinking=persona.thinking,
        continues=continues,
    )
