"""Conditional requests (RFC 9110, section 13): read what has changed, write what has not."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b
from typing import Any, Literal

from flask import Response, request
from werkzeug.datastructures import ETags

from .._operation import Answer, HeaderNote
from ..problems import Problem
from .arguments import named
from .encoding import encoding_of
from .layer import Layer, Run, problem_answer
from .mistakes import teller

__all__ = ["check_precondition"]

_READING = frozenset({"GET", "HEAD"})
_WRITING = frozenset({"PUT", "PATCH", "DELETE"})
_REPRESENTING = _READING | {"PUT", "PATCH"}


@dataclass
class _Check:
    """What a write has to check, and whether it has."""

    etag_of: Callable[[Any], str]
    is_done: bool = False


_check: ContextVar[_Check | None] = ContextVar("flask_baseline_precondition", default=None)


def check_precondition(current: Any) -> None:
    """Refuse a write with 412 unless the client knows the state that it is about to change.

    To be called by a view with ``@endpoint(etag=...)`` between reading and writing, in one transaction.

    Args:
        current: what the view has found, as it would be returned for ``GET``; None where there is nothing.

    Raises:
        Problem: 412 (RFC 9110, section 13.1.1 and 13.1.2).
        RuntimeError: the view has no ``etag``.
    """
    check = _check.get()
    if check is None:
        raise RuntimeError("check_precondition() needs @endpoint(etag=...) on the view that calls it.")
    check.is_done = True
    etag = None if current is None else check.etag_of(current)
    wanted = request.if_match
    is_refused = bool(wanted) and not _is_match(etag, wanted)
    # Who reads gets 304 instead, of the layer.
    if request.method not in _READING:
        is_refused = is_refused or _is_known(etag, request.if_none_match)
    if is_refused:
        raise Problem(412, "The resource has changed since it was read, or is not there.")


def _is_match(etag: str | None, etags: ETags) -> bool:
    """Whether ``If-Match`` is met: by strong comparison (RFC 9110, section 13.1.1)."""
    return etag is not None and (etags.star_tag or etags.is_strong(etag))


def _is_known(etag: str | None, etags: ETags) -> bool:
    """Whether ``If-None-Match`` is not met: by weak comparison (RFC 9110, section 13.1.2)."""
    return etag is not None and (etags.star_tag or etags.contains_weak(etag))


def conditional_layer(
    view: Callable[..., Any], etag: Literal[True] | Callable[[Any], str], answer: Answer
) -> Layer:
    """Return the layer that answers conditional requests.

    Args:
        view: the function, to be named in messages.
        etag: makes the tag of a value; True for a hash of the body.
        answer: the view's own, which says how a value is represented.
    """
    etag_of = _hash_of_value(view, answer) if etag is True else etag
    tell = teller()

    def wrap(run: Run) -> Run:
        @wraps(run)
        def conditional(*args: Any, **kwargs: Any) -> Response:
            method = request.method
            # A tag in If-None-Match says what the state is not, and would let any other be lost.
            if method in _WRITING and not (request.if_match or request.if_none_match.star_tag):
                raise Problem(428, "Send If-Match with the ETag of what you have read.")
            with _checking(_Check(etag_of)) as check:
                response = run(*args, **kwargs)
            if method in _WRITING and not check.is_done and response.status_code < 400:
                tell(
                    f"{named(view)} has etag and wrote without a check_precondition(...). Call it once the "
                    "current state is loaded."
                )
            if response.status_code == 200 and method in _REPRESENTING and not response.is_streamed:
                if etag is True:
                    response.set_etag(_hash(response.get_data()))
                if method in _READING:
                    return _unless_known(response)
            return response

        return conditional

    return Layer(
        wrap,
        request_headers={
            "If-None-Match": HeaderNote("The ETag of what the client has.", methods=_READING),
            "If-Match": HeaderNote("The ETag of what the client has read.", methods=_WRITING),
        },
        response_headers={"ETag": HeaderNote("Identifies this state (RFC 9110, section 8.8.3).")},
        answers={
            304: Answer(None, None, "The client has it already.", methods=_READING),
            412: problem_answer("It has changed since it was read."),
            428: problem_answer("If-Match is missing (RFC 6585).", _WRITING),
        },
    )


@contextmanager
def _checking(check: _Check) -> Generator[_Check, None, None]:
    token = _check.set(check)
    try:
        yield check
    finally:
        _check.reset(token)


def _unless_known(response: Response) -> Response:
    etag, _ = response.get_etag()
    if etag is None:
        return response
    if request.if_match and not _is_match(etag, request.if_match):
        raise Problem(412, "The resource has changed since it was read.")
    if _is_known(etag, request.if_none_match):
        # Werkzeug leaves out what describes the body.
        response.status_code = 304
        response.set_data(b"")
    return response


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _hash_of_value(view: Callable[..., Any], answer: Answer) -> Callable[[Any], str]:
    adapter = answer.adapter
    if adapter is None or answer.is_stream:

        def refuse(_value: Any) -> str:
            raise TypeError(
                f"{named(view)} returns no representation to compare. Give it the function that makes the "
                "tag of a value: @endpoint(etag=lambda order: str(order.version))."
            )

        return refuse
    check, encode = encoding_of(view, adapter, answer.hint)
    return lambda value: _hash(encode(check(value)))
