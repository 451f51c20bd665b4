"""The names and attributes of a request's span: OpenTelemetry's stable HTTP conventions.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from .._exchange import Exchange
from .._http_names import METHODS, error_type, network_protocol_version, request_path
from .._redaction import REDACTED, Redactor
from .._safe import safe_text

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from opentelemetry.util.types import AttributeValue

MAX_TEXT = 1024
MAX_USER_AGENT = 256

QUERY_SECRETS = ("code", "state", "*signature")
"""Parameters that are secrets in a URL, beside the names of any secret: of OAuth, and of signed URLs."""

Attributes = dict[str, "AttributeValue"]


def first_attributes(environ: WSGIEnvironment) -> Attributes:
    """Return what a sampler may decide by, known before the app sees the request."""
    method = environ.get("REQUEST_METHOD", "")
    return {
        "http.request.method": method if method in METHODS else "_OTHER",
        "url.path": request_path(environ),
        "url.scheme": environ.get("wsgi.url_scheme", "http"),
    }


def span_name(exchange: Exchange) -> str:
    """Return ``GET /users/<int:id>``, or the method alone where no rule matched: a path has no limit."""
    method = exchange.environ.get("REQUEST_METHOD", "")
    method = method if method in METHODS else "HTTP"
    route = exchange.route
    return method if route is None else f"{method} {route}"


def first_name(first: Attributes) -> str:
    """Return the name that a span has until its route is known."""
    method = first["http.request.method"]
    return "HTTP" if method == "_OTHER" else str(method)


def add_last_attributes(attributes: Attributes, exchange: Exchange) -> None:
    """Add what is known when the last byte is sent."""
    environ = exchange.environ
    if exchange.status:
        attributes["http.response.status_code"] = exchange.status
    route = exchange.route
    if route is not None:
        attributes["http.route"] = route
    error = error_type(exchange)
    if error is not None:
        attributes["error.type"] = error
    host = environ.get("HTTP_HOST")
    if host:
        attributes.update(_server(host))
    client = environ.get("REMOTE_ADDR")
    if client:
        attributes["client.address"] = client
    agent = environ.get("HTTP_USER_AGENT")
    if agent:
        attributes["user_agent.original"] = safe_text(agent, MAX_USER_AGENT)
    version = network_protocol_version(environ)
    if version is not None:
        attributes["network.protocol.version"] = version
    if attributes["http.request.method"] == "_OTHER":
        attributes["http.request.method_original"] = safe_text(environ.get("REQUEST_METHOD", ""), 64)


def header_attributes(
    request: Sequence[str], response: Sequence[str], redactor: Redactor
) -> Callable[[Exchange], Attributes] | None:
    """Return what makes attributes of the headers in the lists; None where there are none to make."""
    if not request and not response:
        return None
    wanted = {f"HTTP_{name.upper().replace('-', '_')}": name.lower() for name in request}
    # CGI has these two without a prefix.
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if f"HTTP_{name}" in wanted:
            wanted[name] = wanted.pop(f"HTTP_{name}")
    answered = {name.lower() for name in response}

    def values(kind: str, headers: Iterable[tuple[str, str]]) -> Attributes:
        found: dict[str, list[str]] = {}
        for name, value in headers:
            shown = REDACTED if redactor.hides(name) else redactor.scrub(safe_text(value, MAX_TEXT))
            found.setdefault(f"http.{kind}.header.{name}", []).append(shown)
        return {**found}

    def attributes(exchange: Exchange) -> Attributes:
        environ: Mapping[str, str] = exchange.environ
        sent = ((name, environ[variable]) for variable, name in wanted.items() if variable in environ)
        back = ((name.lower(), value) for name, value in exchange.headers if name.lower() in answered)
        return {**values("request", sent), **values("response", back)}

    return attributes


def query_attribute(exchange: Exchange, redactor: Redactor) -> Attributes:
    """Return the query of the URL without secrets, as a parameter's name or its text shows them."""
    query = safe_text(exchange.environ.get("QUERY_STRING", ""), MAX_TEXT)
    if not query:
        return {}
    parts = redactor.scrub(query).split("&")
    return {"url.query": "&".join(_shown(part, redactor) for part in parts)}


def _shown(part: str, redactor: Redactor) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return part
    # What is compared is what the app reads.
    text = unquote_plus(value)
    is_secret = redactor.hides(unquote_plus(name)) or redactor.scrub(text) != text
    return f"{name}={REDACTED}" if is_secret else part


def _server(host: str) -> Attributes:
    """Return what the client asked for: an IPv6 address has no brackets, and a port only if it was named."""
    if host.startswith("["):
        address, _, port = host[1:].partition("]")
        port = port[1:]
    else:
        address, _, port = host.partition(":")
    server: Attributes = {"server.address": safe_text(address, MAX_TEXT)}
    if port.isascii() and port.isdecimal() and len(port) <= 5:
        server["server.port"] = int(port)
    return server
