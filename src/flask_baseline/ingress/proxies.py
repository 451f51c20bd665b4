"""What proxies say of a request: its client, scheme, host and root."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = logging.getLogger("flask_baseline.ingress")

_FIXED = "werkzeug.proxy_fix.orig"
"""What `ProxyFix` leaves in the environ."""

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""Traefik says those of WebSocket."""

# Some proxies add the port of the client.
_ADDRESS = re.compile(r"([0-9.]+)(?::[0-9]+)?|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9A-Fa-f:.]+)")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?|/")


def proxy_fix(hops: int, *, host: bool, prefix: bool) -> ProxyFix:
    """Return what puts into an environ what the last *hops* proxies say.

    Args:
        hops: how many there are; a value that fewer than that have added is not believed.
        host: whether they say for which host a request is.
        prefix: whether they say below which path they serve the app.
    """
    return ProxyFix(
        _nothing,
        x_for=hops,
        x_proto=hops,
        x_host=hops if host else 0,
        x_prefix=hops if prefix else 0,
    )


def like(fix: ProxyFix) -> ProxyFix:
    """Return what believes the same as *fix*, the one that an app is wrapped in."""
    return ProxyFix(_nothing, fix.x_for, fix.x_proto, fix.x_host, fix.x_port, fix.x_prefix)


def believe(fix: ProxyFix) -> Callable[[WSGIEnvironment], None]:
    """Return what puts into the environ what the proxies say, as far as it can be true.

    What is no address, no scheme and no path is left as it is without them.
    """
    is_told = False

    def believe(environ: WSGIEnvironment) -> None:
        nonlocal is_told
        if _FIXED in environ:
            # Twice would take the address of a proxy for that of the client.
            if not is_told:
                is_told = True
                _log.warning(
                    "the app is wrapped in ProxyFix, which BASELINE_INGRESS_PROXY_HOPS does already; the "
                    "setting is ignored. Fix: remove ProxyFix."
                )
            return
        address, scheme = environ.get("REMOTE_ADDR", ""), environ["wsgi.url_scheme"]
        root = environ.get("SCRIPT_NAME", "")
        fix(environ, _nothing)
        if environ.get("REMOTE_ADDR", "") != address:
            environ["REMOTE_ADDR"] = _address(environ["REMOTE_ADDR"]) or address
        environ["wsgi.url_scheme"] = _SCHEMES.get(environ["wsgi.url_scheme"].lower(), scheme)
        given = environ.get("SCRIPT_NAME", "")
        if given != root:
            # Without a slash before it, it would be part of the host in every URL.
            environ["SCRIPT_NAME"] = given.rstrip("/") if _PREFIX.fullmatch(given) else root

    return believe


def servers_own_scheme(environ: WSGIEnvironment) -> None:
    """Take back what uWSGI believes of any client: the scheme."""
    if "HTTP_X_FORWARDED_PROTO" in environ or "HTTP_X_FORWARDED_SSL" in environ:
        is_secure = environ.get("HTTPS", "").lower() in ("on", "1")
        environ["wsgi.url_scheme"] = environ.get("UWSGI_SCHEME") or ("https" if is_secure else "http")


@lru_cache(1_024)
def _address(text: str) -> str | None:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return None
    try:
        address = ip_address(match[1] or match[2] or match[3])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)


def _nothing(*_: object) -> Any:
    """Stand for an app that does not answer, and for a server that does not listen."""
    return ()
