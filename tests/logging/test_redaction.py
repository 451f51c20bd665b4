"""Secrets do not reach the log: by the name of their field, or by their shape in a text."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import dataclass

import pytest
import structlog
from pydantic import BaseModel, SecretStr
from werkzeug.datastructures import Headers

from flask_baseline._redaction import Redactor

from .conftest import Lines, MakeApp

SECRET = "hunter2-planted"


@pytest.mark.parametrize(
    "name",
    """password Password db_password user.password passwd passphrase pwd user_pwd secret client_secret
    SECRET_KEY token access_token refreshToken csrf-token id_token_hint jwt credential aws_credentials
    Authorization Proxy-Authorization http.request.header.authorization cookie Set-Cookie session session_id
    sessionid x-api-key apiKey api_keys access_key AccessKeyId private_key signing_key encryption-key
    signature sig card_number creditCard cvv dsn sentry_dsn""".split(),
)
def test_names_that_are_hidden(name: str) -> None:
    """These fields never show their value, whatever the case and the separators."""
    assert Redactor().hides(name)


@pytest.mark.parametrize(
    "name",
    """user author authored_by key keys cache_key primary_key state code status_code card cardinality
    sessions_total cookies_accepted design signal pwdx monkey description http.route url.path""".split(),
)
def test_names_that_are_shown(name: str) -> None:
    """Ordinary fields are not hidden because a secret's name is a part of theirs."""
    assert not Redactor().hides(name)


def test_more_names_and_fewer() -> None:
    """REDACT adds globs, and takes back what starts with an exclamation mark."""
    redactor = Redactor(("*Iban*", "!*tokens_used"))

    assert [redactor.hides(name) for name in ("customer_iban", "prompt_tokens_used", "token")] == [
        True,
        False,
        True,
    ]


def test_many_names_are_not_remembered_for_ever() -> None:
    """Names that a client makes up do not fill the memory."""
    redactor = Redactor()

    for number in range(20_000):
        assert not redactor.hides(f"name{number}")

    assert len(redactor._known) < 5_000


@dataclass
class Account:
    name: str
    password: str


class Login(BaseModel):
    name: str
    password: str
    pin: SecretStr


Pair = namedtuple("Pair", ["name", "password"])


@pytest.mark.parametrize(
    "fields",
    [
        {"password": SECRET},
        {"password": [SECRET]},
        {"password": {"value": SECRET}},
        {"body": {"a": {"b": {"password": SECRET}}}},
        {"a": {"b": {"c": {"d": {"e": {"password": SECRET}}}}}},
        {"items": [{"token": SECRET}, ({"secret": SECRET},)]},
        {"headers": {b"x": 1, "Authorization": f"Bearer {SECRET}"}},
        {"request": Headers([("Authorization", f"Bearer {SECRET}"), ("Cookie", f"a=b; session={SECRET}")])},
        {"account": Account("ada", SECRET)},
        {"accounts": {"first": [Account("ada", SECRET)]}},
        {"login": Login(name="ada", password=SECRET, pin=SecretStr(SECRET))},
        {"pair": Pair("ada", SECRET)},
        {"url": f"postgresql://ada:{SECRET}@db/shop"},
        {"url": f"redis://:{SECRET}@cache:6379/0"},
        {"command": f"curl -H 'Authorization: Bearer {SECRET}' https://a.test"},
        {"text": f'{{"password": "{SECRET}"}}'},
        {"text": json.dumps({"password": f'a"{SECRET}'})},
        {"text": json.dumps(json.dumps({"password": SECRET}))},
        {"text": str({"password": SECRET.encode()})},
        {"text": f"password\t=    {SECRET}"},
        {"text": f"password={SECRET}&next=/"},
        {"text": f"api_key: {SECRET}, more"},
        {"data": f"token={SECRET}".encode()},
        {"error": ValueError(f"password={SECRET}")},
        {"_": type("Odd", (), {"__repr__": lambda self: f"Odd(password='{SECRET}')"})()},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_planted_secrets(
    make_app: MakeApp, lines: Lines, capsys: pytest.CaptureFixture[str], fields: dict
) -> None:
    """A secret in a field, at any depth and in any kind of value, is not in the line."""
    make_app()

    structlog.get_logger().info("login", **fields)

    written = capsys.readouterr().out
    assert '"login"' in written
    assert SECRET not in written


def test_messages_and_stacks(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A secret is in no message, no exception's text, no chained exception and no local variable."""
    app = make_app()

    def connect(dsn: str) -> None:
        try:
            raise OSError(f"no route to {dsn}")
        except OSError as error:
            raise RuntimeError(f"password={SECRET}") from error

    app.add_url_rule("/", view_func=lambda: connect(f"postgresql://ada:{SECRET}@db/shop"))
    app.test_client().get("/", buffered=True)
    app.logger.warning("retry %s", f"amqp://ada:{SECRET}@queue")
    structlog.get_logger().error(f"token={SECRET}")

    written = capsys.readouterr().out
    assert written.count("[redacted]") >= 5
    assert "no route to postgresql://[redacted]@db/shop" in written
    assert SECRET not in written


@pytest.mark.parametrize(
    "text",
    [
        "https://a.test/users?page=2",
        "mail ada@example.com at 10:30",
        "a token is needed",
        "key=value",
        "http://a.test/@ada",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """A text without a secret is not changed."""
    assert Redactor().scrub(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "://" * 20_000,
        "password" * 10_000,
        "password=" * 10_000,
        'password="\\' * 10_000,
        "a" * 80_000 + "=",
        "token " + " " * 80_000,
    ],
    ids=["schemes", "names", "assignments", "escapes", "letters", "blanks"],
)
def test_scrubbing_is_linear(text: str) -> None:
    """A hostile text does not keep the process busy: this ends, where a quadratic match would not."""
    assert isinstance(Redactor().scrub(text), str)
