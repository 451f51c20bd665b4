"""The routes: public keys for others, and what a page needs to stay logged in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json, jsonify

from ..auth.tokens import revoke, rotate_tokens
from .keys import key_set
from .resolving import Resolved

JWKS_SECONDS = 300
"""How long others may keep the public keys. A new key has to be there for as long before it signs."""


def routes_of(resolved: Resolved) -> Blueprint | None:
    """Return the routes that the settings ask for; None for none."""
    settings = resolved.settings
    routes = Blueprint("baseline_jwt", __name__)
    has_any = False
    published = key_set(resolved.keys)
    if published["keys"]:
        routes.add_url_rule(settings.jwks_path, "jwks", _publishing(published))
        has_any = True
    if settings.refresh_path is not None:
        routes.add_url_rule(settings.refresh_path, "refresh", _refresh, methods=["POST"])
        has_any = True
    if settings.logout_path is not None:
        routes.add_url_rule(settings.logout_path, "logout", _log_out, methods=["POST"])
        has_any = True
    return routes if has_any else None


def _publishing(published: dict[str, Any]) -> Any:
    text = json.dumps(published)

    def jwks() -> Response:
        response = Response(text, mimetype="application/jwk-set+json")
        response.cache_control.public = True
        response.cache_control.max_age = JWKS_SECONDS
        return response

    return jwks


def _refresh() -> Response:
    return jsonify(rotate_tokens())


def _log_out() -> Response:
    revoke()
    return Response(status=204)
