"""What logs, traces and metrics call the parts of a request: OpenTelemetry's names and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._exception import type_name
from ._exchange import Exchange
from ._safe import safe_text

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""Any other method is ``_OTHER``, as OpenTelemetry's ``http.request.method`` has it."""

MAX_PATH = 2048

_VERSIONS = {"HTTP/1.0": "1.0", "HTTP/1.1": "1.1", "HTTP/2": "2", "HTTP/2.0": "2", "HTTP/3": "3"}


def request_path(environ: WSGIEnvironment) -> str:
    """Return ``url.path``, with the root of the app in front."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    if path.isascii() and len(path) <= MAX_PATH:
        return path
    # WSGI hands over bytes as Latin-1 (PEP 3333); paths are UTF-8.
    return safe_text(path.encode("latin-1", "replace").decode("utf-8", "replace"), MAX_PATH)


def network_protocol_version(environ: WSGIEnvironment) -> str | None:
    """Return ``network.protocol.version``; None for one that HTTP does not have."""
    return _VERSIONS.get(environ.get("SERVER_PROTOCOL", ""))


def error_type(exchange: Exchange) -> str | None:
    """Return ``error.type``: the exception, or the status of a server error."""
    if exchange.error is not None:
        return type_name(exchange.error)
    return str(exchange.status) if exchange.status >= 500 else None
