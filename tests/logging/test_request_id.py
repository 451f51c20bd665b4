"""A request's id: taken if harmless, else made; given back; the same on every line."""

from __future__ import annotations

import logging
import re

import pytest
import structlog

from flask_baseline import ConfigError
from flask_baseline.logging import request_id

from .conftest import Lines, MakeApp

MADE = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("given", ["a", "0190-Ab.c_d", "x" * 128], ids=["short", "all signs", "longest"])
def test_a_harmless_id_is_kept(make_app: MakeApp, given: str) -> None:
    """An id of letters, digits, dot, underscore and hyphen is the request's own and comes back."""
    response = make_app().test_client().get("/", headers={"X-Request-ID": given})

    assert response.headers.getlist("X-Request-ID") == [given]


@pytest.mark.parametrize(
    "given",
    ["", "x" * 129, "a b", "a\tb", 'a"b', "a;b", "<script>", "\u00e9", "a,b", "${jndi:ldap://x}", "a%0d%0ab"],
)
def test_any_other_id_is_replaced(make_app: MakeApp, lines: Lines, given: str) -> None:
    """An id with anything else in it is neither echoed nor logged; a new one is made."""
    headers = {"X-Request-ID": given}
    response = make_app().test_client().get("/", headers=headers, buffered=True)

    (line,) = lines()
    assert MADE.fullmatch(response.headers["X-Request-ID"])
    assert line["request_id"] == response.headers["X-Request-ID"]


def test_a_trailing_newline_is_not_harmless(make_app: MakeApp) -> None:
    """The whole value must match, its end included."""
    environ = {"HTTP_X_REQUEST_ID": "abc\n"}
    response = make_app().test_client().get("/", environ_overrides=environ)

    assert MADE.fullmatch(response.headers["X-Request-ID"])


def test_made_ids_differ(make_app: MakeApp) -> None:
    """No two requests get the same id."""
    client = make_app().test_client()

    assert len({client.get("/").headers["X-Request-ID"] for _ in range(100)}) == 100


def test_the_view_wins(make_app: MakeApp) -> None:
    """A view that sets the header itself keeps it."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: ("", {"x-request-id": "mine"}))

    assert app.test_client().get("/").headers.getlist("X-Request-ID") == ["mine"]


def test_another_header(make_app: MakeApp) -> None:
    """REQUEST_ID_HEADER names the header that brings the id and takes it back."""
    client = make_app(request_id_header="X-Correlation-ID").test_client()

    response = client.get("/", headers={"X-Correlation-ID": "abc", "X-Request-ID": "not-this"})

    assert response.headers["X-Correlation-ID"] == "abc"
    assert "X-Request-ID" not in response.headers


def test_every_line_has_it(make_app: MakeApp, lines: Lines) -> None:
    """What structlog, the standard library and the app's logger say in a request has its id."""
    app = make_app()

    @app.get("/")
    def view() -> str:
        structlog.get_logger().info("from structlog")
        logging.getLogger("library").warning("from the standard library")
        app.logger.error("from the app")
        return request_id() or ""

    response = app.test_client().get("/", buffered=True)

    assert {line["request_id"] for line in lines()} == {response.text}


def test_there_is_none_outside_of_a_request(make_app: MakeApp, lines: Lines) -> None:
    """Outside of a request lines have no id, and `request_id` says so."""
    make_app()

    structlog.get_logger().info("outside")

    (line,) = lines()
    assert "request_id" not in line
    assert request_id() is None


def test_two_apps_keep_their_own(make_app: MakeApp, lines: Lines) -> None:
    """A view that calls another app of the process gets its own id back afterwards."""
    inner, outer = make_app("inner"), make_app("outer")

    @outer.get("/")
    def view() -> dict[str, str | None]:
        answer = inner.test_client().get("/nope", buffered=True)
        return {"inner": answer.headers["X-Request-ID"], "outer": request_id()}

    response = outer.test_client().get("/", buffered=True)

    first, second = lines()
    assert (first["service.name"], first["request_id"]) == ("inner", response.json["inner"])
    assert (second["service.name"], second["request_id"]) == ("outer", response.json["outer"])
    assert response.headers["X-Request-ID"] == response.json["outer"] != response.json["inner"]


@pytest.mark.parametrize("header", ["Content-Length", "set-cookie", "X_Request_ID"])
def test_a_header_with_another_meaning_is_refused(make_app: MakeApp, header: str) -> None:
    """The id cannot take the place of a header that HTTP needs, or that servers drop."""
    with pytest.raises(ConfigError, match=r"BASELINE_LOGGING_REQUEST_ID_HEADER .* X-Request-ID"):
        make_app(request_id_header=header)
