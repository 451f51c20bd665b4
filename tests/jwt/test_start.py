"""What does not start, and says why, all at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError

from .conftest import PROD, SECRET, bare_app, bearer, log_in, make_app, sessions_of


def problems_of(**config: Any) -> list[str]:
    """Return what is wrong in production with *config* beside what it needs."""
    app = Flask("shop")
    app.config.update({**PROD, **config})
    try:
        Baseline(app)
    except ConfigError as error:
        return [f"{problem.key}: {problem.what}" for problem in error.problems]
    return []


def test_nothing_is_wrong() -> None:
    """What production needs is enough for it."""
    assert problems_of() == []


def test_what_production_needs() -> None:
    """A key alone turns tokens on, and everything else that production needs is told at once."""
    app = Flask("shop")
    app.config["JWT_SECRET_KEY"] = SECRET

    with pytest.raises(ConfigError) as caught:
        Baseline(app)

    assert [(problem.key, problem.what) for problem in caught.value.problems] == [
        ("BASELINE_JWT_ISSUER", "is not set"),
        ("BASELINE_JWT_AUDIENCE", "is not set"),
        ("BASELINE_JWT_STORE", "is not set"),
    ]


def test_without_a_key_nothing_is_imported() -> None:
    """An app without keys, with guards and all else, imports no library of tokens."""
    code = (
        "import sys\n"
        "from flask import Flask\n"
        "from flask_baseline import Baseline\n"
        "from flask_baseline.auth import issue_tokens, require_auth\n"
        "app = Flask('shop')\n"
        "app.config['BASELINE_PROFILE'] = 'test'\n"
        "Baseline(app)\n"
        "app.add_url_rule('/', view_func=require_auth(lambda: 'in'))\n"
        "assert app.test_client().get('/').status_code == 500\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"joserfc", "jwt", "flask_jwt_extended", "cryptography"} & {*done.stdout.split()} == set()


def test_without_a_key_it_is_off() -> None:
    """An app without keys has no tokens, and what makes them says what is missing."""
    from flask_baseline.auth.tokens import issue_tokens
    from flask_baseline.errors import NotInitializedError

    app = Flask("shop")
    Baseline(app)

    with (
        app.app_context(),
        pytest.raises(NotInitializedError, match="set BASELINE_JWT_KEYS, or JWT_SECRET_KEY"),
    ):
        issue_tokens("u1")


def test_on_without_a_key() -> None:
    """In production a key is never made up."""
    app = Flask("shop")
    app.config.update({**PROD, "BASELINE_JWT_KEYS": None, "BASELINE_JWT_ENABLED": True})

    with pytest.raises(ConfigError, match=r"BASELINE_JWT_KEYS .*is not set.*flask baseline keys generate"):
        Baseline(app)


COOKIE = {"BASELINE_JWT_TRANSPORT": "cookie"}

ROWS: list[tuple[dict[str, Any], str]] = [
    (
        {"BASELINE_JWT_STORE": "memory"},
        "BASELINE_JWT_STORE: is the memory of each process, in which others see no logout",
    ),
    (
        {"BASELINE_JWT_STORE": "nowhere"},
        "BASELINE_JWT_STORE: is no URL of SQLAlchemy",
    ),
    (
        {"BASELINE_JWT_STORE": "sqlalchemy"},
        "BASELINE_JWT_STORE: is sqlalchemy, and the app has no database",
    ),
    ({"BASELINE_JWT_ACCESS_SECONDS": 86_401}, "BASELINE_JWT_ACCESS_SECONDS: is out of range"),
    ({"BASELINE_JWT_LEEWAY_SECONDS": 301}, "BASELINE_JWT_LEEWAY_SECONDS: is out of range"),
    ({"BASELINE_JWT_CACHE_SECONDS": 301}, "BASELINE_JWT_CACHE_SECONDS: is out of range"),
    ({"BASELINE_JWT_TRANSPORT": "query"}, "BASELINE_JWT_TRANSPORT: is not one of the choices"),
    (
        {"BASELINE_JWT_REFRESH_MAX_SECONDS": 1_000},
        "BASELINE_JWT_REFRESH_IDLE_SECONDS, BASELINE_JWT_REFRESH_MAX_SECONDS: would end before it is idle",
    ),
    ({"JWT_SECRET_KEY": "f" + SECRET[1:]}, "BASELINE_JWT_KEYS: contradicts JWT_SECRET_KEY"),
    ({"JWT_ACCESS_TOKEN_EXPIRES": False}, "JWT_ACCESS_TOKEN_EXPIRES: lets tokens live for ever"),
    ({"JWT_ACCESS_TOKEN_EXPIRES": timedelta(days=2)}, "JWT_ACCESS_TOKEN_EXPIRES: is out of range"),
    ({"JWT_ACCESS_TOKEN_EXPIRES": "15 min"}, "JWT_ACCESS_TOKEN_EXPIRES: is no time"),
    ({"JWT_ACCESS_TOKEN_EXPIRES": True}, "JWT_ACCESS_TOKEN_EXPIRES: is no time"),
    ({"JWT_REFRESH_TOKEN_EXPIRES": False}, "JWT_REFRESH_TOKEN_EXPIRES: lets tokens live for ever"),
    (
        {"JWT_ACCESS_TOKEN_EXPIRES": 60, "BASELINE_JWT_ACCESS_SECONDS": 61},
        "BASELINE_JWT_ACCESS_SECONDS: contradicts JWT_ACCESS_TOKEN_EXPIRES",
    ),
    ({"JWT_ENCODE_ISSUER": "other"}, "BASELINE_JWT_ISSUER: contradicts JWT_ENCODE_ISSUER"),
    (
        {"BASELINE_JWT_ISSUER": None, "JWT_ENCODE_ISSUER": "one", "JWT_DECODE_ISSUER": "two"},
        "JWT_DECODE_ISSUER: contradicts JWT_ENCODE_ISSUER",
    ),
    ({"JWT_DECODE_AUDIENCE": ["a", "b"]}, "JWT_DECODE_AUDIENCE: is no text"),
    (
        {"JWT_TOKEN_LOCATION": ["query_string"]},
        "JWT_TOKEN_LOCATION: has a place for tokens that logs and histories keep",
    ),
    ({"JWT_TOKEN_LOCATION": []}, "JWT_TOKEN_LOCATION: has a place for tokens that logs and histories keep"),
    ({"JWT_TOKEN_LOCATION": 7}, "JWT_TOKEN_LOCATION: has a place for tokens that logs and histories keep"),
    ({"JWT_ALGORITHM": "none"}, "BASELINE_JWT_KEYS: is not for the algorithm of JWT_ALGORITHM"),
    ({"JWT_ALGORITHM": "RS256"}, "BASELINE_JWT_KEYS: is not for the algorithm of JWT_ALGORITHM"),
    ({"JWT_ALGORITHM": 1}, "BASELINE_JWT_KEYS: is not for the algorithm of JWT_ALGORITHM"),
    (
        {"JWT_DECODE_ALGORITHMS": ["HS256", "none"]},
        "JWT_DECODE_ALGORITHMS: lets in tokens of other algorithms",
    ),
    ({"JWT_DECODE_ALGORITHMS": "HS512"}, "JWT_DECODE_ALGORITHMS: lets in tokens of other algorithms"),
    ({"JWT_IDENTITY_CLAIM": "id"}, "JWT_IDENTITY_CLAIM: moves the subject out of sub"),
    ({"JWT_VERIFY_SUB": False}, "JWT_VERIFY_SUB: takes tokens whose sub is no text"),
    ({"JWT_HEADER_NAME": "X-Token"}, "JWT_HEADER_NAME: moves tokens out of the Authorization header"),
    ({"JWT_HEADER_TYPE": ""}, "JWT_HEADER_TYPE: takes another scheme than Bearer"),
    ({"JWT_COOKIE_CSRF_PROTECT": False}, "JWT_COOKIE_CSRF_PROTECT: lets other sites act as the visitor"),
    ({"JWT_COOKIE_DOMAIN": ".shop.example"}, "JWT_COOKIE_DOMAIN: gives the cookies to other hosts"),
    ({"JWT_COOKIE_SAMESITE": "None"}, "JWT_COOKIE_SAMESITE: sends the cookies from other sites"),
    ({"JWT_CSRF_METHODS": ["POST"]}, "JWT_CSRF_METHODS: leaves methods open to other sites"),
    ({"JWT_REFRESH_COOKIE_PATH": "/refresh"}, "JWT_REFRESH_COOKIE_PATH: cannot be beside the prefix __Host-"),
    (
        {**COOKIE, "BASELINE_JWT_COOKIE_SECURE": False},
        "BASELINE_JWT_COOKIE_SECURE: sends the cookies over http",
    ),
    ({**COOKIE, "JWT_COOKIE_SECURE": False}, "BASELINE_JWT_COOKIE_SECURE: sends the cookies over http"),
    (
        {**COOKIE, "JWT_ACCESS_COOKIE_NAME": "token"},
        "JWT_ACCESS_COOKIE_NAME: is a cookie without the prefix __Host-",
    ),
    (
        {**COOKIE, "JWT_ACCESS_COOKIE_NAME": "__Host-refresh"},
        "JWT_ACCESS_COOKIE_NAME, JWT_REFRESH_COOKIE_NAME, JWT_ACCESS_CSRF_COOKIE_NAME, "
        "JWT_REFRESH_CSRF_COOKIE_NAME: have one name twice",
    ),
    ({"BASELINE_JWT_COOKIE_ORIGINS": ["*"]}, "BASELINE_JWT_COOKIE_ORIGINS: has something that is no origin"),
    (
        {"BASELINE_JWT_COOKIE_ORIGINS": ["null"]},
        "BASELINE_JWT_COOKIE_ORIGINS: has something that is no origin",
    ),
    (
        {"BASELINE_JWT_COOKIE_ORIGINS": ["https://shop.example/"]},
        "BASELINE_JWT_COOKIE_ORIGINS: has something that is no origin",
    ),
    (
        {**COOKIE, "BASELINE_JWT_COOKIE_ORIGINS": ["http://shop.example"]},
        "BASELINE_JWT_COOKIE_ORIGINS: has a page that came over http",
    ),
]


@pytest.mark.parametrize(
    ("config", "problem"), ROWS, ids=[text.replace("BASELINE_", "")[:60] for _, text in ROWS]
)
def test_refusals(config: dict[str, Any], problem: str) -> None:
    """What is not safe, or contradicts itself, is one problem with its key."""
    found = problems_of(**config)

    assert len(found) == 1
    assert found[0].startswith(problem)


def test_all_at_once() -> None:
    """Every problem is told in one message, those of keys and those of cookies."""
    found = problems_of(
        **COOKIE,
        BASELINE_JWT_KEYS=["short"],
        BASELINE_JWT_ISSUER=None,
        BASELINE_JWT_STORE="memory",
        BASELINE_JWT_COOKIE_SECURE=False,
        JWT_IDENTITY_CLAIM="id",
        JWT_COOKIE_DOMAIN=".shop.example",
        JWT_ACCESS_TOKEN_EXPIRES=False,
    )

    assert len(found) == 7


@pytest.mark.parametrize("kind", ["text", "list", "objects"])
def test_keys_as_variables_have_them(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys come as one JWK, or as a list of them, though JWKs have commas."""
    import json

    from flask_baseline.jwt.keys import generated

    keys = [generated("ed25519").private(), generated("p256").private()]
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = "test"
    if kind == "objects":
        app.config["BASELINE_JWT_KEYS"] = keys
    else:
        text = json.dumps(keys) if kind == "list" else ", ".join(map(json.dumps, keys))
        monkeypatch.setenv("BASELINE_JWT_KEYS", text)

    Baseline(app)

    assert [key.algorithm for key in sessions_of(app).resolved.keys] == ["EdDSA", "ES256"]


@pytest.mark.parametrize(
    "source", ["config", "config, off", "variable", "file", "folder of secrets", ".env", "Flask-SQLAlchemy"]
)
def test_a_store_in_the_database_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The store may be in the app's own database, whatever source names that."""
    key, url = "BASELINE_DATABASE_URL", f"sqlite:///{tmp_path}/app.db"
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / key).write_text(url)
    if source == "variable":
        monkeypatch.setenv(key, url)
    elif source == "file":
        monkeypatch.setenv(f"{key}_FILE", str(secrets / key))
    elif source == ".env":
        monkeypatch.chdir(tmp_path)
        (tmp_path / ".env").write_text(f"{key}={url}")
    configs: dict[str, dict[str, Any]] = {
        "config": {key: url},
        "config, off": {key: url, "BASELINE_DATABASE_ENABLED": False},
        "folder of secrets": {"BASELINE_SECRETS_DIR": str(secrets)},
        ".env": {"profile": "dev"},
        "Flask-SQLAlchemy": {"SQLALCHEMY_DATABASE_URI": url},
    }
    app = make_app(BASELINE_JWT_STORE="sqlalchemy", **configs.get(source, {}))

    client, tokens = log_in(app)

    assert client.get("/ours", headers=bearer(tokens["access_token"])).status_code == 200
    assert client.get("/readyz").status_code == 200
    assert (tmp_path / "app.db").exists()


def test_a_store_that_is_down_is_not_ready() -> None:
    """The readiness of a service that cannot ask its store fails."""
    app = bare_app(**{**PROD, "profile": "prod"})

    assert app.test_client().get("/readyz").status_code == 503
