"""Log lines under a real gunicorn: one JSON object each, one access event a request, ids never mixed."""

from __future__ import annotations

import http.client
import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .server import Server, gunicorn

CONFIG = ("-c", "python:flask_baseline.deploy.gunicorn", "-w", "2")

WORKERS = pytest.mark.parametrize(
    "worker",
    [("-k", "sync", "--threads", "1"), ("-k", "gthread", "--threads", "4"), ("-k", "gevent")],
    ids=lambda worker: worker[1],
)

APP = """
import logging, time
import structlog
from flask import Flask, request, send_file
from flask_baseline import Baseline

app = Flask("shop")
baseline = Baseline(app)

@app.get("/")
def index():
    structlog.get_logger().info("first", mine=request.headers["X-Request-ID"])
    time.sleep(0.01)
    logging.getLogger("library").info("second", extra={"mine": request.headers["X-Request-ID"]})
    return {"ok": True}

@app.get("/boom")
def boom():
    raise RuntimeError("boom")

@app.get("/file")
def file():
    return send_file(__file__)

@app.get("/half")
def half():
    def chunks():
        yield "half"
        raise RuntimeError("half-way")
    return chunks()
"""

ENVIRON = {"BASELINE_HEALTH_DRAIN_SECONDS": "0"}


def read(server: Server) -> list[dict[str, Any]]:
    """Return the lines on standard output, each of which must be a JSON object."""
    return [json.loads(line) for line in server.stdout.splitlines()]


def events(server: Server) -> list[dict[str, Any]]:
    """Return the access events."""
    return [line for line in read(server) if line["body"] == "http.server.request"]


@WORKERS
def test_every_line_of_a_server(tmp_path: Path, worker: tuple[str, ...]) -> None:
    """From its first line to its last, a server writes JSON alone, and an event for each request."""
    with gunicorn(tmp_path, APP, *CONFIG, *worker, env=ENVIRON) as server:
        for path in ("/", "/nope", "/boom", "/file"):
            server.get(path, {"X-Request-ID": f"id{path.replace('/', '-')}"})
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0

    lines = read(server)
    assert lines[0]["body"].startswith("Starting gunicorn")
    assert lines[-1]["body"].startswith("Shutting down")
    assert {line["otel.scope.name"] for line in (lines[0], lines[-1])} == {"gunicorn.error"}
    # A client may have its answer, and another worker its next request, before the event is written.
    got = {line["request_id"]: line for line in events(server)}
    statuses = {name: line["http.response.status_code"] for name, line in got.items()}
    assert statuses == {"id-": 200, "id-nope": 404, "id-boom": 500, "id-file": 200}
    assert len(events(server)) == 4
    (error,) = [line for line in lines if line["body"].startswith("Exception on")]
    assert (error["request_id"], error["exception.message"]) == ("id-boom", "boom")
    assert got["id-file"]["http.response.body.size"] == len(APP)
    assert server.stderr == ""


@WORKERS
def test_ids_are_not_mixed(tmp_path: Path, worker: tuple[str, ...]) -> None:
    """With twenty clients at once, each line has the id of the request that wrote it."""
    with gunicorn(tmp_path, APP, *CONFIG, *worker, env=ENVIRON) as server:
        with ThreadPoolExecutor(20) as clients:
            ids = [f"request-{number}" for number in range(100)]
            answers = list(clients.map(lambda given: server.get("/", {"X-Request-ID": given}), ids))
        server.wait_until(lambda: len(events(server)) >= len(ids))

    assert [answer.headers["X-Request-ID"] for answer in answers] == ids
    assert sorted(line["request_id"] for line in events(server)) == sorted(ids)
    said = [line for line in read(server) if line["body"] in ("first", "second")]
    assert len(said) == 2 * len(ids)
    assert all(line["mine"] == line["request_id"] for line in said)


def test_a_stream_that_fails(tmp_path: Path) -> None:
    """A body that raises half-way is cut off, and its event says why, with the request's id."""
    with gunicorn(tmp_path, APP, *CONFIG, env=ENVIRON) as server:
        with pytest.raises(http.client.IncompleteRead):
            server.get("/half", {"X-Request-ID": "mine"})
        server.wait_until(lambda: events(server))

    (event,) = events(server)
    assert (event["request_id"], event["severity_text"], event["error.type"]) == (
        "mine",
        "ERROR",
        "RuntimeError",
    )
    assert "half-way" in event["exception.stacktrace"]


def test_without_our_configuration(tmp_path: Path) -> None:
    """Under a plain gunicorn the lines of the workers are ours from the moment the app is loaded."""
    with gunicorn(tmp_path, APP, "-w", "1", "--access-logfile", "-", env=ENVIRON) as server:
        server.get("/nope")
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0

    named = [line.get("otel.scope.name") for line in read(server)]
    assert named.count("gunicorn.access") >= 1
    assert len(events(server)) == 1
    assert '"Worker exiting' in server.stdout


def test_a_log_file_of_the_server_is_left_alone(tmp_path: Path) -> None:
    """An error log that the command line asks for is written as gunicorn writes it."""
    file = tmp_path / "error.log"
    with gunicorn(tmp_path, APP, *CONFIG, "--error-logfile", str(file), env=ENVIRON) as server:
        server.get("/nope")
        server.wait_until(lambda: events(server))

    assert "[INFO] Starting gunicorn" in file.read_text()


@pytest.mark.parametrize(
    ("environ", "begin"),
    [
        ({"BASELINE_LOGGING_FIELDS": "ecs", "BASELINE_SERVICE_NAME": "shop-api"}, '{"ecs.version":"8.11.0"'),
        ({"BASELINE_PROFILE": "dev"}, ""),
        ({"BASELINE_LOGGING_ENABLED": "false"}, ""),
    ],
    ids=["ecs", "console", "off"],
)
def test_the_masters_lines_follow_the_environment(
    tmp_path: Path, environ: dict[str, str], begin: str
) -> None:
    """gunicorn's first lines have the form that the environment asks for, before there is an app."""
    with gunicorn(tmp_path, APP, *CONFIG, env={**ENVIRON, **environ}) as server:
        pass

    if begin:
        assert server.stdout.startswith(begin)
        assert '"service.name":"shop-api"' in server.stdout.splitlines()[0]
    elif "BASELINE_PROFILE" in environ:
        assert "[info     ] Starting gunicorn" in server.stdout
    else:
        assert "[INFO] Starting gunicorn" in server.stderr


def test_a_reload_of_a_preloaded_app(tmp_path: Path) -> None:
    """After SIGHUP every line is still written once, and as JSON."""
    with gunicorn(tmp_path, APP, *CONFIG, "--preload", env=ENVIRON) as server:
        server.signal(signal.SIGHUP)
        server.wait_until(lambda: server.stdout.count("Worker exiting") == 2)
        server.get("/nope")
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0

    bodies = [line["body"] for line in read(server)]
    assert sum(body.startswith("Booting worker") for body in bodies) == 4
    assert server.stderr == ""


def test_an_app_that_cannot_start(tmp_path: Path) -> None:
    """The master says why in JSON too, with every wrong setting and no value."""
    environ = {**ENVIRON, "BASELINE_LOGGING_LEVEL": "planted-value"}
    with pytest.raises(AssertionError, match="has ended"), gunicorn(tmp_path, APP, *CONFIG, env=environ):
        pass

    lines = [json.loads(line) for line in (tmp_path / "stdout").read_text().splitlines()]
    assert any("BASELINE_LOGGING_LEVEL (environment)" in line.get("exception.message", "") for line in lines)
    assert "planted-value" not in (tmp_path / "stdout").read_text() + (tmp_path / "stderr").read_text()
