"""Set the keys of Flask-JWT-Extended to what holds, so that its functions do the same as ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .resolving import Resolved

_LOCATIONS = {"header": ["headers"], "cookie": ["cookies"], "both": ["headers", "cookies"]}


def pinned(resolved: Resolved) -> dict[str, Any]:
    """Return the values of ``app.config``. None of them is a secret."""
    settings, names = resolved.settings, resolved.cookies
    algorithm = resolved.keys[0].algorithm
    return {
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(seconds=settings.access_seconds),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(seconds=settings.refresh_idle_seconds),
        "JWT_ALGORITHM": algorithm,
        "JWT_DECODE_ALGORITHMS": list(dict.fromkeys(key.algorithm for key in resolved.keys)),
        "JWT_ENCODE_ISSUER": settings.issuer,
        "JWT_DECODE_ISSUER": settings.issuer,
        "JWT_ENCODE_AUDIENCE": settings.audience,
        "JWT_DECODE_AUDIENCE": settings.audience,
        "JWT_DECODE_LEEWAY": settings.leeway_seconds,
        "JWT_TOKEN_LOCATION": _LOCATIONS[settings.transport],
        "JWT_COOKIE_SECURE": names.is_secure,
        "JWT_COOKIE_SAMESITE": "Lax",
        "JWT_COOKIE_CSRF_PROTECT": True,
        "JWT_CSRF_IN_COOKIES": names.tells_csrf,
        "JWT_CSRF_METHODS": ["POST", "PUT", "PATCH", "DELETE"],
        **names.by_key,
    }
