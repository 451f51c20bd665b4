"""A Flask app under an ASGI server."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from flask import Flask, Response, request

from flask_baseline import Baseline
from flask_baseline.deploy.asgi import to_asgi
from flask_baseline.testing import captured_spans
from tests.waiting import LIMIT_SECONDS

from .asgi_server import Visit, ask, scope_of, visit


def make_app(**settings: object) -> Flask:
    app = Flask("shop")
    app.config.update(BASELINE_TRACING_EXPORTER="memory", BASELINE_METRICS_ENABLED=False)
    app.config.update(settings)

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> Response:
        return Response(request.get_data(), headers={"X-Query": request.environ["QUERY_STRING"]})

    Baseline(app)
    return app


def test_an_answer() -> None:
    """Status, headers and body arrive, and the app sees the client's address and the host."""
    app = make_app()
    app.add_url_rule("/who", view_func=lambda: ([request.remote_addr, request.host], 202))
    answer = ask(app, "/who", headers=[("X-Request-ID", "r-1")])
    assert (answer.status, answer.headers["x-request-id"]) == (202, "r-1")
    assert answer.body == b'["203.0.113.7","shop.test"]\n'


def test_a_probe() -> None:
    """What is answered before the app is answered here too."""
    assert ask(make_app(), "/livez").status == 200


BODIES: dict[str, tuple[list[bytes], list[tuple[str, str]]]] = {
    "none": ([], []),
    "one-part": ([b"abc"], [("content-length", "3")]),
    "parts": ([b"a" * 70_000, b"b", b"", b"c" * 70_000], [("content-length", "140001")]),
    "chunked": ([b"abc", b"def"], [("transfer-encoding", "chunked")]),
    "http-2-without-a-length": ([b"abc", b"def"], []),
    "bytes": ([bytes(range(256))], [("content-length", "256")]),
}


@pytest.mark.parametrize(("parts", "headers"), BODIES.values(), ids=BODIES)
def test_the_body_of_a_request(parts: list[bytes], headers: list[tuple[str, str]]) -> None:
    """The app reads all of the body, in however many parts it comes, and whether its length is known."""
    assert ask(make_app(), "/echo", "POST", Visit(parts), headers=headers).body == b"".join(parts)


@pytest.mark.parametrize(
    "headers",
    [[("content-length", "600")], [("transfer-encoding", "chunked")]],
    ids=["with-a-length", "chunked"],
)
def test_a_client_that_leaves_in_its_body(headers: list[tuple[str, str]]) -> None:
    """Half a body is no body: the view does not get it, and what it costs is 400."""
    app = make_app()
    with captured_spans(app) as spans:
        ask(app, "/echo", "POST", Visit([b"a" * 300], is_whole=False), headers=headers)
    (span,) = spans
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 400


def test_a_stream_is_sent_piece_by_piece() -> None:
    """Each piece reaches the client before the next one is made."""
    app = make_app()
    seen = threading.Semaphore(0)

    def pieces() -> Any:
        for number in range(5):
            yield str(number)
            # It is made when the client has the last.
            assert seen.acquire(timeout=LIMIT_SECONDS)

    app.add_url_rule("/stream", view_func=lambda: Response(pieces()))

    async def watch() -> list[bytes]:
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                chunks.append(message["body"])
                seen.release()

        await asyncio.wait_for(to_asgi(app)(scope_of("/stream"), receive, send), LIMIT_SECONDS)  # type: ignore[arg-type]
        return chunks

    assert asyncio.run(watch()) == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("body", [[], [b"unread"]], ids=["no-body", "a-body-that-nobody-reads"])
def test_a_client_that_leaves_a_stream(body: list[bytes]) -> None:
    """A stream without end ends when its client has left; its generator is closed, and so is its span."""
    app = make_app()
    closed: list[bool] = []

    def for_ever() -> Any:
        try:
            while True:
                yield b"tick"
        finally:
            closed.append(True)

    app.add_url_rule("/ticks", view_func=lambda: Response(for_ever()), methods=["POST"])
    with captured_spans(app) as spans:
        answer = ask(app, "/ticks", "POST", Visit(body, leaves=lambda got: len(got.chunks) >= 30))
    assert (answer.status, set(answer.chunks)) == (200, {b"tick"})
    assert closed == [True]
    assert [span.name for span in spans] == ["POST /ticks"]


def test_a_body_that_is_read_during_the_response() -> None:
    """An app that answers while it reads gets all of the body, though somebody watches for its client."""
    app = make_app()

    @app.post("/shout")
    def shout() -> Response:
        stream = request.stream

        def pieces() -> Any:
            while piece := stream.read(3):
                yield piece.upper()

        return Response(pieces())

    parts = [b"abc", b"def", b"ghi", b"jkl", b"mno"]
    headers = [("transfer-encoding", "chunked")]
    assert ask(app, "/shout", "POST", Visit(parts), headers=headers).body == b"ABCDEFGHIJKLMNO"


@pytest.mark.parametrize("count", [1, 50], ids=["short", "longer-than-the-queue"])
def test_a_server_that_does_not_take_the_response(count: int) -> None:
    """What the server raises reaches the server, and no thread waits for ever with what is left."""
    app = make_app()
    closed: list[bool] = []

    def pieces() -> Any:
        try:
            for _ in range(count):
                yield b"piece"
        finally:
            closed.append(True)

    app.add_url_rule("/stream", view_func=lambda: Response(pieces()))
    failure = RuntimeError("response is longer than its length")
    with pytest.raises(RuntimeError, match="longer than its length"):
        asyncio.run(visit(to_asgi(app), scope_of("/stream"), Visit(), send_fails=failure))
    assert closed == [True]


def test_an_exception() -> None:
    """A view that fails is a 500, as under any server."""
    app = make_app()
    app.add_url_rule("/fail", view_func=lambda: 1 / 0)
    assert ask(app, "/fail").status == 500


def test_an_exception_that_the_app_lets_out() -> None:
    """An app that propagates exceptions gives them to the server, and the span has them."""
    app = make_app(PROPAGATE_EXCEPTIONS=True)
    app.add_url_rule("/fail", view_func=lambda: 1 / 0)
    with captured_spans(app) as spans, pytest.raises(ZeroDivisionError):
        ask(app, "/fail")
    assert spans[0].attributes is not None
    assert spans[0].attributes["error.type"] == "ZeroDivisionError"


def test_a_stream_that_fails_half_way() -> None:
    """The server gets the exception, so that it does not end the response as if it were whole."""
    app = make_app()

    def pieces() -> Any:
        yield b"one"
        raise ValueError("no more")

    app.add_url_rule("/stream", view_func=lambda: Response(pieces()))
    with captured_spans(app) as spans, pytest.raises(ValueError, match="no more"):
        ask(app, "/stream")
    assert spans[0].attributes is not None
    assert spans[0].attributes["error.type"] == "ValueError"


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        (b"q=a+b&n=%C3%A9", "q=a+b&n=%C3%A9"),
        (b"q=\xff\xc3\xa9", "q=%FF%C3%A9"),
        (b"q=a b", "q=a%20b"),
        (b"", ""),
    ],
    ids=["plain", "bytes", "space", "empty"],
)
def test_the_query(query: bytes, seen: str) -> None:
    """The query arrives as it is; bytes that no URL has are encoded, and are no error of the server's."""
    assert ask(make_app(), "/echo", query_string=query).headers["x-query"] == seen


def test_threads() -> None:
    """As many requests run at the same time as there are threads."""
    app = make_app()
    at_once = threading.Barrier(3)
    app.add_url_rule("/meet", view_func=lambda: str(at_once.wait(LIMIT_SECONDS) < 3))
    asgi = to_asgi(app, threads=3)

    async def three() -> list[bytes]:
        visits = [visit(asgi, scope_of("/meet"), Visit()) for _ in range(3)]
        return [answer.body for answer in await asyncio.gather(*visits)]

    assert asyncio.run(three()) == [b"True"] * 3


def test_one_thread() -> None:
    """With one thread requests wait for each other, and all are answered."""
    app = make_app()
    running: list[int] = []

    @app.get("/one")
    def one() -> str:
        running.append(1)
        alone = len(running) == 1
        running.pop()
        return str(alone)

    asgi = to_asgi(app, threads=1)

    async def many() -> set[bytes]:
        visits = [visit(asgi, scope_of("/one"), Visit()) for _ in range(20)]
        return {answer.body for answer in await asyncio.gather(*visits)}

    assert asyncio.run(many()) == {b"True"}


def test_contexts_do_not_mix() -> None:
    """Requests at the same time in one loop have a trace and a request id each."""
    app = make_app()
    asgi = to_asgi(app, threads=5)

    async def many() -> set[str]:
        visits = [
            visit(asgi, scope_of("/echo", headers=[("X-Request-ID", f"r-{number}")]), Visit())
            for number in range(30)
        ]
        return {answer.headers["x-request-id"] for answer in await asyncio.gather(*visits)}

    with captured_spans(app) as spans:
        assert asyncio.run(many()) == {f"r-{number}" for number in range(30)}
    assert len({span.context.trace_id for span in spans if span.context}) == 30


def test_errors_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """What an app writes to the error stream of WSGI is not among the lines of standard output."""
    app = make_app(BASELINE_LOGGING_ENABLED=False)
    app.add_url_rule("/", view_func=lambda: str(request.environ["wsgi.errors"].write("noted\n")))
    ask(app)
    assert (capsys.readouterr().out, capsys.readouterr().err) in {("", ""), ("", "noted\n")}
