"""Refresh tokens are used once, and a session that somebody else has a token of ends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from flask.testing import FlaskClient
from time_machine import travel

from flask_baseline.auth.signals import refresh_reused, refreshed
from flask_baseline.auth.tokens import rotate_tokens

from .conftest import bearer, both, expect_denied, log_in, make_app, mint_for


def refresh(client: FlaskClient, token: str) -> Any:
    """Return the answer to a refresh."""
    return client.post("/refresh", headers=bearer(token))


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of *token*."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_next_pair() -> None:
    """A refresh gives a new pair of the same session, which has what the login gave it and is not fresh."""
    client, first = log_in(make_app())

    answer = refresh(client, first["refresh_token"])

    second = answer.get_json()
    before, after = claims_of(first["access_token"]), claims_of(second["access_token"])
    same = ("sub", "sid", "scope", "roles", "tenant", "auth_time", "csrf", "iss", "aud")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (before["fresh"], after["fresh"]) == (True, False)
    assert before["jti"] != after["jti"]
    assert {**second, "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": 900,
        "scope": "read",
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("how", ["header", "json", "form"])
def test_where_the_token_is(how: str) -> None:
    """A refresh token comes in the header, in JSON, or in a form as OAuth has it."""
    client, first = log_in(make_app())
    token = first["refresh_token"]
    request: dict[str, Any] = {
        "header": {"headers": bearer(token)},
        "json": {"json": {"refresh_token": token}},
        "form": {"data": {"grant_type": "refresh_token", "refresh_token": token}},
    }[how]

    assert client.post("/refresh", **request).status_code == 200


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param({}, "missing_credentials", id="nothing"),
        pytest.param({"json": []}, "missing_credentials", id="a list"),
        pytest.param({"json": {"refresh_token": 1}}, "missing_credentials", id="a number"),
        pytest.param({"json": {"refresh_token": ""}}, "missing_credentials", id="empty"),
        pytest.param({"data": "{", "content_type": "application/json"}, "missing_credentials", id="no JSON"),
        pytest.param({"json": {"refresh_token": "x"}}, "invalid_token", id="no token"),
        pytest.param({"json": {"refresh_token": "\ud800"}}, "invalid_token", id="a lone surrogate"),
        pytest.param({"headers": {"Authorization": "Bearer a b"}}, "invalid_request", id="malformed"),
    ],
)
def test_refreshing_without_a_token(request_: dict[str, Any], code: str) -> None:
    """What has no refresh token is refused as a view is."""
    expect_denied(make_app().test_client().post("/refresh", **request_), code)


def test_an_access_token_refreshes_nothing() -> None:
    """An access token is no refresh token."""
    client, first = log_in(make_app())

    expect_denied(refresh(client, first["access_token"]), "invalid_token")


@both
def test_a_refresh_token_is_no_access_token(path: str) -> None:
    """A refresh token opens no view."""
    client, first = log_in(make_app())

    expect_denied(client.get(path, headers=bearer(first["refresh_token"])), "invalid_token")


@pytest.mark.parametrize("name", ["sid", "gen", "sxp", "csrf", "jti", "sub", "exp"])
def test_claims_that_a_refresh_token_needs(name: str) -> None:
    """A refresh token without one of its claims is not valid, though it be signed."""
    app = make_app()
    client, first = log_in(app)
    claims = claims_of(first["refresh_token"])
    del claims[name]
    token = mint_for(app).token(header={"typ": "rt+jwt"}, body=json.dumps(claims).encode())

    expect_denied(refresh(client, token), "invalid_token")


@pytest.mark.parametrize("generation", ["0", None, True, 1.5, -1, 10**30])
def test_a_generation_that_is_none(generation: object) -> None:
    """A generation that is no number of ours is refused, and nothing fails."""
    app = make_app()
    client, first = log_in(app)
    claims = {**claims_of(first["refresh_token"]), "gen": generation}
    token = mint_for(app).token(header={"typ": "rt+jwt"}, body=json.dumps(claims).encode())

    assert refresh(client, token).status_code == 401


def test_two_tabs() -> None:
    """Two tabs that refresh at once both go on, and with either of the new tokens."""
    client, first = log_in(make_app())

    answers = [refresh(client, first["refresh_token"]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert refresh(client, answers[0].get_json()["refresh_token"]).status_code == 200
    assert refresh(client, answers[1].get_json()["refresh_token"]).status_code == 200


def test_reuse() -> None:
    """A refresh token that comes again ends the session: the tokens of the thief, and those of the owner."""
    app = make_app(BASELINE_JWT_REFRESH_GRACE_SECONDS=0)
    client, first = log_in(app)
    second = refresh(client, first["refresh_token"]).get_json()
    told: list[object] = []
    refresh_reused.connect(lambda sender, **_: told.append(sender), app, weak=False)

    expect_denied(refresh(client, first["refresh_token"]), "session_ended")

    assert told == [app]
    expect_denied(refresh(client, second["refresh_token"]), "session_ended")
    expect_denied(client.get("/ours", headers=bearer(second["access_token"])), "token_revoked")
    expect_denied(client.get("/theirs", headers=bearer(second["access_token"])), "token_revoked")


def test_reuse_after_the_grace() -> None:
    """The grace of a second tab is over after its seconds."""
    client, first = log_in(make_app(BASELINE_JWT_REFRESH_GRACE_SECONDS=10))
    refresh(client, first["refresh_token"])

    with travel(claims_of(first["refresh_token"])["iat"] + 12):
        expect_denied(refresh(client, first["refresh_token"]), "session_ended")


def test_an_idle_session() -> None:
    """A session that nobody has refreshed ends, and one that is refreshed goes on."""
    client, first = log_in(make_app(BASELINE_JWT_REFRESH_IDLE_SECONDS=1_000))
    begin = claims_of(first["refresh_token"])["iat"]

    with travel(begin + 900, tick=False):
        second = refresh(client, first["refresh_token"]).get_json()
    with travel(begin + 1_800, tick=False):
        assert refresh(client, second["refresh_token"]).status_code == 200
    with travel(begin + 2_000, tick=False):
        expect_denied(refresh(client, second["refresh_token"]), "token_expired")


def test_the_whole_of_a_session() -> None:
    """A session ends after its whole, however often it is refreshed, and no token outlives it."""
    app = make_app(BASELINE_JWT_REFRESH_IDLE_SECONDS=1_000, BASELINE_JWT_REFRESH_MAX_SECONDS=1_000)
    client, first = log_in(app)
    begin = claims_of(first["refresh_token"])["iat"]

    with travel(begin + 990, tick=False):
        second = refresh(client, first["refresh_token"]).get_json()
    assert second["expires_in"] == 10
    assert claims_of(second["refresh_token"])["exp"] == begin + 1_000
    # Within the leeway of the token, and past the end of the session.
    with travel(begin + 1_010, tick=False):
        expect_denied(refresh(client, second["refresh_token"]), "session_ended")


def test_other_rights_from_now_on() -> None:
    """A refresh may give other scopes, roles and claims, which the session keeps."""
    app = make_app()
    _, first = log_in(app)
    with app.app_context():
        second = rotate_tokens(first["refresh_token"], scopes=[], roles=["boss"], claims={"tenant": "other"})
        third = rotate_tokens(second.refresh_token)

    claims = claims_of(third.access_token)
    assert ("scope" in claims, claims["roles"], claims["tenant"]) == (False, ["boss"], "other")


def test_it_is_told() -> None:
    """A refresh is an event."""
    app = make_app()
    client, first = log_in(app)
    told: list[object] = []
    refreshed.connect(lambda sender, **_: told.append(sender), app, weak=False)

    refresh(client, first["refresh_token"])

    assert told == [app]


def test_a_wrong_right_costs_no_session() -> None:
    """Rights that tokens cannot have are an error, and the refresh token is still good."""
    app = make_app()
    client, first = log_in(app)
    with app.app_context(), pytest.raises(ValueError, match="bytes"):
        rotate_tokens(first["refresh_token"], claims={"big": "x" * 9_000})

    assert refresh(client, first["refresh_token"]).status_code == 200
