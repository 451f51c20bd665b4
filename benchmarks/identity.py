"""Guarded by a token: what it costs to know who calls, at first sight and when the token was seen before.

The rows of Flask-JWT-Extended alone have the same view and tokens of the same claims; it keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from .harness import measure_requests
from .report import Row, Table
from .scenario import POST, service
from .variants import REFERENCE, VARIANTS, variant, with_features

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask


_ISSUER, _AUDIENCE = "https://auth.example.com", "orders"
_SCOPES = ("orders:read", "orders:write")


_variant = partial(variant, table="identity")


def measure_identity(rounds: int, requests: int, tell: Callable[[str], None]) -> list[Table]:
    """Return a table of the POST for known callers."""
    names = [name for name, found in VARIANTS.items() if found.table == "identity"]
    samples = measure_requests(POST, names, reference=REFERENCE, rounds=rounds, requests=requests, tell=tell)
    rows = tuple(
        Row(name, VARIANTS[name].what, taken, VARIANTS[name].budget) for name, taken in samples.items()
    )
    return [Table(f"{POST.title}, for known callers", rows)]


class Bearer:
    """Gives each request a token, as a client does."""

    def __init__(self, app: WSGIApplication, token: str) -> None:
        self._app = app
        self._header = f"Bearer {token}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        environ["HTTP_AUTHORIZATION"] = self._header
        return self._app(environ, start_response)


def guarded(algorithm: str, *features: str, app: Flask | None = None, **config: object) -> Flask:
    """Return the service with its POST guarded, called with a token that *algorithm* has signed."""
    from flask_baseline.auth import issue_tokens, require_auth

    app = app or service()
    app.view_functions["create_order"] = require_auth(app.view_functions["create_order"])
    app = with_features(
        *("auth", "jwt", *features),
        app=app,
        BASELINE_JWT_KEYS=[signing_key(algorithm)],
        BASELINE_JWT_ISSUER=_ISSUER,
        BASELINE_JWT_AUDIENCE=_AUDIENCE,
        BASELINE_PROFILE="test",
        BASELINE_JWT_STORE="memory",
        **config,
    )
    with app.app_context():
        tokens = issue_tokens("17", scopes=_SCOPES)
    app.wsgi_app = Bearer(app.wsgi_app, tokens.access_token)  # type: ignore[method-assign]
    return app


def flask_jwt_extended(algorithm: str) -> Flask:
    """Return the service with its POST guarded by Flask-JWT-Extended."""
    from flask_jwt_extended import JWTManager, create_access_token, jwt_required

    app = service()
    key = signing_key(algorithm)
    name = "JWT_SECRET_KEY" if algorithm == "HS256" else "JWT_PRIVATE_KEY"
    app.config.update({name: key, "JWT_ALGORITHM": algorithm})
    app.config.update(JWT_ENCODE_ISSUER=_ISSUER, JWT_DECODE_ISSUER=_ISSUER)
    app.config.update(JWT_ENCODE_AUDIENCE=_AUDIENCE, JWT_DECODE_AUDIENCE=_AUDIENCE)
    if algorithm != "HS256":
        app.config["JWT_PUBLIC_KEY"] = public_half(key)
    JWTManager(app)
    app.view_functions["create_order"] = jwt_required()(app.view_functions["create_order"])
    claims = {"scope": " ".join(_SCOPES), "sid": "s" * 24, "auth_time": 0}
    with app.app_context():
        token = create_access_token("17", additional_claims=claims)
    app.wsgi_app = Bearer(app.wsgi_app, token)  # type: ignore[method-assign]
    return app


def signing_key(algorithm: str) -> str:
    """Return a key as the settings take it."""
    from secrets import token_urlsafe

    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if algorithm == "HS256":
        return token_urlsafe(48)
    key = {
        "RS256": lambda: rsa.generate_private_key(65_537, 2_048),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }[algorithm]()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_half(key: str) -> str:
    """Return the PEM of the public key of *key*."""
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    public = load_pem_private_key(key.encode(), None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@_variant(budget="1.12 x")
def jwt_hs256() -> Flask:
    """A guarded view, HS256, a token that was seen before."""
    return guarded("HS256")


@_variant(budget="1.60 x")
def jwt_hs256_first_sight() -> Flask:
    """HS256, every token verified."""
    return guarded("HS256", BASELINE_JWT_CACHE_SECONDS=0)


@_variant()
def jwt_rs256() -> Flask:
    """RS256, a token that was seen before."""
    return guarded("RS256")


@_variant()
def jwt_rs256_first_sight() -> Flask:
    """RS256, every token verified."""
    return guarded("RS256", BASELINE_JWT_CACHE_SECONDS=0)


@_variant()
def jwt_es256() -> Flask:
    """ES256, a token that was seen before."""
    return guarded("ES256")


@_variant()
def jwt_es256_first_sight() -> Flask:
    """ES256, every token verified."""
    return guarded("ES256", BASELINE_JWT_CACHE_SECONDS=0)


@_variant()
def jwt_eddsa() -> Flask:
    """EdDSA, a token that was seen before."""
    return guarded("EdDSA")


@_variant()
def jwt_eddsa_first_sight() -> Flask:
    """EdDSA, every token verified."""
    return guarded("EdDSA", BASELINE_JWT_CACHE_SECONDS=0)


@_variant()
def flask_jwt_extended_hs256() -> Flask:
    """Flask-JWT-Extended alone, HS256."""
    return flask_jwt_extended("HS256")


@_variant()
def flask_jwt_extended_rs256() -> Flask:
    """Flask-JWT-Extended alone, RS256."""
    return flask_jwt_extended("RS256")


@_variant()
def flask_jwt_extended_es256() -> Flask:
    """Flask-JWT-Extended alone, ES256."""
    return flask_jwt_extended("ES256")


@_variant()
def flask_jwt_extended_eddsa() -> Flask:
    """Flask-JWT-Extended alone, EdDSA."""
    return flask_jwt_extended("EdDSA")
