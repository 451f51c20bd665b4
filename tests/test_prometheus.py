"""The tests' own Prometheus, with a tiny target."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.prometheus import Prometheus, prometheus, promtool

METRICS = b"""\
# HELP sold_total What was sold.
# TYPE sold_total counter
sold_total{shop="a"} 3
"""

RULES = """
groups:
  - name: tests
    rules:
      - {record: "sold:double", expr: "sold_total * 2"}
"""


class Target(BaseHTTPRequestHandler):
    """What is scraped."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(METRICS)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def target() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Target) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def value(server: Prometheus, expression: str) -> str:
    """Wait until an expression has one series, and return its value."""
    deadline = time.monotonic() + 30
    while not (found := server.query(expression)):
        assert time.monotonic() < deadline, server.output
        time.sleep(0.05)
    (series,) = found
    return str(series["value"][1])


def test_promtool() -> None:
    assert promtool("check", "metrics", input=METRICS).returncode == 0
    bad = promtool("check", "metrics", input=METRICS.replace(b"_total", b""))
    assert bad.returncode == 3
    assert 'counter metrics should have "_total" suffix' in bad.stdout + bad.stderr


def test_prometheus(tmp_path: Path) -> None:
    """It scrapes, and it evaluates rules."""
    (tmp_path / "rules.yml").write_text(RULES)
    with (
        target() as address,
        prometheus(tmp_path, [address], rules=tmp_path / "rules.yml") as server,
    ):
        assert value(server, 'sold_total{shop="a"}') == "3"
        assert value(server, "sold:double") == "6"
        assert server.query("none") == []
