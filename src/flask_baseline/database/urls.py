"""Which databases an app has, and what is wrong with their URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from flask import Flask
from pydantic import SecretStr

from .._flask_sqlalchemy_urls import FLASK_URL, LITE_ENGINES, flask_sqlalchemy_urls, in_instance_folder
from .._sql_urls import is_in_memory, sql_url
from ..errors import ConfigError, ConfigProblem
from ..settings.profiles import Profile
from .settings import (
    DEFAULT,
    FLASK_BINDS,
    REPLICA,
    DatabaseSettings,
    is_with_flask_sqlalchemy,
    own_object,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_FIX = "set it to a URL such as postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE"
_SOURCE = "app.config"


class Found(NamedTuple):
    """The databases of an app."""

    urls: Mapping[str, URL]
    """Those that we connect to, unless the app has an object of its own for one."""
    names: tuple[str, ...]
    """All that are known at the start."""


def databases_of(app: Flask, settings: DatabaseSettings, profile: Profile) -> Found:
    """Return the databases of *app*.

    Raises:
        ConfigError: with everything that is wrong with them.
        MissingExtraError: the driver of one is not installed.
    """
    keyed = _keyed(settings)
    theirs = flask_sqlalchemy_urls(app)
    if FLASK_URL in theirs and own_object(app) is None:
        keyed.setdefault(DEFAULT, (FLASK_URL, in_instance_folder(theirs[FLASK_URL], app)))
    urls: dict[str, URL] = {}
    problems: list[ConfigProblem] = []
    for name, (key, text) in keyed.items():
        try:
            urls[name] = sql_url(text, key)
        except ValueError as error:
            problems.append(ConfigProblem(key, _SOURCE, str(error), _FIX))
            continue
        if profile == "prod" and is_in_memory(urls[name]):
            what = "is a SQLite database in memory, and each process would have another one"
            problems.append(ConfigProblem(key, f"profile {profile}", what, _FIX))
    if settings.url is not None and DEFAULT in urls:
        problems += [
            ConfigProblem("BASELINE_DATABASE_URL", _SOURCE, f"contradicts {key}", "remove one of the two")
            for key, text in theirs.items()
            if not _is_same(urls[DEFAULT], text)
        ]
    if not urls and not problems and not is_with_flask_sqlalchemy(app):
        problems.append(ConfigProblem("BASELINE_DATABASE_URL", "default", "is not set", _FIX))
    if problems:
        raise ConfigError(problems, profile)
    return Found(urls, tuple(dict.fromkeys([*urls, *_names_of_theirs(app)])))


def _keyed(settings: DatabaseSettings) -> dict[str, tuple[str, SecretStr]]:
    """Return the key and the URL of each database that our keys name."""
    ours = {
        DEFAULT: ("BASELINE_DATABASE_URL", settings.url),
        REPLICA: ("BASELINE_DATABASE_REPLICA_URL", settings.replica_url),
        **{name: ("BASELINE_DATABASE_OTHERS", url) for name, url in settings.others.items()},
    }
    return {name: (key, url) for name, (key, url) in ours.items() if url is not None}


def _is_same(url: URL, text: SecretStr) -> bool:
    try:
        return sql_url(text, FLASK_URL) == url
    except ValueError:
        return False


def _names_of_theirs(app: Flask) -> list[str]:
    """Return the names of the databases of Flask-SQLAlchemy and -Lite that are known already."""
    config = _config(app)
    names = [DEFAULT] if config.get(FLASK_URL) else []
    names += [str(name) for key in (FLASK_BINDS, LITE_ENGINES) for name in _mapping(config.get(key))]
    # Their URL may have been given in code.
    return names or ([DEFAULT] if own_object(app) is not None else [])


def _config(app: Flask) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", app.config)


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
