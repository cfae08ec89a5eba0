"""The platform's folders, and where the program's own resources lie. The only module that asks for them.

Nothing is created at import; `Paths.create` makes the folders that are written to.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APPLICATION = "seproj-desktop"


@dataclass(frozen=True, slots=True)
class Paths:
    """Every folder and file of one installation for one user."""

    config: Path
    data: Path
    logs: Path
    runtime: Path
    hub_cache: Path
    resources: Path

    @classmethod
    def find(cls, environ: Mapping[str, str], data_dir: Path | None = None) -> "Paths":
        """The user's folders, or, with `data_dir`, that one folder for everything that is written."""
        hub = Path(environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface") / "hub"
        hub = Path(environ["HF_HUB_CACHE"]) if environ.get("HF_HUB_CACHE") else hub
        runtime = Path(environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        if not os.access(runtime, os.W_OK):
            runtime = Path(tempfile.gettempdir())
        if data_dir is not None:
            base = data_dir.expanduser().resolve()
            return cls(base / "config", base, base / "logs", runtime, hub, resources_folder())
        return cls(
            config=Path(platformdirs.user_config_dir(APPLICATION)),
            data=Path(platformdirs.user_data_dir(APPLICATION)),
            logs=Path(platformdirs.user_log_dir(APPLICATION)),
            runtime=runtime,
            hub_cache=hub,
            resources=resources_folder(),
        )

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def api_keys(self) -> Path:
        return self.config / "api-keys.json"

    @property
    def known_networks(self) -> Path:
        return self.config / "known-networks.json"

    @property
    def own_personas(self) -> Path:
        return self.config / "personas"

    @property
    def shipped_personas(self) -> Path:
        return self.resources / "personas"

    @property
    def demo_model(self) -> Path:
        return self.resources / "models" / "demo"

    def create(self) -> None:
        for folder in (self.config, self.data, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def resources_folder() -> Path:
    """`resources` inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
