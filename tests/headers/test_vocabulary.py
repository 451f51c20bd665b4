"""What is said in flask-talisman's words means the same, and what is wrong is refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_baseline.headers import security_headers
from tests.lines import lines_of

from .conftest import HTTPS, PAGE, MakeApp, policy, sent


def talisman(**options: Any) -> Any:
    """Leave options on a view, as flask-talisman's decorator does."""

    def decorate(view: Any) -> Any:
        view.talisman_view_options = options
        return view

    return decorate


def answer_of(app: Flask, **options: Any) -> Any:
    """Return the answer of a view that flask-talisman's decorator is on."""
    app.add_url_rule("/any", "any", talisman(**options)(lambda: "<p>"))
    return app.test_client().get("/any")


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        (
            {"content_security_policy": {"default-src": ["'self'"]}},
            "Content-Security-Policy",
            "default-src 'self'",
        ),
        ({"content_security_policy": "default-src 'self'"}, "Content-Security-Policy", "default-src 'self'"),
        ({"content_security_policy": None}, "Content-Security-Policy", None),
        ({"content_security_policy": {}}, "Content-Security-Policy", None),
        ({"content_security_policy": ""}, "Content-Security-Policy", None),
        ({"frame_options": None}, "X-Frame-Options", None),
        ({"frame_options": "SAMEORIGIN"}, "X-Frame-Options", "SAMEORIGIN"),
        ({"permissions_policy": {"camera": "(self)"}}, "Permissions-Policy", "camera=(self)"),
        ({"permissions_policy": {}}, "Permissions-Policy", None),
        (
            {"content_security_policy_nonce_in": []},
            "Content-Security-Policy",
            PAGE["Content-Security-Policy"],
        ),
    ],
)
def test_the_decorator_of_flask_talisman(
    make: MakeApp, options: dict[str, Any], name: str, expected: str | None
) -> None:
    """Views that are decorated for flask-talisman have what they ask for."""
    assert answer_of(make(), **options).headers.get(name) == expected


def test_allow_from(make: MakeApp) -> None:
    """Who may frame a page is said in the policy, for browsers ignore it in the older header."""
    answer = answer_of(make(), frame_options="ALLOW-FROM", frame_options_allow_from="https://a.example")

    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors https://a.example;" in policy(answer)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"force_https": True}, "flask-talisman's option force_https on any has no effect here."),
        (
            {"document_policy": {"x": "y"}},
            "flask-talisman's option document_policy on any has no effect here.",
        ),
        ({"frame_options": "bad\r\nSet-Cookie: a=b"}, "on any has a frame_options that cannot be"),
        ({"content_security_policy": 3}, "on any has a content_security_policy of the wrong kind"),
    ],
    ids=["https", "document", "injection", "type"],
)
def test_what_cannot_be_taken(
    make: MakeApp, capsys: pytest.CaptureFixture[str], options: dict[str, Any], said: str
) -> None:
    """An option that has no place, or a wrong value, is logged once, and the view is as all others."""
    app = make()
    assert sent(answer_of(app, **options)) == PAGE
    app.test_client().get("/any")

    assert len([line for line in lines_of(capsys) if said in line["body"]]) == 1


def test_no_option_leaks(make: MakeApp) -> None:
    """The options on a view are as the view has them when two apps have served it."""
    view = talisman(content_security_policy="default-src 'self'")(lambda: "<p>")
    for app in (make(frame_options="SAMEORIGIN"), make()):
        app.add_url_rule("/any", "any", view)
        app.test_client().get("/any")
    assert view.talisman_view_options == {"content_security_policy": "default-src 'self'"}
    assert app.test_client().get("/any").headers["X-Frame-Options"] == "DENY"


FRAMES = [
    pytest.param({}, "DENY", "'none'", id="deny"),
    pytest.param({"frame_options": "SAMEORIGIN"}, "SAMEORIGIN", "'self'", id="same-origin"),
    pytest.param({"frame_options": "off"}, None, None, id="off"),
    pytest.param(
        {"frame_options": "ALLOW-FROM https://a.example https://b.example"},
        None,
        "https://a.example https://b.example",
        id="allow-from",
    ),
]


@pytest.mark.parametrize("by", ["setting", "view", "path"])
@pytest.mark.parametrize(("options", "header", "ancestors"), FRAMES)
def test_the_policy_follows(
    make: MakeApp, by: str, options: dict[str, Any], header: str | None, ancestors: str | None
) -> None:
    """`frame_options` alone decides who frames a page: browsers look at the policy, which follows."""
    app = make(**(options if by == "setting" else {"overrides": {"/path": options}} if by == "path" else {}))
    view = security_headers(**options)(lambda: "<p>") if by == "view" else lambda: "<p>"
    app.add_url_rule("/path", "any", view)
    answer = app.test_client().get("/path")

    found = dict(part.strip().partition(" ")[::2] for part in policy(answer).split(";"))
    assert (answer.headers.get("X-Frame-Options"), found.get("frame-ancestors")) == (header, ancestors)


def test_a_policy_beside_it_wins(make: MakeApp) -> None:
    """Where a view says both, its policy is left alone; a policy of the app follows the view."""
    app = make(content_security_policy="default-src 'self'; frame-ancestors 'none'")
    both = security_headers(frame_options="SAMEORIGIN", content_security_policy="default-src 'none'")
    app.add_url_rule("/both", "both", both(lambda: "<p>"))
    app.add_url_rule("/one", "one", security_headers(frame_options="SAMEORIGIN")(lambda: "<p>"))
    client = app.test_client()

    assert policy(client.get("/both")) == "default-src 'none'"
    assert policy(client.get("/one")) == "default-src 'self'; frame-ancestors 'self'"
    assert policy(client.get("/page")) == "default-src 'self'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"frame_option": "DENY"}, TypeError, "which no view can have. Fix: write frame_options."),
        (
            {"max_age": 1},
            TypeError,
            "has the option max_age, which no view can have. Fix: a view has content_",
        ),
        ({"frame_options": 3}, ValueError, "has a frame_options of the wrong kind. Fix: set it to text"),
        ({"frame_options": "SOMETIMES"}, ValueError, "has a frame_options that is not one of the choices"),
        ({"frame_options": "ALLOW-FROM"}, ValueError, "has a frame_options that is not one of the choices"),
        ({"frame_options": "ALLOW-FROM a; b"}, ValueError, "has more in it than origins"),
        (
            {"referrer_policy": "a\nb"},
            ValueError,
            "has a referrer_policy that cannot be the value of a header",
        ),
        ({"content_security_policy": "img-src é"}, ValueError, "cannot be the value of a header"),
        ({"content_security_policy": "default-src self"}, ValueError, "has self without quotes"),
        ({"content_security_policy": None}, ValueError, "of the wrong kind. Fix: set it to text"),
        (
            {"cross_origin_opener_policy": "same"},
            ValueError,
            "set it to one of same-origin, same-origin-allow",
        ),
        ({"content_security_policy_report_only": "perhaps"}, ValueError, "set it to true or false"),
        ({"content_security_policy_nonce_in": 3}, ValueError, "set it to a list"),
        (
            {"content_security_policy": "img-src *", "content_security_policy_nonce_in": ["script-src"]},
            ValueError,
            "has no script-src, so that a nonce would be nowhere",
        ),
    ],
)
def test_the_decorator_refuses(options: dict[str, Any], error: type[Exception], said: str) -> None:
    """A mistake in a decorator is an error where it is written, with the remedy and without a chain."""
    with pytest.raises(error) as caught:
        security_headers(**options)
    assert said in str(caught.value)
    assert str(caught.value).startswith("security_headers has ")
    assert caught.value.__suppress_context__


def test_report_only_for_one_view(make: MakeApp) -> None:
    """One view may be in report-only mode, in an app that tells where to report."""
    app = make(report_path="/reports")
    mark = security_headers(content_security_policy_report_only=True)
    app.add_url_rule("/any", "any", mark(lambda: "<p>"))
    found = sent(app.test_client().get("/any", base_url=HTTPS))

    assert "Content-Security-Policy" not in found
    assert found["Content-Security-Policy-Report-Only"].endswith("; report-uri /reports; report-to csp")
