"""A real Prometheus scrapes a server of two workers, and counts what was sent to it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.otlp import receiver
from tests.prometheus import Prometheus, prometheus, promtool

from .server import gunicorn
from .shop import APP, ORDERS, push_to, send_to_all

OPENMETRICS = "application/openmetrics-text; version=1.0.0"

COUNT = "http_server_request_duration_seconds_count"
INTERVAL = 0.25
BUCKET = "http_server_request_duration_seconds_bucket"


def value(prometheus: Prometheus, expression: str) -> float:
    """Return the value of the one series that an expression has; 0 where it has none."""
    return sum(float(series["value"][1]) for series in prometheus.query(expression))


def test_a_real_prometheus(tmp_path: Path) -> None:
    """What has come in is what was sent, no counter was reset, and buckets lead to traces that were sent."""
    home = tmp_path / "prometheus"
    home.mkdir()
    # Two workers that are recycled, so that any of them may answer, dead ones have to be kept too.
    args = ("-w", "2", "-k", "gthread", "--threads", "4", "--max-requests", "150")
    with receiver() as collector, gunicorn(tmp_path, APP, *args, env=push_to(collector)) as server:
        first = send_to_all(server, 20, workers=2)
        with prometheus(home, [f"127.0.0.1:{server.port}"]) as scraped:
            server.wait_until(lambda: value(scraped, f"sum({COUNT})") == len(first))
            # So that the window begins after the series.
            time.sleep(1)
            begin = time.time()
            sent = [*send_to_all(server, 400, workers=3)]
            server.wait_until(lambda: value(scraped, f"sum({COUNT})") == len(first) + len(sent))
            assert value(scraped, f"sum({ORDERS})") == len(first) + len(sent)
            assert value(scraped, f"sum(resets({COUNT}[1m]))") == 0
            assert value(scraped, f"sum(resets({ORDERS}[1m]))") == 0
            assert value(scraped, f"sum({COUNT}) - sum({COUNT} @ {begin})") == len(sent)
            # It continues the line from the first and last scrape to the ends of its window.
            window = int(time.time() - begin) + 1
            increase = value(scraped, f"sum(increase({COUNT}[{window}s]))")
            assert increase == pytest.approx(len(sent) * window / (window - INTERVAL), rel=0.1)
            found = scraped.ask(
                "query_exemplars", query=BUCKET, start=str(begin - 60), end=str(time.time() + 60)
            )
        traces = {each["labels"]["trace_id"] for series in found for each in series["exemplars"]}
        assert traces
        assert traces <= {each.trace_id for each in (*first, *sent)}
        page = server.get("/metrics", {"Accept": "text/plain"})
        checked = promtool("check", "metrics", input=page.body)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
        page = server.get("/metrics", {"Accept": OPENMETRICS})
        assert page.headers["Content-Type"].startswith("application/openmetrics-text")
        # promtool does not read it; this parser is strict.
        assert [*text_string_to_metric_families(page.body.decode())]
