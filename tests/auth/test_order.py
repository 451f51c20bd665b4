"""Where authentication stands among the other features."""

from __future__ import annotations

from typing import Any

from flask import Flask

from flask_baseline import Body, endpoint
from flask_baseline.auth import current_identity, require_auth, require_scopes
from flask_baseline.ratelimit import rate_limit

from .conftest import make_app
from .minting import Mint, bearer

mint = Mint()

LIMITED: dict[str, Any] = {"BASELINE_RATELIMIT_ENABLED": True, "BASELINE_RATELIMIT_STORE": "memory"}


def test_wrong_tokens_count() -> None:
    """A limit by address counts requests with wrong tokens, so that nobody can try many of them."""
    app = make_app("ratelimit", BASELINE_RATELIMIT_DEFAULT="2/hour", **LIMITED)

    answers = [app.test_client().get("/me", headers=bearer("wrong")).status_code for _ in range(3)]

    assert answers == [401, 401, 429]


def test_a_limit_by_caller() -> None:
    """A limit with a key can count by the caller, who is known by then."""
    app = make_app("ratelimit", **LIMITED)

    @app.get("/report")
    @rate_limit("1/hour", key=lambda: current_identity.subject)
    @require_auth
    def report() -> str:
        return "numbers"

    client = app.test_client()
    answers = [
        client.get("/report", headers=bearer(mint.token(sub=subject))).status_code
        for subject in ("ann", "ben", "ann", "ben")
    ]
    assert answers == [200, 200, 429, 429]


def test_other_origins_can_read_a_refusal() -> None:
    """A refusal has the headers of the other features: a page of another origin can read it."""
    app = make_app("cors", "headers", BASELINE_CORS_ORIGINS=["https://shop.example.com"])

    answer = app.test_client().get("/me", headers={"Origin": "https://shop.example.com"})

    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_preflight_needs_no_token() -> None:
    """A preflight of a guarded view is answered, as it never has a token."""
    app = make_app("cors", BASELINE_CORS_ORIGINS=["https://shop.example.com"])
    asks = {"Origin": "https://shop.example.com", "Access-Control-Request-Method": "GET"}

    assert app.test_client().options("/me", headers=asks).status_code in (200, 204)


def _documented() -> Flask:
    app = make_app("openapi", BASELINE_OPENAPI_ENABLED=True)

    def create(body: Body[dict[str, int]]) -> dict[str, int]:
        return body

    guards = {
        "known": require_auth,
        "all": require_scopes("b", "a"),
        "any": require_scopes("b", "a", any_of=True),
        "maybe": require_auth(optional=True),
        "both": lambda view: require_scopes("a")(require_scopes("b")(view)),
    }
    for name, decorate in guards.items():
        app.add_url_rule(f"/{name}", name, endpoint()(decorate(create)), methods=["POST"])
        app.add_url_rule(f"/{name}2", f"{name}2", decorate(endpoint()(create)), methods=["POST"])
    app.add_url_rule("/open", "open", endpoint()(create), methods=["POST"])
    return app


def test_the_document() -> None:
    """The OpenAPI document says what a view demands, and that it may refuse, in each order of decorators."""
    document = _documented().test_client().get("/openapi.json").get_json()
    operations = {path[1:]: methods["post"] for path, methods in document["paths"].items()}

    expected = {
        "known": [{"bearer": []}],
        "all": [{"bearer": ["a", "b"]}],
        "any": [{"bearer": ["a"]}, {"bearer": ["b"]}],
        "maybe": [{"bearer": []}, {}],
        "both": [{"bearer": ["a", "b"]}],
    }
    for name, security in expected.items():
        for operation in (operations[name], operations[f"{name}2"]):
            assert operation["security"] == security
            assert {"401", "403"} <= operation["responses"].keys()
    assert "security" not in operations["open"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
