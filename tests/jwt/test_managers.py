"""Managers and loaders that apps have of Flask-JWT-Extended."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_jwt_extended import (
    JWTManager,
    current_user,
    decode_token,
    get_jti,
    get_jwt,
    jwt_required,
)
from flask_jwt_extended.exceptions import CSRFError, JWTDecodeError
from jwt import ExpiredSignatureError

from flask_baseline import Baseline, ConfigError

from .conftest import (
    SECRET,
    bare_app,
    bearer,
    expect_denied,
    log_in,
    make_app,
    mint_for,
    put_cookie,
)
from .test_jwt_required import token_of, view


def test_their_loaders() -> None:
    """Loaders of users, of claims and of withdrawn tokens work, for ``require_auth`` too."""
    manager = JWTManager()
    app = Flask("shop")
    manager.init_app(app)
    manager.user_identity_loader(lambda user: user["id"])
    manager.additional_claims_loader(lambda user: {"tenant": user["tenant"]})
    manager.user_lookup_loader(lambda header, claims: {"name": "Ann"} if claims["sub"] == "1" else None)
    manager.token_in_blocklist_loader(lambda header, claims: claims["tenant"] == "blocked")
    manager.token_verification_loader(lambda header, claims: claims["tenant"] != "wrong")
    app.config.update(BASELINE_PROFILE="test", BASELINE_JWT_KEYS=[SECRET])
    Baseline(app)

    @app.get("/user")
    @jwt_required()
    def user() -> Any:
        return {"name": current_user["name"], "tenant": get_jwt()["tenant"]}

    from flask_baseline.auth import require_auth

    app.add_url_rule("/ours", "ours", require_auth(lambda: "ours"))
    client = app.test_client()

    def ask(path: str, id_: int, tenant: str) -> Any:
        return client.get(path, headers=bearer(token_of(app, {"id": id_, "tenant": tenant})))

    assert ask("/user", 1, "t").get_json() == {"name": "Ann", "tenant": "t"}
    expect_denied(ask("/user", 2, "t"), "invalid_token")
    for path in ("/user", "/ours"):
        expect_denied(ask(path, 1, "blocked"), "token_revoked")
        expect_denied(ask(path, 1, "wrong"), "invalid_token")


def own_answers(manager: JWTManager) -> None:
    """Let *manager* answer as an app wants it."""
    manager.unauthorized_loader(lambda text: ("own unauthorized", 418))
    manager.invalid_token_loader(lambda text: ("own invalid", 418))
    manager.expired_token_loader(lambda header, claims: (f"own expired {claims['sub']} {header['alg']}", 418))
    manager.revoked_token_loader(lambda header, claims: (f"own revoked {claims['sub']}", 418))
    manager.needs_fresh_token_loader(lambda header, claims: (f"own fresh {claims['sub']}", 418))


@pytest.mark.parametrize("when", ["before", "after"])
def test_their_answers(when: str) -> None:
    """The app's own loaders of answers win, on a manager made before or after ours."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_JWT_KEYS=[SECRET], BASELINE_JWT_TRANSPORT="both")
    if when == "before":
        own_answers(JWTManager(app))
    Baseline(app)
    if when == "after":
        own_answers(JWTManager(app))
    view(app, "/")
    view(app, "/fresh", fresh=True)
    view(app, "/optional", optional=True)
    client = app.test_client()
    mint = mint_for(app)
    by_cookie = app.test_client()
    put_cookie(by_cookie, "access", mint.token(csrf="value"))

    assert client.get("/optional").status_code == 200
    for answer, text in (
        (client.get("/"), "own unauthorized"),
        (by_cookie.post("/"), "own unauthorized"),
        (client.get("/", headers=bearer("a.b.c")), "own invalid"),
        (client.get("/", headers={"Authorization": "Bearer a b"}), "own invalid"),
        (client.get("/", headers=bearer(mint.token(exp=1))), "own expired u1 HS256"),
        (client.get("/", headers=bearer(mint.token(sid="none"))), "own revoked u1"),
        (client.get("/fresh", headers=bearer(mint.token())), "own fresh u1"),
    ):
        assert (answer.status_code, answer.text) == (418, text)


def test_a_manager_made_later() -> None:
    """A manager that the app makes after ours is hardened as well."""
    app = bare_app()
    view(app, "/")
    JWTManager(app)
    client = app.test_client()

    assert client.get("/", headers=bearer(token_of(app))).status_code == 200
    expect_denied(client.get("/"), "missing_credentials")
    expect_denied(
        client.get("/", headers=bearer(mint_for(app).token(header={"typ": "JWT"}))), "invalid_token"
    )


@pytest.mark.parametrize("name", ["encode_key_loader", "decode_key_loader"])
def test_keys_of_a_manager(name: str) -> None:
    """A manager with keys of its own does not start: nothing else would know them."""
    manager = JWTManager()
    getattr(manager, name)(lambda *_: "other")
    app = Flask("shop")
    manager.init_app(app)
    app.config.update(BASELINE_PROFILE="test", BASELINE_JWT_KEYS=[SECRET])

    with pytest.raises(ConfigError, match=f"{name} .*has keys that nothing else knows"):
        Baseline(app)


def test_keys_of_a_manager_made_later(caplog: pytest.LogCaptureFixture) -> None:
    """Keys of a later manager are not used, which a log line says."""
    app = bare_app()
    manager = JWTManager(app)
    manager.encode_key_loader(lambda *_: "other")
    manager.decode_key_loader(lambda *_: "other")
    view(app, "/")

    assert app.test_client().get("/", headers=bearer(token_of(app))).status_code == 200

    assert [record.getMessage() for record in caplog.records if "It is not used" in record.getMessage()] == [
        f"{name} (JWTManager): has keys that nothing else knows. Fix: list its keys in BASELINE_JWT_KEYS. "
        "It is not used."
        for name in ("encode_key_loader", "decode_key_loader")
    ]


def test_a_manager_of_two_apps() -> None:
    """A manager that two apps share does for one without Baseline what it always did."""
    manager = JWTManager()
    plain, app = Flask("plain"), Flask("shop")
    plain.config["JWT_SECRET_KEY"] = "another secret, of 32 bytes and more"
    app.config.update(BASELINE_PROFILE="test", BASELINE_JWT_KEYS=[SECRET])
    for each in (plain, app):
        manager.init_app(each)
    Baseline(app)
    for each in (plain, app):
        view(each, "/")
        each.add_url_rule("/options", "options", jwt_required()(lambda: "all"), methods=["OPTIONS"])

    theirs, ours = token_of(plain), token_of(app)

    client = plain.test_client()
    assert client.get("/", headers=bearer(theirs)).get_json()["identity"] == "u1"
    assert client.get("/", headers=bearer(ours)).status_code == 422
    assert client.options("/options").status_code == 200
    with plain.app_context():
        assert decode_token(theirs)["sub"] == "u1"
    expect_denied(app.test_client().get("/", headers=bearer(theirs)), "invalid_token")
    expect_denied(app.test_client().options("/options"), "missing_credentials")


def test_decoding() -> None:
    """Tokens that are at hand are decoded as strictly, with the exceptions of Flask-JWT-Extended."""
    app = make_app()
    _, tokens = log_in(app)
    mint = mint_for(app)
    with app.app_context():
        claims = decode_token(tokens["access_token"])
        assert (claims["type"], claims["tenant"], claims["fresh"]) == ("access", "t", True)
        assert get_jti(tokens["refresh_token"]) == decode_token(tokens["refresh_token"])["jti"]
        assert decode_token(tokens["access_token"], csrf_value=claims["csrf"]) == claims
        with pytest.raises(CSRFError):
            decode_token(tokens["access_token"], csrf_value="\xe9")
        with pytest.raises(ExpiredSignatureError):
            decode_token(mint.token(exp=1))
        assert decode_token(mint.token(exp=1), allow_expired=True)["sub"] == "u1"
        for bad in (
            "",
            "x",
            "a.b.c",
            "e30.e30.e30",
            mint.token(header={"typ": "JWT"}),
            mint.token(iss="other"),
        ):
            with pytest.raises(JWTDecodeError):
                decode_token(bad, allow_expired=True)


def test_decoding_in_a_view() -> None:
    """What a view does not catch of that is answered as a refusal, and not as a failure."""
    app = bare_app()
    app.add_url_rule("/<token>", "decode", lambda token: decode_token(token))
    client = app.test_client()

    expect_denied(client.get("/x"), "invalid_token")
    expect_denied(client.get(f"/{mint_for(app).token(exp=1)}"), "token_expired")
