"""Read all settings of an app once, from every source, and report every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import Flask
from pydantic import BaseModel

from .._feature import FeatureSettings
from ..errors import ConfigError, ConfigProblem, MissingExtraError
from .app import AppSettings
from .checks import check
from .keys import PROFILE, SECRETS_DIR, SECRETS_MANAGER, Key, keys_of
from .managers import from_manager, import_error, manager_of
from .profiles import PROFILES, Profile, implied_profile
from .sources import Found, Reading, from_config, from_dotenv, from_secrets_dir, from_variables
from .standard import from_standard


@dataclass(frozen=True)
class Settings:
    """All effective settings of one app."""

    profile: Profile
    app: AppSettings
    features: Mapping[str, FeatureSettings]
    keys: Mapping[str, Key]
    sources: Mapping[str, str]
    """Where each key's value came from, by key."""
    chosen: frozenset[str]
    """The keys that a source sets."""

    def value(self, key: Key) -> Any:
        """Return the effective value of *key*."""
        model: BaseModel = self.features[key.group] if key.group else self.app
        return getattr(model, key.option)

    def value_of(self, name: str) -> object:
        """Return the effective value of the key called *name*; None where no feature has such a key."""
        key = self.keys.get(name)
        return None if key is None else self.value(key)


def read_settings(
    app: Flask, models: Mapping[str, type[FeatureSettings]], environ: Mapping[str, str]
) -> Settings:
    """Read and check the settings of *app* for the features in *models*.

    Raises:
        ConfigError: with every problem of every source.
        MissingExtraError: the secret manager's library is not installed.
    """
    outcome = _read(app, models, environ)
    # An error reporter prints the local variables of every frame, and the exception that was
    # being handled: when one is raised here, neither holds a value.
    del environ
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _read(
    app: Flask, models: Mapping[str, type[FeatureSettings]], environ: Mapping[str, str]
) -> Settings | ConfigError | MissingExtraError | ImportError:
    groups: dict[str, type[BaseModel]] = {"": AppSettings, **models}
    keys = keys_of(groups)
    problems: list[ConfigProblem] = []
    found: dict[str, Found] = {}

    def take(source: Reading) -> None:
        for item in source:
            if isinstance(item, ConfigProblem):
                problems.append(item)
            else:
                found.setdefault(item.key, item)

    # Strongest first: what one source has, the next ones cannot change.
    take(from_config(app.config, keys))
    take(from_variables(environ, "environment", keys))
    implied, because = implied_profile(app)
    profile = _profile(found.setdefault(PROFILE, Found(PROFILE, because, implied)).value)
    take(_late(from_secrets_dir(found.get(SECRETS_DIR), keys), found))
    manager = manager_of(found.get(SECRETS_MANAGER))
    if manager is not None:
        if (error := import_error(manager)) is not None:
            return error
        take(_late(from_manager(manager, found[SECRETS_MANAGER], keys), found))
    if profile == "dev":
        take(_late(from_dotenv(Path(".env"), keys), found))
    take(from_standard(environ, keys, found))

    sources = {name: value.source for name, value in found.items()}
    checked: dict[str, BaseModel] = {}
    for group, model in groups.items():
        own = [key for key in keys.values() if key.group == group]
        relaxed = _relaxed(model, profile)
        for key in own:
            sources.setdefault(key.name, f"profile {profile}" if key.option in relaxed else "default")
        outcome = check(model, own, found, relaxed)
        if isinstance(outcome, list):
            problems += outcome
        else:
            checked[group] = outcome
    if problems:
        return ConfigError(sorted(dict.fromkeys(problems), key=lambda problem: problem.key), profile)
    app_settings = cast(AppSettings, checked.pop(""))
    features = cast("dict[str, FeatureSettings]", checked)
    return Settings(profile, app_settings, features, keys, sources, frozenset(found))


def _profile(value: object) -> Profile:
    for profile in PROFILES:
        if profile == value:
            return profile
    # It is reported with what else is wrong, which is judged as in production.
    return "prod"


def _late(source: Reading, found: Mapping[str, Found]) -> Reading:
    """Refuse what says where to look, once we are looking there."""
    for item in source:
        if isinstance(item, ConfigProblem) or item.key not in (PROFILE, SECRETS_DIR, SECRETS_MANAGER):
            yield item
        elif item.key not in found or found[item.key].value != item.value:
            fix = "set it in the environment or in app.config"
            yield ConfigProblem(item.key, item.source, "cannot be set in this source", fix)


def _relaxed(model: type[BaseModel], profile: Profile) -> Mapping[str, object]:
    return model.relaxed.get(profile, {}) if issubclass(model, FeatureSettings) else {}
