"""The requests that are measured, the service that answers them, and what a server does for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from wsgiref.util import FileWrapper

from flask import Flask, jsonify, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ORDER = {
    "order_number": "A-2041",
    "customer": "Grace Hopper",
    "email": "grace@example.com",
    "currency": "EUR",
    "total": 104.5,
    "is_gift": False,
    "note": "Leave it at the door",
    "ordered_at": "2026-01-31T12:00:00Z",
    "ship_to": "1 Navy Yard, Arlington",
    "items": [
        {"sku": f"SKU-{number}", "name": "Ballpoint pen", "quantity": number, "price": 10.45}
        for number in range(1, 6)
    ],
}

# What gunicorn makes of a request that a proxy passes on.
_COMMON: Mapping[str, Any] = {
    "wsgi.errors": sys.stderr,
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": FileWrapper,
    "wsgi.input_terminated": True,
    "wsgi.url_scheme": "http",
    "SERVER_SOFTWARE": "gunicorn/23.0.0",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_NAME": "0.0.0.0",
    "SERVER_PORT": "8000",
    "REMOTE_ADDR": "10.0.3.7",
    "REMOTE_PORT": "51824",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "HTTP_HOST": "api.example.com",
    "HTTP_ACCEPT": "application/json",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate",
    "HTTP_CONNECTION": "keep-alive",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


@dataclass(frozen=True)
class Scenario:
    """One kind of request."""

    name: str
    title: str
    variables: Mapping[str, Any]
    """What its environ has besides what all have."""
    body: bytes = b""

    def environ(self) -> WSGIEnvironment:
        """Return the environ of one more request."""
        return {**_COMMON, **self.variables, "wsgi.input": BytesIO(self.body)}


def _get(name: str, path: str, query: str = "") -> Scenario:
    url = f"{path}?{query}" if query else path
    variables = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "RAW_URI": url}
    return Scenario(name, f"GET {url}", variables)


def _post(name: str, path: str, body: bytes) -> Scenario:
    variables = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "RAW_URI": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_ORIGIN": "https://shop.example.com",
        "HTTP_AUTHORIZATION": "Bearer " + ".".join(("e" * 36, "e" * 160, "s" * 43)),
    }
    return Scenario(name, f"POST {path}", variables, body)


POST = _post("post", "/orders", json.dumps(ORDER).encode())
GET = _get("get", "/users/17")
ROW = _get("row", "/rows/17")
QUERY = _get("query", "/products", "text=pen&colour=red&colour=blue&limit=20&max_price=9.5&in_stock=true")
LIVE = _get("live", "/livez")
READY = _get("ready", "/readyz")

SCENARIOS = {scenario.name: scenario for scenario in (POST, GET, ROW, QUERY, LIVE, READY)}


def service() -> Flask:
    """Return the service without anything around it."""
    app = Flask("service")

    @app.post("/orders")
    def create_order() -> Any:
        order = request.get_json()
        return jsonify({"id": 17, **order})

    @app.get("/users/<int:id>")
    def show_user(id: int) -> Any:
        return jsonify({"id": id, "name": "Grace Hopper"})

    @app.get("/products")
    def find_products() -> Any:
        query = request.args
        return jsonify(
            {
                "text": query["text"],
                "colour": query.getlist("colour"),
                "limit": int(query["limit"]),
                "max_price": float(query["max_price"]),
                "in_stock": query["in_stock"] == "true",
            }
        )

    return app


def add_probe_routes(app: Flask) -> Flask:
    """Add the probes to *app* the way that Flask offers."""

    @app.get("/livez")
    def live() -> Any:
        return {"status": "pass"}

    @app.get("/readyz")
    def ready() -> Any:
        return {"status": "pass"}

    return app


def serve(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Do what a server does for one request; return the status, the headers and the body."""
    answer: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        answer[:] = (status, headers)

    body = app(environ, start_response)
    try:
        content = b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
    return answer[0], answer[1], content
