"""What happens to identities, told in the log, by a signal, and by a counter."""

from __future__ import annotations

import logging
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, Literal, cast

from flask import Flask, current_app

from . import signals
from .identity import Identity

_log = logging.getLogger("flask_baseline.auth")

Event = Literal[
    "denied",
    "login",
    "login_failed",
    "logout",
    "refreshed",
    "refresh_reused",
    "revoked",
    "keys_refreshed",
    "keys_failed",
]

_WARNINGS = frozenset({"refresh_reused", "keys_failed"})


def tell(
    event: Event,
    *,
    identity: Identity | None = None,
    subject: str | None = None,
    provider: str | None = None,
    code: str | None = None,
    why: str | None = None,
) -> None:
    """Tell that *event* has happened, in the current app.

    Args:
        event: what it is.
        identity: of the caller, where it is known.
        subject: whom it is about, where no identity says so.
        provider: whose token it is, where no identity says so.
        code: of the refusal.
        why: what exactly was wrong, a fixed word.
    """
    app: Flask = cast("Any", current_app)._get_current_object()
    if identity is not None:
        provider, subject = identity.provider, identity.subject
    _counter().add(1, {"auth.event": event, "auth.provider": provider or "", "auth.code": code or ""})
    level = logging.WARNING if event in _WARNINGS else logging.INFO
    if _log.isEnabledFor(level):
        fields = {
            "event.name": f"auth.{event}",
            "auth.provider": provider,
            "auth.code": code,
            "auth.why": why,
            **_names_of(app, identity, subject),
        }
        _log.log(level, "auth.%s", event, extra={name: each for name, each in fields.items() if each})
    getattr(signals, event).send(
        app, identity=identity, subject=subject, provider=provider, code=code, why=why
    )


def tell_ok(identity: Identity) -> None:
    """Tell that *identity* may pass. It is on every request, and so not counted."""
    if signals.ok.receivers:
        app: Flask = cast("Any", current_app)._get_current_object()
        subject, provider = identity.subject, identity.provider
        signals.ok.send(app, identity=identity, subject=subject, provider=provider, code=None, why=None)
    if _log.isEnabledFor(logging.DEBUG):
        fields = {"event.name": "auth.ok", "auth.provider": identity.provider}
        _log.debug("auth.ok", extra=fields | _names_of(cast("Any", current_app), identity, None))


def pseudonym(app: Flask, text: str) -> str:
    """Return what stands for *text* in the log, which nobody can tell without the ``SECRET_KEY`` of *app*."""
    secret = app.secret_key or ""
    key = sha256(secret if isinstance(secret, bytes) else secret.encode("utf-8", "surrogatepass")).digest()
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).hexdigest()


def _names_of(app: Flask, identity: Identity | None, subject: str | None) -> dict[str, str]:
    names: dict[str, str] = {}
    if identity is not None:
        names["enduser.pseudo.id"] = pseudonym(app, "\0".join(identity.key))
        if identity.token_id is not None:
            names["auth.token"] = pseudonym(app, identity.token_id)
    elif subject is not None:
        names["enduser.pseudo.id"] = pseudonym(app, subject)
    return names


@lru_cache(maxsize=1)
def _counter() -> Any:
    # OpenTelemetry is imported where something happens.
    from opentelemetry.metrics import get_meter

    meter = get_meter("flask_baseline.auth")
    return meter.create_counter("auth.events", "{event}", "Logins, refusals and other events of identities.")
