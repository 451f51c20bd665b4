"""Errors that no endpoint has raised itself, as API routes answer them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import MethodNotAllowed, ServiceUnavailable, TooManyRequests, Unauthorized
from werkzeug.test import TestResponse

from flask_baseline import Baseline, endpoint

from .serving import PROBLEM

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def app_of(**config: Any) -> Flask:
    """Return an app with an API below ``/api/orders`` and pages beside it."""
    app = Flask("shop")
    app.config.update(config)
    api = Blueprint("api", __name__, url_prefix="/api")
    orders = Blueprint("orders", __name__, url_prefix="/orders")

    @orders.get("/<int:number>")
    @endpoint
    def order(number: int) -> dict[str, int]:
        errors: dict[int, Any] = {
            404: lambda: abort(404, "No such order."),
            429: TooManyRequests(retry_after=7),
            503: ServiceUnavailable(retry_after=9),
            401: Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "r"})),
            418: lambda: abort(Response("tea", 418)),
            400: lambda: request.form["planted"],
            500: lambda: json.loads("planted"),
        }
        error = errors.get(number)
        if isinstance(error, Exception):
            raise error
        return error() if error else {"number": number}

    @orders.get("/")
    @endpoint
    def index() -> list[int]:
        return []

    api.register_blueprint(orders)
    app.register_blueprint(api)
    app.add_url_rule("/page", "page", lambda: abort(404))
    Baseline(app)
    return app


def get(path: str, app: Flask | None = None, method: str = "GET", **headers: str) -> TestResponse:
    """Return the answer of the app."""
    return (app or app_of()).test_client().open(path, method=method, headers=headers, buffered=True)


@pytest.mark.parametrize(
    ("number", "detail", "header"),
    [
        pytest.param(404, "No such order.", None, id="own text"),
        pytest.param(429, None, ("Retry-After", "7"), id="too many"),
        pytest.param(503, None, ("Retry-After", "9"), id="unavailable"),
        pytest.param(401, None, ("WWW-Authenticate", "Bearer realm=r"), id="challenge"),
        pytest.param(400, None, None, id="key that is not there"),
        pytest.param(500, None, None, id="exception"),
    ],
)
def test_errors_of_an_endpoint(number: int, detail: str | None, header: tuple[str, str] | None) -> None:
    """An error of an endpoint is a problem with its headers, and without the text of an exception."""
    response = get(f"/api/orders/{number}", **HTML)
    assert (response.status_code, response.mimetype) == (number, PROBLEM)
    assert response.json is not None
    assert response.json.get("detail") == detail
    assert response.json["request_id"] == response.headers["X-Request-ID"]
    assert "planted" not in response.text
    if header:
        # Werkzeug 2 quotes every value of a challenge.
        assert response.headers[header[0]].replace('"', "") == header[1]


def test_a_response_that_is_raised() -> None:
    """A response that a view raises is the view's answer."""
    response = get("/api/orders/418")
    assert (response.status_code, response.text) == (418, "tea")


@pytest.mark.parametrize(
    ("path", "headers", "is_problem"),
    [
        pytest.param("/api/orders/x", HTML, True, id="below the API"),
        pytest.param("/api/orders", HTML, False, id="redirect to the API"),
        pytest.param("/api/orders-old/x", HTML, False, id="beside the API"),
        pytest.param("/missing", HTML, False, id="page"),
        pytest.param("/missing", {}, False, id="no preference"),
        pytest.param("/missing", {"Accept": "*/*"}, False, id="anything"),
        pytest.param("/missing", {"Accept": "application/json"}, True, id="JSON"),
        pytest.param("/missing", {"Accept": PROBLEM}, True, id="problem"),
        pytest.param("/missing", {"Accept": "text/html;q=0.1, application/json"}, True, id="rather JSON"),
        pytest.param("/page", HTML, False, id="error of a page"),
        pytest.param("/page", {"Accept": "application/json"}, False, id="error of a page, for JSON"),
    ],
)
def test_where_errors_are_problems(path: str, headers: dict[str, str], is_problem: bool) -> None:
    """Where no route matches, the path and then the client decide; pages keep Flask's answers."""
    response = get(path, **headers)
    assert (response.mimetype == PROBLEM) is is_problem
    assert response.status_code in (404, 308)


def test_a_wrong_method() -> None:
    """A 405 says which methods there are."""
    response = get("/api/orders/1", method="DELETE")
    assert (response.status_code, response.mimetype) == (405, PROBLEM)
    assert {*response.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("profile", ["prod", "dev"])
def test_an_app_of_endpoints_alone(profile: str) -> None:
    """An app that is all API answers every miss as a problem, also where a route is added later."""
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = profile
    app.get("/orders")(endpoint(lambda: None))
    Baseline(app)
    assert get("/missing", app, **HTML).mimetype == PROBLEM
    app._got_first_request = False
    app.add_url_rule("/page", "page", lambda: "")
    assert get("/missing", app, **HTML).mimetype == "text/html"


@pytest.mark.parametrize(("problems", "expected"), [("always", True), ("never", False)])
def test_the_setting(problems: str, expected: bool) -> None:
    """`always` takes pages too; `never` leaves all errors to Flask, but for refusals and problems."""
    app = app_of(BASELINE_VALIDATION_PROBLEMS=problems)
    assert (get("/page", app, **HTML).mimetype == PROBLEM) is expected
    assert (get("/api/orders/404", app).mimetype == PROBLEM) is expected


@pytest.mark.parametrize(
    "handled", [404, MethodNotAllowed, Exception], ids=["code", "class", "any exception"]
)
def test_handlers_of_the_app_win(handled: Any) -> None:
    """A handler of the app answers, whether it came before Baseline or after, for whatever class."""
    app = app_of()
    app.register_error_handler(handled, lambda error: ("own", 499))
    assert {get("/api/orders/404", app).text, get("/api/orders/1", app, "PUT").text} >= {"own"}

    early = Flask("shop")
    early.register_error_handler(handled, lambda error: ("own", 499))
    early.get("/orders")(endpoint(lambda: abort(404)))
    Baseline(early)
    assert "own" in (get("/orders", early).text, get("/orders", early, "PUT").text)


def test_a_handler_of_a_blueprint_wins() -> None:
    """A blueprint's handler for any exception answers for its routes, and no other."""
    app = Flask("shop")
    orders = Blueprint("orders", __name__)
    orders.register_error_handler(Exception, lambda error: ("own", 499))
    orders.get("/orders")(endpoint(lambda: abort(404)))
    app.get("/other")(endpoint(lambda: abort(404)))
    app.register_blueprint(orders)
    Baseline(app)
    assert get("/orders", app).text == "own"
    assert get("/other", app).mimetype == PROBLEM


def test_an_asynchronous_handler() -> None:
    """A handler of the app may be a coroutine."""
    app = app_of()

    @app.errorhandler(Exception)
    async def handle(error: Exception) -> tuple[str, int]:
        return "own", 499

    assert get("/api/orders/404", app).text == "own"


def test_the_apps_handler_for_all_http_errors() -> None:
    """An app with a handler for HTTPException keeps it."""
    from werkzeug.exceptions import HTTPException

    app = Flask("shop")
    app.register_error_handler(HTTPException, lambda error: ("own", 499))
    Baseline(app)
    assert get("/missing", app).text == "own"


def test_debug_mode_tells_no_key() -> None:
    """In debug mode Werkzeug names the key that a view missed; a problem does not."""
    app = app_of(BASELINE_PROFILE="dev", DEBUG=True, TRAP_BAD_REQUEST_ERRORS=False)
    response = get("/api/orders/400", app)
    assert response.status_code == 400
    assert "planted" not in response.text


def test_off() -> None:
    """With the feature off the errors are Flask's, and endpoints refuse all the same."""
    app = app_of(BASELINE_VALIDATION_ENABLED=False)
    assert get("/api/orders/404", app).mimetype == "text/html"
    assert get("/api/orders/404", app).status_code == 404
