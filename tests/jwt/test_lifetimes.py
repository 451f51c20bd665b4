"""No access token lives longer than it is remembered that somebody was logged out."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from flask_jwt_extended import create_access_token

from .conftest import bearer, both, expect_denied, make_app, mint_for

DAY = 86_400


@pytest.mark.parametrize("expires", [timedelta(days=365), timedelta(days=1, seconds=1), False])
def test_a_long_life_is_refused(expires: timedelta | bool) -> None:
    """A token that could be good again after a logout is not made, and the error says why."""
    app = make_app()
    with app.app_context(), pytest.raises(ValueError, match="lives at most a day"):
        create_access_token("u1", expires_delta=expires)


@both
def test_a_day(path: str) -> None:
    """A token may live for a day."""
    app = make_app()
    with app.app_context():
        token = create_access_token("u1", expires_delta=timedelta(days=1))
    assert app.test_client().get(path, headers=bearer(token)).status_code == 200


@both
@pytest.mark.parametrize(("seconds", "is_taken"), [(DAY, True), (DAY + 1, False), (365 * DAY, False)])
def test_a_long_life_from_elsewhere(path: str, seconds: int, is_taken: bool) -> None:
    """A token that something else has made with the same key may live no longer either."""
    app = make_app()
    now = int(time.time())
    answer = app.test_client().get(path, headers=bearer(mint_for(app).token(iat=now, exp=now + seconds)))
    if is_taken:
        assert answer.status_code == 200
    else:
        expect_denied(answer, "invalid_token")
