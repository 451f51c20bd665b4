"""Redirects to where a request says, which must not lead to another site."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

__all__ = ["is_local", "safe_redirect"]


def is_local(target: str) -> bool:
    """Whether *target* is a path of this site: ``/orders?page=2``.

    Browsers take ``//host``, ``/\\host``, and either with white space or control characters between, for
    another site (WHATWG URL, section 4.4).
    """
    is_path = target.startswith("/") and not target.startswith("//")
    return is_path and target.isprintable() and " " not in target and "\\" not in target


def safe_redirect(target: str | None, default: str = "/", code: int = 302) -> Response:
    """Redirect to *target*, which may come from the request, or to *default* where that leads elsewhere.

    Args:
        target: a path of this site with its query, such as ``request.args.get("next")``.
        default: where to go instead.
        code: 302, 303, 307 or 308.
    """
    return redirect(target if target is not None and is_local(target) else default, code)
