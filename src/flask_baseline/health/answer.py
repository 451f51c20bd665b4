"""The answers of the probes, as the bytes and headers that go out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..problems import MIMETYPE, problem_body
from .report import Status

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON = "application/json"
HEALTH_JSON = "application/health+json"
"""The media type of draft-inadarei-api-health-check."""

_CODES: Mapping[Status, HTTPStatus] = {
    "pass": HTTPStatus.OK,
    "warn": HTTPStatus.OK,
    "fail": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Answer:
    """A response, made once and sent any number of times."""

    __slots__ = ("chunks", "headers", "health_headers", "status")

    def __init__(
        self,
        code: HTTPStatus,
        body: Mapping[str, Any],
        *,
        types: tuple[str, str] = (JSON, HEALTH_JSON),
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        content = json.dumps(body).encode()
        self.status = f"{code.value} {code.phrase}"
        self.chunks = (content,)
        self.headers, self.health_headers = (
            [
                ("Content-Type", mimetype),
                ("Content-Length", str(len(content))),
                ("Cache-Control", "no-store"),
                *headers,
            ]
            for mimetype in types
        )


def health_answer(body: Mapping[str, Any]) -> Answer:
    """Return the answer for a body with a ``status``."""
    return Answer(_CODES[body["status"]], body)


BY_STATUS: Mapping[Status, Answer] = {status: health_answer({"status": status}) for status in _CODES}

METHOD_NOT_ALLOWED = Answer(
    HTTPStatus.METHOD_NOT_ALLOWED,
    problem_body(HTTPStatus.METHOD_NOT_ALLOWED),
    types=(MIMETYPE, MIMETYPE),
    headers=[("Allow", "GET, HEAD")],
)


def send(answer: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Send *answer*, in the media type that the client asks for, without its body for HEAD."""
    accept = environ.get("HTTP_ACCEPT")
    headers = answer.health_headers if accept and _asks_for_health_json(accept) else answer.headers
    # A copy, since a server may add to the list.
    start_response(answer.status, headers.copy())
    return () if environ["REQUEST_METHOD"] == "HEAD" else answer.chunks


def _asks_for_health_json(accept: str) -> bool:
    """Whether the media type is listed by name and not refused with a quality of 0 (RFC 9110, 12.5.1)."""
    accept = accept.lower()
    if HEALTH_JSON not in accept:
        return False
    for element in accept.split(","):
        mimetype, *parameters = (part.strip() for part in element.split(";"))
        if mimetype == HEALTH_JSON:
            return not any(name.startswith("q=") and not name[2:].strip("0.") for name in parameters)
    return False
