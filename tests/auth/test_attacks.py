"""Bad tokens and headers, and the exact answer to each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from .bad_tokens import HEADERS, TOKENS
from .conftest import expect_denied, make_app
from .minting import Mint, bearer


@pytest.fixture(scope="module")
def shop() -> Flask:
    """Return an app that the rows share, since none of them changes it."""
    return make_app()


def test_a_good_token(shop: Flask) -> None:
    """The token that all rows change is a good one."""
    answer = shop.test_client().get("/me", headers=bearer(Mint().token()))

    assert answer.get_json() == {"subject": "u1", "transport": "header"}


@pytest.mark.parametrize(("make", "code"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
def test_tokens(shop: Flask, make: Callable[[Mint], str], code: str) -> None:
    """A bad token gets its status, its code and its challenge."""
    expect_denied(shop.test_client().get("/me", headers=bearer(make(Mint()))), code)


@pytest.mark.parametrize(("make", "code"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_headers(shop: Flask, make: Callable[[Mint], str], code: str) -> None:
    """A header that is not one good token gets its status, its code and its challenge."""
    value = make(Mint())
    environ = {"HTTP_AUTHORIZATION": value} if value else {}

    expect_denied(shop.test_client().get("/me", environ_overrides=environ), code)
