"""A collector that is away, slow or broken costs telemetry, and neither an answer nor a quick end."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.otlp import Receiver, receiver, refused_url

from .server import Server, asgi, gunicorn, uwsgi
from .shop import (
    APP,
    DURATION,
    ORDERS,
    Protocol,
    assert_spans,
    otlp,
    push_to,
    send,
    send_to_all,
    total,
    totals,
)

TRIES = 3
END_SECONDS = 4.0
ADDED_SECONDS = 3.0
"""To what the server needs with a collector that answers, where a busy machine makes that long."""

DROPPED = "baseline_telemetry_dropped_total"
FAILURES = "baseline_telemetry_export_failures_total"


def warnings(server: Server) -> list[dict[str, Any]]:
    """Return what the server has said about its telemetry."""
    lines = [json.loads(line) for line in server.stdout.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("otel.scope.name") == "flask_baseline.telemetry"]


@pytest.mark.parametrize(
    ("fault", "protocol", "worker"),
    [
        ("refuse", "http", "gthread"),
        ("refuse", "grpc", "gevent"),
        ("503", "http", "gevent"),
        ("503", "grpc", "gthread"),
        ("garbage", "http", "gthread"),
        ("garbage", "grpc", "gevent"),
        ("hang", "http", "gthread"),
    ],
)
def test_requests_go_on(tmp_path: Path, fault: str, protocol: Protocol, worker: str) -> None:
    """All requests are answered, spans that do not fit are counted, and one line for each signal says so."""
    with receiver("" if fault == "refuse" else fault) as collector:  # type: ignore[arg-type]
        env = push_to(collector, protocol, seconds=0.2)
        if fault == "refuse":
            env["OTEL_EXPORTER_OTLP_ENDPOINT"] = refused_url()
        limits = {"OTEL_BSP_MAX_QUEUE_SIZE": "50", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10"}
        # Seconds until the exporter gives up.
        env = {**env, **limits, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
        with gunicorn(tmp_path, APP, "-w", "1", "-k", worker, "--threads", "4", env=env) as server:
            send(server, 5)
            if fault != "refuse":
                # From here on the collector has requests that it has not answered well.
                server.wait_until(lambda: collector.requests >= 2)
            send(server, 200)
            server.wait_until(lambda: total(totals(server), ORDERS) == 205)
            # Over HTTP the exporters do not read an answer of 200.
            expected = 0 if (fault, protocol) == ("garbage", "http") else 1
            if expected:
                server.wait_until(lambda: total(totals(server), DROPPED) > 0)
                server.wait_until(lambda: total(totals(server), FAILURES) >= 4)
            else:
                server.wait_until(lambda: collector.requests >= 4)
            server.wait_until(lambda: len(warnings(server)) >= 2 * expected)
        said = Counter(line["body"].partition(":")[0] for line in warnings(server))
        assert said["the collector does not take traces"] == expected
        assert said["the collector does not take metrics"] == expected


@pytest.mark.parametrize(
    ("protocol", "worker"), [("grpc", "gthread"), ("http", "gevent"), ("grpc", "gevent")]
)
def test_nobody_waits(tmp_path: Path, protocol: Protocol, worker: str) -> None:
    """While the collector holds its first exports all requests are answered, and few spans are kept."""
    with receiver("hang") as collector:
        limits = {"OTEL_BSP_MAX_QUEUE_SIZE": "50", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10"}
        env = {**push_to(collector, protocol, seconds=0.2), **limits, "OTEL_EXPORTER_OTLP_TIMEOUT": "600"}
        with gunicorn(tmp_path, APP, "-w", "1", "-k", worker, "--threads", "4", env=env) as server:
            send(server, 5)
            server.wait_until(lambda: collector.requests == 2)
            send(server, 200)
            server.wait_until(lambda: total(totals(server), ORDERS) == 205)
            # Two spans each; one batch is on its way, and the queue is full.
            server.wait_until(lambda: total(totals(server), DROPPED) >= 2 * 205 - 10 - 50)
            assert total(totals(server), DROPPED) < 2 * 205
            assert collector.requests == 2
            assert warnings(server) == []


def test_a_slow_collector(tmp_path: Path) -> None:
    """A collector that takes its time gets everything, and nobody is warned."""
    with receiver("slow") as collector:
        env = push_to(collector, seconds=0.2)
        with gunicorn(tmp_path, APP, "-w", "1", "--threads", "4", env=env) as server:
            sent = send(server, 100)
            server.wait_until(lambda: len(collector.spans()) == 2 * len(sent))
            server.wait_until(lambda: collector.total(DURATION) == len(sent))
            found = totals(server)
            assert total(found, DROPPED) == total(found, FAILURES) == 0
            assert warnings(server) == []
        assert_spans(collector, sent)


def started(folder: Path, kind: str, url: str, protocol: Protocol) -> Any:
    env = otlp(url, protocol)
    if kind == "uwsgi":
        return uwsgi(folder, APP, env=env)
    if kind == "uvicorn":
        return asgi(folder, APP, "uvicorn", "--workers", "2", env=env)
    return gunicorn(folder, APP, "-w", "2", "--threads", "4", "-k", *kind.split(), env=env)


@pytest.mark.parametrize(
    ("kind", "fault", "protocol"),
    [
        ("gthread", "hang", "grpc"),
        ("gthread --preload", "hang", "http"),
        ("gevent", "refuse", "grpc"),
        ("uwsgi", "hang", "http"),
        ("uvicorn", "hang", "grpc"),
    ],
)
def test_a_server_ends(tmp_path: Path, kind: str, fault: str, protocol: Protocol) -> None:
    """A server with a collector that refuses, or never answers, ends within seconds all the same."""
    tries: list[tuple[float, float]] = []
    with receiver("hang") as away, receiver() as well:
        while len(tries) < TRIES:
            folder = tmp_path / str(len(tries))
            url = refused_url() if fault == "refuse" else _url(away, protocol)
            seconds, output = seconds_to_end(folder / "away", kind, url, protocol)
            assert "Traceback" not in output
            assert "so that telemetry may be lost" in output
            if seconds < END_SECONDS:
                return
            usual, _ = seconds_to_end(folder / "well", kind, _url(well, protocol), protocol)
            if seconds - usual < ADDED_SECONDS:
                return
            tries.append((seconds, usual))
    raise AssertionError(tries)


def _url(receiver: Receiver, protocol: Protocol) -> str:
    return receiver.http_url if protocol == "http" else receiver.grpc_url


def seconds_to_end(folder: Path, kind: str, url: str, protocol: Protocol) -> tuple[float, str]:
    """Serve a few requests, stop, and return how long that took and what the server has said."""
    folder.mkdir(parents=True)
    with started(folder, kind, url, protocol) as server:
        send_to_all(server, 20, workers=2)
        return server.stop(), server.output
