"""All settings, declared once: their titles, bounds and defaults. Everything else (help, README table, dialogs)
derives from here.

Sources, later ones win: defaults, `settings.toml`, environment (`SEPROJ_SECTION_FIELD`), command line. A bad value
is reported with its place and replaced by what the earlier sources say; it never stops the start.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

ENVIRONMENT_PREFIX = "SEPROJ_"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", title="Settings")


class EngineSettings(Section):
    """[engine]"""

    model: str | None = Field(
        default=None,
        title="Model",
        description='"demo", a folder, or a hub id; empty: what suits this machine',
    )
    prompt_format: Literal["template", "plain"] = Field(
        default="template", title="Prompt format", description="the model's own chat template, or the plain transcript"
    )
    start_method: Literal["auto", "forkserver", "spawn"] = Field(
        default="auto",
        title="Start method",
        description="how engine processes start; auto: forkserver on CPU, spawn on GPU",
    )
    context_length: int | None = Field(
        default=None,
        ge=64,
        title="Context length",
        description="in tokens; empty: the model's own, as far as memory allows",
    )
    max_sequences: int = Field(
        default=128, ge=2, le=4096, title="Answers at once", description="sequence slots of the engine"
    )
    gpu_memory_fraction: float = Field(
        default=0.9,
        gt=0.0,
        le=1.0,
        title="GPU memory",
        description="share of the GPU's memory that the engine may take",
    )
    cpu_cache_mib: int | None = Field(
        default=None,
        ge=1,
        title="CPU cache",
        description="MiB of keys and values without a GPU; empty: 256 for the demo model, else 4,096; twice in float32",
    )
    eager: bool = Field(
        default=False,
        title="Quick start",
        description="skip compilation and graph capture on a GPU: starts sooner, answers slower",
    )


class ServerSettings(Section):
    """[server]"""

    host: str = Field(default="127.0.0.1", min_length=1, title="Address", description="the address to listen on")
    port: int = Field(default=8765, ge=0, le=65535, title="Port", description="0 takes any free port")
    certificate: str | None = Field(
        default=None, title="Certificate", description="a PEM file; the server then speaks HTTPS only"
    )
    private_key: str | None = Field(
        default=None, title="Private key", description="its PEM file, without a password; empty: in the certificate's"
    )
    start: bool = Field(default=False, title="Start with the window", description="switch the server on at start")
    cors_origins: tuple[str, ...] = Field(
        default=(),
        title="Allowed origins",
        description="web pages that may read answers, such as http://localhost:3000",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), title="Allowed hosts", description="further names in the Host header, besides this machine's own"
    )
    drain_seconds: float = Field(
        default=5.0,
        ge=0.0,
        le=600.0,
        title="Drain time",
        description="how long running answers may go on when the server stops",
    )
    queue_limit: int = Field(
        default=1024, ge=0, le=100_000, title="Queue limit", description="requests that may wait; further ones get 503"
    )
    client_limit: int = Field(
        default=512,
        ge=1,
        le=100_000,
        title="Requests per client",
        description="what one client may ask at once; further requests get 429",
    )
    connection_limit: int = Field(
        default=2048,
        ge=16,
        le=100_000,
        title="Connections",
        description="open at once; past it the one that has been idle longest is closed",
    )
    body_mib: int = Field(
        default=8, ge=1, le=1024, title="Body size", description="the largest request in MiB; larger ones get 413"
    )
    message_limit: int = Field(
        default=2000, ge=1, le=1_000_000, title="Messages", description="the most messages in one request"
    )
    character_limit: int = Field(
        default=2_000_000, ge=1000, le=1_000_000_000, title="Characters", description="the longest text of one request"
    )
    receive_seconds: float = Field(
        default=30.0,
        gt=0.0,
        le=3600.0,
        title="Slow senders",
        description="how long a whole request may take to arrive before its connection is closed",
    )
    send_seconds: float = Field(
        default=30.0,
        gt=0.0,
        le=3600.0,
        title="Slow readers",
        description="how long a client may leave its answer unread before it is ended",
    )
    idle_seconds: int = Field(
        default=30, ge=1, le=3600, title="Idle connections", description="how long one stays open between requests"
    )
    keep_texts: bool = Field(
        default=False,
        title="Keep texts",
        description="hold messages and answers of the last 200 requests in memory, for the window's request list",
    )
    wait_for_engine: bool = Field(
        default=False,
        title="Wait for the model",
        description="requests to /v1 wait while the model loads, instead of being told to try again",
    )


class WindowSettings(Section):
    """[window]"""

    persona: str = Field(default="assistant", title="Persona", description="the persona chosen at start, by id")
    theme: Literal["system", "light", "dark"] = Field(
        default="system", title="Theme", description="light and dark as the desktop has it, or fixed"
    )


class Settings(Section):
    engine: EngineSettings = EngineSettings()
    server: ServerSettings = ServerSettings()
    window: WindowSettings = WindowSettings()


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One value that was not taken, where it stands, and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    settings: Settings
    problems: tuple[SettingProblem, ...] = ()


Values = dict[str, dict[str, Any]]


def load_settings(
    file: Path, environ: Mapping[str, str], overrides: Mapping[str, Mapping[str, Any]] | None = None
) -> LoadedSettings:
    """Reads every source; `overrides` is what the command line says, as {section: {field: value}}."""
    problems: list[SettingProblem] = []
    settings = Settings()
    text = _read(file, problems)
    sources: list[tuple[Mapping[str, Any], Any]] = [
        (_parse(file, text, problems), lambda path: _place(file, text, path)),
        (_from_environment(environ), lambda path: ENVIRONMENT_PREFIX + "_".join(path).upper()),
        (overrides or {}, lambda path: "--" + path[-1].replace("_", "-")),
    ]
    for values, place in sources:
        settings = _merge(settings, values, place, problems)
    return LoadedSettings(settings, tuple(problems))


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """(section, field, its declaration) of every setting, in the order of declaration."""
    for section, declared in Settings.model_fields.items():
        kind = declared.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            for name, field in kind.model_fields.items():
                yield section, name, field


def settings_table() -> str:
    """The reference table in Markdown, as the README has it."""
    rows = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for section, name, field in fields():
        default = json.dumps(field.default) if field.default is not None else "empty"
        rows.append(f"| `{section}.{name}` | `{default}` | {field.title}: {field.description} |")
    return "\n".join(rows)


def _merge(settings: Settings, values: Mapping[str, Any], place: Any, problems: list[SettingProblem]) -> Settings:
    for section, named in values.items():
        current = getattr(settings, section, None)
        if not isinstance(current, Section):
            problems.append(SettingProblem(place([section]), "there is no such section"))
        elif not isinstance(named, Mapping):
            problems.append(SettingProblem(place([section]), "must be a section, not a value"))
        else:
            for name, value in named.items():
                try:
                    current = type(current).model_validate(current.model_dump() | {name: value})
                except ValidationError as error:
                    first = error.errors()[0]
                    reason = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
                    problems.append(SettingProblem(place([section, name]), f"{section}.{name}: {reason}"))
            settings = settings.model_copy(update={section: current})
    return settings


def _read(file: Path, problems: list[SettingProblem]) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        problems.append(SettingProblem(file.name, f"cannot be read: {error}"))
        return ""


def _parse(file: Path, text: str, problems: list[SettingProblem]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(SettingProblem(file.name, str(error)))
        return {}


def _place(file: Path, text: str, path: list[str]) -> str:
    """`settings.toml, line 3` for a key of a section (or for the section itself)."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = heading[1]
            if path == [section]:
                return f"{file.name}, line {number}"
        key = re.match(r"\s*([\w.-]+)\s*=", line)
        if key and ([section, key[1]] == path or key[1] == ".".join(path)):
            return f"{file.name}, line {number}"
    return f"{file.name}, {'.'.join(path)}"


def _from_environment(environ: Mapping[str, str]) -> Values:
    """Values of the declared settings; a tuple is written with commas."""
    values: Values = {}
    for section, name, field in fields():
        text = environ.get(f"{ENVIRONMENT_PREFIX}{section}_{name}".upper())
        if text:
            listed = isinstance(field.default, tuple)
            values.setdefault(section, {})[name] = [part.strip() for part in text.split(",")] if listed else text
    return values
