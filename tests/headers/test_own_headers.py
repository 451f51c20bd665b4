"""What a view sets itself stays, and caching follows it."""

from __future__ import annotations

import pytest
from flask import Response

from .conftest import API, PAGE, MakeApp, sent


@pytest.mark.parametrize("name", [*API, "Strict-Transport-Security", "Reporting-Endpoints"])
def test_a_header_of_the_view_wins(make: MakeApp, name: str) -> None:
    """A header that the view has set is sent as it is, once, in whatever case it is written."""
    app = make(report_path="/reports")
    app.add_url_rule("/own", "own", lambda: Response("{}", headers={name.lower(): "own"}))
    answer = app.test_client().get("/own", base_url="https://localhost")

    assert answer.headers.getlist(name) == ["own"]


def test_two_of_one_name(make: MakeApp) -> None:
    """Two policies of the view, which both hold in a browser, stay two."""
    app = make()

    @app.get("/own")
    def own() -> Response:
        response = Response("<p>")
        response.headers.add("Content-Security-Policy", "default-src 'self'")
        response.headers.add("Content-Security-Policy", "img-src 'none'")
        return response

    found = app.test_client().get("/own").headers.getlist("Content-Security-Policy")
    assert found == ["default-src 'self'", "img-src 'none'"]


def test_a_policy_that_only_reports_is_one_more(make: MakeApp) -> None:
    """A view that tries a policy out, in a report-only header, is still under the one that holds."""
    app = make()
    name = "Content-Security-Policy-Report-Only"
    app.add_url_rule("/own", "own", lambda: Response("<p>", headers={name: "img-src 'none'"}))

    assert sent(app.test_client().get("/own")) == {**PAGE, name: "img-src 'none'"}


def test_a_policy_of_the_view_while_ours_reports(make: MakeApp) -> None:
    """In report-only mode, a view with a policy of its own has no second one."""
    app = make(content_security_policy_report_only=True, report_path="/reports")
    headers = {"Content-Security-Policy": "default-src 'self'"}
    app.add_url_rule("/own", "own", lambda: Response("<p>", headers=headers))
    found = sent(app.test_client().get("/own"))

    assert found["Content-Security-Policy"] == "default-src 'self'"
    assert "Content-Security-Policy-Report-Only" not in found


PAGE_TYPE, JSON_TYPE = "text/html", "application/json"
COOKIE = {"Set-Cookie": "a=b"}
TAG = {"ETag": '"1"'}


@pytest.mark.parametrize(
    ("content_type", "headers", "expected"),
    [
        pytest.param(JSON_TYPE, {}, ["no-store"], id="json"),
        pytest.param(JSON_TYPE, TAG, ["no-cache"], id="json-with-tag"),
        pytest.param(
            JSON_TYPE, {"Last-Modified": "Tue, 24 Nov 2026 15:00:00 GMT"}, ["no-cache"], id="json-with-date"
        ),
        pytest.param(JSON_TYPE, {**TAG, **COOKIE}, ["no-store"], id="json-with-tag-and-cookie"),
        pytest.param(JSON_TYPE, {"Cache-Control": "max-age=60"}, ["max-age=60"], id="json-own"),
        pytest.param(JSON_TYPE, {"cache-control": "max-age=60"}, ["max-age=60"], id="json-own-lower-case"),
        pytest.param(JSON_TYPE, {"Expires": "Tue, 24 Nov 2026 15:00:00 GMT"}, [], id="json-expires"),
        pytest.param(PAGE_TYPE, {}, [], id="page"),
        pytest.param(PAGE_TYPE, TAG, [], id="page-with-tag"),
        pytest.param(PAGE_TYPE, COOKIE, ["no-store"], id="page-with-cookie"),
        pytest.param(PAGE_TYPE, {**COOKIE, "Cache-Control": "private"}, ["private"], id="page-own"),
    ],
)
def test_caching(make: MakeApp, content_type: str, headers: dict[str, str], expected: list[str]) -> None:
    """What must not be kept says so, unless the view has said what may be kept."""
    app = make()
    app.add_url_rule("/any", "any", lambda: Response("x", content_type=content_type, headers=headers))

    assert app.test_client().get("/any").headers.getlist("Cache-Control") == expected


def test_caching_is_a_setting(make: MakeApp) -> None:
    """An app may do without."""
    assert "Cache-Control" not in make(cache_control=False).test_client().get("/json").headers


def test_an_unchanged_answer_may_be_kept(make: MakeApp) -> None:
    """A 304 never takes out of the cache what it says is still good."""
    app = make()
    app.add_url_rule("/any", "any", lambda: Response(status=304, headers={"ETag": '"1"'}))

    assert app.test_client().get("/any").headers.getlist("Cache-Control") == ["no-cache"]


def test_any_number_of_names(make: MakeApp) -> None:
    """However many headers an app has, those that count are seen."""
    app = make()

    @app.get("/many/<int:start>")
    def many(start: int) -> Response:
        names = {f"X-Name-{number}": "x" for number in range(start, start + 300)}
        return Response("<p>", headers={**names, "x-frame-OPTIONS": "own", "CACHE-control": "private"})

    for start in (0, 300):
        headers = app.test_client().get(f"/many/{start}").headers
        assert headers.getlist("X-Frame-Options") == ["own"]
        assert headers.getlist("Cache-Control") == ["private"]


def test_the_app_keeps_its_list(make: MakeApp) -> None:
    """Headers that an app sends again and again from one list do not grow."""
    constant = [("Content-Type", "text/html")]
    app = make()

    def entry(environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", constant)
        return [b""]

    app.add_url_rule("/any", "any", lambda: entry)
    for _ in range(2):
        assert sent(app.test_client().get("/any")) == PAGE
    assert constant == [("Content-Type", "text/html")]
