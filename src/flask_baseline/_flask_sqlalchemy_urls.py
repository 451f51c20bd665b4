"""The default database of an app, as Flask-SQLAlchemy's and Flask-SQLAlchemy-Lite's keys have it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from flask import Flask
from pydantic import SecretStr

FLASK_URL, LITE_ENGINES = "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_ENGINES"


def flask_sqlalchemy_urls(app: Flask) -> dict[str, SecretStr]:
    """Return the URLs that *app* has for it, by key."""
    config = cast("Mapping[str, Any]", app.config)
    engines: Any = config.get(LITE_ENGINES) or {}
    found = {FLASK_URL: config.get(FLASK_URL), LITE_ENGINES: engines.get("default")}
    texts = {key: _text(value) for key, value in found.items()}
    return {key: SecretStr(text) for key, text in texts.items() if text}


def in_instance_folder(url: SecretStr, app: Flask) -> SecretStr:
    """Return *url* with a file of SQLite in the instance folder of *app*, where both look for it."""
    scheme, separator, path = url.get_secret_value().partition(":///")
    is_relative = separator and scheme.split("+")[0] == "sqlite" and not Path(path).is_absolute()
    if not is_relative or path.startswith((":memory:", "file:", "?")) or not path:
        return url
    return SecretStr(f"{scheme}:///{Path(app.instance_path) / path}")


def _text(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return _text(cast("Mapping[str, Any]", value).get("url"))
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    # The text of a URL object has stars in the place of the password.
    render = getattr(value, "render_as_string", None)
    if render is not None:
        return str(render(hide_password=False))
    return value if isinstance(value, str) else None
