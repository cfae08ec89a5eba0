"""The files of a model's folder, for who can do without them: what cannot be read says nothing. No vLLM, no torch."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_json(file: Path) -> Mapping[str, Any]:
    """The object in a file; empty where there is none that can be read: the loader complains of it in its own words."""
    try:
        parsed = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
