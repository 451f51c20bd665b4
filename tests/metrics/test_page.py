"""The page that Prometheus scrapes: its formats, its methods, and what it leaves to the app."""

from __future__ import annotations

import gzip
import logging

import pytest
from flask import Flask
from opentelemetry import metrics, trace

from flask_baseline import Baseline
from flask_baseline.testing import captured_spans
from tests.prometheus import promtool

from .pages import DURATION, OPENMETRICS, ask, make_app, read, scrape, value

placed = metrics.get_meter("shop").create_counter("orders.placed", "{order}", "Orders that were placed.")


def _shop(**options: object) -> Flask:
    app = make_app(**options)

    @app.get("/orders/<int:id>")
    def order(id: int) -> str:
        placed.add(1, {"channel": "web"})
        return "ok"

    ask(app, "/orders/7")
    return app


def test_the_text_format() -> None:
    """A client that does not ask for more gets Prometheus' text, with what each family is."""
    page = ask(_shop(), "/metrics")
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    samples = {(sample.name, sample.labels.get("http_route")): sample.value for sample in read(page.text)}
    assert samples[f"{DURATION}_count", "/orders/<int:id>"] == 1
    assert f"# HELP {DURATION} Duration of HTTP server requests.\n" in page.text
    assert "# HELP orders_placed_total Orders that were placed.\n" in page.text
    assert 'orders_placed_total{channel="web",otel_scope_name="shop"} 1.0\n' in page.text


def test_openmetrics() -> None:
    """A client that asks for OpenMetrics gets it, as strict as its parser is."""
    app = _shop()
    page = ask(app, "/metrics", headers={"Accept": OPENMETRICS})
    assert page.headers["Content-Type"].startswith("application/openmetrics-text")
    assert page.text.endswith("# EOF\n")
    assert f"# UNIT {DURATION} seconds\n" in page.text
    # The process goes on in between.
    changing = ("process_", "cpython_")
    assert [(s.name, s.labels, s.value) for s in read(page.text) if not s.name.startswith(changing)] == [
        (s.name, s.labels, s.value) for s in read(scrape(app)) if not s.name.startswith(changing)
    ]


def test_promtool() -> None:
    """Prometheus' own tool has nothing to say against the page."""
    done = promtool("check", "metrics", input=scrape(_shop()).encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_service() -> None:
    """The page says which service it is of."""
    app = Flask("shop")
    app.config.update(BASELINE_SERVICE_NAME='a "b"', BASELINE_SERVICE_VERSION="1.2")
    Baseline(app)
    (sample,) = [sample for sample in read(scrape(app)) if sample.name == "target_info"]
    assert sample.labels == {"service_name": 'a "b"', "service_version": "1.2"}


def test_compressed() -> None:
    """A client that takes gzip gets it."""
    page = ask(_shop(), "/metrics", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert "orders_placed_total" in gzip.decompress(page.data).decode()


def test_head() -> None:
    """HEAD has the headers of GET and no body."""
    app = _shop()
    get, head = ask(app, "/metrics"), ask(app, "/metrics", "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_a_query_changes_nothing() -> None:
    """A query, such as one for some of the names, is answered with all."""
    page = ask(_shop(), "/metrics?name[]=nothing")
    assert "orders_placed_total" in page.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "FOO"])
def test_other_methods(method: str) -> None:
    """Another method is the app's to answer, which has nothing there."""
    assert ask(_shop(), "/metrics", method).status_code == 404


@pytest.mark.parametrize("path", ["/metrics/", "/metrics/x", "/Metrics", "/metricsx", "//metrics"])
def test_other_paths(path: str) -> None:
    """Only the path itself is the page."""
    assert ask(_shop(), path).status_code == 404


def test_another_path() -> None:
    """`BASELINE_METRICS_PATH` moves the page."""
    app = _shop(path="/internal/prometheus")
    assert "orders_placed_total" in ask(app, "/internal/prometheus").text
    assert ask(app, "/metrics").status_code == 404


def test_the_apps_own_route_wins(caplog: pytest.LogCaptureFixture) -> None:
    """A route of the app at the path keeps answering, and one warning says so."""
    app = make_app()
    app.add_url_rule("/metrics", view_func=lambda: "my own")
    assert [ask(app, "/metrics").text for _ in range(3)] == ["my own"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "the app has a route /metrics of its own, which answers there. Fix: remove it, or set "
        "BASELINE_METRICS_PATH to another path."
    ]


def test_a_scrape_leaves_no_mark(capsys: pytest.CaptureFixture[str]) -> None:
    """A scrape is neither logged nor counted nor traced, and is not in flight itself."""
    app = make_app(features=("logging", "tracing", "metrics"))
    with captured_spans(app) as spans:
        for _ in range(3):
            scrape(app)
        with pytest.raises(KeyError):
            value(app, f"{DURATION}_count")
        with pytest.raises(KeyError):
            value(app, "http_server_active_requests")
        ask(app, "/missing")
        assert value(app, f"{DURATION}_count") == 1
        assert value(app, "http_server_active_requests") == 0
    assert [span.name for span in spans] == ["GET"]
    assert capsys.readouterr().out.count('"body":"http.server.request"') == 1


def test_exemplars() -> None:
    """In OpenMetrics a bucket has the trace of its last sampled request, and of no other."""
    app = make_app(features=("tracing", "metrics"))
    app.add_url_rule("/", view_func=lambda: "")
    sampled, unsampled = "1" * 32, "2" * 32
    span_ids = []
    with captured_spans(app) as spans:
        for trace_id, flag in ((sampled, "01"), (unsampled, "00")):
            ask(app, headers={"traceparent": f"00-{trace_id}-{'3' * 16}-{flag}"})
        span_ids += [trace.format_span_id(span.context.span_id) for span in spans if span.context]
    exemplars = [sample.exemplar for sample in read(scrape(app, OPENMETRICS)) if sample.exemplar]
    assert [exemplar.labels for exemplar in exemplars] == [{"trace_id": sampled, "span_id": span_ids[0]}]
    assert 0 < exemplars[0].value < 10
    assert "trace_id" not in scrape(app)


def test_exemplars_of_the_apps_own_histogram() -> None:
    """A histogram of the app has examples too."""
    app = make_app(features=("tracing", "metrics"))
    weight = metrics.get_meter("shop").create_histogram("parcel.weight", "kg")
    app.add_url_rule("/", view_func=lambda: weight.record(30) or "")
    with captured_spans(app) as spans:
        ask(app)
    (context,) = [span.context for span in spans]
    assert context is not None
    (exemplar,) = [
        sample.exemplar
        for sample in read(scrape(app, OPENMETRICS))
        if sample.exemplar and sample.name == "parcel_weight_kg_bucket"
    ]
    assert exemplar.labels["trace_id"] == trace.format_trace_id(context.trace_id)
    assert exemplar.value == 30


def test_what_cannot_be_read(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the page fails the scrape is answered with 500, the log says why, and the app goes on."""
    app = _shop()

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("flask_baseline.metrics.exposition.Metric", fail)
        page = ask(app, "/metrics")
    assert (page.status_code, page.text) == (500, "the metrics cannot be read; the log says why\n")
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "the metrics cannot be read")
    assert "No space left" in caplog.text
    assert scrape(app)
