"""Decide on each request, and answer preflights.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._edge import BeginStep, RespondStep
from .._exchange import Exchange, Header
from .._refusal import refusal
from .zones import Zone, Zones

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REFUSED = refusal(403, "This origin may not make this request.")

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_ALLOW_ORIGIN_LENGTH = len(_ALLOW_ORIGIN)

_VARY: Header = ("Vary", "Origin")
_VARY_OF_PREFLIGHT: Header = (
    "Vary",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
)


def answer_preflights(zones: Zones) -> BeginStep:
    """Return the step that answers preflights in the place of the app."""

    def begin(exchange: Exchange) -> None:
        environ = exchange.environ
        if environ["REQUEST_METHOD"] != "OPTIONS" or exchange.answer is not None:
            return
        origin, method = environ.get("HTTP_ORIGIN"), environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        if origin is None or method is None:
            return
        zone = zones.of_preflight(environ, method)
        if zone is not None:
            exchange.answer = _preflight(zone, origin, method, environ)

    return begin


def _preflight(zone: Zone, origin: str, method: str, environ: WSGIEnvironment) -> WSGIApplication:
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
    names = {name.strip().lower() for name in wanted} - {""}
    is_fine = method in zone.methods and (zone.headers is None or names <= zone.headers)
    if not is_fine or not zone.is_allowed(origin):
        return _Answer(_REFUSED, ())
    return _Answer(_allow, ((_ALLOW_ORIGIN, "*" if zone.is_any else origin), *zone.preflight))


class _Answer:
    """The answer to a preflight."""

    def __init__(self, app: WSGIApplication, headers: Iterable[Header]) -> None:
        self._app, self.headers = app, (*headers, _VARY_OF_PREFLIGHT)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._app(environ, start_response)


def _allow(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("204 No Content", [])
    return []


def allow_origin(zones: Zones) -> RespondStep:
    """Return the step that lets the page of a good origin read the answer."""
    of_answer = zones.of_answer

    def respond(exchange: Exchange, headers: list[Header]) -> None:
        answer = exchange.answer
        if isinstance(answer, _Answer):
            headers.extend(answer.headers)
            return
        zone = of_answer(exchange)
        if zone is None:
            return
        is_set, vary = False, -1
        for index, pair in enumerate(headers):
            length = len(pair[0])
            if length == 4 and pair[0].lower() == "vary":
                vary = index
            elif length == _ALLOW_ORIGIN_LENGTH and pair[0].lower() == "access-control-allow-origin":
                is_set = True
        # Always, or a cache would give an answer without the header to a good origin.
        if vary < 0:
            headers.append(_VARY)
        else:
            headers[vary] = ("Vary", _with_origin(headers[vary][1]))
        origin = exchange.environ.get("HTTP_ORIGIN")
        # One that the view has set wins.
        if origin is not None and not is_set and zone.is_allowed(origin):
            headers.append((_ALLOW_ORIGIN, "*" if zone.is_any else origin))
            headers.extend(zone.actual)

    return respond


def _with_origin(vary: str) -> str:
    """Return the value of a ``Vary`` header with ``Origin``: some caches read one such header alone."""
    names = {name.strip().lower() for name in vary.split(",")}
    return vary if names & {"origin", "*"} else f"{vary}, Origin" if names != {""} else "Origin"
