"""Answers at the edge, for requests that the app must not see."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from .problems import MIMETYPE, problem_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def refusal(status: int, detail: str, headers: Iterable[tuple[str, str]] = ()) -> WSGIApplication:
    """Return the app that answers with a problem (RFC 9457).

    Args:
        status: from 400 to 599.
        detail: a fixed text; what a client has sent does not belong in it.
        headers: more of the answer.
    """
    line, more = f"{status} {HTTPStatus(status).phrase}", [*headers]

    def refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The request's id is known by now.
        body = json.dumps(problem_body(status, detail=detail)).encode()
        fixed = [("Content-Type", MIMETYPE), ("Content-Length", str(len(body))), *more]
        start_response(line, fixed)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    return refuse
