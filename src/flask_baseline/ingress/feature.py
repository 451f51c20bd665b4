"""``ingress``: what is believed of a request, and what of it is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from .._edge import BeginStep
from .._exchange import Exchange
from .._feature import Setup, Wiring
from .._refusal import refusal
from .body import body_guard, view_limit
from .counted import CountedBody
from .flask_keys import own_settings
from .hosts import host_check
from .notices import telling_of_limits
from .proxies import believe, like, proxy_fix, servers_own_scheme
from .requests import limited
from .scheme import insecure_answer
from .settings import IngressSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_UNTRUSTED_HOST = refusal(400, "The request is for a host that this service does not have.")
_TRACE = refusal(
    405, "The method is not allowed.", [("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")]
)

_USUAL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ECHOING = ("TRACE", "TRACK")
"""They answer with the request, cookies and all."""


def init_app(app: Flask, settings: IngressSettings, setup: Setup, /) -> Wiring:
    """Return the step that believes, refuses or limits a request.

    Raises:
        ConfigError: Flask's own keys, or `ProxyFix` on the app, say something else; or they are wrong.
    """
    settings = own_settings(app, settings, setup)
    outermost = cast(object, app.wsgi_app)
    wrapped = outermost if type(outermost) is ProxyFix else None

    def attach() -> None:
        app.request_class = limited(app.request_class, settings, view_limit(app, settings.max_body_bytes))
        if wrapped is not None:
            # What it says must be known before a request is judged.
            app.wsgi_app = wrapped.app  # type: ignore[method-assign, assignment]

    finish = telling_of_limits(_discard) if setup.profile == "dev" else _discard
    return Wiring(begin=_begin(settings, wrapped), finish=finish, attach=attach)


def _begin(settings: IngressSettings, wrapped: ProxyFix | None) -> BeginStep:
    fix = _fix(settings, wrapped)
    forwarded = None if fix is None else believe(fix)
    is_trusted = host_check(settings.trusted_hosts)
    https, unbounded = settings.https, body_guard(settings.max_body_bytes)

    def guard(exchange: Exchange) -> None:
        environ = exchange.environ
        if "uwsgi.version" in environ:
            servers_own_scheme(environ)
        if forwarded is not None:
            forwarded(environ)
        method = environ.get("REQUEST_METHOD", "")
        # First, so that the body of what is refused for something else is known.
        answer: WSGIApplication | None = unbounded(environ)
        if not is_trusted(environ):
            answer = _UNTRUSTED_HOST
        elif method not in _USUAL and method.upper() in _ECHOING:
            answer = _TRACE
        elif https:
            answer = insecure_answer(environ) or answer
        exchange.answer = answer

    return guard


def _fix(settings: IngressSettings, wrapped: ProxyFix | None) -> ProxyFix | None:
    if wrapped is not None:
        return like(wrapped)
    if not settings.proxy_hops:
        return None
    # Without a list of hosts a proxy that does not set the header would let clients choose one.
    return proxy_fix(settings.proxy_hops, host=bool(settings.trusted_hosts), prefix=settings.proxy_prefix)


def _discard(exchange: Exchange) -> None:
    """Read the body of what was refused, which a client may send to its end before it reads an answer.

    A server that closes a connection with bytes in it resets it, and the answer is lost.
    """
    if 400 <= exchange.status < 500:
        body = exchange.environ.get("wsgi.input")
        if type(body) is CountedBody:
            body.discard()
