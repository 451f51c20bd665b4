"""The nonce of a page, drawn when a template asks for it."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask
from jinja2 import Environment
from jinja2.ext import Extension

from .._exchange import current_exchange

_log = logging.getLogger("flask_baseline.headers")


def csp_nonce() -> str:
    """Return the nonce that allows a script or a style element of this answer: ``nonce="{{ csp_nonce() }}"``.

    It must be asked for before the first byte is sent, since the header has it too. Outside of a request
    it is empty.
    """
    exchange = current_exchange.get()
    if exchange is None:
        return ""
    if exchange.nonce is None:
        exchange.nonce = secrets.token_urlsafe(16)
        if exchange.status:
            _log.warning(
                "csp_nonce() was called while the answer was being streamed, when its header had been sent. "
                "Fix: call it in the view."
            )
    return exchange.nonce


class NonceExtension(Extension):
    """Gives templates ``csp_nonce``, and macros that are imported without a context too."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # One that is there is flask-talisman's, whose header wins over ours.
        templates: Any = environment
        templates.globals.setdefault("csp_nonce", csp_nonce)


def give_to_templates(app: Flask) -> None:
    """Let the templates of *app* call ``csp_nonce``.

    Its environment is not made by this: until it is, an app may configure it.
    """
    if "jinja_env" in vars(app):
        app.jinja_env.add_extension(NonceExtension)
    else:
        others = app.jinja_options.get("extensions", ())
        app.jinja_options = {**app.jinja_options, "extensions": [*others, NonceExtension]}
