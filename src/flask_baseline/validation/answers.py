"""What a view declares to answer, by status."""

from __future__ import annotations

import types
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from typing import Any, NamedTuple, Union, cast, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .._operation import JSON, PROBLEM_JSON, Answer
from .arguments import Argument, core_of, is_class, named

JSON_LINES = "application/jsonl"

_NOTHING_DECLARED = Argument._field_defaults["default"]
_STREAMS: tuple[Any, ...] = (Iterator, Iterable, Generator)
_ASYNC_STREAMS: tuple[Any, ...] = (AsyncIterable, AsyncIterator, AsyncGenerator)


class Declared(NamedTuple):
    """What the document says, and what the view is held to."""

    status: int
    answers: Mapping[int, Answer]


def declared_by(
    view: Callable[..., Any],
    hint: Any,
    *,
    status: int | None,
    responses: Mapping[int, Any],
    media_type: str | None,
) -> Declared:
    """Return what *view* declares.

    Args:
        view: the function, to be named in messages.
        hint: what it returns; that of the status in *responses* comes first.
        status: of a response without a status of its own.
        responses: more, by status: a type, a class of problems, a description, or None.
        media_type: of a response with the *status*.

    Raises:
        TypeError: what is declared cannot be sent.
        ValueError: a status is none.
    """
    for code in (*responses, *([] if status is None else [status])):
        if not 200 <= code <= 599:
            raise ValueError(f"{named(view)}: {code} is not a status of a response. Use 200 to 599.")
    hint = _returned(hint)
    if status is None:
        status = 204 if hint is None or hint is type(None) else 200
    answers = {code: _answer(view, code, declared) for code, declared in responses.items()}
    own = responses.get(status)
    if own is None or isinstance(own, str):
        answer = _answer(view, status, hint, media_type)
        answers[status] = answer._replace(description=own)
    elif media_type is not None:
        answers[status] = _answer(view, status, own, media_type)
    return Declared(status, dict(sorted(answers.items())))


def has_body(status: int) -> bool:
    """Whether a response may have one (RFC 9110, section 6.4.1)."""
    return status not in (204, 205, 304)


def _returned(hint: Any) -> Any:
    """Return *hint* without what Flask takes beside a value: a status, headers, ready responses."""
    parts = get_args(hint)
    if get_origin(hint) is tuple and len(parts) in (2, 3) and _is_status_or_headers(parts[1]):
        hint = parts[0]
    if get_origin(hint) in (Union, types.UnionType):
        members = get_args(hint)
        returned = [_returned(member) for member in members]
        kept = tuple(member for member in returned if member is not _NOTHING_DECLARED)
        if kept != members:
            # A member that is there twice, once with a status, goes together.
            return Union[kept] if kept else _NOTHING_DECLARED  # noqa: UP007
    return _NOTHING_DECLARED if _is_response(hint) else hint


def _is_status_or_headers(hint: Any) -> bool:
    core = get_origin(hint) or hint
    return any(is_class(core, kind) for kind in (int, dict, Mapping))


def _is_response(hint: Any) -> bool:
    return is_class(hint, Response)


def _answer(view: Callable[..., Any], status: int, declared: Any, media_type: str | None = None) -> Answer:
    """Return the answer that *declared*, a type or a description, stands for."""
    description = declared if isinstance(declared, str) else None
    if not has_body(status) or (declared is None and media_type is None):
        return Answer(None, None, description)
    if description is not None or declared is None or declared is _NOTHING_DECLARED:
        kind = PROBLEM_JSON if status >= 400 and declared is not _NOTHING_DECLARED else media_type
        return Answer(None, kind, description)
    if is_class(declared, HTTPException):
        return _problem(view, status, cast("type[HTTPException]", declared))
    core = core_of(declared)
    if get_origin(core) in _ASYNC_STREAMS:
        raise TypeError(
            f"{named(view)}: an asynchronous iterator cannot be sent by a WSGI server. Return an iterator."
        )
    if get_origin(core) in _STREAMS:
        (item, *_) = get_args(core)
        if item in (str, bytes):
            return Answer(None, media_type or ("text/plain" if item is str else "application/octet-stream"))
        return Answer(_adapter(view, item), media_type or JSON_LINES, is_stream=True, hint=item)
    if media_type is not None and core in (str, bytes):
        return Answer(None, media_type)
    return Answer(_adapter(view, declared), media_type or JSON, hint=declared)


def _problem(view: Callable[..., Any], status: int, problem: type[HTTPException]) -> Answer:
    from .._problem_schema import documentation_of, problem_adapter
    from ..problem_types import ProblemType

    if not issubclass(problem, ProblemType):
        return Answer(problem_adapter(problem), PROBLEM_JSON)
    if problem.kind.status != status:
        raise ValueError(
            f"{named(view)}: {problem.__name__} is declared for {status} and has the status "
            f"{problem.kind.status}. Declare it there: responses={{{problem.kind.status}: ...}}."
        )
    summary = documentation_of(problem).partition("\n")[0]
    return Answer(problem_adapter(problem), PROBLEM_JSON, summary or None)


def _adapter(view: Callable[..., Any], hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint)
    except PydanticUserError as error:
        raise TypeError(
            f"{named(view)}: the response {hint!r} cannot be sent as JSON: pydantic has no schema for it. "
            "Return a model, or a Response."
        ) from error
