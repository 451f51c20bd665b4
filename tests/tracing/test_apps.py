"""Several apps in one process, and spans that belong to none."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

import pytest
from flask import Flask
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_baseline import Baseline
from flask_baseline.testing import captured_spans
from tests.steps import call

from .conftest import TRACEPARENT, TRACING, MakeApp, ids, spans_of, tracer


def traced(make_app: MakeApp, name: str, **options: object) -> Flask:
    """Return an app whose view makes a span that is called as the app is."""
    app = make_app(name, **options)

    @app.get("/")
    @tracer.start_as_current_span(name)
    def view() -> str:
        return name

    return app


def test_two_apps(make_app: MakeApp) -> None:
    """Spans go to the app in whose request they are made, with its name and by its own sampling."""
    shop, stock, quiet = (traced(make_app, name) for name in ("shop", "stock", "quiet"))
    quiet = traced(make_app, "quiet", sample_ratio=0)
    with (
        captured_spans(shop) as of_shop,
        captured_spans(stock) as of_stock,
        captured_spans(quiet) as of_quiet,
    ):
        for app in (shop, stock, quiet, shop):
            call(app).drain()
    assert [span.name for span in of_shop] == ["shop", "GET /"] * 2
    assert [span.name for span in of_stock] == ["stock", "GET /"]
    assert of_quiet == []
    assert {span.resource.attributes["service.name"] for span in of_shop} == {"shop"}
    assert {span.resource.attributes["service.name"] for span in of_stock} == {"stock"}


@pytest.mark.parametrize("is_off", [True, False], ids=["off", "no Baseline"])
def test_an_app_without_traces(make_app: MakeApp, is_off: bool) -> None:
    """An app without the feature has no spans, and none among those of another app."""
    shop = make_app("shop")
    plain = Flask("plain")
    if is_off:
        plain.config["BASELINE_TRACING_ENABLED"] = False
        Baseline(plain)
    plain.add_url_rule("/", view_func=tracer.start_as_current_span("child")(lambda: "ok"))
    with captured_spans(shop) as spans:
        call(plain).drain()
        with plain.app_context(), tracer.start_as_current_span("job"):
            pass
    assert spans == []


def test_outside_of_a_request(make_app: MakeApp) -> None:
    """In an app context a span is of that app; without any it is of the app that was made last."""
    shop, stock = make_app("shop"), make_app("stock")
    with captured_spans(shop) as of_shop, captured_spans(stock) as of_stock:
        with shop.app_context(), tracer.start_as_current_span("in shop"):
            pass
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: tracer.start_span("nowhere").end()).result()
    assert [span.name for span in of_shop] == ["in shop"]
    assert [span.name for span in of_stock] == ["nowhere"]


def test_tracers(make_app: MakeApp) -> None:
    """A tracer that was taken before there was an app works in each, and says who it is."""
    app = make_app()
    later = trace.get_tracer("later", "1.2", attributes={"a": 1})

    @app.get("/")
    def view() -> str:
        with later.start_as_current_span("one", kind=SpanKind.CLIENT, attributes={"n": 1}):
            tracer.start_span("two").end()
        return "ok"

    two, one, _ = spans_of(app)
    assert ids(two)[0::2] == ids(one)[0:2]
    assert (one.kind, dict(one.attributes or {})) == (SpanKind.CLIENT, {"n": 1})
    assert one.instrumentation_scope is not None
    assert (one.instrumentation_scope.name, one.instrumentation_scope.version) == ("later", "1.2")
    assert two.instrumentation_scope is not None
    assert two.instrumentation_scope.name == "shop"


def test_the_inner_of_two_apps(make_app: MakeApp) -> None:
    """An app that is mounted in another has its span below the outer one's, in one trace."""
    inner, outer = traced(make_app, "inner"), Flask("outer")
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/admin": inner})  # type: ignore[method-assign]
    outer.config["BASELINE_TRACING_EXPORTER"] = "memory"
    Baseline(outer, features=TRACING)
    with captured_spans(outer) as of_outer, captured_spans(inner) as of_inner:
        call(outer, "/admin/", HTTP_TRACEPARENT=TRACEPARENT).drain()
    (above,) = of_outer
    child, below = of_inner
    assert (above.kind, below.kind) == (SpanKind.SERVER, SpanKind.INTERNAL)
    assert ids(above)[0] == ids(below)[0] == TRACEPARENT.split("-")[1]
    assert ids(below)[2] == ids(above)[1]
    assert ids(child)[2] == ids(below)[1]


@pytest.mark.parametrize("exporter", ["memory", "none", "console"])
def test_an_app_that_is_gone(make_app: MakeApp, exporter: str) -> None:
    """An app that nobody has any more is freed, and its spans go nowhere."""
    app = make_app(enabled=True, exporter=exporter)
    spans_of(app)
    gone = ref(app)
    del app
    gc.collect()
    assert gone() is None
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: tracer.start_span("nowhere").end()).result()
