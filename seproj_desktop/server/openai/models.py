"""The models of this server: the one that is loaded (or will be), and each persona on it as `persona:ID`.

It answers also while no engine is loaded.
"""

from dataclasses import dataclass
from typing import Any

from seproj_desktop.chat.personas import Persona, PersonaLibrary, UnknownPersonaError
from seproj_desktop.engine.status import Ready
from seproj_desktop.server.health import EngineView
from seproj_desktop.server.openai.errors import ApiError

PREFIX = "persona:"
OWNER = "seproj-desktop"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request's `model` names; the answer repeats the name."""

    name: str
    persona: Persona | None = None


class ServedModels:
    """`created` is what every model of ours says about when it was made, in seconds since 1970."""

    def __init__(self, engine: EngineView, personas: PersonaLibrary, created: int) -> None:
        self._engine = engine
        self._personas = personas
        self._created = created

    @property
    def base(self) -> str:
        return self._engine.model.name if self._engine.model else ""

    def find(self, named: object) -> Asked:
        """No name means the base model. Raises `ApiError`."""
        if named is None or named == "" or named == self.base:
            return Asked(self.base)
        if not isinstance(named, str):
            raise ApiError(400, '"model" must be a string.', param="model")
        if named.startswith(PREFIX):
            try:
                return Asked(named, self._personas.get(named.removeprefix(PREFIX)))
            except UnknownPersonaError as error:
                raise _not_found(named, error.advice) from None
        raise _not_found(named, f'There are {self.base!r} and, for each persona, "{PREFIX}ID"; see /v1/models.')

    def listing(self) -> dict[str, Any]:
        names = [self.base, *(PREFIX + persona.id for persona in self._personas.all())] if self.base else []
        return {"object": "list", "data": [self.card(self.find(name)) for name in names]}

    def card(self, asked: Asked) -> dict[str, Any]:
        card = {"id": asked.name, "object": "model", "created": self._created, "owned_by": OWNER}
        if isinstance(self._engine.status, Ready):
            card["max_model_len"] = self._engine.status.info.context_length
        if asked.persona is not None:
            card |= {"parent": self.base, "name": asked.persona.name, "description": asked.persona.description}
        return card


def _not_found(named: str, advice: str) -> ApiError:
    return ApiError(404, f"The model {named[:100]!r} does not exist. {advice}", code="model_not_found", param="model")
