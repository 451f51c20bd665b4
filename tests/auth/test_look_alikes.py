"""What is open where the default is to deny is known by what it is, and not by its name."""

from __future__ import annotations

from flask import Blueprint

from .conftest import expect_denied, make_app


def _secret() -> str:
    return "secret"


def test_a_view_called_static() -> None:
    """A view of the app is denied though its name is that of static files."""
    app = make_app(BASELINE_AUTH_DEFAULT="deny")
    reports = Blueprint("reports", __name__)
    reports.add_url_rule("/reports/static", "static", _secret)
    app.register_blueprint(reports)
    expect_denied(app.test_client().get("/reports/static"), "missing_credentials")


def test_a_blueprint_with_our_prefix() -> None:
    """A view of the app is denied though its blueprint's name begins as those of ours do."""
    app = make_app(BASELINE_AUTH_DEFAULT="deny")
    plans = Blueprint("baseline_plans", __name__)
    plans.add_url_rule("/plans", "plans", _secret)
    app.register_blueprint(plans)
    expect_denied(app.test_client().get("/plans"), "missing_credentials")
