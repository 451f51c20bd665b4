"""Log out here and everywhere, and withdraw tokens from afar."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline.auth.denied import Denied
from flask_baseline.auth.signals import logout, revoked
from flask_baseline.auth.tokens import issue_tokens, revoke, rotate_tokens

from .conftest import bare_app, bearer, cookie_of, csrf, expect_denied, log_in, make_app, mint_for, put_cookie
from .test_refresh import claims_of, refresh


@pytest.fixture
def app() -> Flask:
    """Return an app with a login."""
    return make_app()


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_here(app: Flask, which: str) -> None:
    """A logout by either token ends its session at once, and no other."""
    client, one = log_in(app)
    _, other = log_in(app)
    told: list[object] = []
    logout.connect(lambda sender, **_: told.append(sender), app, weak=False)

    assert client.post("/logout", headers=bearer(one[which])).status_code == 204

    assert told == [app]
    for path in ("/ours", "/theirs"):
        expect_denied(client.get(path, headers=bearer(one["access_token"])), "token_revoked")
        assert client.get(path, headers=bearer(other["access_token"])).status_code == 200
    expect_denied(refresh(client, one["refresh_token"]), "session_ended")


def test_everywhere(app: Flask) -> None:
    """A logout everywhere ends all sessions of the caller, and none of others."""
    client, one = log_in(app)
    _, two = log_in(app)
    _, other = log_in(app, "u2")

    client.post("/logout?everywhere", headers=bearer(one["access_token"]))

    for tokens in (one, two):
        expect_denied(client.get("/ours", headers=bearer(tokens["access_token"])), "token_revoked")
    assert client.get("/ours", headers=bearer(other["access_token"])).status_code == 200
    _, again = log_in(app)
    assert client.get("/ours", headers=bearer(again["access_token"])).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, bearer("x"), bearer("a.b.c")], ids=["nothing", "no token", "three parts"]
)
def test_nobody(app: Flask, headers: dict[str, str]) -> None:
    """Who is not logged in is logged out."""
    assert app.test_client().post("/logout", headers=headers).status_code == 204


def test_twice(app: Flask) -> None:
    """A second logout does nothing."""
    client, tokens = log_in(app)

    answers = [client.post("/logout", headers=bearer(tokens["refresh_token"])) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]


def test_a_token_without_a_session(app: Flask) -> None:
    """A token that has no session is withdrawn itself, and others of its subject count."""
    one, other = mint_for(app).token(jti="one"), mint_for(app).token(jti="other")
    client = app.test_client()

    client.post("/logout", headers=bearer(one))

    expect_denied(client.get("/ours", headers=bearer(one)), "token_revoked")
    assert client.get("/ours", headers=bearer(other)).status_code == 200


def test_by_cookie() -> None:
    """A logout by cookie needs the value against CSRF, ends the session, and clears the cookies."""
    app = make_app(BASELINE_JWT_TRANSPORT="cookie")
    client, _ = log_in(app)
    access = cookie_of(client, "access")
    expect_denied(client.post("/logout"), "csrf_failed")
    assert client.get("/ours").status_code == 200

    assert client.post("/logout", headers=csrf(client)).status_code == 204

    assert [cookie_of(client, name) for name in ("access", "refresh", "csrf", "refresh-csrf")] == [None] * 4
    put_cookie(client, "access", access)
    expect_denied(client.get("/ours"), "token_revoked")


def test_from_afar(app: Flask) -> None:
    """A subject, a session or a token can be revoked without a request."""
    told: list[object] = []
    revoked.connect(lambda sender, **_: told.append(sender), app, weak=False)
    client = app.test_client()
    _, whole = log_in(app, "u2")
    _, one = log_in(app, "u3")
    token = mint_for(app).token(jti="one", sub="u4")

    with app.app_context():
        revoke("u2")
        revoke(session_id=claims_of(one["access_token"])["sid"])
        revoke(token_id="one")

    for each in (whole["access_token"], one["access_token"], token):
        expect_denied(client.get("/ours", headers=bearer(each)), "token_revoked")
    assert told == [app] * 3


def test_a_number_from_afar(app: Flask) -> None:
    """A subject is revoked as it was issued, though it be a number."""
    with app.app_context():
        tokens = issue_tokens(7)
        revoke(7)

    expect_denied(app.test_client().get("/ours", headers=bearer(tokens.access_token)), "token_revoked")


def test_two_things_at_once(app: Flask) -> None:
    """What is revoked is one thing."""
    with (
        app.app_context(),
        pytest.raises(TypeError, match="one of subject, session_id, token_id and everywhere"),
    ):
        revoke("u1", token_id="t1")


def test_without_a_store() -> None:
    """While the store is down nothing is issued, refreshed or let in: it is 503."""
    app = make_app()
    _, tokens = log_in(app)
    store = "redis://127.0.0.1:1/0"
    down = make_app(BASELINE_JWT_STORE=store).test_client()

    for answer in (
        down.post("/login"),
        down.get("/ours", headers=bearer(tokens["access_token"])),
        down.get("/theirs", headers=bearer(tokens["access_token"])),
        down.post("/refresh", headers=bearer(tokens["refresh_token"])),
        down.post("/logout", headers=bearer(tokens["refresh_token"])),
    ):
        expect_denied(answer, "auth_unavailable")
        assert answer.headers["Retry-After"] == "5"


def test_outside_of_a_request() -> None:
    """Tokens need only a context of the app, and a refresh in it says what is wrong as an exception."""
    app = bare_app()
    with app.app_context():
        tokens = issue_tokens("u1")
        revoke("u1")
        with pytest.raises(Denied, match="The session has ended"):
            rotate_tokens(tokens.refresh_token)
        with pytest.raises(Denied, match="This needs a token"):
            rotate_tokens()
