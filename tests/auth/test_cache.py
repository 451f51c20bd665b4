"""A token is verified once in a while, and what may change is checked each time."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Request
from time_machine import travel

from flask_baseline.auth.cache import Cache, Kept
from flask_baseline.auth.denied import denied
from flask_baseline.auth.identity import ANONYMOUS
from flask_baseline.auth.keys import VerifyingKey
from flask_baseline.auth.verifier import Verified

from .conftest import KEY, PROFILE, expect_denied, make_app, verifier
from .minting import Mint, bearer


class Keys:
    """Keys that can be changed, and count how often one verifies."""

    def __init__(self) -> None:
        self.version = 0
        self.keys: dict[str | None, VerifyingKey] = {"key-1": KEY._replace(verify=self._verify)}
        self.count = 0

    def _verify(self, signed: bytes, signature: bytes) -> bool:
        self.count += 1
        return KEY.verify(signed, signature)

    def find(self, kid: str | None, _algorithm: str) -> VerifyingKey | None:
        """Return a key."""
        return self.keys.get(kid)

    def change(self, keys: dict[str | None, VerifyingKey]) -> None:
        """Have others from now on."""
        self.keys, self.version = keys, self.version + 1


def asking(keys: Keys, **profile: Any) -> Callable[[str], int]:
    """Return what asks an app with a token, and returns the status."""
    app = make_app(verifiers=[verifier(dataclasses.replace(PROFILE, **profile), keys=keys)])
    return lambda token: app.test_client().get("/me", headers=bearer(token)).status_code


def test_a_token_that_comes_again() -> None:
    """A token is verified once for as long as the profile says, and then again."""
    keys, token = Keys(), Mint().token()
    ask = asking(keys)

    with travel(time.time(), tick=False) as clock:
        assert [ask(token) for _ in range(3)] == [200] * 3
        clock.shift(59)
        assert (ask(token), keys.count) == (200, 1)
        clock.shift(2)
        assert (ask(token), keys.count) == (200, 2)


def test_each_time() -> None:
    """Without a time to keep tokens, each request verifies its own."""
    keys, token = Keys(), Mint().token()
    ask = asking(keys, cache_seconds=0)

    assert [ask(token) for _ in range(3)] == [200] * 3
    assert keys.count == 3


@pytest.mark.parametrize("cache_seconds", [0, 60], ids=["verified", "kept"])
def test_a_token_that_expires(cache_seconds: int) -> None:
    """The leeway counts once, whether a token is kept or not."""
    with travel(1_800_000_000, tick=False) as clock:
        ask, token = asking(Keys(), cache_seconds=cache_seconds), Mint().token(exp=1_800_000_010)
        found = []
        for seconds in (0, 39, 1):
            clock.shift(seconds)
            found.append(ask(token))
    assert found == [200, 200, 401]


def test_keys_that_change() -> None:
    """When a key is taken away, tokens of it are refused at once, though they were verified before."""
    keys, token = Keys(), Mint().token()
    ask = asking(keys)

    assert ask(token) == 200
    keys.change({})
    assert ask(token) == 401


def test_a_key_with_the_name_of_another() -> None:
    """When a key is replaced by one of the same name, it is the new one that verifies."""
    keys, token = Keys(), Mint().token()
    ask = asking(keys)

    assert ask(token) == 200
    keys.change({"key-1": KEY._replace(verify=lambda signed, signature: False)})
    assert ask(token) == 401


def test_wrong_tokens_are_not_kept() -> None:
    """A wrong token is verified each time, so that nobody can fill the memory with what they make up."""
    keys = Keys()
    ask, token = asking(keys), Mint().token(sub=1)

    assert [ask(token) for _ in range(2)] == [401, 401]
    assert keys.count == 2


def test_what_is_checked_each_time() -> None:
    """A token that is revoked is refused at once, and a store that is down refuses it too."""
    answers = iter(["", "token_revoked", "auth_unavailable", "session_ended", "csrf_failed", ""])

    def admit(verified: Verified, request: Request) -> None:
        code = next(answers)
        if code:
            raise denied(code)

    client = make_app(verifiers=[verifier(admit=admit)]).test_client()
    headers = bearer(Mint().token())

    assert client.get("/me", headers=headers).status_code == 200
    for code in ("token_revoked", "auth_unavailable", "session_ended", "csrf_failed"):
        answer = client.get("/me", headers=headers)
        expect_denied(answer, code)
        assert answer.headers.get("Retry-After") == ("5" if code == "auth_unavailable" else None)
    assert client.get("/me", headers=headers).status_code == 200


def test_a_cookie_is_not_a_header() -> None:
    """What was verified in a header is not taken for a cookie, which another rule holds for."""
    seen: list[str] = []

    def admit(verified: Verified, request: Request) -> None:
        seen.append(verified.identity.transport)

    one = verifier(admit=admit, token_in_cookie=lambda request: request.cookies.get("access"))
    client = make_app(verifiers=[one]).test_client(use_cookies=False)
    token = Mint().token()

    client.get("/me", headers=bearer(token))
    answer = client.get("/me", headers={"Cookie": f"access={token}"})

    assert answer.get_json() == {"subject": "u1", "transport": "cookie"}
    assert client.get("/me", headers={"Cookie": f"access={token}"}).status_code == 200
    assert seen == ["header", "cookie", "cookie"]


def test_many_tokens() -> None:
    """It keeps a bounded number of tokens, and those that come again stay."""
    cache = Cache(size=10)
    kept = Kept(Verified(ANONYMOUS, 0.0, 10.0, None), verifier())

    for number in range(1_000):
        cache.put((b"%d" % number, "header"), kept)
        assert cache.get((b"0", "header"), 1.0) is kept

    held = [number for number in range(1_000) if cache.get((b"%d" % number, "header"), 1.0)]
    assert len(held) <= 20


def test_threads() -> None:
    """Many threads get the answer to their own token, while the keys change."""
    keys = Keys()
    app = make_app(verifiers=[verifier(keys=keys)])
    tokens = {f"u{number}": Mint().token(sub=f"u{number}") for number in range(20)}
    is_over = threading.Event()

    def change() -> None:
        while not is_over.wait(0.001):
            keys.change({**keys.keys})

    def ask(subject: str) -> bool:
        answer = app.test_client().get("/me", headers=bearer(tokens[subject]))
        return bool(answer.get_json()["subject"] == subject)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(ask, [*tokens] * 20))
    finally:
        is_over.set()
        changing.join()
