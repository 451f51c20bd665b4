"""The fixtures of pytest for callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_baseline import Baseline
from flask_baseline.testing import expect_denied

from .test_identity import make_app


@pytest.fixture
def baseline_app(request: pytest.FixtureRequest) -> Flask:
    """Return the app in place of that of the plugin; a test may give settings."""
    return make_app(**getattr(request, "param", {}))


@pytest.mark.parametrize(
    "baseline_app",
    [{"BASELINE_JWT_TRANSPORT": "header"}, {"BASELINE_JWT_TRANSPORT": "cookie"}],
    indirect=True,
)
def test_callers(baseline_identity_client: Callable[..., FlaskClient], baseline_client: FlaskClient) -> None:
    """Several clients are logged in side by side, and the plain one is not."""
    ann, bob = baseline_identity_client("ann", scopes=["orders:read"]), baseline_identity_client("bob")

    assert [client.post("/me").get_json()["subject"] for client in (ann, bob)] == ["ann", "bob"]
    assert ann.get("/orders").status_code == 200
    expect_denied(bob.get("/orders"), "insufficient_scope")
    expect_denied(baseline_client.get("/me"), "missing_credentials")


def test_tokens(baseline_mint: Callable[..., str], baseline_client: FlaskClient) -> None:
    """A token is good, or as bad as the test wants it."""

    def get(token: str) -> Any:
        return baseline_client.get("/me", headers={"Authorization": f"Bearer {token}"})

    assert get(baseline_mint("ann", roles=["clerk"])).get_json() == {"subject": "ann", "roles": ["clerk"]}
    expect_denied(get(baseline_mint(exp=0)), "token_expired")
    expect_denied(get(baseline_mint(key="other")), "invalid_token")


def test_the_clock(
    baseline_clock: Any, baseline_identity_client: Callable[..., FlaskClient], baseline_app: Flask
) -> None:
    """A login ends when the clock of the test has passed its time."""
    client = baseline_identity_client()

    baseline_clock.shift(900 + 29)
    assert client.get("/me").status_code == 200
    baseline_clock.shift(2)
    expect_denied(client.get("/me"), "token_expired")


class TestAnAppWithoutTokens:
    """An app that issues none."""

    @pytest.fixture
    def baseline_app(self) -> Flask:
        """Return it."""
        app = Flask("shop")
        Baseline(app)
        return app

    @pytest.mark.parametrize("fixture", ["baseline_identity_client", "baseline_mint"])
    def test_message(self, fixture: str, request: pytest.FixtureRequest) -> None:
        """The test fails with the remedy."""
        make = request.getfixturevalue(fixture)
        with pytest.raises(pytest.fail.Exception, match="set BASELINE_JWT_ENABLED in its tests"):
            make("ann")
