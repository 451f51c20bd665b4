"""What is no refresh token in a body is answered as if there were none."""

from __future__ import annotations

import pytest

from .conftest import expect_denied, make_app

BODIES = {
    "nested deeply": b"[" * 100_000,
    "nested deeply in an object": b'{"refresh_token": ' + b"[" * 100_000,
    "cut off": b"{",
    "empty": b"",
    "null": b"null",
    "a list": b'["token"]',
    "a number": b'{"refresh_token": 1}',
    "an empty text": b'{"refresh_token": ""}',
    "a name twice": b'{"refresh_token": "a.b.c", "refresh_token": "d.e.f"}',
    "not UTF-8": b'{"refresh_token": "\xff"}',
    "NaN": b'{"refresh_token": NaN}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_no_token(body: bytes) -> None:
    """A body of JSON without one text as its token has none, whatever else it is."""
    answer = make_app().test_client().post("/refresh", data=body, content_type="application/json")
    expect_denied(answer, "missing_credentials")


@pytest.mark.parametrize(
    "token", ["\u20ac", "a" * 500_000, "a.b.c", "."], ids=["text", "long", "parts", "dot"]
)
def test_a_wrong_token(token: str) -> None:
    """A text that is no token is refused as one."""
    answer = make_app().test_client().post("/refresh", json={"refresh_token": token})
    expect_denied(answer, "invalid_token")
