"""The one WSGI layer around the app.

::

    environ
     -> a probe's path? answered here
     -> begin steps                 in the order of the features
        -> Flask
     -> respond steps               at start_response: headers
     -> finish steps                when the body is closed, in reverse order

An error in a step never reaches the client: it is logged once per step and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any

from flask import Flask, got_request_exception
from werkzeug.exceptions import HTTPException

from ._exchange import KEEPS_CONTEXT, CallersContext, Exchange, Header, current_exchange
from ._tallies import FAILED_STEPS, Tallies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

_log = logging.getLogger("flask_baseline.edge")


BeginStep = Callable[[Exchange], None]
RespondStep = Callable[[Exchange, list[Header]], None]
FinishStep = Callable[[Exchange], None]
Probe = Callable[["WSGIEnvironment", "StartResponse"], "Iterable[bytes] | None"]
"""Answers one path; with None it leaves the request to the app."""


@dataclass(frozen=True)
class Edge:
    """What the features contribute to the layer around the app."""

    service: Mapping[str, str]
    probes: Mapping[str, Probe]
    begin: tuple[BeginStep, ...]
    respond: tuple[RespondStep, ...]
    finish: tuple[FinishStep, ...]
    """In the order in which they run: the innermost feature's first."""
    runtimes: Mapping[str, object]
    """What each feature's own code looks up during a request, by feature."""
    tallies: Tallies
    """Has how often each step raised, by its qualified name."""

    @property
    def observes(self) -> bool:
        """Whether any step looks at requests."""
        return bool(self.begin or self.respond or self.finish)

    def install(self, app: Flask) -> None:
        """Put the layer around *app*; where nothing is contributed, nothing is put."""
        steps: list[Callable[..., object]] = [*self.begin, *self.respond, *self.finish]
        for step in steps:
            self.tallies.expect(FAILED_STEPS, _name(step))
        serve: WSGIApplication = app.wsgi_app
        if self.observes:
            serve = self._observed(serve)
            got_request_exception.connect(_note_exception, app)
            app.handle_user_exception = _noting(app.handle_user_exception)  # type: ignore[method-assign]
        if self.probes:
            serve = _answered(self.probes, serve)
        if self.probes or self.observes:
            app.wsgi_app = serve  # type: ignore[method-assign, assignment]

    def _observed(self, app: WSGIApplication) -> WSGIApplication:
        """Return *app* with the steps around it.

        Each request runs in a context of its own: what a view binds to context variables, a log
        field or a span, is gone when the request is, whichever server reuses the thread.
        """
        edge, begin, respond, failed = self, self.begin, self.respond, self.failed

        def observe(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            context = CallersContext() if KEEPS_CONTEXT in environ else copy_context()
            return context.run(run, environ, start_response, context)

        def run(
            environ: WSGIEnvironment, start_response: StartResponse, context: Context | CallersContext
        ) -> Iterable[bytes]:
            exchange = Exchange(environ, context, edge)
            for step in begin:
                try:
                    step(exchange)
                except Exception:
                    failed(step)

            def responding(
                status: str, headers: list[Header], exc_info: ExcInfo | None = None
            ) -> Callable[[bytes], object]:
                try:
                    exchange.status = int(status[:3])
                except ValueError:
                    # Werkzeug makes "0 teapot" of a response with the status "teapot".
                    exchange.status = 0
                if exchange.handled is not None and exchange.status >= 500:
                    # Its handler hides it from Flask's log, and calls it a failure all the same.
                    exchange.error, exchange.is_unlogged = exchange.handled, True
                exchange.note_rule()
                # A copy: the list may be a constant of the app.
                exchange.headers = headers = headers.copy()
                for step in respond:
                    try:
                        step(exchange, headers)
                    except Exception:
                        failed(step)
                return start_response(status, headers, exc_info)

            try:
                exchange.body = body = (exchange.answer or app)(environ, responding)
            except BaseException as error:
                exchange.escape(error)
                exchange.leave()
                raise
            if type(body) is environ.get("wsgi.file_wrapper"):
                return _sent_by_server(exchange, body)
            return exchange

        return observe

    def failed(self, step: Callable[..., object]) -> None:
        """Count, and the first time log, the exception that *step* raised."""
        name = _name(step)
        if self.tallies.add(FAILED_STEPS, name) == 1:
            _log.exception("edge step %s failed; it is logged once and counted from here on", name)


def _name(step: Callable[..., object]) -> str:
    # A partial or a callable object has the name of its class.
    return f"{step.__module__}.{getattr(step, '__qualname__', type(step).__qualname__)}"


def _answered(probes: Mapping[str, Probe], app: WSGIApplication) -> WSGIApplication:
    """Return *app* behind *probes*."""
    probe_at = dict(probes).get

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = probe_at(environ.get("PATH_INFO", ""), app)(environ, start_response)
        return app(environ, start_response) if body is None else body

    return answer


def _sent_by_server(exchange: Exchange, body: Iterable[bytes]) -> Iterable[bytes]:
    """Return *body* itself, for which the server uses sendfile, with our end tied to its close."""
    close = getattr(body, "close", None)

    def end() -> None:
        try:
            exchange.close()
        finally:
            # Its close may be a method of the body, which has this function: a cycle.
            exchange.body = ()

    try:
        body.close = end  # type: ignore[attr-defined]
    except AttributeError:
        # A server written in C may not let it be set; then we read the file for it.
        return exchange
    exchange.body = _Closing(close)
    for name, value in exchange.headers:
        if name.lower() == "content-length" and value.isdecimal():
            exchange.body_size = int(value)
    return body


@dataclass(frozen=True)
class _Closing:
    close: Callable[[], object] | None

    def __iter__(self) -> Iterator[bytes]:
        return iter(())


def _noting(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Return Flask's ``handle_user_exception``, which notes what an error handler makes a response of.

    Flask tells nobody of those.
    """

    @wraps(handle)
    def note(*args: Any) -> Any:
        response = handle(*args)
        exchange = current_exchange.get()
        # A newer Flask passes its context first. An HTTPException is a response.
        if exchange is not None and not isinstance(args[-1], HTTPException):
            exchange.handled = args[-1]
        return response

    return note


def _note_exception(_sender: Flask, exception: BaseException, **_: object) -> None:
    """Keep what Flask is about to turn into a 500, for the log line and the span."""
    exchange = current_exchange.get()
    if exchange is not None:
        exchange.error = exception
        # Where it leaves the app, there is no response at which to look.
        exchange.note_rule()
