"""Models of the Hugging Face hub that lie on this disk. Reads the hub's cache folder; never asks the network.

The layout is the hub's own: `models--ORG--NAME/refs/main` names a commit, `snapshots/COMMIT/` holds its files.
"""

from pathlib import Path

from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.errors import UserError


class ModelNotDownloadedError(UserError):
    """A hub model whose files are not on this disk."""

    def __init__(self, hub_id: str) -> None:
        super().__init__(
            f"{hub_id} has not been downloaded.", "Download it in the model menu, or choose another model."
        )
        self.hub_id = hub_id


class HubCache:
    """The hub's cache in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def snapshot(self, hub_id: str) -> Path | None:
        """The folder of a complete download (configuration and all listed weights), or None."""
        home = self._folder / f"models--{hub_id.replace('/', '--')}"
        try:
            commit = (home / "refs" / "main").read_text(encoding="utf-8").strip()
        except OSError:
            return None
        snapshot = home / "snapshots" / commit
        is_partial = any(home.glob("blobs/*.incomplete"))
        has_weights = any(file.exists() for file in snapshot.glob("*.safetensors"))
        return snapshot if has_weights and (snapshot / "config.json").exists() and not is_partial else None

    def has(self, hub_id: str) -> bool:
        return self.snapshot(hub_id) is not None

    def list(self) -> list[str]:
        """The hub ids of every complete download."""
        homes = sorted(self._folder.glob("models--*--*"))
        names = [home.name.removeprefix("models--").replace("--", "/", 1) for home in homes]
        return [name for name in names if self.has(name)]

    def find_folder(self, model: ModelSpec) -> Path:
        """Where a model's files are. Raises `ModelNotDownloadedError`."""
        if model.kind != "hub":
            return Path(model.source)
        snapshot = self.snapshot(model.source)
        if snapshot is None:
            raise ModelNotDownloadedError(model.source)
        return snapshot
