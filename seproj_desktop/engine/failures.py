"""Says in words a person can act on why a model could not be loaded.

vLLM's own exception often reads "see root cause above"; the root cause is the first exception a child process logged.
"""

import re

from seproj_desktop.engine.log_bridge import ChildRecord
from seproj_desktop.errors import UserError

KNOWN = (
    (
        r"estimated maximum model length is (\d+)",
        "The memory for the cache is too small for this context length.",
        "Set engine.context_length to {0} or less, or give the engine more memory.",
    ),
    (
        r"(?:CUDA out of memory|OutOfMemoryError|Free memory on device|No available memory for the cache blocks)",
        "There is not enough memory on the GPU for this model.",
        "Close what else uses the GPU, choose a smaller model, or lower engine.context_length.",
    ),
    (
        r"Model architectures \[?'?([\w, ']+?)'?\]? (?:are not supported|failed)",
        "vLLM does not know this model's architecture ({0}).",
        "Choose another model, or a newer vLLM.",
    ),
    (
        r"SafetensorError|HeaderTooLarge|HeaderTooSmall|IncompleteBuffer|invalid header|index-sized integer",
        "The model's weights are damaged.",
        "Download the model again.",
    ),
    (
        r"Device string must not be empty|No CUDA GPUs are available|Found no NVIDIA driver",
        "This vLLM is built for a GPU, and there is none.",
        "Look at the GPU's driver with nvidia-smi, or install vLLM for the CPU: make setup ENGINE=cpu",
    ),
    (
        r"ModuleNotFoundError: No module named '([\w.]+)'",
        "A library that vLLM needs is missing ({0}).",
        "Install what is missing with make setup, then try again.",
    ),
    (
        r"(?:[Tt]okenizer).*(?:not|n't|[Ff]ail)",
        "The model's tokenizer cannot be read.",
        "Download the model again, or choose another.",
    ),
)


def explain_failure(error: BaseException, cause: ChildRecord | None) -> UserError:
    """The failure of a load, by its true cause."""
    text = cause.cause if cause else f"{type(error).__name__}: {error}"
    everything = f"{text}\n{error}"
    for pattern, message, advice in KNOWN:
        if found := re.search(pattern, everything):
            return UserError(message.format(*found.groups()), advice.format(*found.groups()))
    return UserError(f"The model could not be loaded. {first_line(text)}", "Choose another model, or see the log.")


def first_line(text: str) -> str:
    """The line that says most: pydantic puts a heading before it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "validation error for" not in line]
    return (telling or lines or ["No cause was given."])[0][:400]
