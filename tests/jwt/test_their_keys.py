"""Settings that an app has for Flask-JWT-Extended already, and flask-cors beside cookies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_cors import CORS
from flask_jwt_extended import JWTManager

from flask_baseline import Baseline, ConfigError

from .conftest import PROD, SECRET, bare_app, sessions_of
from .test_keys import EC, ED, pem, public_pem
from .test_start import COOKIE, problems_of


@pytest.mark.parametrize(
    ("origins", "is_refused"),
    [("*", True), (r".*", True), ("https://app.example", False)],
    ids=["all", "pattern", "one"],
)
def test_flask_cors_beside_cookies(origins: str, is_refused: bool) -> None:
    """A CORS(app) that lets every site use the cookies does not start."""
    app = Flask("shop")
    app.config.update({**PROD, **COOKIE})
    CORS(app, origins=origins, supports_credentials=True)

    try:
        Baseline(app)
        found = []
    except ConfigError as error:
        found = [problem.key for problem in error.problems]

    assert found == (["CORS(app)"] if is_refused else [])


def test_flask_cors_without_credentials() -> None:
    """A CORS(app) without credentials gives no site the cookies."""
    app = Flask("shop")
    app.config.update({**PROD, **COOKIE})
    CORS(app)

    Baseline(app)


def test_a_public_key_of_another_key() -> None:
    """JWT_PUBLIC_KEY has to be the half of JWT_PRIVATE_KEY."""
    rows = {"BASELINE_JWT_KEYS": None, "JWT_ALGORITHM": "ES256", "JWT_PRIVATE_KEY": pem(EC)}

    assert problems_of(**rows, JWT_PUBLIC_KEY=public_pem(EC)) == []
    assert problems_of(**rows, JWT_PUBLIC_KEY=public_pem(ED)) == [
        "JWT_PUBLIC_KEY: is not the public half of JWT_PRIVATE_KEY"
    ]
    assert problems_of(**rows, JWT_PUBLIC_KEY=object()) == [
        "JWT_PUBLIC_KEY: is not the public half of JWT_PRIVATE_KEY"
    ]


def test_their_keys_are_honoured() -> None:
    """What an app has set for Flask-JWT-Extended holds, where ours say nothing."""
    app = Flask("shop")
    app.config.update(
        BASELINE_PROFILE="test",
        JWT_SECRET_KEY=SECRET,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=5),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=60),
        JWT_ENCODE_ISSUER="https://issuer.example",
        JWT_DECODE_AUDIENCE="api",
        JWT_DECODE_LEEWAY=5,
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_COOKIE_SECURE=True,
        JWT_ACCESS_COOKIE_NAME="__Host-token",
    )
    Baseline(app)

    settings = sessions_of(app).resolved.settings
    assert (settings.access_seconds, settings.refresh_idle_seconds, settings.refresh_max_seconds) == (
        300,
        5_184_000,
        5_184_000,
    )
    assert (settings.issuer, settings.audience, settings.leeway_seconds) == (
        "https://issuer.example",
        "api",
        5,
    )
    assert (settings.transport, settings.cookie_secure) == ("both", True)
    assert sessions_of(app).resolved.cookies.access == "__Host-token"


def test_defaults_of_a_manager() -> None:
    """The defaults that a manager has put into the app are not what the app has chosen."""
    app = Flask("shop")
    app.config.update({**PROD, **COOKIE})
    JWTManager(app)

    Baseline(app)

    assert sessions_of(app).resolved.settings.cookie_secure is True


@pytest.mark.parametrize(
    ("key", "can_issue"),
    [("JWT_PRIVATE_KEY", True), ("JWT_PUBLIC_KEY", False)],
    ids=["private", "public"],
)
def test_a_key_without_its_algorithm(key: str, can_issue: bool) -> None:
    """A key of Flask-JWT-Extended turns tokens on by itself, and says which algorithm it is for."""
    app = bare_app(BASELINE_JWT_KEYS=None, **{key: pem(EC) if can_issue else public_pem(EC)})
    found = sessions_of(app).resolved

    assert found.keys[0].algorithm == "ES256"
    assert (found.signing is not None) is can_issue
