"""The span of a request: begun before the app sees it, ended when the last byte is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.propagate import get_global_textmap
from opentelemetry.propagators.textmap import Getter, TextMapPropagator
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.trace.status import Status, StatusCode

from .._edge import BeginStep, FinishStep
from .._exchange import CallersContext, Exchange
from .names import Attributes, add_last_attributes, first_attributes, first_name, span_name
from .others import span_of_others
from .request_span import NOT_SAMPLED, SAMPLED, UNSET, RequestSpan, UnrecordedSpan
from .sampling import is_in, left_out
from .traces import SCOPE, Here, Traces

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_FAILED = Status(StatusCode.ERROR)


class _Headers(Getter["WSGIEnvironment"]):
    """Reads a propagator's fields from the environ."""

    def get(self, carrier: WSGIEnvironment, key: str) -> list[str] | None:
        """Return the values of the header *key*."""
        value = carrier.get(_variable(key))
        return None if value is None else [value]

    def keys(self, carrier: WSGIEnvironment) -> list[str]:
        """Return the names of all headers."""
        return [name[5:].lower().replace("_", "-") for name in carrier if name.startswith("HTTP_")]


def _variable(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


_headers = _Headers()


def begin_span(traces: Traces, is_backed_off: Callable[[], bool], *, trust_parent: bool) -> BeginStep:
    """Return the step that begins the span.

    Args:
        traces: where spans come from.
        is_backed_off: whether somebody else makes the spans of requests.
        trust_parent: whether the trace of the caller goes on.
    """
    propagator = get_global_textmap()
    variables = _variables(propagator)

    def begin(exchange: Exchange) -> None:
        here = traces.serve()
        if is_backed_off():
            return
        environ, context, kind = exchange.environ, get_current(), SpanKind.SERVER
        links: tuple[Link, ...] = ()
        parent = get_current_span(context).get_span_context() if context else INVALID_SPAN_CONTEXT
        if parent.is_valid:
            # An app around this one, or a caller in this process, which has read the headers already.
            kind = SpanKind.INTERNAL
        elif variables is None or not environ.keys().isdisjoint(variables):
            theirs = propagator.extract(environ, context, _headers)
            parent = get_current_span(theirs).get_span_context()
            if trust_parent:
                context = theirs
            elif parent.is_valid:
                links, parent = (Link(parent),), INVALID_SPAN_CONTEXT
        exchange.span = span = _start(here, context, parent, kind, links, environ)
        _put_in(exchange, set_span_in_context(span, context))

    return begin


def _variables(propagator: TextMapPropagator) -> tuple[str, ...] | None:
    """Return where the headers of *propagator* are; None where it may read others than it writes."""
    parts: Sequence[object] = getattr(propagator, "_propagators", [propagator])
    if not all(isinstance(part, (TraceContextTextMapPropagator, W3CBaggagePropagator)) for part in parts):
        return None
    return tuple(_variable(field) for field in propagator.fields)


def _put_in(exchange: Exchange, context: Context) -> None:
    """Make *context* the current one for as long as the request lasts."""
    if isinstance(exchange.context, CallersContext):
        exchange.context.hold(lambda: partial(detach, attach(context)))
    else:
        # It is gone with the request.
        attach(context)


def _start(
    here: Here,
    context: Context,
    parent: SpanContext,
    kind: SpanKind,
    links: tuple[Link, ...],
    environ: WSGIEnvironment,
) -> Span:
    """Return a span as OpenTelemetry's SDK starts it: in its parent's trace, as the sampler decides."""
    has_parent = parent is not INVALID_SPAN_CONTEXT and parent.is_valid
    ids, state = here.ids, parent.trace_state
    trace_id = parent.trace_id if has_parent else ids.generate_trace_id()
    if here.limit is None:
        attributes = first_attributes(environ)
        decided: Any = here.sampler.should_sample(
            context, trace_id, first_name(attributes), kind, attributes, links
        )
        is_recorded, is_sampled = decided.decision.is_recording(), decided.decision.is_sampled()
        attributes.update(decided.attributes or {})
        state = decided.trace_state
    else:
        is_recorded = parent.trace_flags.sampled if has_parent else is_in(trace_id, here.limit)
        if not is_recorded:
            return UnrecordedSpan(trace_id, parent, ids.generate_span_id)
        attributes, is_sampled = first_attributes(environ), True
    flags = SAMPLED if is_sampled else NOT_SAMPLED
    own = SpanContext(trace_id, ids.generate_span_id(), False, flags, state)
    if not is_recorded:
        return NonRecordingSpan(own)
    return RequestSpan(
        first_name(attributes),
        own,
        parent if has_parent else None,
        kind,
        attributes,
        links,
        here.limits,
        time_ns(),
    )


def end_span(
    traces: Traces,
    more: tuple[Callable[[Exchange], Attributes], ...],
    *,
    exception_events: bool,
) -> FinishStep:
    """Return the step that ends the span.

    Args:
        traces: where spans go.
        more: make the attributes that the settings ask for.
        exception_events: whether the exception becomes an event of the span.
    """

    def end(exchange: Exchange) -> None:
        span = exchange.span
        if not isinstance(span, RequestSpan):
            if span is None:
                exchange.span = span_of_others(exchange.environ)
            return
        attributes = span.own
        add_last_attributes(attributes, exchange)
        for make in more:
            attributes.update(make(exchange))
        if "error.type" in attributes:
            if span.status is UNSET:
                span.set_status(_FAILED)
            if exception_events and exchange.error is not None:
                span.record_exception(exchange.error, escaped=exchange.is_unlogged)
        ended = span.finish(
            span_name(exchange), span.start_time + exchange.elapsed_ns, traces.resource, SCOPE
        )
        if span.get_span_context().trace_flags.sampled:
            traces.take(ended)

    return end


def leave_out(exchange: Exchange) -> None:
    """Put a span in the place of the request's that nobody sees, nor those below it."""
    if isinstance(exchange.span, RequestSpan):
        own = exchange.span.get_span_context()
        hidden = SpanContext(own.trace_id, own.span_id, False, NOT_SAMPLED, own.trace_state)
        exchange.span = NonRecordingSpan(hidden)
        _put_in(exchange, left_out(set_span_in_context(exchange.span)))
