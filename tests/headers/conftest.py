"""Apps with the feature, and the headers of their answers."""

from __future__ import annotations

from typing import Protocol

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline.headers.policies import API_CSP, HTML_CSP, PERMISSIONS

HTTPS = "https://localhost"

PAGE = {
    "Content-Security-Policy": HTML_CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
API = {**PAGE, "Content-Security-Policy": API_CSP, "Referrer-Policy": "no-referrer"}
HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

NAMES = (
    *PAGE,
    *HSTS,
    "Content-Security-Policy-Report-Only",
    "Reporting-Endpoints",
    "X-XSS-Protection",
    "Feature-Policy",
    "Expect-CT",
    "X-Download-Options",
)


class MakeApp(Protocol):
    """Returns an app; *options* are those of the feature."""

    def __call__(self, profile: str = "prod", **options: object) -> Flask: ...


@pytest.fixture
def make() -> MakeApp:
    """Return what makes an app with a page and a view of JSON."""

    def make(profile: str = "prod", **options: object) -> Flask:
        app = bare(profile, **options)
        Baseline(app)
        return app

    return make


def bare(profile: str = "prod", **options: object) -> Flask:
    """Return the app before `Baseline` is put on it."""
    app = Flask("shop")
    app.secret_key = "k" * 32
    app.config.update(BASELINE_PROFILE=profile, BASELINE_LOGGING_FORMAT="json")
    app.config.update({f"BASELINE_HEADERS_{name.upper()}": value for name, value in options.items()})

    @app.get("/page")
    def page() -> str:
        return "<p>Hello</p>"

    @app.get("/json")
    def data() -> dict[str, str]:
        return {"greeting": "hello"}

    @app.get("/file")
    def file() -> Response:
        return Response(b"GIF89a", mimetype="image/gif")

    return app


def sent(answer: TestResponse) -> dict[str, str]:
    """Return the headers of *answer* that are about security, and none of them twice."""
    for name in NAMES:
        assert len(answer.headers.getlist(name)) < 2, name
    return {name: answer.headers[name] for name in NAMES if name in answer.headers}


def policy(answer: TestResponse) -> str:
    """Return the policy that browsers enforce."""
    return answer.headers["Content-Security-Policy"]
