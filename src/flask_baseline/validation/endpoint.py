"""`endpoint`: what a view takes and answers, read from its hints, checked and documented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ParamSpec, overload

if TYPE_CHECKING:
    from flask import Response

P = ParamSpec("P")

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@overload
def endpoint(view: Callable[P, Any], /) -> Callable[P, Response]: ...


@overload
def endpoint(
    *,
    status: int | None = None,
    responses: Mapping[int, Any] = _NOTHING,
    media_type: str | None = None,
    summary: str | None = None,
    description: str | None = None,
    operation_id: str | None = None,
    tags: Sequence[str] | None = None,
    deprecated: date | bool = False,
    sunset: date | None = None,
    successor: str | None = None,
    security: Sequence[Mapping[str, Sequence[str]]] | None = None,
    etag: bool | Callable[[Any], str] = False,
    idempotent: bool | Callable[[], str] = False,
    request_examples: Mapping[str, Any] = _NOTHING,
    response_examples: Mapping[int, Mapping[str, Any]] = _NOTHING,
    document: bool = True,
) -> Callable[[Callable[P, Any]], Callable[P, Response]]: ...


def endpoint(view: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Validate what a view takes and returns, by its type hints, and document it::

        @bp.post("/<int:shop_id>")
        @endpoint(status=201, responses={409: OutOfStock})
        def create_order(shop_id: int, body: Body[OrderIn], q: Query[Dry]) -> OrderOut:
            \"\"\"Create an order.\"\"\"

    Arguments marked with `Body`, `Query`, `Header`, `Cookie`, `Form` or `File` are read from the
    request; a path variable is checked by its hint; all else is left to other decorators. A request
    is refused with 415, 413, 400 or 422, in this order, and 422 names every error of every place.
    What is returned is made JSON by the hint of the result, or by *responses*.

    Args:
        view: the function, when there are no options.
        status: of a response without a status of its own; 200, or 204 for a view that returns None.
        responses: what else is answered, by status: a type, a subclass of `ProblemType`, or a text.
        media_type: of the response with *status*, when it is not JSON.
        summary: one line for the document; the docstring's first when not given.
        description: Markdown for the document; the rest of the docstring when not given.
        operation_id: the operation's name in the document; the endpoint's when not given.
        tags: its groups in the document; the blueprint's name when not given.
        deprecated: since when clients should not use it (RFC 9745).
        sunset: when it will be gone (RFC 8594).
        successor: the URL of what replaces it.
        security: what a caller must prove, as in OpenAPI: ``[{"bearer": ["orders:read"]}]``.
        etag: answer conditional requests (RFC 9110, section 13), by a hash of the body, or by
            what a function returns for the value.
        idempotent: demand an ``Idempotency-Key`` and run once per key and caller: who has the same
            ``Authorization`` header, or for whom a function returns the same.
        request_examples: bodies for the document, by name.
        response_examples: bodies for the document, by status and name.
        document: whether it is in the document at all.

    Raises:
        TypeError: a hint cannot be resolved, read or sent; the message names the view and the fix.
        ValueError: an option has a value that is not possible.
    """
    from .arguments import callers_names
    from .compilation import compiled

    names = callers_names(1)
    if view is not None:
        return compiled(view, names, {})
    if options.keys() - _OPTIONS:
        unknown = ", ".join(sorted(options.keys() - _OPTIONS))
        raise TypeError(f"endpoint() has no option {unknown}. It has {', '.join(sorted(_OPTIONS))}.")

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        return compiled(view, names, options)

    return decorate


_OPTIONS = frozenset(
    "status responses media_type summary description operation_id tags deprecated sunset successor security "
    "etag idempotent request_examples response_examples document".split()
)
