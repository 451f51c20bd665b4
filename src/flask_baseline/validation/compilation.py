"""Build, at decoration, all that a request to an endpoint needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple, cast

from flask import Request, Response, current_app, request
from pydantic.errors import PydanticUserError

from .._operation import ATTRIBUTE, Operation, Parameters, RequestBody
from .answers import Declared, declared_by
from .arguments import Argument, arguments_of, named
from .body import body_of
from .errors import FieldError, invalid
from .forms import form_of
from .layer import Layer
from .path import path_fields, path_reader
from .replies import Reply, replier
from .sources import ParameterPlace, Reader, fields_of, lists_of, parameters_of, reader_of

_PARAMETERS: tuple[ParameterPlace, ...] = ("query", "header", "cookie")


class _Input(NamedTuple):
    """What a view reads from a request."""

    parameters: tuple[Parameters, ...]
    body: RequestBody | None
    readers: tuple[Reader, ...]


def compiled(
    view: Callable[..., Any], local_names: Mapping[str, Any], options: Mapping[str, Any]
) -> Callable[..., Any]:
    """Return *view* as `endpoint` makes it.

    Args:
        view: the function.
        local_names: the names where it is defined.
        options: those of `endpoint`.
    """
    if inspect.isclass(view):
        raise TypeError(f"{named(view)} is a class. Put @endpoint on its methods.")
    if ATTRIBUTE in vars(view):
        raise TypeError(f"{named(view)} has @endpoint twice. Keep one of them.")
    if inspect.isasyncgenfunction(view):
        raise TypeError(
            f"{named(view)}: a WSGI server cannot send an asynchronous generator. Use a generator."
        )
    arguments, hint = arguments_of(view, local_names)
    try:
        given = _input(view, arguments)
    except PydanticUserError as error:
        raise TypeError(f"{named(view)}: pydantic cannot read an argument's type: {error.message}") from error
    declared = declared_by(
        view,
        hint,
        status=options.get("status"),
        responses=options.get("responses", {}),
        media_type=options.get("media_type"),
    )
    etag: Any = options.get("etag", False)
    reply = replier(view, declared, None if isinstance(etag, bool) else etag)
    summary, description = _documentation(view)
    operation = Operation(
        view=view,
        status=declared.status,
        parameters=given.parameters,
        body=given.body,
        answers=declared.answers,
        summary=options.get("summary") or summary,
        description=options.get("description") or description,
        operation_id=options.get("operation_id"),
        tags=options.get("tags"),
        deprecated=options.get("deprecated", False),
        sunset=options.get("sunset"),
        security=options.get("security"),
        request_examples=options.get("request_examples", {}),
        answer_examples=options.get("response_examples", {}),
        is_documented=options.get("document", True),
    )
    run = _runner(view, given.readers, reply)
    for layer in _layers(view, declared, options):
        run = layer.wrap(run)
        operation = _with_layer(operation, layer)
    setattr(run, ATTRIBUTE, operation)
    return run


def _layers(view: Callable[..., Any], declared: Declared, options: Mapping[str, Any]) -> Iterator[Layer]:
    """Yield what goes around *view*, from inside out. Each is imported only where it is asked for."""
    if etag := options.get("etag", False):
        from .conditional import conditional_layer

        yield conditional_layer(view, etag, declared.answers[declared.status])
    if idempotent := options.get("idempotent", False):
        from .idempotency.layer import idempotency_layer

        if any(answer.is_stream for answer in declared.answers.values()):
            raise TypeError(f"{named(view)}: a stream cannot be kept, and so not be idempotent.")
        yield idempotency_layer(view, None if idempotent is True else idempotent)
    # Outermost, so that the answers of the others have its headers too.
    times = {name: options.get(name) for name in ("deprecated", "sunset", "successor")}
    if any(value is not None and value is not False for value in times.values()):
        from .deprecation import deprecation_layer

        yield deprecation_layer(
            view,
            deprecated=options.get("deprecated", False),
            sunset=times["sunset"],
            successor=times["successor"],
        )


def _with_layer(operation: Operation, layer: Layer) -> Operation:
    answers = {
        status: answer._replace(headers={**answer.headers, **layer.response_headers})
        if status < 400
        else answer
        for status, answer in operation.answers.items()
    }
    return operation._replace(
        request_headers={**operation.request_headers, **layer.request_headers},
        answers=dict(sorted({**layer.answers, **answers}.items())),
    )


def _input(view: Callable[..., Any], arguments: Sequence[Argument]) -> _Input:
    placed: dict[str | None, list[Argument]] = {}
    for argument in arguments:
        placed.setdefault(argument.place, []).append(argument)
    bodies, forms = placed.get("body", []), [*placed.get("form", []), *placed.get("file", [])]
    if len(bodies) > 1 or (bodies and forms):
        names = ", ".join(argument.name for argument in (*bodies, *forms))
        raise TypeError(
            f"{named(view)}: a request has one body, and {names} want it. "
            "Take one model, or only Form and File."
        )
    body: RequestBody | None = None
    parameters: list[Parameters] = []
    readers: list[Reader] = []
    if bodies:
        # First, because the wrong kind of body comes before any wrong value.
        body, read = body_of(bodies[0], lists_of(bodies[0]))
        readers.append(read)
    elif forms:
        body, read = form_of(forms, fields_of(placed.get("form", []), "form"))
        readers.append(read)
    if (path := path_fields(placed.get(None, []))) is not None:
        readers.append(path_reader(path, placed[None]))
        parameters.append(parameters_of(path, "path"))
    for place in _PARAMETERS:
        for fields in fields_of(placed.get(place, []), place):
            readers.append(reader_of(fields, place))
            parameters.append(parameters_of(fields, place))
    return _Input(tuple(parameters), body, tuple(readers))


def _runner(view: Callable[..., Any], readers: Sequence[Reader], reply: Reply) -> Callable[..., Response]:
    is_async = inspect.iscoroutinefunction(view)

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        if readers:
            current: Request = cast("Any", request)._get_current_object()
            errors: list[FieldError] = []
            for read in readers:
                read(current, kwargs, errors)
            if errors:
                raise invalid(errors)
        if is_async:
            result: Any = current_app.ensure_sync(view)(*args, **kwargs)
            return reply(result)
        return reply(view(*args, **kwargs))

    return run


def _documentation(view: Callable[..., Any]) -> tuple[str | None, str | None]:
    """Return the first line of a docstring, and the rest."""
    documentation = inspect.getdoc(view)
    if not documentation:
        return None, None
    summary, _, description = documentation.partition("\n")
    return summary.rstrip(".").strip() or None, description.strip() or None
