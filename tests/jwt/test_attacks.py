"""Bad tokens and headers get the same answer by ``require_auth`` and by ``jwt_required``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.auth.bad_tokens import HEADERS, TOKENS
from tests.auth.minting import Mint

from .conftest import bearer, both, expect_denied, make_app, mint_for


@pytest.fixture(scope="module")
def shop() -> Flask:
    """Return an app that the rows share, since none of them changes it."""
    return make_app()


@both
def test_a_good_token(shop: Flask, path: str) -> None:
    """The token that all rows change is a good one."""
    answer = shop.test_client().get(path, headers=bearer(mint_for(shop).token()))

    assert answer.get_json()["subject"] == "u1"


@both
@pytest.mark.parametrize(("make", "code"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
def test_tokens(shop: Flask, path: str, make: Callable[[Mint], str], code: str) -> None:
    """A bad token gets its status, its code and its challenge."""
    expect_denied(shop.test_client().get(path, headers=bearer(make(mint_for(shop)))), code)


@both
@pytest.mark.parametrize(("make", "code"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_headers(shop: Flask, path: str, make: Callable[[Mint], str], code: str) -> None:
    """A header that is not one good token gets its status, its code and its challenge."""
    value = make(mint_for(shop))
    environ = {"HTTP_AUTHORIZATION": value} if value else {}

    expect_denied(shop.test_client().get(path, environ_overrides=environ), code)


@both
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"type": "refresh"}, id="type refresh"),
        pytest.param({"type": "reset_password"}, id="type of the app's own"),
        pytest.param({"type": None}, id="type null"),
        pytest.param({"header": {"typ": "rt+jwt"}}, id="typ of a refresh token"),
    ],
)
def test_tokens_of_another_kind(shop: Flask, path: str, changes: dict[str, object]) -> None:
    """A token that is for something else is no access token."""
    token = mint_for(shop).token(**changes)  # type: ignore[arg-type]

    expect_denied(shop.test_client().get(path, headers=bearer(token)), "invalid_token")


@both
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_schemes(shop: Flask, path: str, scheme: str) -> None:
    """The scheme is the same in capitals and in small letters, and more than one space may follow it."""
    token = mint_for(shop).token()

    answer = shop.test_client().get(path, headers={"Authorization": f"{scheme} {token}"})

    assert answer.status_code == 200


@both
def test_options(shop: Flask, path: str) -> None:
    """A view of OPTIONS is guarded as those of the other methods are."""
    expect_denied(shop.test_client().options(path), "missing_credentials")


@both
def test_a_session_that_was_never_opened(shop: Flask, path: str) -> None:
    """A token of a session that the store does not have is revoked."""
    token = mint_for(shop).token(sid="never-opened")

    expect_denied(shop.test_client().get(path, headers=bearer(token)), "token_revoked")
