"""The start and the end of an ASGI server, and what is no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.deploy.asgi import to_asgi
from tests.ending import end_telemetry
from tests.otlp import Receiver, receiver

from .asgi_server import Visit, scope_of, visit


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run a collector, to which nothing is sent for an hour."""
    with receiver() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.http_url)
        for name in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"):
            monkeypatch.setenv(name, "3600000")
        yield received
        end_telemetry()


def make_app(name: str = "shop") -> Flask:
    app = Flask(name)
    Baseline(app)
    return app


async def live(asgi: Any, *messages: str) -> list[str]:
    """Tell *asgi* of the server's life, and return what it answers."""
    coming = [{"type": f"lifespan.{message}"} for message in messages]
    answers: list[str] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message["type"])

    await asgi({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    return answers


def test_the_protocol() -> None:
    """Start and end are answered, each when it is asked."""
    answers = asyncio.run(live(to_asgi(make_app()), "startup", "shutdown"))
    assert answers == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_message_of_a_later_protocol() -> None:
    """What nobody knows yet is passed over."""
    answers = asyncio.run(live(to_asgi(make_app()), "startup", "pause", "shutdown"))
    assert answers == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_end_sends_everything(collector: Receiver) -> None:
    """When the server says that all is over, what waits has been sent, and the server may end by a signal."""
    asgi = to_asgi(make_app())

    async def serve() -> None:
        await visit(asgi, scope_of("/missing"), Visit())
        assert collector.spans() == []
        await live(asgi, "startup", "shutdown")

    asyncio.run(serve())
    assert [span.name for span in collector.spans()] == ["GET"]
    assert collector.total("http.server.request.duration") == 1


def test_a_second_life(collector: Receiver) -> None:
    """A server that is started again in the same process, as in tests, sends what it has then."""
    asgi = to_asgi(make_app())

    async def serve() -> None:
        await live(asgi, "startup", "shutdown")
        await visit(asgi, scope_of("/missing"), Visit())
        await live(asgi, "startup", "shutdown")

    asyncio.run(serve())
    asyncio.run(serve())
    assert len(collector.spans()) == 2
    assert collector.total("http.server.request.duration") == 2


def test_what_was_counted_without_a_request(collector: Receiver) -> None:
    """A server that ends before its first request sends what its app has counted until then."""
    from opentelemetry import metrics

    app = make_app()
    with app.app_context():
        metrics.get_meter("shop").create_counter("shop.starts").add(1)
    asyncio.run(live(to_asgi(app), "startup", "shutdown"))
    assert collector.total("shop.starts") == 1


def test_a_web_socket_is_refused() -> None:
    """A WebSocket is closed before it is open, which a server answers with 403; Flask hears nothing of it."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {**scope_of("/chat"), "type": "websocket"}
    asyncio.run(to_asgi(make_app())(scope, receive, send))  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["websocket.close"]
