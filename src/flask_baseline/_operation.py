"""What `endpoint` knows about a view: data for whoever documents, guards or audits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from pydantic import TypeAdapter

_NOTHING: Mapping[Any, Any] = MappingProxyType({})

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


class Parameters(NamedTuple):
    """What a view reads from one place of a request. The schema is always that of an object, whose properties
    are the parameters: the fields of one model, or the single parameters of the view taken together."""

    place: Literal["path", "query", "header", "cookie"]
    adapter: TypeAdapter[Any]
    names: Mapping[str, str] = _NOTHING
    """The name on the wire of each property that is called otherwise in the schema, such as a header's."""


class FilePart(NamedTuple):
    """A file, or several under one name, in a ``multipart/form-data`` body."""

    name: str
    is_list: bool
    is_required: bool
    max_size: int | None
    """Bytes of one file."""
    max_count: int | None
    types: tuple[str, ...]
    """Media types that are taken, also as ``image/*``; empty for any."""


class RequestBody(NamedTuple):
    """The body of a request: one schema in any of its media types, or a form with files."""

    media_types: tuple[str, ...]
    adapters: tuple[TypeAdapter[Any], ...]
    """One for a body; of a form, one per model, whose properties are taken together. None: bytes or text."""
    files: tuple[FilePart, ...] = ()
    is_required: bool = True


class Answer(NamedTuple):
    """One kind of response."""

    adapter: TypeAdapter[Any] | None
    """None without a body, or when the view writes the bytes itself."""
    media_type: str | None = JSON
    """None without a body."""
    description: str | None = None
    headers: Mapping[str, HeaderNote] = _NOTHING
    is_stream: bool = False
    """Whether *adapter* is that of one item of many, a line each."""
    hint: Any = None
    """The type that *adapter* is for."""
    methods: frozenset[str] = frozenset()
    """The only ones that answer so; empty for all."""


class HeaderNote(NamedTuple):
    """A header that is read or sent by something other than the view itself."""

    description: str
    schema: Mapping[str, Any] = MappingProxyType({"type": "string"})
    is_required: bool = False
    methods: frozenset[str] = frozenset()
    """The only ones that it is for; empty for all."""


def holds_for(found: Answer | HeaderNote, method: str) -> bool:
    """Whether *found* is for requests with *method*, in capitals."""
    return not found.methods or method in found.methods


class Operation(NamedTuple):
    """A view that `endpoint` decorates."""

    view: Callable[..., Any]
    """The function as the app wrote it."""
    status: int
    parameters: tuple[Parameters, ...] = ()
    body: RequestBody | None = None
    answers: Mapping[int, Answer] = _NOTHING
    """By status; the problems that follow from the rest, such as 422, are not among them."""
    request_headers: Mapping[str, HeaderNote] = _NOTHING
    summary: str | None = None
    description: str | None = None
    operation_id: str | None = None
    tags: Sequence[str] | None = None
    deprecated: date | bool = False
    sunset: date | None = None
    security: Sequence[Mapping[str, Sequence[str]]] | None = None
    """Requirements of which one must be met (OpenAPI 3.1, section 4.8.30); None where nothing is said."""
    request_examples: Mapping[str, Any] = _NOTHING
    answer_examples: Mapping[int, Mapping[str, Any]] = _NOTHING
    is_documented: bool = True


ATTRIBUTE = "__baseline_operation__"
"""Where a view has its operation. `functools.wraps` copies it to whatever is decorated around."""


def operation_of(view: Callable[..., Any], method: str) -> Operation | None:
    """Return what `endpoint` knows about *view*, or about the method of its class that answers *method*.

    Decorators may stand above `endpoint` when they use `functools.wraps` or set ``__wrapped__``.
    """
    view_class = getattr(view, "view_class", None)
    found: Callable[..., Any] | None = view
    if view_class is not None:
        name = method.lower()
        found = getattr(view_class, name, None) or getattr(
            view_class, "get" if name == "head" else name, view
        )
    while found is not None:
        operation: Operation | None = getattr(found, ATTRIBUTE, None)
        if operation is not None:
            return operation
        found = getattr(found, "__wrapped__", None)
    return None
