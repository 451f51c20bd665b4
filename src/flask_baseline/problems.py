"""Error bodies of RFC 9457, ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import json
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ._exchange import current_exchange

__all__ = ["Problem", "problem_body"]

MIMETYPE = "application/problem+json"

MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "request_id"})
"""What every problem may have; an extension has another name."""


class Problem(HTTPException):
    """An error that the app answers as ``application/problem+json`` (RFC 9457)::

        raise Problem(409, "The order is paid already", type="/problems/order-paid", order=17)

    It is a Werkzeug exception. An error handler for it, for `HTTPException` or for `Exception` wins;
    one for a status code does not see it, since Flask looks codes up by Werkzeug's own classes.

    Args:
        status: the HTTP status, 400 to 599.
        detail: what went wrong this time, for the reader of the answer.
        title: what went wrong in general; the status's own phrase when not given.
        type: a URI reference that identifies the kind of problem (section 3.1.1).
        instance: a URI reference that identifies this occurrence (section 3.1.5).
        headers: more headers of the answer, such as ``Retry-After``.
        extensions: more members of the body (section 3.2), of what `flask.jsonify` takes.

    Raises:
        ValueError: *status* is not an error, or an extension has the name of a standard member.
        TypeError: an extension has no form in JSON.
    """

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        title: str | None = None,
        type: str = "about:blank",
        instance: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extensions: object,
    ) -> None:
        if not 400 <= status <= 599:
            raise ValueError(f"A problem needs a status from 400 to 599, not {status}.")
        if taken := MEMBERS & extensions.keys():
            names = ", ".join(sorted(taken))
            raise ValueError(f"RFC 9457 gives {names} a meaning; name the extension otherwise.")
        _check_json(extensions)
        super().__init__(detail)
        self.code = self.status = status
        self.title = title or phrase(status)
        self.type = type
        self.instance = instance
        self.headers = dict(headers or {})
        self.extensions = extensions

    @property
    def name(self) -> str:
        """The title, where Werkzeug's own exceptions have the status's phrase."""
        return self.title

    def __reduce__(self) -> tuple[object, ...]:
        # By default a copy is made without arguments, as where a process of a pool sends it on.
        return type(self).__new__, (type(self),), vars(self)

    def get_headers(self, *_: object, **__: object) -> list[tuple[str, str]]:
        """Return the headers of the answer."""
        return [("Content-Type", MIMETYPE), *self.headers.items()]

    def get_body(self, *_: object, **__: object) -> str:
        """Return the JSON of the answer."""
        body = problem_body(
            self.status, self.title, detail=self.description, type=self.type, instance=self.instance
        )
        return json.dumps(body | self.extensions)

    def get_response(self, *_: object, **__: object) -> Response:
        """Return the answer."""
        return Response(self.get_body(), self.status, self.get_headers())


def problem_body(
    status: int,
    title: str | None = None,
    *,
    detail: str | None = None,
    type: str = "about:blank",
    instance: str | None = None,
) -> dict[str, Any]:
    """Return the members of a problem; those without a value are left out."""
    exchange = current_exchange.get()
    members: Iterable[tuple[str, object]] = (
        ("type", type),
        ("title", title or phrase(status)),
        ("status", status),
        ("detail", detail),
        ("instance", instance),
        ("request_id", exchange.request_id if exchange else None),
    )
    return {name: value for name, value in members if value is not None}


def _check_json(extensions: Mapping[str, object]) -> None:
    """Fail here, where the view is to be seen, and not when the answer is made."""
    for name, value in extensions.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"The extension {name!r} has no form in JSON: {error}.") from error


# RFC 9110 renamed them, and Python with version 3.13.
_RENAMED = {413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}


def phrase(status: int) -> str:
    """Return what RFC 9110 calls *status*."""
    try:
        return _RENAMED.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"
