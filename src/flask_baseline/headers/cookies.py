"""The session's cookie: what Flask is told of it at the start, where the app has not said otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flask import Flask

from .notices import Changed
from .settings import HeadersSettings

HOST_PREFIX = "__Host-"

_OPTIONS = {
    "SESSION_COOKIE_SECURE": "session_cookie_secure",
    "SESSION_COOKIE_HTTPONLY": "session_cookie_http_only",
    "SESSION_COOKIE_SAMESITE": "session_cookie_samesite",
}


def secure_session_cookie(app: Flask, settings: HeadersSettings) -> Iterator[Changed]:
    """Set Flask's keys of the session's cookie that *app* has left as they are.

    Yields:
        Each key that has another value now.
    """
    config = cast("dict[str, Any]", app.config)
    for key, option in _OPTIONS.items():
        wanted = getattr(settings, option)
        if config.get(key) == Flask.default_config[key] != wanted:
            config[key] = wanted
            yield key, wanted, option
    # A browser takes the prefix only from the whole host, by https, for every path (RFC 6265bis, 4.1.3.2).
    is_free = all(
        config.get(key) in (None, default)
        for key, default in (
            ("SESSION_COOKIE_NAME", "session"),
            ("SESSION_COOKIE_DOMAIN", False),
            ("SESSION_COOKIE_PATH", "/"),
            ("APPLICATION_ROOT", "/"),
        )
    )
    if settings.session_cookie_host_prefix and config["SESSION_COOKIE_SECURE"] and is_free:
        config["SESSION_COOKIE_NAME"] = HOST_PREFIX + "session"
        config["SESSION_COOKIE_PATH"] = "/"
        # Flask 2.2 would make a domain of SERVER_NAME.
        config["SESSION_COOKIE_DOMAIN"] = False
        yield "SESSION_COOKIE_NAME", config["SESSION_COOKIE_NAME"], "session_cookie_host_prefix"
