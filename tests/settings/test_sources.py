"""Where a setting comes from: the sources, and which of them wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from .conftest import Read, shop

NAME = "BASELINE_SHOP_NAME"

# Strongest first, with what each is called in `Settings.sources`.
SOURCES = {
    "config": "app.config",
    "environment": "environment",
    "file": f"{NAME}_FILE",
    "secrets": "secrets directory",
    "dotenv": ".env",
    "profile": "profile dev",
}
PAIRS = list(zip(SOURCES, list(SOURCES)[1:], strict=False))


@pytest.mark.parametrize(("strong", "weak"), PAIRS, ids=[f"{a}-over-{b}" for a, b in PAIRS])
def test_the_stronger_of_two_sources_wins(read: Read, tmp_path: Path, strong: str, weak: str) -> None:
    """Of two neighbours in the order of sources, the stronger gives the value and is recorded."""
    (tmp_path / "value").write_text("from-file", encoding="utf-8")
    sources = {strong, weak}
    environ = {"BASELINE_PROFILE": "dev"}
    environ |= {NAME: "from-environment"} if "environment" in sources else {}
    environ |= {f"{NAME}_FILE": str(tmp_path / "value")} if "file" in sources else {}
    settings = read(
        {NAME: "from-config"} if "config" in sources else {},
        environ,
        secrets={NAME: "from-secrets"} if "secrets" in sources else None,
        dotenv=f"{NAME}=from-dotenv" if "dotenv" in sources else None,
    )
    assert shop(settings).name == f"from-{strong}"
    assert settings.sources[NAME] == SOURCES[strong]


def test_a_default_is_recorded_as_such(read: Read) -> None:
    """What no source and no profile sets has the field's default, and says so."""
    settings = read()
    assert shop(settings).name == "shop"
    assert settings.sources[NAME] == "default"


def test_none_in_the_config_is_not_set(read: Read) -> None:
    """``app.config[KEY] = None`` leaves the word to the next source."""
    assert shop(read({NAME: None}, {NAME: "next"})).name == "next"


def test_what_a_stronger_source_has_need_not_be_readable_in_a_weaker(read: Read) -> None:
    """A file variable is not looked at when the environment has the value itself."""
    assert shop(read({}, {NAME: "next", f"{NAME}_FILE": "/missing"})).name == "next"


def test_the_dotenv_file_counts_in_dev(read: Read) -> None:
    """``.env`` is read in dev, with its file variables."""
    settings = read({}, {"BASELINE_PROFILE": "dev"}, dotenv='BASELINE_SHOP_TAGS="a, b"\nOTHER=1\n')
    assert shop(settings).tags == ("a", "b")


@pytest.mark.parametrize("profile", ["test", "prod"])
def test_the_dotenv_file_does_not_count_elsewhere(read: Read, profile: str) -> None:
    """Outside dev ``.env`` is not read, not even for its mistakes."""
    settings = read({}, {"BASELINE_PROFILE": profile}, dotenv=f"{NAME}=x\nBASELINE_TYPO=1\n")
    assert shop(settings).name != "x"


def test_a_folder_called_dotenv_is_left_alone(read: Read, tmp_path: Path) -> None:
    """``.env`` may be a virtual environment."""
    (tmp_path / ".env").mkdir()
    assert shop(read({}, {"BASELINE_PROFILE": "dev"})).name == "dev-shop"


def test_dotenv_may_repeat_the_profile_in_use(read: Read) -> None:
    """``flask run`` puts ``.env`` into the environment, so that its profile is seen twice."""
    settings = read({}, {"BASELINE_PROFILE": "dev"}, dotenv="BASELINE_PROFILE=dev\n")
    assert settings.profile == "dev"


TEXT = {
    "list": ("TAGS", "a, b ,c", ("a", "b", "c")),
    "list-of-one": ("TAGS", "a", ("a",)),
    "list-json": ("TAGS", ' ["a,b", "c"]', ("a,b", "c")),
    "list-commas-only": ("TAGS", ",", ()),
    "table": ("PRICES", '{"apple": 3}', {"apple": 3}),
    "int": ("SIZE", "42", 42),
    "float": ("RATIO", "0.25", 0.25),
    "bool": ("ENABLED", "false", False),
    "bool-as-digit": ("ENABLED", "0", False),
    "bool-of-a-union": ("MODE", "off", False),
    "choice-of-a-union": ("MODE", "auto", "auto"),
    "text-of-digits": ("NAME", "0123", "0123"),
    "text-with-commas": ("NAME", "a,b", "a,b"),
    "name-that-ends-in-file": ("LOG_FILE", "/var/log/shop", "/var/log/shop"),
}


@pytest.mark.parametrize(("option", "text", "value"), TEXT.values(), ids=TEXT)
def test_text_becomes_what_the_field_wants(read: Read, option: str, text: str, value: object) -> None:
    """Text means the same in the environment and in the config."""
    key = f"BASELINE_SHOP_{option}"
    assert getattr(shop(read({}, {key: text})), option.lower()) == value
    assert getattr(shop(read({key: text})), option.lower()) == value


def test_values_of_python_need_no_text(read: Read) -> None:
    """The config takes lists, tables and numbers as they are."""
    config = {"BASELINE_SHOP_TAGS": ["a"], "BASELINE_SHOP_PRICES": {"apple": 3}, "BASELINE_SHOP_SIZE": 3}
    settings = shop(read(config))
    assert (settings.tags, settings.prices, settings.size) == (("a",), {"apple": 3}, 3)


def test_prefixed_environment_of_flask_is_understood(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """``app.config.from_prefixed_env()`` brings lists as text and numbers as numbers."""
    monkeypatch.setenv("FLASK_BASELINE_SHOP_TAGS", "a,b")
    monkeypatch.setenv("FLASK_BASELINE_SHOP_SIZE", "7")
    app = Flask("shop")
    app.config.from_prefixed_env()
    settings = shop(read(app=app))
    assert (settings.tags, settings.size) == (("a", "b"), 7)


def test_names_of_others_are_ignored(read: Read) -> None:
    """Only names with our prefix are judged, whatever else a config or an environment holds."""
    assert shop(read({5: "x", ("a",): 1, "SHOP_NAME": "x"}, {"BASELIN_SHOP_NAME": "x"})).name == "shop"
