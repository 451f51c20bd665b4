"""``logging``: structured logs of the app, its libraries and its server, and an event per request."""

from __future__ import annotations

from flask import Flask

from .. import _process
from .._feature import Setup, Wiring
from .access import log_access
from .lines import Lines, config_of
from .request_id import accept, echo
from .settings import LoggingSettings


def init_app(app: Flask, settings: LoggingSettings, setup: Setup, /) -> Wiring:
    """Return the request's steps, and what must change in the process."""
    lines = Lines(config_of(settings), setup.service, setup.chosen)

    def take_over() -> None:
        _process.configure_logging(app, lines, is_cached=setup.profile == "prod")
        if settings.access:
            _process.hide_dev_server_access_lines()

    return Wiring(
        begin=accept(settings.request_id_header),
        respond=echo(settings.request_id_header),
        finish=log_access(lines) if settings.access else None,
        process=take_over,
    )
