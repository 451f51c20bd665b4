"""The nonce: drawn where a template asks, and in the header of that answer alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, render_template, render_template_string, request, stream_with_context
from jinja2 import DictLoader
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline.headers import csp_nonce, security_headers
from flask_baseline.headers.policies import API_CSP, HTML_CSP
from tests.lines import lines_of

from .conftest import MakeApp, bare, policy

SCRIPT = '<script nonce="{{ csp_nonce() }}">start()</script>'

TEMPLATES = {
    "plain.html": SCRIPT,
    "twice.html": SCRIPT + SCRIPT,
    "macros.html": "{% macro script() %}" + SCRIPT + "{% endmacro %}",
    "with-context.html": "{% from 'macros.html' import script with context %}{{ script() }}",
    "without-context.html": "{% from 'macros.html' import script %}{{ script() }}",
    "base.html": "<html>{% block body %}{% endblock %}</html>",
    "child.html": "{% extends 'base.html' %}{% block body %}" + SCRIPT + "{% endblock %}",
}


def with_templates(app: Flask) -> Flask:
    """Return *app* with a route for each template."""
    app.jinja_loader = DictLoader(TEMPLATES)  # type: ignore[assignment, misc]
    app.add_url_rule("/<name>.html", "html", lambda name: render_template(f"{name}.html"))
    return app


def nonces(answer: TestResponse) -> tuple[set[str], set[str]]:
    """Return the nonces in the page, and those in the policy."""
    in_page = set(re.findall('nonce="([^"]*)"', answer.get_data(as_text=True)))
    return in_page, set(re.findall("'nonce-([^']*)'", answer.headers.get("Content-Security-Policy", "")))


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in ("macros.html", "base.html")])
def test_in_a_template(make: MakeApp, name: str) -> None:
    """A script with the nonce is allowed, wherever in a template or macro it is asked for."""
    answer = with_templates(make()).test_client().get(f"/{name}")
    in_page, in_policy = nonces(answer)

    assert in_page == in_policy
    (nonce,) = in_page
    assert re.fullmatch("[A-Za-z0-9_-]{22}", nonce)
    assert policy(answer) == HTML_CSP.replace(
        "script-src 'self'; style-src 'self'",
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'",
    )
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_answer_has_its_own(make: MakeApp) -> None:
    """No two answers have one nonce, and a page that does not ask has none."""
    client = with_templates(make()).test_client()
    found = {nonce for _ in range(20) for nonce in nonces(client.get("/plain.html"))[0]}

    assert len(found) == 20
    assert policy(client.get("/page")) == HTML_CSP


def test_threads(make: MakeApp) -> None:
    """Requests at the same time have each its own nonce, and not that of another."""
    app = with_templates(make())
    found: list[tuple[set[str], set[str]]] = []

    def ask() -> None:
        for _ in range(20):
            found.append(nonces(app.test_client().get("/twice.html")))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert all(in_page == in_policy for in_page, in_policy in found)
    assert len({nonce for in_page, _ in found for nonce in in_page}) == 80


def test_in_a_page_of_a_hook(make: MakeApp) -> None:
    """A page that a hook returns in the place of the view has a nonce that works."""
    app = make()

    @app.before_request
    def maintenance() -> str:
        return render_template_string(SCRIPT)

    in_page, in_policy = nonces(app.test_client().get("/page"))
    assert in_page == in_policy
    assert len(in_page) == 1


def test_in_an_error_page(make: MakeApp) -> None:
    """So has the page of an error, also where the view has drawn one before it failed."""
    app = make()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(500, lambda error: (render_template_string(SCRIPT), 500))

    @app.get("/broken")
    def broken() -> str:
        raise LookupError(csp_nonce())

    in_page, in_policy = nonces(app.test_client().get("/broken"))
    assert in_page == in_policy
    assert len(in_page) == 1


def test_json_has_none(make: MakeApp) -> None:
    """What is no page has no nonce, also where a template, of a mail say, was rendered on the way."""
    app = make()

    @app.get("/mail")
    def mail() -> dict[str, str]:
        return {"mail": render_template_string(SCRIPT)}

    assert policy(app.test_client().get("/mail")) == API_CSP


def test_an_unchanged_page(make: MakeApp) -> None:
    """A 304 of a page with a nonce leaves the policy in the cache alone, for that has the page's nonce."""
    app = make()

    @app.get("/any")
    def any_view() -> Response:
        response = Response(render_template_string(SCRIPT))
        response.set_etag("1")
        response.cache_control.no_cache = True
        return response.make_conditional(request)

    headers = {"If-None-Match": '"1"', "Accept": "text/html"}
    answer = app.test_client().get("/any", headers=headers)
    assert answer.status_code == 304
    assert "Content-Security-Policy" not in answer.headers
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers.getlist("Cache-Control") == ["no-cache"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"content_security_policy": "default-src 'self'"}, "default-src 'self'; "
                     "script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'", id="from-default-src"),
        pytest.param(
            {"content_security_policy": "script-src 'none'; style-src 'NONE' "},
            "script-src 'nonce-N'; style-src 'nonce-N'",
            id="none",
        ),
        pytest.param(
            {"content_security_policy": "script-src"}, "script-src 'nonce-N'", id="no-source"
        ),
        pytest.param({"content_security_policy": "img-src *"}, "img-src *", id="all-is-allowed"),
        pytest.param({"content_security_policy_nonce_in": ["Script-Src"]}, HTML_CSP.replace(
            "script-src 'self'", "script-src 'self' 'nonce-N'"), id="one-directive"),
        pytest.param({"content_security_policy_nonce_in": "img-src"}, HTML_CSP.replace(
            "data:", "data: 'nonce-N'"), id="text"),
        pytest.param({"content_security_policy_nonce_in": []}, HTML_CSP, id="nowhere"),
        pytest.param({"content_security_policy": "off"}, None, id="off"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["setting", "view"])
def test_where_it_is(make: MakeApp, by: str, options: dict[str, Any], expected: str | None) -> None:
    """The directives that are named get it; one that is not there is made of what holds in its place."""
    app = make(**(options if by == "setting" else {}))
    view = security_headers(**options) if by == "view" else lambda function: function
    app.add_url_rule("/any", "any", view(lambda: render_template_string(SCRIPT)))
    answer = app.test_client().get("/any")
    (nonce,) = nonces(answer)[0]

    found = answer.headers.get("Content-Security-Policy")
    assert (found and found.replace(nonce, "N")) == expected


def test_in_report_only_mode(make: MakeApp) -> None:
    """The policy that only reports has the nonce too, so that it reports what it would forbid."""
    app = with_templates(make(content_security_policy_report_only=True, report_path="/reports"))
    answer = app.test_client().get("/plain.html")
    (nonce,) = nonces(answer)[0]

    assert f"script-src 'self' 'nonce-{nonce}'" in answer.headers["Content-Security-Policy-Report-Only"]


def test_a_stream_that_asks_too_late(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A template that is streamed asks when the header is sent: a warning says what to do."""
    app = make()

    @app.get("/stream")
    def stream() -> Response:
        def rows() -> Iterator[str]:
            yield f"<script nonce={csp_nonce()}>"

        return Response(stream_with_context(rows()))

    with app.test_client().get("/stream") as answer:
        assert "nonce-" not in policy(answer)
        answer.get_data()
    (line,) = [line for line in lines_of(capsys) if "csp_nonce" in line["body"]]
    assert line["severity_text"] == "WARNING"
    assert line["body"].endswith("Fix: call it in the view.")


def test_a_stream_that_asks_in_time(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A view that has called for the nonce may stream it."""
    app = make()

    @app.get("/stream")
    def stream() -> Response:
        csp_nonce()

        def rows() -> Iterator[str]:
            yield f'<script nonce="{csp_nonce()}">'

        return Response(stream_with_context(rows()))

    with app.test_client().get("/stream") as answer:
        in_page, in_policy = nonces(answer)
        assert in_page == in_policy
    assert [line for line in lines_of(capsys) if "csp_nonce" in line["body"]] == []


def test_outside_of_a_request(make: MakeApp) -> None:
    """A template that is rendered in a command has an empty nonce."""
    app = make()
    with app.app_context():
        assert render_template_string(SCRIPT) == '<script nonce="">start()</script>'


@pytest.mark.parametrize("is_made", [False, True], ids=["environment-to-come", "environment-made"])
def test_the_environment_is_the_apps(is_made: bool) -> None:
    """An app may configure its templates before and after, and its own `csp_nonce` stays."""
    app = bare()
    app.jinja_options = {"trim_blocks": True, "extensions": ["jinja2.ext.do"]}
    if is_made:
        app.jinja_env.globals["csp_nonce"] = lambda: "own"
    Baseline(app)
    assert ("jinja_env" in vars(app)) is is_made
    if not is_made:
        app.jinja_options["line_statement_prefix"] = "##"
        app.jinja_env.globals["csp_nonce"] = lambda: "own"

    assert app.jinja_env.trim_blocks
    assert app.jinja_env.line_statement_prefix == (None if is_made else "##")
    with app.app_context():
        assert render_template_string("{% do [] %}{{ csp_nonce() }}") == "own"
    assert "extensions" not in Flask("other").jinja_options
