"""Each refusal has one status, one code, one challenge and one text."""

from __future__ import annotations

import copy
import pickle

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.auth.denied import CODES, denied, insufficient_scope

from .bad_tokens import ANSWERS
from .conftest import expect_denied

MORE = {
    "fresh_login_required": (
        401,
        'Bearer realm="api", error="insufficient_user_authentication", '
        'error_description="This needs a login that is more recent or stronger."',
    ),
    "insufficient_scope": (403, 'Bearer realm="api", error="insufficient_scope"'),
    "login_denied": (403, None),
    "login_failed": (400, None),
    "invalid_logout_token": (400, None),
    "provider_error": (502, None),
}
"""Those that the tables of tokens do not have."""


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code(code: str) -> None:
    """Each code is answered with its status and its challenge, as a problem, wherever it is raised."""
    app = Flask("shop")
    Baseline(app)
    status, challenge = (ANSWERS | MORE)[code]

    @app.get("/")
    def view() -> str:
        raise denied(code)

    answer = app.test_client().get("/")

    assert answer.status_code == status
    expect_denied(answer, code, challenge)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


def test_scopes() -> None:
    """The refusal for want of scopes names them in an order of its own."""
    refusal = insufficient_scope({"b", "a"})

    assert refusal.challenge == 'Bearer realm="api", error="insufficient_scope", scope="a b"'


@pytest.mark.parametrize("again", [copy.copy, lambda refusal: pickle.loads(pickle.dumps(refusal))])  # noqa: S301
def test_a_copy(again: object) -> None:
    """A copy of a refusal, as of one that another process has raised, is the same refusal."""
    refusal = denied("token_expired")
    copied = again(refusal)  # type: ignore[operator]

    assert (copied.reason, copied.code, copied.headers) == (refusal.reason, refusal.code, refusal.headers)
