"""Several verifiers behind one decorator: which a token is for, and whose are taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify

from flask_baseline.auth import current_identity, require_auth
from flask_baseline.auth.jose import JoseVerifier
from flask_baseline.auth.keys import FixedKeys
from flask_baseline.auth.profile import Profile

from .conftest import KEY, expect_denied, make_app, verifier
from .minting import ABSENT, Mint, bearer, encoded, hs256

CORP = "https://corp.example"

CORP_SECRET = b"another secret, of the provider, and long"


def corp(**profile: Any) -> JoseVerifier:
    """Return the verifier of a provider with a key of its own."""
    key = KEY._replace(verify=lambda signed, signature: hs256(CORP_SECRET, signed) == signature)
    options: dict[str, Any] = {
        "name": "corp",
        "issuer": CORP,
        "audiences": frozenset({"shop"}),
        "types": frozenset({"jwt", ""}),
        "scope_claims": ("scp",),
        "role_claims": ("realm_access.roles",),
    }
    return JoseVerifier(Profile(**options | profile), FixedKeys([key]))


ours, theirs = Mint(), Mint(issuer=CORP, sign=lambda signed: hs256(CORP_SECRET, signed))


@pytest.fixture(scope="module")
def app() -> Flask:
    """Return an app with two verifiers."""
    app = make_app(verifiers=[verifier(), corp()])

    @app.get("/who")
    @require_auth
    def who() -> Any:
        one = current_identity
        return jsonify(
            key=one.key,
            provider=one.provider,
            kind=one.kind,
            scopes=sorted(one.scopes),
            roles=sorted(one.roles),
        )

    app.add_url_rule("/corp", "corp", require_auth(providers=["corp"])(lambda: "corp alone"))
    return app


def test_each_by_its_own(app: Flask) -> None:
    """A token is verified by the verifier of its issuer, and subjects of two issuers are two callers."""
    client = app.test_client()
    more: dict[str, Any] = {"scp": ["read"], "realm_access": {"roles": ["admin"]}, "client_id": "u1"}

    found = [
        client.get("/who", headers=bearer(token)).get_json()
        for token in (ours.token(scope="a"), theirs.token(header={"typ": "JWT"}, **more))
    ]

    assert found == [
        {"key": [ours.issuer, "u1"], "provider": "jwt", "kind": "user", "scopes": ["a"], "roles": []},
        {"key": [CORP, "u1"], "provider": "corp", "kind": "client", "scopes": ["read"], "roles": ["admin"]},
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: theirs.token(header={"typ": "JWT"}, iss=ours.issuer),
        lambda: ours.token(iss=CORP),
        lambda: ours.token(iss="https://evil.example"),
        lambda: ours.token(iss=ABSENT),
        lambda: ours.token(iss=[CORP]),
        lambda: "abc",
        lambda: "a.b",
        lambda: "a.b.c",
        lambda: f"a.{encoded(b'{')}.c",
        lambda: f"a.{encoded(b'[]')}.c",
        lambda: f"a.{'a' * 70_000}.c",
    ],
    ids=[
        *("ours in theirs", "theirs in ours", "of nobody", "without issuer", "issuer a list", "no token"),
        *("two parts", "no base64", "no JSON", "a list", "too large"),
    ],
)
def test_mix_ups(app: Flask, make: Callable[[], str]) -> None:
    """A token that names an issuer whose it is not is refused."""
    expect_denied(app.test_client().get("/who", headers=bearer(make())), "invalid_token")


def test_who_is_taken(app: Flask) -> None:
    """A view takes the tokens of the providers that it names alone."""
    client = app.test_client()

    expect_denied(client.get("/corp", headers=bearer(ours.token())), "provider_not_allowed")
    assert client.get("/corp", headers=bearer(theirs.token(header={"typ": "JWT"}))).text == "corp alone"


def test_one_for_all_others() -> None:
    """A verifier without an issuer gets the tokens of issuers that have no other."""
    app = make_app(verifiers=[corp(name="other", issuer=None), verifier()])
    client = app.test_client()

    assert client.get("/me", headers=bearer(ours.token())).status_code == 200
    assert client.get("/me", headers=bearer(theirs.token(iss=ABSENT))).status_code == 401
    token = theirs.token(header={"typ": ABSENT}, iss=ABSENT)
    assert client.get("/me", headers=bearer(token)).status_code == 200
    expect_denied(client.get("/me", headers=bearer(theirs.token())), "invalid_token")


def test_cookies_alone() -> None:
    """Where no verifier takes the header it is not looked at, and the cookie is."""
    one = verifier(takes_header=False, token_in_cookie=lambda request: request.cookies.get("access"))
    client = make_app(verifiers=[one]).test_client(use_cookies=False)

    expect_denied(client.get("/me", headers=bearer(ours.token())), "missing_credentials")
    expect_denied(client.get("/me", headers={"Authorization": "Bearer"}), "missing_credentials")
    good = {"Cookie": f"access={ours.token()}", "Authorization": "Bearer x y"}
    assert client.get("/me", headers=good).get_json()["transport"] == "cookie"


@pytest.mark.parametrize("cookie", ["", "abc", "a.b.c", "\xe9", "x" * 9_000], ids=str)
def test_bad_cookies(cookie: str) -> None:
    """A cookie that is no token is refused as one in the header is."""
    client = make_app(verifiers=[verifier(token_in_cookie=lambda request: cookie)]).test_client()

    expect_denied(client.get("/me"), "invalid_token")


def test_the_header_decides() -> None:
    """Where both are taken, a token in the header is the one, be it good or bad; another scheme is none."""
    one = verifier(token_in_cookie=lambda request: ours.token(sub="of the cookie"))
    client = make_app(verifiers=[one]).test_client()

    assert client.get("/me", headers=bearer(ours.token())).get_json()["subject"] == "u1"
    expect_denied(client.get("/me", headers=bearer(ours.token(exp=1))), "token_expired")
    expect_denied(client.get("/me", headers={"Authorization": "Bearer a b"}), "invalid_request")
    basic = client.get("/me", headers={"Authorization": "Basic dTE6cA=="})
    assert basic.get_json()["subject"] == "of the cookie"
