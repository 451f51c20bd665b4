"""What the cookies are called, and where the answer to CSRF is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "__Host-"
"""Browsers take a cookie of such a name from the host itself alone, over https."""

_NAMES = {
    "JWT_ACCESS_COOKIE_NAME": "access",
    "JWT_REFRESH_COOKIE_NAME": "refresh",
    "JWT_ACCESS_CSRF_COOKIE_NAME": "csrf",
    "JWT_REFRESH_CSRF_COOKIE_NAME": "refresh-csrf",
}


@dataclass(frozen=True)
class CookieNames:
    """Of the cookies, and of where a request repeats the value against CSRF."""

    is_secure: bool
    by_key: Mapping[str, str]
    """The names of the cookies, by the key of Flask-JWT-Extended."""
    headers: tuple[str, str]
    """Of access and of refresh tokens."""
    fields: tuple[str, str]
    """Of forms, where they are looked at."""
    reads_forms: bool
    """Whether a form may have the value, where there is no header."""
    tells_csrf: bool
    """Whether the value is in cookies that scripts can read."""

    @property
    def access(self) -> str:
        """Of the cookie with the access token."""
        return self.by_key["JWT_ACCESS_COOKIE_NAME"]

    @property
    def refresh(self) -> str:
        """Of the cookie with the refresh token."""
        return self.by_key["JWT_REFRESH_COOKIE_NAME"]

    @property
    def csrf(self) -> tuple[str, str]:
        """Of the cookies that scripts can read."""
        return self.by_key["JWT_ACCESS_CSRF_COOKIE_NAME"], self.by_key["JWT_REFRESH_CSRF_COOKIE_NAME"]


def cookie_names(config: Mapping[str, Any], *, is_secure: bool) -> CookieNames:
    """Return the names, where *config* does not say otherwise with keys of Flask-JWT-Extended."""
    prefix = PREFIX if is_secure else ""
    header, field = "X-CSRF-TOKEN", "csrf_token"
    return CookieNames(
        is_secure,
        {key: str(config.get(key, prefix + name)) for key, name in _NAMES.items()},
        (
            str(config.get("JWT_ACCESS_CSRF_HEADER_NAME", header)),
            str(config.get("JWT_REFRESH_CSRF_HEADER_NAME", header)),
        ),
        (
            str(config.get("JWT_ACCESS_CSRF_FIELD_NAME", field)),
            str(config.get("JWT_REFRESH_CSRF_FIELD_NAME", field)),
        ),
        bool(config.get("JWT_CSRF_CHECK_FORM", False)),
        bool(config.get("JWT_CSRF_IN_COOKIES", True)),
    )
