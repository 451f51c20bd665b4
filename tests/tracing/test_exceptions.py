"""What a span says of an exception, wherever it is raised and whoever answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from flask import Flask, Response, abort
from opentelemetry import trace
from opentelemetry.sdk.trace import Event
from opentelemetry.trace import StatusCode

from flask_baseline.testing import captured_spans
from tests.steps import call

from .conftest import MakeApp, spans_of


class OutOfStockError(Exception):
    """An error of the app's."""


class Outer:
    """Has a class inside of it."""

    class InnerError(Exception):
        """An error with a long name."""


def fail() -> str:
    """Fail with secrets in the message and in a local variable."""
    local_secret = "swordfish"
    raise OutOfStockError(f"postgresql://ada:hunter2@db/shop password=tr0ub4dor {len(local_secret)}")


def fail_with(error: BaseException) -> Callable[[], str]:
    """Return a view that raises *error*."""

    def view() -> str:
        raise error

    return view


def answered(status: int) -> Callable[[Flask], object]:
    """Return what lets an app answer its own error with *status*."""
    return lambda app: app.register_error_handler(OutOfStockError, lambda error: ("sold out", status))


def answered_by_one_that_fails(app: Flask) -> None:
    """Let the handler of the app's error fail too."""
    app.register_error_handler(OutOfStockError, lambda error: 1 / 0)  # type: ignore[arg-type, return-value]


HANDLERS: dict[str, tuple[Callable[[Flask], object], str | None, int]] = {
    "none": (lambda app: None, f"{__name__}.OutOfStockError", 500),
    "503": (answered(503), f"{__name__}.OutOfStockError", 503),
    "409": (answered(409), None, 409),
    "200": (answered(200), None, 200),
    "of all": (lambda app: app.register_error_handler(Exception, lambda error: ("no", 500)), "", 500),
    "of 500": (lambda app: app.register_error_handler(500, lambda error: ("page", 500)), "", 500),
    "that fails": (answered_by_one_that_fails, "ZeroDivisionError", 500),
}


@pytest.mark.parametrize("handler", HANDLERS)
def test_error_handlers(make_app: MakeApp, handler: str) -> None:
    """An exception is `error.type`, whichever handler answers it, unless its answer is below 500."""
    install, error_type, status = HANDLERS[handler]
    app = make_app()
    app.add_url_rule("/", view_func=fail)
    install(app)
    (span,) = spans_of(app)
    attributes = span.attributes or {}
    expected = f"{__name__}.OutOfStockError" if error_type == "" else error_type
    assert attributes.get("error.type") == expected
    assert attributes["http.response.status_code"] == status
    assert span.status.status_code is (StatusCode.UNSET if expected is None else StatusCode.ERROR)
    assert (span.status.description, span.events) == (None, ())


@pytest.mark.parametrize("status", [400, 404, 499, 500, 503, 599])
def test_statuses_without_an_exception(make_app: MakeApp, status: int) -> None:
    """A status from 500 on is an error by itself, and a lower one is not."""
    app = make_app()
    app.add_url_rule("/", "answer", lambda: ("", status))
    app.add_url_rule("/abort", "abort", lambda: abort(Response(status=status)))
    for path in ("/", "/abort"):
        (span,) = spans_of(app, path)
        assert (span.attributes or {}).get("error.type") == (str(status) if status >= 500 else None)
        assert (span.status.status_code is StatusCode.ERROR) is (status >= 500)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("x"), "ValueError"),
        (OutOfStockError("x"), f"{__name__}.OutOfStockError"),
        (Outer.InnerError("x"), f"{__name__}.Outer.InnerError"),
        (SystemExit(3), "SystemExit"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_class_names(make_app: MakeApp, error: BaseException, name: str) -> None:
    """An exception is called by its full name, and those that end a process are told too."""
    app = make_app()
    app.add_url_rule("/", view_func=fail_with(error))
    with captured_spans(app) as spans, suppress(SystemExit, KeyboardInterrupt):
        call(app).drain()
    assert (spans[0].attributes or {})["error.type"] == name
    assert (spans[0].attributes or {})["http.response.status_code"] == 500


def event_of(app: Flask, path: str = "/") -> Event:
    """Return the event of the exception that a request raises."""
    with captured_spans(app) as spans, suppress(OutOfStockError, ZeroDivisionError):
        call(app, path).drain()
    (event,) = spans[0].events
    return event


@pytest.mark.parametrize(
    ("handler", "escaped"),
    [(lambda app: None, "False"), (answered(503), "True")],
    ids=["logged by Flask", "answered"],
)
def test_events(make_app: MakeApp, handler: Callable[[Flask], object], escaped: str) -> None:
    """With the setting a span has the exception as an event, without secrets and local variables."""
    app = make_app(exception_events=True)
    app.add_url_rule("/", view_func=fail)
    handler(app)
    event = event_of(app)
    attributes = {key: str(value) for key, value in (event.attributes or {}).items()}
    assert event.name == "exception"
    assert attributes["exception.type"] == f"{__name__}.OutOfStockError"
    assert attributes["exception.escaped"] == escaped
    assert "postgresql://[redacted]@db/shop" in attributes["exception.message"]
    assert "raise OutOfStockError" in attributes["exception.stacktrace"]
    text = str(attributes)
    assert not [secret for secret in ("hunter2", "tr0ub4dor", "swordfish'") if secret in text]


def test_the_event_of_a_stream(make_app: MakeApp) -> None:
    """A stream that breaks has its event, after a status that was sent already."""
    app = make_app(exception_events=True)

    def body() -> Iterator[str]:
        yield "begin"
        yield str(1 / 0)

    app.add_url_rule("/", view_func=lambda: Response(body()))
    event = event_of(app)
    assert (event.attributes or {})["exception.type"] == "ZeroDivisionError"


def test_no_event_of_an_answer(make_app: MakeApp) -> None:
    """An exception that a handler turns into an answer below 500 is no event."""
    app = make_app(exception_events=True)
    app.add_url_rule("/", view_func=fail)
    answered(409)(app)
    (span,) = spans_of(app)
    assert span.events == ()


def test_what_the_app_records(make_app: MakeApp) -> None:
    """An exception that the app records itself is an event without secrets, with the app's attributes."""
    app = make_app()

    @app.get("/")
    def view() -> str:
        try:
            return fail()
        except OutOfStockError as error:
            trace.get_current_span().record_exception(error, {"order.id": 7, "exception.type": "own"}, 5)
            return "later"

    (span,) = spans_of(app)
    (event,) = span.events
    attributes = event.attributes or {}
    assert (event.name, event.timestamp) == ("exception", 5)
    assert (attributes["order.id"], attributes["exception.type"]) == (7, "own")
    assert "hunter2" not in str(attributes)
    assert span.status.status_code is StatusCode.UNSET


def test_an_exception_that_cannot_be_told(make_app: MakeApp) -> None:
    """An exception whose own text raises has its event all the same."""

    class OddError(Exception):
        def __str__(self) -> str:
            raise ValueError

    app = make_app(exception_events=True)
    app.add_url_rule("/", view_func=fail_with(OddError()))
    app.register_error_handler(OddError, lambda error: ("no", 500))
    assert (event_of(app).attributes or {})["exception.message"] == "<unprintable>"


def test_a_client_that_goes_away(make_app: MakeApp) -> None:
    """A client that reads half of a stream ends its span, which is no error of the app's."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: Response(iter(["a", "b", "c"])))
    with captured_spans(app) as spans:
        asked = call(app)
        assert next(iter(asked.body)) == b"a"
        assert spans == []
        asked.close()
        asked.close()
    (span,) = spans
    assert span.status.status_code is StatusCode.UNSET
