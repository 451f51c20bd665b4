"""What good tokens may look like, and what the caller is then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from flask_baseline.auth import Identity, current_identity, require_auth
from flask_baseline.auth.profile import Profile

from .conftest import PROFILE, expect_denied, make_app, verifier
from .minting import ABSENT, ISSUER, Mint, bearer, hs256

mint = Mint()


def identity_of(token: str, profile: Profile = PROFILE) -> Identity | None:
    """Return the caller of a request with *token*; None where it is refused."""
    app: Flask = make_app(verifiers=[verifier(profile)])
    found: list[Identity] = []

    @app.get("/view")
    @require_auth
    def view() -> str:
        found.append(current_identity._get_current_object())  # type: ignore[attr-defined]
        return ""

    app.test_client().get("/view", headers=bearer(token))
    return found[0] if found else None


def test_all_that_it_says() -> None:
    """The caller has all that the token says."""
    now = int(time.time())
    token = mint.token(
        client_id="web", scope="a b", roles=["admin"], auth_time=now - 5, acr="mfa", amr=["pwd", "otp"]
    )

    identity = identity_of(token)

    assert identity is not None
    assert identity.key == (ISSUER, "u1")
    assert (identity.provider, identity.kind, identity.client_id) == ("jwt", "user", "web")
    assert (sorted(identity.scopes), sorted(identity.roles)) == (["a", "b"], ["admin"])
    assert (identity.token_id, identity.session_id) == ("t1", "s1")
    assert (identity.auth_time, identity.acr, identity.amr) == (now - 5, "mfa", ("pwd", "otp"))
    assert identity.expires_at == identity.claims["exp"]
    assert identity
    assert not identity.is_anonymous


def test_it_cannot_be_changed() -> None:
    """Nothing of a caller can be changed, since the same one may be that of another request."""
    identity = identity_of(mint.token(more={"list": [{"a": 1}]}))

    assert identity is not None
    changes: list[Any] = [
        lambda: setattr(identity, "subject", "admin"),
        lambda: vars(identity)["claims"].__setitem__("sub", "admin"),
        lambda: identity.claims["more"].__setitem__("list", []),
        lambda: identity.claims["more"]["list"][0].__setitem__("a", 2),
        lambda: identity.claims["more"]["list"].append(1),
    ]
    for change in changes:
        with pytest.raises((TypeError, AttributeError)):
            change()
    assert hash(identity) == hash(identity)


@pytest.mark.parametrize(
    "make",
    [
        lambda: mint.token(aud=["other", "shop"]),
        lambda: mint.token(exp=time.time() + 100.5),
        lambda: mint.token(exp=time.time() - 20),
        lambda: mint.token(iat=time.time() + 20),
        lambda: mint.token(nbf=time.time() + 20),
        lambda: mint.token(header={"typ": "application/AT+JWT"}),
        lambda: mint.token(header={"x5t": "abc", "cty": "x", "private": [1]}),
        lambda: mint.token(sid=ABSENT),
        lambda: mint.token(sub="\u0430\u043d\u043d\u0430 \U0001f600"),
        lambda: mint.token(sub="x" * 255),
        lambda: mint.token(scope="", roles=[]),
        lambda: mint.token(scope=None, roles=None),
    ],
    ids="aud exp-float exp-leeway iat-leeway nbf-leeway typ headers sid sub sub-long empty null".split(),
)
def test_good_tokens(make: Callable[[], str]) -> None:
    """What the norms allow is taken."""
    assert identity_of(make())


def _profile(**changes: Any) -> Profile:
    return replace(PROFILE, **changes)


LENIENT = _profile(refused_headers=frozenset())

PROFILES: list[tuple[str, Profile, Callable[[], str], bool]] = [
    ("no issuer", _profile(issuer=None), lambda: mint.token(iss=ABSENT), True),
    ("no issuer, and one is named", _profile(issuer=None), lambda: mint.token(), False),
    ("no audience", _profile(audiences=frozenset()), lambda: mint.token(aud=ABSENT), True),
    ("no audience, and one is named", _profile(audiences=frozenset()), lambda: mint.token(), False),
    ("no audience, and others are", _profile(audiences=frozenset()), lambda: mint.token(aud=["a"]), False),
    ("a kind", _profile(exact={"type": "access"}), lambda: mint.token(type="access"), True),
    ("another kind", _profile(exact={"type": "access"}), lambda: mint.token(type="refresh"), False),
    ("no kind", _profile(exact={"type": "access"}), lambda: mint.token(), False),
    ("refused", _profile(refused=frozenset({"nonce"})), lambda: mint.token(nonce="n"), False),
    ("a long life", _profile(max_lifetime=900), lambda: mint.token(), True),
    ("too long a life", _profile(max_lifetime=899), lambda: mint.token(), False),
    ("no iat", _profile(required=frozenset({"sub"})), lambda: mint.token(iat=ABSENT, jti=ABSENT), True),
    ("no exp ever", _profile(required=frozenset({"sub"})), lambda: mint.token(exp=ABSENT), False),
    (
        "x5c is ignored",
        LENIENT,
        lambda: mint.token(header={"x5c": ["a"]}),
        True,
    ),
    (
        "crit never is",
        LENIENT,
        lambda: mint.token(header={"crit": ["a"]}),
        False,
    ),
    (
        "jwk is ignored",
        LENIENT,
        lambda: mint.token(header={"jwk": {}}, sign=lambda signed: hs256(b"k" * 32, signed)),
        False,
    ),
]


@pytest.mark.parametrize(
    ("profile", "make", "is_taken"), [row[1:] for row in PROFILES], ids=[row[0] for row in PROFILES]
)
def test_profiles(profile: Profile, make: Callable[[], str], is_taken: bool) -> None:
    """What is taken follows from the profile of the issuer."""
    assert (identity_of(make(), profile) is not None) is is_taken


@pytest.mark.parametrize(("has_fresh", "claims"), [(True, {"fresh": True}), (False, {"auth_time": 5})])
def test_when_they_proved_who_they_are(has_fresh: bool, claims: dict[str, Any]) -> None:
    """The time of the login is that of its claim, or of a fresh token itself."""
    identity = identity_of(mint.token(**claims), _profile(has_fresh=has_fresh))

    assert identity is not None
    assert identity.auth_time == claims.get("auth_time", identity.claims["iat"])


@pytest.mark.parametrize("fresh", [False, 1, "true", None])
def test_what_is_not_fresh(fresh: object) -> None:
    """Nothing but true says that a token is fresh."""
    identity = identity_of(mint.token(fresh=fresh), _profile(has_fresh=True))

    assert identity is not None
    assert identity.auth_time is None


def test_the_size() -> None:
    """A token may be as large as the profile says, and no byte larger."""
    token = mint.token()
    app = make_app(verifiers=[verifier(_profile(max_bytes=len(token)))])

    assert app.test_client().get("/me", headers=bearer(token)).status_code == 200
    expect_denied(app.test_client().get("/me", headers=bearer(mint.token(sub="u12"))), "invalid_token")
