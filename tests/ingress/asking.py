"""Ask an app as a server would that passes on what a client sends, however wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from flask_baseline import Baseline

from ..steps import call


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def app_of(**options: object) -> Flask:
    """Return an app with Baseline whose ingress has *options*, and a view that says what it was asked."""
    app = Flask("shop")
    app.config.update({f"BASELINE_INGRESS_{name.upper()}": value for name, value in options.items()})
    app.add_url_rule("/", "seen", _seen, methods=["GET", "POST"])
    app.add_url_rule("/<path:path>", "seen_below", _seen, methods=["GET", "POST"])
    Baseline(app)
    return app


def _seen(path: str = "") -> dict[str, object]:
    return {
        "address": request.remote_addr,
        "scheme": request.scheme,
        "host": request.environ.get("HTTP_HOST"),
        "root": request.root_path,
        "body": request.get_data(as_text=True),
    }


def ask(app: Flask, path: str = "/", method: str = "GET", **environ: object) -> Answer:
    """Return the answer to one request; a variable that is None is not in its environ."""
    # EnvironBuilder would quote it.
    variables = {"PATH_INFO": path, "REMOTE_ADDR": "10.0.0.1", **environ}
    absent = {name for name, value in variables.items() if value is None}

    def without(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return app({name: value for name, value in environ.items() if name not in absent}, start_response)

    answer = call(without, method=method, **variables)
    body = answer.drain()
    ((status, headers),) = answer.started
    return Answer(int(status.split()[0]), dict(headers), body)


def sent(data: bytes, length: int | str | None = None, **environ: object) -> dict[str, object]:
    """Return the environ of a body with a length, the true one if none is given."""
    return {
        "CONTENT_LENGTH": str(len(data) if length is None else length),
        "wsgi.input": io.BytesIO(data),
        **environ,
    }


def chunked(data: bytes, **environ: object) -> dict[str, object]:
    """Return the environ of a body without a length, from a server that ends it."""
    ended = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    return {**ended, "CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(data), **environ}
