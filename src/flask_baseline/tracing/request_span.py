"""The span of a request, made for what a request needs.

The SDK's span locks, copies and checks for each attribute, which costs several times as much as all
else that tracing does for a request. This one gathers its own attributes once, at its end, and becomes the
SDK's `ReadableSpan` there. What an app sets on it is checked as by the SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from .._exception import describe
from .._redaction import Redactor

if TYPE_CHECKING:
    from opentelemetry.util.types import Attributes, AttributeValue

SAMPLED, NOT_SAMPLED = TraceFlags(TraceFlags.SAMPLED), TraceFlags(TraceFlags.DEFAULT)
UNSET = Status(StatusCode.UNSET)

_redactor = Redactor()


class UnrecordedSpan(NonRecordingSpan):
    """The span of a request that is not recorded. Its ids are made when somebody asks for them.

    Args:
        trace_id: decided already.
        parent: the ids of the span that it belongs to; invalid for none.
        new_id: makes its own id.
    """

    def __init__(self, trace_id: int, parent: SpanContext, new_id: Callable[[], int]) -> None:
        self._ids: SpanContext | None = None
        self._trace_id, self._parent, self._new_id = trace_id, parent, new_id

    def get_span_context(self) -> SpanContext:
        """Return its ids."""
        if self._ids is None:
            self._ids = SpanContext(
                self._trace_id, self._new_id(), False, NOT_SAMPLED, self._parent.trace_state
            )
        return self._ids


class RequestSpan(Span):
    """A span that records. The edge ends it; `end` of it does nothing.

    Args:
        name: until it is known better, at the end.
        context: its own ids.
        parent: the ids of the span that it belongs to.
        kind: ``SERVER``, or ``INTERNAL`` below another span of this process.
        own: what is known at the start.
        links: spans of other traces that led to it.
        limits: what ``OTEL_SPAN_*_LIMIT`` say.
        start_time: nanoseconds since the epoch.
    """

    # Most requests change none of these. What makes them does not use locks, since threads may come at the
    # same time: the first one's stays.
    status = UNSET
    _given: BoundedAttributes | None = None
    _events: BoundedList[Event] | None = None
    _added: BoundedList[Link] | None = None
    _is_named = False
    _is_ended = False

    def __init__(
        self,
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        kind: SpanKind,
        own: dict[str, AttributeValue],
        links: tuple[Link, ...],
        limits: SpanLimits,
        start_time: int,
    ) -> None:
        self.name, self.parent, self.kind = name, parent, kind
        self.context, self._links, self._limits = context, links, limits
        self.own = own
        """Our attributes, to which those of the end are added."""
        self.start_time = start_time

    @property
    def attributes(self) -> Mapping[str, AttributeValue]:
        """All attributes: what the app has set wins over ours."""
        given = self._given
        # copy() is one step; to iterate would fail where a thread adds one meanwhile.
        return self.own if given is None else {**self.own, **given.copy()}

    @property
    def events(self) -> Sequence[Event]:
        """What happened during it."""
        return self._events if self._events is not None else ()

    @property
    def links(self) -> Sequence[Link]:
        """Spans of other traces that led to it."""
        if self._added is None and not self._links:
            return ()
        return self._all_links()

    def get_span_context(self) -> SpanContext:
        """Return its ids."""
        return self.context

    def is_recording(self) -> bool:
        """Whether what is set on it is kept."""
        return not self._is_ended

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Set several attributes."""
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Set one attribute, which wins over one of ours."""
        if self._is_ended:
            return
        given = self._given
        if given is None:
            limits = self._limits
            made = BoundedAttributes(
                limits.max_span_attributes,
                immutable=False,
                max_value_len=limits.max_span_attribute_length,
            )
            given = vars(self).setdefault("_given", made)
        given[key] = value

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Add what happened during it."""
        if self._is_ended:
            return
        limits = self._limits
        checked = BoundedAttributes(
            limits.max_event_attributes, attributes, max_value_len=limits.max_attribute_length
        )
        events = self._events
        if events is None:
            events = vars(self).setdefault("_events", BoundedList(limits.max_events))
        events.append(Event(name, checked, timestamp))

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Add a span of another trace that led to it."""
        is_empty = not context or not (context.is_valid or attributes or context.trace_state)
        if self._is_ended or is_empty:
            return
        limits = self._limits
        checked = BoundedAttributes(
            limits.max_link_attributes, attributes, max_value_len=limits.max_attribute_length
        )
        self._all_links().append(Link(context, checked))

    def _all_links(self) -> BoundedList[Link]:
        if self._added is None:
            first: BoundedList[Link] = BoundedList(self._limits.max_links)
            first.extend(self._links)
            kept: BoundedList[Link] = vars(self).setdefault("_added", first)
            return kept
        return self._added

    def update_name(self, name: str) -> None:
        """Give it a name that stays."""
        if not self._is_ended:
            self.name, self._is_named = name, True

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Say how it went; OK is final, nothing takes a status back, and what is no status is ignored."""
        wanted: Any = Status(status, description) if isinstance(status, StatusCode) else status
        if self._is_ended or not isinstance(wanted, Status):
            return
        if self.status.status_code is not StatusCode.OK and wanted.status_code is not StatusCode.UNSET:
            self.status = wanted

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Add an exception as an event, without the secrets in its text."""
        own: dict[str, Any] = {**describe(exception, _redactor), "exception.escaped": str(escaped)}
        self.add_event("exception", {**own, **(attributes or {})}, timestamp)

    def end(self, end_time: int | None = None) -> None:
        """Do nothing: the response has not been sent."""

    def finish(
        self, name: str, end_time: int, resource: Resource, scope: InstrumentationScope
    ) -> ReadableSpan:
        """End it, and return what is exported.

        Args:
            name: its name, unless the app has given it one.
            end_time: nanoseconds since the epoch.
            resource: who made it.
            scope: what made it.
        """
        self._is_ended = True
        limits, attributes = self._limits, self.attributes
        most, longest = limits.max_span_attributes, limits.max_span_attribute_length
        if self._given is not None or longest is not None or (most is not None and len(attributes) > most):
            attributes = self._bounded(attributes)
        return ReadableSpan(
            self.name if self._is_named else name,
            self.context,
            self.parent,
            resource,
            attributes,
            self.events,
            self.links,
            self.kind,
            None,
            self.status,
            self.start_time,
            end_time,
            scope,
        )

    def _bounded(self, attributes: Mapping[str, AttributeValue]) -> Any:
        limits = self._limits
        bounded = BoundedAttributes(
            limits.max_span_attributes, attributes, max_value_len=limits.max_span_attribute_length
        )
        if self._given is not None:
            bounded.dropped += self._given.dropped
        return bounded
