"""The lines that a server writes before it has an app to ask for its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Flask

from .. import _process
from .._features import FEATURES
from ..errors import BaselineError
from ..settings.keys import SECRETS_MANAGER
from ..settings.reader import read_settings
from .lines import Lines, config_of
from .settings import LoggingSettings


def take_over_server_lines(environ: Mapping[str, str]) -> None:
    """Write gunicorn's own lines as the settings of the environment say.

    What an app sets in its config is known when a worker has loaded it, and holds from then on.
    """
    service: dict[str, str] = {}
    models = {spec.name: spec.settings for spec in FEATURES}
    try:
        # There is no app yet; this one stands for whatever the environment does not say. A secret
        # manager is not asked: it has secrets, and a master that waits for it does not start.
        near = {name: value for name, value in environ.items() if not name.startswith(SECRETS_MANAGER)}
        settings = read_settings(Flask(__name__), models, near)
    except (BaselineError, ImportError):
        # A worker will load the app, which says what is wrong and stops the server.
        wanted = LoggingSettings()
    else:
        wanted = cast(LoggingSettings, settings.features["logging"])
        named = {"service.name": settings.app.service_name, "service.version": settings.app.service_version}
        service = {name: value for name, value in named.items() if value is not None}
    if wanted.enabled and wanted.stdlib:
        _process.write_server_lines(Lines(config_of(wanted), service))
