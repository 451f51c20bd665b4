"""Keys of all kinds, and the public ones for others."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline.auth.tokens import issue_tokens
from flask_baseline.errors import NotInitializedError
from tests.auth.bad_tokens import CONFUSED
from tests.auth.minting import Mint

from .conftest import PROD, bare_app, bearer, expect_denied, make_app, mint_for, sessions_of


def pem(key: Any, password: bytes | None = None) -> str:
    """Return the private *key* as text."""
    encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode())


def public_pem(key: Any) -> str:
    """Return the public half of *key* as text."""
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made.decode()


RSA = rsa.generate_private_key(65_537, 2_048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA, "RS256"),
        (EC, "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ED, "EdDSA"),
    ],
    ids=["rsa", "p256", "p384", "p521", "ed25519"],
)
def test_the_algorithm_follows_from_the_key(key: Any, algorithm: str) -> None:
    """Each kind of key signs with its algorithm, and others verify with what the app publishes."""
    app = bare_app(BASELINE_JWT_KEYS=[pem(key)])
    with app.app_context():
        token = issue_tokens("u1").access_token

    answer = app.test_client().get("/.well-known/jwks.json")

    published = answer.get_json()
    assert answer.mimetype == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    (found,) = published["keys"]
    assert (found["alg"], found["use"], "d" in found) == (algorithm, "sig", False)
    assert jwt.get_unverified_header(token)["kid"] == found["kid"]
    assert jwt.decode(token, jwt.PyJWK(found), [algorithm], audience="shop")["sub"] == "u1"


def test_numbers_that_begin_with_zeros() -> None:
    """A coordinate is as long as its curve has it, though it begin with zeros (RFC 7518, 6.2.1.2)."""
    scalar = next(
        number
        for number in range(1, 5_000)
        if ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers().x >> 248 == 0
    )
    app = bare_app(BASELINE_JWT_KEYS=[pem(ec.derive_private_key(scalar, ec.SECP256R1()))])

    (found,) = app.test_client().get("/.well-known/jwks.json").get_json()["keys"]

    assert (len(found["x"]), len(found["y"]), found["x"][0]) == (43, 43, "A")
    assert jwt.PyJWK(found).key_id == found["kid"]


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_another_algorithm_of_the_kind(algorithm: str) -> None:
    """JWT_ALGORITHM may be another one that the key can be used for."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", JWT_PRIVATE_KEY=pem(RSA), JWT_PUBLIC_KEY=public_pem(RSA))
    app.config["JWT_ALGORITHM"] = algorithm
    Baseline(app)

    assert app.test_client().get("/.well-known/jwks.json").get_json()["keys"][0]["alg"] == algorithm


def test_a_key_in_one_line() -> None:
    r"""A PEM may have \n for its lines, as variables need."""
    app = bare_app(BASELINE_JWT_KEYS=[pem(EC).replace("\n", "\\n")])

    assert sessions_of(app).resolved.keys[0].algorithm == "ES256"


def test_secrets_are_not_published() -> None:
    """An app whose keys are secrets has no page of public keys."""
    assert bare_app().test_client().get("/.well-known/jwks.json").status_code == 404


def test_another_path() -> None:
    """The page can be elsewhere."""
    app = bare_app(BASELINE_JWT_KEYS=[pem(EC)], BASELINE_JWT_JWKS_PATH="/keys")

    assert len(app.test_client().get("/keys").get_json()["keys"]) == 1


def test_several_keys() -> None:
    """All keys verify and are published, and the first signs."""
    old = bare_app(BASELINE_JWT_KEYS=[pem(EC)])
    app = make_app(BASELINE_JWT_KEYS=[pem(ED), public_pem(EC)])
    from flask_jwt_extended import create_access_token

    with old.app_context():
        token = create_access_token("u1")

    client = app.test_client()
    assert client.get("/ours", headers=bearer(token)).status_code == 200
    published = client.get("/.well-known/jwks.json").get_json()["keys"]
    assert [key["alg"] for key in published] == ["EdDSA", "ES256"]


@pytest.mark.parametrize("path", ["/ours", "/theirs"])
@pytest.mark.parametrize(("make", "code"), [row[1:] for row in CONFUSED], ids=[row[0] for row in CONFUSED])
def test_keys_are_not_confused(path: str, make: Any, code: str) -> None:
    """A token that is signed with the public key as a secret is not valid."""
    app = make_app(BASELINE_JWT_KEYS=[pem(RSA)])
    forms = (
        public_pem(RSA).encode(),
        RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(sessions_of(app).resolved.keys[0].public()).encode(),
    )
    plain = mint_for(app)
    mint = Mint(plain.issuer, plain.audience, plain.kid, "RS256", plain.sign, forms, plain.more)

    expect_denied(app.test_client().get(path, headers=bearer(make(mint))), code)


def test_public_keys_alone() -> None:
    """An app with public keys alone verifies, and says what is missing when it is to issue."""
    app = make_app(BASELINE_JWT_KEYS=[public_pem(EC)])
    other = bare_app(BASELINE_JWT_KEYS=[pem(EC)])
    from flask_jwt_extended import create_access_token

    with other.app_context():
        token = create_access_token("u1")

    assert app.test_client().get("/theirs", headers=bearer(token)).status_code == 200
    with app.app_context():
        for issue in (issue_tokens, create_access_token):
            with pytest.raises(NotInitializedError, match="put a private key first into BASELINE_JWT_KEYS"):
                issue("u1")


def test_a_secret_of_bytes() -> None:
    """A secret of any bytes in JWT_SECRET_KEY is the same as its JWK."""
    secret = bytes(range(200, 248))
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", JWT_SECRET_KEY=secret)
    Baseline(app)
    encoded = urlsafe_b64encode(secret).rstrip(b"=").decode()
    other = bare_app(BASELINE_JWT_KEYS=[{"kty": "oct", "k": encoded}])

    assert sessions_of(app).resolved.keys == sessions_of(other).resolved.keys


WEAK_RSA = rsa.generate_private_key(65_537, 1_024)  # noqa: S505  That is what is refused.


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        pytest.param("{", "cannot be read as a key", id="no JSON"),
        pytest.param('{"kty":"oct"}', "cannot be read as a key", id="a JWK without a key"),
        pytest.param(
            '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}', "cannot be read as a key", id="no point"
        ),
        pytest.param(
            "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----", "cannot be read", id="no PEM"
        ),
        pytest.param(pem(EC, b"planted"), "is encrypted", id="encrypted"),
        pytest.param(pem(WEAK_RSA), "is an RSA key of less than 2048 bits", id="RSA of 1024 bits"),
        pytest.param(pem(x25519.X25519PrivateKey.generate()), "is of a kind or a curve", id="X25519"),
        pytest.param(pem(ed448.Ed448PrivateKey.generate()), "is of a kind or a curve", id="Ed448"),
        pytest.param(
            pem(ec.generate_private_key(ec.SECP256K1())),
            "is of a kind or a curve",
            id="secp256k1",
        ),
        pytest.param([pem(EC), pem(EC)], "has a key twice", id="twice"),
        pytest.param([pem(EC), "a-secret-" * 5], "has a secret beside keys that are not", id="mixed"),
        pytest.param([public_pem(EC), pem(ED)], "has a public key first", id="public first"),
        pytest.param([pem(EC), "{"], "key 2 cannot be read as a key", id="the second"),
        pytest.param(
            [{"kty": "oct", "k": "AA" * 40, "use": "enc"}], "with a use other than sig", id="for encryption"
        ),
        pytest.param(
            [{"kty": "oct", "k": "AA" * 40, "alg": "RS256"}], "is not for the algorithm", id="another alg"
        ),
        pytest.param(
            [{"kty": "oct", "k": "AA" * 40, "kid": "\x00"}], "has a kid that is no short text", id="kid"
        ),
    ],
)
def test_keys_that_are_refused(keys: Any, what: str) -> None:
    """A key that cannot be used does not start, and nothing of it is in the message or in any frame."""
    with pytest.raises(ConfigError) as caught:
        bare_app(BASELINE_JWT_KEYS=keys)

    message = str(caught.value)
    assert "BASELINE_JWT_KEYS (app.config)" in message
    assert what in message
    assert "planted" not in message
    assert caught.value.__cause__ is None


# PyJWT says so as well, as it did before.
@pytest.mark.filterwarnings("ignore:The HMAC key is")
@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("planted-but-short", "is a secret of less than 32 bytes"),
        ("planted-change-me-in-production-please", "is a secret that others have too"),
        ("a" * 40, "is a secret that others have too"),
        ("your-256-bit-secret-planted-planted", "is a secret that others have too"),
        ("an-example-of-planted-secrets-in-a-guide", "is a secret that others have too"),
    ],
)
def test_secrets_that_are_refused(secret: str, what: str, caplog: pytest.LogCaptureFixture) -> None:
    """A secret that can be guessed does not start in production; a developer is told with the first token."""
    with pytest.raises(ConfigError) as caught:
        bare_app(**{**PROD, "BASELINE_JWT_KEYS": [secret], "profile": "prod"})
    assert what in str(caught.value)
    assert "planted" not in str(caught.value)

    app = bare_app(BASELINE_JWT_KEYS=[secret])
    assert caplog.records == []
    with app.app_context():
        issue_tokens("u1")
        issue_tokens("u1")
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert what in told
    assert "In production it is refused" in told
    assert "planted" not in told


def test_the_secret_of_the_app() -> None:
    """The key of tokens is not the one of sessions of Flask."""
    secret = "5b1f0c7e9a3d48d6b2e4f7a1c8d09e63"
    with pytest.raises(ConfigError, match="is the SECRET_KEY of the app too"):
        bare_app(**{**PROD, "SECRET_KEY": secret, "BASELINE_JWT_KEYS": [secret], "profile": "prod"})


def test_a_key_is_made(caplog: pytest.LogCaptureFixture) -> None:
    """A developer needs no key: one is made for the process, and told with the first token."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="dev", BASELINE_JWT_ENABLED=True)
    Baseline(app)

    with app.app_context():
        assert issue_tokens("u1").access_token

    assert [
        record.getMessage().partition(":")[0] for record in caplog.records if record.levelname == "WARNING"
    ] == ["BASELINE_JWT_KEYS is not set"]
