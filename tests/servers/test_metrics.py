"""The page that Prometheus scrapes is right under several workers, whoever answers and whoever has gone."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from .server import Server, gunicorn, uwsgi
from .shop import APP, ORDERS, REQUESTS, send, send_to_all, total, totals

ENVIRON = {"BASELINE_HEALTH_DRAIN_SECONDS": "0"}


def scrape_until(stopped: Event, server: Server) -> list[dict[str, float]]:
    """Scrape again and again, as one of several Prometheus does."""
    pages: list[dict[str, float]] = []
    while not stopped.wait(0.02):
        pages.append(totals(server))
    return pages


def assert_never_falls(pages: list[dict[str, float]]) -> None:
    for before, after in pairwise(pages):
        assert {series for series, value in before.items() if after.get(series, -1) < value} == set()


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("gunicorn", ("-k", "sync", "--max-requests", "100", "--max-requests-jitter", "20")),
        ("gunicorn", ("-k", "gthread", "--threads", "4", "--max-requests", "100", "--preload")),
        ("gunicorn", ("-k", "gevent", "--max-requests", "150", "--max-requests-jitter", "20")),
        ("uwsgi", ("--max-requests", "150", "--min-worker-lifetime", "1")),
    ],
    ids=["sync, recycled", "gthread, preloaded and recycled", "gevent, recycled", "uwsgi, recycled"],
)
def test_totals(tmp_path: Path, kind: str, args: tuple[str, ...]) -> None:
    """While workers come and go no total falls from one scrape to the next, and in the end it is exact."""
    stopped = Event()
    running: AbstractContextManager[Server] = (
        gunicorn(tmp_path, APP, "-w", "2", *args, env=ENVIRON)
        if kind == "gunicorn"
        else uwsgi(tmp_path, APP, *args, env=ENVIRON)
    )
    with running as server, ThreadPoolExecutor(2) as pool:
        scrapers = [pool.submit(scrape_until, stopped, server) for _ in range(2)]
        try:
            sent = send_to_all(server, 400, workers=3)
        finally:
            stopped.set()
        for scraper in scrapers:
            pages = scraper.result()
            assert len(pages) > 5
            assert_never_falls(pages)
        # A client has its answer before the request is counted.
        server.wait_until(lambda: total(totals(server), REQUESTS) >= len(sent))
        for _ in range(5):
            assert total(totals(server), REQUESTS) == total(totals(server), ORDERS) == len(sent)
        assert "Traceback" not in server.output


def test_an_observation_that_waits(tmp_path: Path) -> None:
    """Scrapes at the same time are all answered, though the app's own callbacks let other greenlets run."""
    app = f"""{APP}
def observe(options):
    time.sleep(0.02)
    return [metrics.Observation(7)]

meter.create_observable_gauge("shop.stock", [observe], description="What is left.")
"""
    with (
        gunicorn(tmp_path, app, "-w", "2", "-k", "gevent", env=ENVIRON) as server,
        ThreadPoolExecutor(10) as pool,
    ):
        pages = [*pool.map(lambda _: server.get("/metrics").body.decode(), range(40))]
    assert all('shop_stock{otel_scope_name="shop"} 7' in page for page in pages)


def test_a_killed_worker(tmp_path: Path) -> None:
    """A worker that is killed takes along what it has counted since its last snapshot, and nothing more."""
    # So that there are no snapshots but those of scrapes.
    env = {**ENVIRON, "BASELINE_METRICS_INTERVAL": "60"}
    with gunicorn(tmp_path, APP, "-w", "2", "-k", "gthread", "--threads", "4", env=env) as server:
        sent = send_to_all(server, 60, workers=2)
        server.wait_until(lambda: total(totals(server), REQUESTS) == len(sent))
        before = totals(server)
        more = send(server, 40)
        killed = more[0].pid
        os.kill(killed, signal.SIGKILL)
        lost = sum(each.pid == killed for each in more)
        kept = len(sent) + len(more) - lost
        pages = [before]
        server.wait_until(lambda: pages.append(totals(server)) or total(pages[-1], REQUESTS) >= kept)
        again = send_to_all(server, 40, workers=2)
        server.wait_until(
            lambda: pages.append(totals(server)) or total(pages[-1], REQUESTS) >= kept + len(again)
        )
        assert_never_falls(pages)
        assert total(pages[-1], REQUESTS) == total(pages[-1], ORDERS) == kept + len(again)


def test_snapshots(tmp_path: Path) -> None:
    """What a worker has counted is safe from its death an interval later, though nobody has scraped."""
    env = {**ENVIRON, "BASELINE_METRICS_INTERVAL": "0.1", "BASELINE_METRICS_DIR": str(tmp_path / "shared")}
    with gunicorn(tmp_path, APP, "-w", "1", "-k", "gthread", "--threads", "4", env=env) as server:
        (killed,) = {each.pid for each in send(server, 50)}

        def is_written() -> bool:
            snapshots = [file.read_text() for file in (tmp_path / "shared").glob(f"*/{killed}-*.json")]
            return any('"shop.orders"' in text and "[[[],[50," in text for text in snapshots)

        server.wait_until(is_written)
        os.kill(killed, signal.SIGKILL)
        (other,) = {each.pid for each in send_to_all(server, 10, workers=1)}
        assert other != killed
        server.wait_until(lambda: total(totals(server), REQUESTS) >= 60)
        assert total(totals(server), REQUESTS) == 60
