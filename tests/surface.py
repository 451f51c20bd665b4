"""What a feature could change: the parts of an app, and of the process around it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from typing import Any

import flask.signals
from blinker import NamedSignal
from flask import Flask

from .conftest import LOGGERS

_HOOKS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "teardown_appcontext_funcs",
    "url_value_preprocessors",
    "url_default_functions",
)


def surface(app: Flask) -> dict[str, object]:
    """Return the parts of *app* and of the process by name, to compare with those of later."""
    return {
        "wsgi_app": app.wsgi_app,
        "hooks": [_copy(getattr(app, name)) for name in _HOOKS],
        "error_handlers": _copy(app.error_handler_spec),
        "url_rules": [[repr(rule) for rule in app.url_map.iter_rules()], _copy(app.view_functions)],
        "blueprints": _copy(app.blueprints),
        "config": _copy(app.config),
        "signals": [
            [*signal.receivers_for(app)]
            for signal in vars(flask.signals).values()
            if isinstance(signal, NamedSignal)
        ],
        "cli": _copy(app.cli.commands),
        # The environment itself is made at its first use, which the attributes show.
        "templates": [_copy(app.template_context_processors), _copy(app.jinja_options)],
        "attributes": {name: id(value) for name, value in vars(app).items() if name != "wsgi_app"},
        "extensions": {name: value for name, value in app.extensions.items() if name != "baseline"},
        "process": _process(),
    }


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """Return the names of the parts that differ."""
    return {part for part in before if before[part] != after[part]}


def _process() -> list[object]:
    loggers = [logging.getLogger(name) for name in LOGGERS]
    structlog, drain = (sys.modules.get(name) for name in ("structlog", "flask_baseline.deploy.drain"))
    return [
        [(log.level, log.propagate, [*log.handlers], [*log.filters]) for log in loggers],
        (warnings.showwarning, [*warnings.filters]),
        (sys.excepthook, threading.excepthook, sys.stdout, sys.stderr),
        structlog is not None and structlog.is_configured(),
        None if drain is None else bytes(drain._page),
        dict(os.environ),
        [signal.getsignal(number) for number in signal.valid_signals()],
    ]


def _copy(part: Any) -> Any:
    """Return a copy of *part* that a later change does not reach."""
    if isinstance(part, Mapping):
        return {name: _copy(value) for name, value in part.items()}
    return [*part] if isinstance(part, list) else part
