"""What is told of refusals and callers: in the log, by signals, and by a counter."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from structlog.contextvars import get_contextvars

from flask_baseline.auth import current_identity, require, require_auth, signals
from flask_baseline.auth.events import tell
from flask_baseline.testing import captured_metrics, captured_spans

from ..lines import ACCESS, lines_of
from .conftest import make_app
from .minting import Mint, bearer

mint = Mint()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return what keeps all that is logged of identities."""
    caplog.set_level(logging.DEBUG, "flask_baseline.auth")
    return caplog


def test_a_refusal_in_the_log(log: pytest.LogCaptureFixture) -> None:
    """A refusal is logged with its code and what exactly is wrong, and nothing of the token."""
    token = mint.token(aud="other", sub="ann@example.com")

    make_app().test_client().get("/me", headers=bearer(token))

    (record,) = log.records
    fields = vars(record)
    assert (record.levelname, record.getMessage()) == ("INFO", "auth.denied")
    assert {name: value for name, value in fields.items() if "." in name} == {
        "event.name": "auth.denied",
        "auth.code": "invalid_token",
        "auth.why": "aud",
    }
    assert "ann" not in str(fields)
    assert token not in str(fields)


def test_a_known_caller_who_may_not(log: pytest.LogCaptureFixture) -> None:
    """The refusal of a known caller names them by a pseudonym, which is the same each time."""
    app = make_app()
    app.secret_key = "of the app"
    app.add_url_rule("/view", "view", require(lambda identity: False)(lambda: ""))

    for token_id in ("t1", "t2"):
        app.test_client().get("/view", headers=bearer(mint.token(jti=token_id, sub="ann@example.com")))

    first, second = [vars(record) for record in log.records if record.getMessage() == "auth.denied"]
    assert first["enduser.pseudo.id"] == second["enduser.pseudo.id"]
    assert first["auth.token"] != second["auth.token"]
    assert first["auth.provider"] == "jwt"
    assert "ann" not in str(first)


def test_a_known_caller_in_the_log(log: pytest.LogCaptureFixture) -> None:
    """A request that passes is logged for debugging alone."""
    make_app().test_client().get("/me", headers=bearer(mint.token()))

    assert [(record.levelname, record.getMessage()) for record in log.records] == [("DEBUG", "auth.ok")]


def test_signals() -> None:
    """Receivers are told who passes, and why somebody else does not."""
    app = make_app()
    told: list[tuple[str, Any]] = []

    def passed(sender: Flask, identity: Any, **_: object) -> None:
        told.append((sender.name, identity.subject))

    def refused(sender: Flask, **details: Any) -> None:
        told.append((sender.name, details))

    with signals.ok.connected_to(passed, app), signals.denied.connected_to(refused, app):
        app.test_client().get("/me", headers=bearer(mint.token()))
        app.test_client().get("/me", headers=bearer(mint.token(exp=1)))
        make_app().test_client().get("/me")

    refusal = dict.fromkeys(("identity", "subject", "provider", "why")) | {"code": "token_expired"}
    assert told == [("shop", "u1"), ("shop", refusal)]


def test_the_counter() -> None:
    """Refusals and other events are counted by their code and provider."""
    app = make_app("metrics", BASELINE_METRICS_EXPORTER="memory", BASELINE_METRICS_ENABLED=True)

    with captured_metrics(app) as metrics:
        app.test_client().get("/me", headers=bearer(mint.token()))
        for _ in range(2):
            app.test_client().get("/me")
        with app.app_context():
            tell("login", subject="u1", provider="jwt")

    refusals = {"auth_event": "denied", "auth_provider": "", "auth_code": "missing_credentials"}
    logins = {"auth_event": "login", "auth_provider": "jwt", "auth_code": ""}
    assert metrics.value("auth.events", **refusals) == 2
    assert metrics.value("auth.events", **logins) == 1
    assert metrics.value("auth.events") == 3


@pytest.mark.parametrize("choice", ["none", "hash", "plain"])
def test_who_calls_on_each_line(choice: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The lines of a request name its caller where that is wanted, as they are or by a pseudonym."""
    app = make_app("logging", BASELINE_AUTH_LOG_SUBJECT=choice)

    @app.get("/view")
    @require_auth
    def view() -> str:
        app.logger.warning("of the app")
        return ""

    app.test_client().get("/view", headers=bearer(mint.token(sub="ann")), buffered=True)
    app.test_client().get("/missing", buffered=True)

    lines = lines_of(capfd)
    own, access, missing = (line for line in lines if line["body"] in ("of the app", ACCESS))
    named = [{k: v for k, v in line.items() if k.startswith("enduser")} for line in (own, access, missing)]
    assert named[0] == named[1]
    assert named[2] == {}
    assert [*named[0]] == {"none": [], "hash": ["enduser.pseudo.id"], "plain": ["enduser.id"]}[choice]
    assert ("ann" in str(named)) is (choice == "plain")


def test_who_calls_in_the_span() -> None:
    """The span of a request names its caller where that is wanted."""
    app = make_app(
        "tracing",
        BASELINE_AUTH_LOG_SUBJECT="plain",
        BASELINE_TRACING_ENABLED=True,
        BASELINE_TRACING_EXPORTER="memory",
    )

    with captured_spans(app) as spans:
        app.test_client().get("/me", headers=bearer(mint.token(sub="ann")), buffered=True)

    assert [(span.attributes or {})["enduser.id"] for span in spans] == ["ann"]


def test_nothing_stays_behind() -> None:
    """After a request nobody is known any more."""
    app = make_app("logging", BASELINE_AUTH_LOG_SUBJECT="plain")

    app.test_client().get("/me", headers=bearer(mint.token()))

    assert not current_identity
    assert get_contextvars() == {}


def test_warnings(log: pytest.LogCaptureFixture) -> None:
    """What somebody has to look at is a warning."""
    with make_app().app_context():
        tell("refresh_reused", subject="u1", provider="jwt")
        tell("logout", subject="u1", provider="jwt")

    assert [(record.levelname, record.getMessage()) for record in log.records] == [
        ("WARNING", "auth.refresh_reused"),
        ("INFO", "auth.logout"),
    ]
