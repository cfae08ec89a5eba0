"""Settings from every source, and what happens to bad ones."""

from pathlib import Path

import pytest

from seproj_desktop.paths import Paths
from seproj_desktop.settings import Settings, fields, load_settings, settings_table


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path / "none.toml", {})
    assert loaded.settings == Settings()
    assert not loaded.problems


def test_later_sources_win(tmp_path: Path) -> None:
    file = write(tmp_path, '[engine]\nmodel = "file"\nmax_sequences = 8\n[server]\nport = 1000\nhost = "::1"')
    environ = {
        "SEPROJ_ENGINE_MODEL": "environment",
        "SEPROJ_SERVER_PORT": "2000",
        "SEPROJ_SERVER_CORS_ORIGINS": "http://a, http://b",
    }
    loaded = load_settings(file, environ, {"server": {"port": 3000}})
    assert not loaded.problems
    assert (loaded.settings.engine.model, loaded.settings.engine.max_sequences) == ("environment", 8)
    assert (loaded.settings.server.port, loaded.settings.server.host) == (3000, "::1")
    assert loaded.settings.server.cors_origins == ("http://a", "http://b")


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("[server]\n\nport = 99999", "settings.toml, line 3", "65535"),
        ('[server]\nport = "many"', "settings.toml, line 2", "integer"),
        ("[server]\nprot = 1", "settings.toml, line 2", "no such setting"),
        ("[sevrer]\nport = 1", "settings.toml, line 1", "no such section"),
        ("server = 1", "settings.toml, line 1", "must be a section"),
        ("[server\nport = 1", "settings.toml", "line 1"),
        ('[window]\ntheme = "pink"', "settings.toml, line 2", "system"),
    ],
)
def test_a_bad_value_is_named_with_its_line_and_the_rest_holds(
    tmp_path: Path, text: str, where: str, words: str
) -> None:
    loaded = load_settings(write(tmp_path, text), {"SEPROJ_ENGINE_MODEL": "demo"})
    (problem,) = loaded.problems
    assert problem.where == where
    assert words in problem.reason
    assert loaded.settings.server.port == 8765
    assert loaded.settings.engine.model == "demo"


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    (problem,) = load_settings(tmp_path / "none", {"SEPROJ_SERVER_PORT": "x"}).problems
    assert problem.where == "SEPROJ_SERVER_PORT"


def test_an_unreadable_file_is_a_problem_not_an_end(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe")
    loaded = load_settings(tmp_path / "settings.toml", {})
    assert len(loaded.problems) == 1
    assert loaded.settings == Settings()


def test_every_setting_says_what_it_is() -> None:
    for section, name, field in fields():
        assert field.title, f"{section}.{name}"
        assert field.description, f"{section}.{name}"


def test_the_readme_has_the_settings_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert settings_table() in readme


def test_one_folder_can_hold_everything_that_is_written(tmp_path: Path) -> None:
    paths = Paths.find({"HF_HOME": "/cache"}, tmp_path / "all")
    paths.create()
    assert paths.settings_file == tmp_path / "all" / "config" / "settings.toml"
    assert paths.logs.is_dir()
    assert paths.hub_cache == Path("/cache/hub")
    assert paths.shipped_personas.is_dir()
    assert paths.demo_model.is_dir()
