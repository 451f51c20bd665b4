"""Put tokens into cookies, and take them out."""

from __future__ import annotations

from flask import Response

from ..auth.tokens import Tokens
from .cookie_names import CookieNames


def set_cookies(response: Response, tokens: Tokens, csrf: str, names: CookieNames, max_age: int) -> None:
    """Let *response* set the cookies of *tokens*.

    All live as long as the session may be idle: that the access token has expired is for the answer to say.
    """
    for name, value, samesite in (
        (names.access, tokens.access_token, "Lax"),
        # No page needs it for its first request.
        (names.refresh, tokens.refresh_token, "Strict"),
    ):
        response.set_cookie(
            name, value, max_age, path="/", secure=names.is_secure, httponly=True, samesite=samesite
        )
    for name in names.csrf if names.tells_csrf else ():
        response.set_cookie(name, csrf, max_age, path="/", secure=names.is_secure, samesite="Lax")


def clear_cookies(response: Response, names: CookieNames) -> Response:
    """Let *response* take all cookies away."""
    for name in names.by_key.values():
        response.delete_cookie(
            name, path="/", secure=names.is_secure, httponly=name not in names.csrf, samesite="Lax"
        )
    return response
