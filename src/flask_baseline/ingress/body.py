"""How much of a body a view takes, and which requests have one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, has_request_context, request

from .._refusal import refusal
from .counted import CountedBody

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "_baseline_max_body_bytes"

_SAY_IT = ("HTTP/1.1", "HTTP/1.0")
"""Versions of HTTP that say in a header whether there is a body (RFC 9112, section 6)."""

_MAX_DIGITS = 18

_NO_LENGTH = refusal(400, "The length of the body is no number.")
_LENGTH_REQUIRED = refusal(411, "The server needs to know the length of the body.")


def max_body_bytes(limit: int) -> Callable[[View], View]:
    """Let a view, a `MethodView` or one of its methods take bodies of up to *limit* bytes.

    It stands in the place of ``BASELINE_INGRESS_MAX_BODY_BYTES``, which may be less or more.

    Raises:
        TypeError: *limit* is no number, as where the parentheses are missing.
        ValueError: it is not above 0.
    """
    if type(limit) is not int:
        raise TypeError("max_body_bytes needs a number of bytes: @max_body_bytes(5_000_000).")
    if limit < 1:
        raise ValueError(f"A body of {limit} bytes is none; give max_body_bytes a number above 0.")

    def mark(view: View) -> View:
        setattr(view, _MARK, limit)
        return view

    return mark


def view_limit(app: Flask, default: int) -> Callable[[Request], int]:
    """Return what looks up the limit of the view that a request is for; *default* where it has none."""
    views = app.view_functions

    def limit(request: Request) -> int:
        view = views.get(request.endpoint or "")
        kind = getattr(view, "view_class", None)
        method = getattr(kind, request.method.lower(), None)
        for marked in (method, view, kind):
            found: int | None = getattr(marked, _MARK, None)
            if found is not None:
                return found
        return default

    return limit


def body_guard(default: int) -> Callable[[WSGIEnvironment], WSGIApplication | None]:
    """Return what has the body of a request counted, or returns what refuses one that cannot be."""

    def limit() -> int:
        found = request.max_content_length if has_request_context() else None
        return default if found is None else found

    def guard(environ: WSGIEnvironment) -> WSGIApplication | None:
        declared: int | None = None
        if "HTTP_TRANSFER_ENCODING" in environ:
            # It overrides a length (RFC 9112, section 6.3).
            if not environ.get("wsgi.input_terminated"):
                return _LENGTH_REQUIRED
        elif length := environ.get("CONTENT_LENGTH"):
            if len(length) > _MAX_DIGITS or not (length.isascii() and length.isdecimal()):
                return _NO_LENGTH
            declared = int(length)
        elif environ.get("SERVER_PROTOCOL") in _SAY_IT or not environ.get("wsgi.input_terminated"):
            return None
        environ["wsgi.input"] = CountedBody(environ["wsgi.input"], declared, limit)
        return None

    return guard
