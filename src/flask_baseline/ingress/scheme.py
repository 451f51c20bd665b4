"""Requests by plain HTTP, where the app is to be reached by HTTPS alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from .._refusal import refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What stays as it is in a path, and in a query, which is quoted already (RFC 3986, section 3).
_IN_PATH = "/!$&'()*+,;=:@~"
_IN_QUERY = _IN_PATH + "?%"

_NOT_SECURE = refusal(403, "This is reached by https alone.")


def insecure_answer(environ: WSGIEnvironment) -> WSGIApplication | None:
    """Return what answers a request by plain HTTP; None where it may pass.

    A body is not sent a second time, since it has been read by whoever listens. Preflights cannot be
    redirected (Fetch standard, section 4.8).
    """
    if environ.get("wsgi.url_scheme") == "https":
        return None
    method = environ.get("REQUEST_METHOD")
    if method == "OPTIONS":
        return None
    return _redirect if method in ("GET", "HEAD") else _NOT_SECURE


def _redirect(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    # The host is trusted, or the request would not have come so far.
    host = environ["HTTP_HOST"].removesuffix(":80")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    path = quote(path.encode("latin-1"), _IN_PATH)
    if not path.startswith("/"):
        # Some servers take a path without one, which would be part of the host.
        path = f"/{path}"
    query = quote(environ.get("QUERY_STRING", "").encode("latin-1"), _IN_QUERY)
    location = f"https://{host}{path}?{query}" if query else f"https://{host}{path}"
    start_response("308 Permanent Redirect", [("Location", location), ("Content-Length", "0")])
    return []
