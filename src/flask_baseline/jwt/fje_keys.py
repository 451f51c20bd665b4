"""The keys of Flask-JWT-Extended that an app has already: what they say, and what is not safe."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, cast

from flask import Flask
from pydantic import SecretStr

from ..errors import ConfigProblem

EXTENSION = "flask-jwt-extended"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Those that change nothing (RFC 9110, section 9.2.1)."""

_REMOVE = "remove it"


class Given(NamedTuple):
    """What an app says by keys of Flask-JWT-Extended."""

    options: dict[str, Any]
    """By the option of ours that says the same."""
    keys: dict[str, str]
    """Which key each of those comes from."""
    config: Mapping[str, Any]
    """All that the app has set itself."""
    problems: list[ConfigProblem]


class _UnfitError(Exception):
    """What is wrong with a value, and the fix."""


def given_by(app: Flask) -> Given:
    """Read the ``JWT_*`` keys of *app*."""
    config = _set_by(app)
    found = Given({}, {}, config, [])
    for key, (option, read) in _SAME.items():
        if key not in config:
            continue
        try:
            value = read(config[key])
        except _UnfitError as error:
            found.problems.append(ConfigProblem(key, "app.config", *error.args))
            continue
        if found.options.setdefault(option, value) != value:
            what = f"contradicts {found.keys[option]}"
            found.problems.append(ConfigProblem(key, "app.config", what, "remove one of the two"))
        found.keys.setdefault(option, key)
    found.problems.extend(_unsafe(config))
    return found


def _set_by(app: Flask) -> Mapping[str, Any]:
    config = {
        key: value
        for key, value in cast("Mapping[str, Any]", app.config).items()
        if key.startswith("JWT_") and value is not None
    }
    if EXTENSION not in app.extensions:
        return config
    # Its manager has put all of its defaults there.
    from flask_jwt_extended import JWTManager

    other = Flask(__name__)
    JWTManager(other)
    defaults = cast("Mapping[str, Any]", other.config)
    return {key: value for key, value in config.items() if defaults.get(key) != value}


def signing_key(config: Mapping[str, Any]) -> tuple[str, SecretStr] | None:
    """Return the key that Flask-JWT-Extended signs with, else that it verifies with, and its name."""
    algorithm = config.get("JWT_ALGORITHM")
    names: tuple[str, ...] = ("JWT_SECRET_KEY", "JWT_PRIVATE_KEY", "JWT_PUBLIC_KEY")
    if algorithm is not None:
        names = names[:1] if str(algorithm).startswith("HS") else names[1:]
    for name in names:
        if config.get(name):
            return name, SecretStr(text_of(config[name]))
    return None


def text_of(key: object) -> str:
    """Return a key of theirs as ours are written."""
    if isinstance(key, str):
        return key
    if not isinstance(key, bytes):
        # What cannot be read as a key.
        return "{"
    try:
        return key.decode()
    except UnicodeDecodeError:
        encoded = urlsafe_b64encode(key).rstrip(b"=").decode()
        return json.dumps({"kty": "oct", "k": encoded})


def _seconds(value: Any) -> int:
    if value is False:
        raise _UnfitError("lets tokens live for ever", "set it to a time")
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _UnfitError("is no time", "set it to a timedelta, or to seconds")


def _name(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise _UnfitError("is no text", "set it to one text")


def _transport(value: Any) -> str:
    places: set[object] = {None}
    if isinstance(value, (str, list, tuple, set, frozenset)):
        places = {value} if isinstance(value, str) else {*cast("list[object]", value)}
    if not places or not places <= {"headers", "cookies"}:
        what = "has a place for tokens that logs and histories keep, or that is none"
        raise _UnfitError(what, 'set it to "headers", "cookies" or both')
    return "both" if len(places) == 2 else "header" if places == {"headers"} else "cookie"


_SAME: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "JWT_ACCESS_TOKEN_EXPIRES": ("access_seconds", _seconds),
    "JWT_REFRESH_TOKEN_EXPIRES": ("refresh_idle_seconds", _seconds),
    "JWT_DECODE_LEEWAY": ("leeway_seconds", _seconds),
    "JWT_ENCODE_ISSUER": ("issuer", _name),
    "JWT_DECODE_ISSUER": ("issuer", _name),
    "JWT_ENCODE_AUDIENCE": ("audience", _name),
    "JWT_DECODE_AUDIENCE": ("audience", _name),
    "JWT_TOKEN_LOCATION": ("transport", _transport),
    "JWT_COOKIE_SECURE": ("cookie_secure", bool),
}


def _unsafe(config: Mapping[str, Any]) -> Iterator[ConfigProblem]:
    for key, (is_fine, what, fix) in _RULES.items():
        if key in config and not is_fine(config[key]):
            yield ConfigProblem(key, "app.config", what, fix)


def _only(value: object, what: str) -> tuple[Callable[[Any], bool], str, str]:
    return (lambda found: found == value, what, _REMOVE)


_WHOLE = "cannot be beside the prefix __Host-, which keeps other hosts from setting the cookie"

_RULES: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "JWT_IDENTITY_CLAIM": _only("sub", "moves the subject out of sub"),
    "JWT_VERIFY_SUB": _only(True, "takes tokens whose sub is no text"),
    "JWT_HEADER_NAME": _only("Authorization", "moves tokens out of the Authorization header"),
    "JWT_HEADER_TYPE": _only("Bearer", "takes another scheme than Bearer"),
    "JWT_COOKIE_CSRF_PROTECT": _only(True, "lets other sites act as the visitor"),
    "JWT_COOKIE_DOMAIN": (lambda value: not value, "gives the cookies to other hosts", _REMOVE),
    "JWT_COOKIE_SAMESITE": (
        lambda value: value in ("Lax", "Strict"),
        "sends the cookies from other sites",
        "set it to Lax or Strict",
    ),
    "JWT_CSRF_METHODS": (
        lambda value: {"POST", "PUT", "PATCH", "DELETE"} <= {*value},
        "leaves methods open to other sites",
        _REMOVE,
    ),
    **dict.fromkeys(
        (
            "JWT_ACCESS_COOKIE_PATH",
            "JWT_REFRESH_COOKIE_PATH",
            "JWT_ACCESS_CSRF_COOKIE_PATH",
            "JWT_REFRESH_CSRF_COOKIE_PATH",
        ),
        _only("/", _WHOLE),
    ),
}
