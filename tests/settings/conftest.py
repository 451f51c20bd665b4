"""A feature with one setting of each kind, and what reads its settings from chosen sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import pytest
from flask import Flask
from pydantic import Field, SecretStr, field_validator, model_validator

from flask_baseline import ConfigError
from flask_baseline._feature import FeatureSettings
from flask_baseline.settings import sources
from flask_baseline.settings.profiles import Profile
from flask_baseline.settings.reader import Settings, read_settings
from flask_baseline.settings.rules import SettingError


class ShopSettings(FeatureSettings):
    """``BASELINE_SHOP_*``."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"name": "dev-shop"},
        "test": {"name": "test-shop"},
    }

    name: str = "shop"
    token: SecretStr | None = Field(default=None, min_length=8)
    size: int = Field(default=10, ge=1, le=100)
    ratio: float = Field(default=0.5, gt=0, lt=1, allow_inf_nan=False)
    mode: Literal["auto"] | bool = "auto"
    color: Literal["red", "green"] = "red"
    tags: tuple[str, ...] = ()
    prices: Mapping[str, int] = Field(default_factory=dict)
    path: str = Field(default="/", pattern=r"^/\S*$")
    low: int = 1
    high: int = 2
    log_file: str | None = None

    @field_validator("tags")
    @classmethod
    def _no_blanks(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if any(" " in tag for tag in tags):
            raise SettingError("has a tag with a blank", "write tags in one word")
        return tags

    @model_validator(mode="after")
    def _agree(self) -> ShopSettings:
        if self.low > self.high:
            raise SettingError("are in the wrong order", "make the first the smaller", "low", "high")
        if self.name == "fragile":
            raise ValueError(
                f"an error whose words hold a value: {self.token and self.token.get_secret_value()}"
            )
        return self


class Read(Protocol):
    """Reads the settings of a new app from the sources given."""

    def __call__(
        self,
        config: Mapping[Any, object] | None = None,
        environ: Mapping[str, str] | None = None,
        *,
        dotenv: str | None = None,
        secrets: Mapping[str, str] | None = None,
        app: Flask | None = None,
    ) -> Settings: ...


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the files of the machine out."""
    monkeypatch.setattr(sources, "DEFAULT_SECRETS_DIR", tmp_path / "run-secrets")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads the settings of ``ShopSettings``."""

    def read(
        config: Mapping[Any, object] | None = None,
        environ: Mapping[str, str] | None = None,
        *,
        dotenv: str | None = None,
        secrets: Mapping[str, str] | None = None,
        app: Flask | None = None,
    ) -> Settings:
        app = app or Flask("shop")
        app.config.update(config or {})
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        if secrets is not None:
            (tmp_path / "run-secrets").mkdir()
            for name, value in secrets.items():
                (tmp_path / "run-secrets" / name).write_text(value, encoding="utf-8")
        return read_settings(app, {"shop": ShopSettings}, environ or {})

    return read


def shop(settings: Settings) -> ShopSettings:
    """Return the settings of the feature."""
    found = settings.features["shop"]
    assert isinstance(found, ShopSettings)
    return found


def lines(error: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    """Return the problems as they are printed."""
    return [line.strip() for line in str(error.value).splitlines()[1:]]
