"""What `to_asgi` makes of the messages of a server, also those that no server in the tests sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request

from flask_baseline import Baseline
from flask_baseline.deploy.asgi import to_asgi
from tests.lines import access_lines_of

Message = dict[str, Any]

GONE = {"type": "http.disconnect"}


def app_of() -> Flask:
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = 1_000
    Baseline(app)

    @app.post("/")
    def echo() -> dict[str, object]:
        return {
            "body": request.get_data(as_text=True),
            "q": request.args.get("q"),
            "for": request.headers.get("X-For"),
        }

    @app.post("/stream")
    def stream() -> tuple[Iterator[str], int]:
        return iter(["no"]), 400

    return app


def part(body: bytes, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def ask(messages: list[Message], path: str = "/", **scope: object) -> tuple[int, bytes, list[Message]]:
    """Return the status, 0 for none, the body and the messages that nobody has received."""
    left, sent = [*messages], []

    async def receive() -> Message:
        assert left, "it waits for a message that never comes"
        return left.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    full: Message = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "query_string": b"",
    }
    full |= {"headers": [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")], **scope}
    asyncio.run(asyncio.wait_for(to_asgi(app_of(), threads=1)(full, receive, send), 30))
    return sent[0]["status"] if sent else 0, b"".join(message.get("body", b"") for message in sent), left


BODIES: dict[str, tuple[list[Message], int, str]] = {
    "one-part": ([part(b"hello", more=False)], 200, "hello"),
    "parts": ([part(b"hel"), part(b""), part(b"lo"), part(b"", more=False)], 200, "hello"),
    "no-members": ([{"type": "http.request"}], 200, ""),
    "at-the-limit": ([part(b"x" * 400), part(b"x" * 600, more=False)], 200, "x" * 1_000),
    "beyond-it": ([part(b"x" * 600), part(b"x" * 600), part(b"x" * 600, more=False)], 413, ""),
    "gone-beyond-the-limit": ([part(b"x" * 2_000), GONE], 413, ""),
}


@pytest.mark.parametrize(("messages", "status", "body"), BODIES.values(), ids=BODIES)
def test_bodies(messages: list[Message], status: int, body: str) -> None:
    """A body comes whole or not at all, and after an answer no message of it is left to be waited for."""
    found, answer, left = ask(messages)
    assert (found, left) == (status, [])
    assert status != 200 or json.loads(answer)["body"] == body


@pytest.mark.parametrize("messages", [[GONE], [part(b"hello"), GONE]], ids=["at once", "half-way"])
def test_a_client_that_is_gone(messages: list[Message], capsys: pytest.CaptureFixture[str]) -> None:
    """Half a body is an error for the app, and nobody is there to be told."""
    assert ask(messages) == (0, b"", [])
    (event,) = access_lines_of(capsys)
    assert event["http.response.status_code"] == 400


def test_a_huge_body() -> None:
    """Of a refused body that says how long it is, and is far too long, nothing more is received."""
    headers = [(b"host", b"localhost"), (b"content-length", b"20000000")]
    status, _, left = ask([part(b"x" * 2_000), GONE], headers=headers)
    assert (status, len(left)) == (413, 2)


def test_an_answer_without_a_length() -> None:
    """An answer that a client knows the end of by its last byte alone does not wait for the body."""
    status, body, _ = ask([part(b"hello"), GONE], "/stream")
    assert (status, body) == (400, b"no")


def test_what_wsgi_cannot_have() -> None:
    """Bytes of a query are quoted, and headers with an underscore are left out."""
    headers = [(b"x-for", b"proxy"), (b"x_for", b"client"), (b"content-length", b"0")]
    status, body, _ = ask([], query_string="q=\u00e9&r=%20".encode(), headers=headers)
    assert (status, json.loads(body)) == (200, {"body": "", "q": "\u00e9", "for": "proxy"})


def test_the_life_of_a_server() -> None:
    """The start and the end of a server are answered."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(to_asgi(app_of())({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
