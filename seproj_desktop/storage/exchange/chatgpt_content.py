"""The kinds of content in ChatGPT's messages, as Markdown. Pure; on a worker thread."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from seproj_desktop.storage.exchange.lenient import Record, items, record, text

CITATION = re.compile("\ue200[^\ue201]*\ue201")
"""Marks that ChatGPT shows as footnotes; their targets are not in the text."""
FENCE = re.compile("`{3,}")
PICTURE = "[picture]"
SOUND = "[sound]"


@dataclass(frozen=True, slots=True)
class Content:
    """What one node says, and what was thought before."""

    text: str = ""
    thinking: str = ""


@dataclass(slots=True)
class LeftOut:
    """Gathers what the messages of one conversation had that cannot be taken along."""

    attachments: int = 0
    kinds: set[str] = field(default_factory=set)

    def words(self) -> tuple[str, ...]:
        said = []
        if self.attachments:
            said.append(f"Pictures and files are not in the file; their places are marked: {self.attachments}.")
        if self.kinds:
            said.append(f"Content of unknown kinds was left out: {', '.join(sorted(self.kinds))}.")
        return tuple(said)


def read_content(content: Record, about: Record, left_out: LeftOut) -> Content:
    """`about` is the message's metadata, which names what was attached."""
    kind = text(content.get("content_type"))
    reader = READERS.get(kind)
    if reader is not None:
        return reader(content)
    if kind in NEVER_SHOWN:
        return Content()
    said = list(_parts(content, left_out))
    if not said and kind not in {"text", "multimodal_text", ""}:
        left_out.kinds.add(kind[:40])
    names = [text(record(each).get("name")) for each in items(about.get("attachments"))]
    left_out.attachments += len(names)
    files = [f"[file: {name}]" if name else "[file]" for name in names]
    return Content(CITATION.sub("", "\n\n".join([*said, *files])))


def _parts(content: Record, left_out: LeftOut) -> Iterable[str]:
    for part in items(content.get("parts")) or [content.get("text")]:
        if said := text(part) or text(record(part).get("text")):
            yield said
        elif "image" in (kind := text(record(part).get("content_type"))):
            left_out.attachments += 1
            yield PICTURE
        elif "audio" in kind or "video" in kind:
            left_out.attachments += 1
            yield SOUND


def fenced(code: str, language: str = "") -> str:
    """Code as a block that its own fences cannot close."""
    longest = max((len(fence) for fence in FENCE.findall(code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def _code(content: Record) -> Content:
    said = text(content.get("text"))
    language = text(content.get("language"))
    return Content(fenced(said, language if language.isalnum() and language != "unknown" else "") if said else "")


def _output(content: Record) -> Content:
    said = text(content.get("text"))
    return Content(fenced(said) if said.strip() else "")


def _thoughts(content: Record) -> Content:
    found = [record(each) for each in items(content.get("thoughts"))]
    said = [(text(each.get("summary")), text(each.get("content"))) for each in found]
    return Content(
        thinking="\n\n".join("\n\n".join(filter(None, (f"**{head}**" if head else "", body))) for head, body in said)
    )


def _quote(content: Record) -> Content:
    said = text(content.get("text")).strip()
    source = text(content.get("title")) or text(content.get("url")) or text(content.get("domain"))
    lines = [*said.splitlines(), f"({source})"] if source else said.splitlines()
    return Content("\n".join(f"> {line}".rstrip() for line in lines) if said else "")


READERS: Mapping[str, Callable[[Record], Content]] = MappingProxyType(
    {"code": _code, "execution_output": _output, "system_error": _output, "thoughts": _thoughts, "tether_quote": _quote}
)
NEVER_SHOWN = frozenset(
    {"user_editable_context", "model_editable_context", "tether_browsing_display", "reasoning_recap"}
)
"""Instructions to the model, and its raw material. A recap's duration is in its metadata."""
