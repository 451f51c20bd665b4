"""What the edge and the features know about the request in flight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import Context, ContextVar, copy_context
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from opentelemetry.trace import Span
    from werkzeug.routing import Rule

    from ._edge import Edge

P = ParamSpec("P")
R = TypeVar("R")

Header = tuple[str, str]

_END = cast(bytes, object())


class Counts(Protocol):
    """What counts requests."""

    def end(self, exchange: Exchange, /) -> None: ...


class Closing(Protocol):
    """What is to be closed. It does not raise."""

    def close(self) -> None: ...


class Exchange:
    """One request and its response, from the first byte in to the last byte out.

    It is the response's iterable too, which saves an object on every request.
    """

    # On the class, because most requests change few of them.
    request_id: str | None = None
    status = 0
    headers: Sequence[Header] = ()
    answer: WSGIApplication | None = None
    """What answers in the place of the app, where a step of its begin refuses it."""
    nonce: str | None = None
    """What allows inline scripts and styles of its page, where one has asked."""
    rate_counts: Sequence[Any] = ()
    """What is left of the limits of its rate, where there are any."""
    rule: Rule | None = None
    """The rule that matched; None for a 404."""
    body: Iterable[bytes] = ()
    body_size = 0
    error: BaseException | None = None
    is_unlogged = False
    """Whether Flask has not logged *error*: it left the app, or an error handler has answered it."""
    handled: BaseException | None = None
    """What an error handler has made a response of."""
    sessions: Closing | None = None
    """Those of databases with which its body goes on when Flask is done; closed with it."""
    span: Span | None = None
    """The span of the request, whether it is sampled or not."""
    counted_by: Counts | None = None
    """What counts it, once it has ended."""
    elapsed_ns = 0
    """How long it took, once it has ended."""
    is_ended = False

    def __init__(self, environ: WSGIEnvironment, context: Context | CallersContext, edge: Edge) -> None:
        self.started_ns = perf_counter_ns()
        self.environ = environ
        self.edge = edge
        self.context = context
        """What is bound during the request. The body is iterated and closed in it as well."""
        self.token = current_exchange.set(self)

    @property
    def route(self) -> str | None:
        """The rule with the root of the app in front, such as ``/users/<int:id>``."""
        return None if self.rule is None else self.environ.get("SCRIPT_NAME", "") + self.rule.rule

    def __iter__(self) -> Iterator[bytes]:
        run = self.context.run
        body: Iterator[bytes] | None = None
        while True:
            try:
                if body is None:
                    body = run(iter, self.body)
                chunk = run(next, body, _END)
            except BaseException as error:
                self.escape(error)
                raise
            if chunk is _END:
                return
            self.body_size += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the body and end the exchange, also when the client went away half-way."""
        self.context.run(self.leave)

    def leave(self) -> None:
        """`close`, in the exchange's context."""
        try:
            # Not every iterable has it (PEP 3333).
            close = getattr(self.body, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            self.escape(error)
            raise
        finally:
            if not self.is_ended:
                self.is_ended = True
                self.elapsed_ns = perf_counter_ns() - self.started_ns
                for step in self.edge.finish:
                    try:
                        step(self)
                    except Exception:
                        self.edge.failed(step)
                # The context holds this exchange: without a cycle there is nothing to collect.
                current_exchange.reset(self.token)

    def note_rule(self) -> None:
        """Note the rule that has matched, while the app has the request."""
        # Werkzeug's request puts itself here until Flask is done with it. A before_request
        # hook would cost every request more, and be skipped by an earlier one that aborts.
        request = self.environ.get("werkzeug.request")
        if request is not None:
            self.rule = getattr(request, "url_rule", None)

    def escape(self, error: BaseException) -> None:
        """Note that *error* left the app."""
        self.error = error
        self.is_unlogged = True
        self.status = self.status or 500


class CallersContext:
    """Stands for the context that the caller is in, where a request must not have one of its own.

    What it binds stays there, but for its exchange and what is put in by `hold`: a test need not close its
    responses.
    """

    _put_in: Callable[[], Callable[[], object]] | None = None
    _take_out: Callable[[], object] | None = None

    def __init__(self) -> None:
        self._exchange: Exchange | None = None

    def hold(self, put_in: Callable[[], Callable[[], object]]) -> None:
        """Call *put_in* now and at the begin of each run, and what it returns at the end of each."""
        if self._take_out is not None:
            self._take_out()
        self._put_in, self._take_out = put_in, put_in()

    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call *function* with the exchange as the current one."""
        token = current_exchange.set(self._exchange or current_exchange.get())
        if self._put_in is not None:
            self._take_out = self._put_in()
        try:
            return function(*args, **kwargs)
        finally:
            if self._take_out is not None:
                self._take_out()
                self._take_out = None
            self._exchange = current_exchange.get()
            current_exchange.reset(token)

    def items(self) -> Iterable[tuple[ContextVar[Any], Any]]:
        """Return all variables and their values."""
        return copy_context().items()

    def __iter__(self) -> Iterator[ContextVar[Any]]:
        return iter(copy_context())

    def __len__(self) -> int:
        return len(copy_context())


KEEPS_CONTEXT = "werkzeug.debug.preserve_context"
"""In the environ of Flask's test client in a ``with`` block, which pushes the request's context again
in its own: Flask can only pop it in the context that it was pushed in."""


current_exchange: ContextVar[Exchange | None] = ContextVar("flask_baseline.exchange", default=None)
