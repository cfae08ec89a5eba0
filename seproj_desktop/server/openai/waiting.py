"""What a request is told while there is no engine to answer it. A pure function of the engine's state."""

from typing import assert_never

from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Sleeping, Starting, Stopped, state_name
from seproj_desktop.server.openai.errors import ApiError

LOADING_SECONDS = 10
WAKING_SECONDS = 2


def not_ready(status: EngineStatus) -> ApiError:
    """503 with the state in words, and when to try again."""
    match status:
        case Starting(model=model, stage=stage, fraction=fraction):
            doing = stage[:1].lower() + stage[1:]
            words, seconds = f"{model} is being loaded: {doing} ({fraction:.0%}).", LOADING_SECONDS
        case Stopped(model=model):
            words, seconds = f"{model} is being loaded.", LOADING_SECONDS
        case Sleeping(model=model):
            words, seconds = f"{model} sleeps and is being woken.", WAKING_SECONDS
        case Failed(model=model, reason=reason, advice=advice):
            words, seconds = f"{model} could not be used: {reason} {advice}".rstrip(), LOADING_SECONDS
        case Ready(info=info):  # it has become ready just now
            words, seconds = f"{info.model} is ready. Try again.", 1
        case _:
            assert_never(status)
    return ApiError(503, words, code=f"engine_{state_name(status)}", retry_after=seconds)
