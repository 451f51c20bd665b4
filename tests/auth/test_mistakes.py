"""Guards that are written wrongly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_baseline.auth import public, require, require_auth, require_roles, require_scopes


def _view() -> str:
    return "served"


class _Thing:
    def __call__(self) -> str:
        return "served"


@pytest.mark.parametrize(
    ("decorate", "error", "text"),
    [
        (lambda: require_auth(type("Orders", (), {})), TypeError, r"decorators = \[require_auth\]"),
        (lambda: require_auth("admin"), TypeError, "Options are given by name"),  # type: ignore[call-overload]
        (lambda: require_auth(fresh=300), TypeError, "needs to be a timedelta above 0"),  # type: ignore[call-overload]
        (lambda: require_auth(fresh=timedelta(0)), TypeError, "needs to be a timedelta above 0"),
        (lambda: require_auth(optional=True, acr=["mfa"]), TypeError, "demands nothing"),
        (lambda: require_auth(acr="mfa"), TypeError, "several in a list"),
        (lambda: require_auth(acr=["two words"]), ValueError, "a name is empty, or has a space"),
        (lambda: require_auth(providers=[1]), TypeError, "needs text"),  # type: ignore[list-item]
        (lambda: require_scopes(), TypeError, "needs a name"),
        (lambda: require_scopes(_view), TypeError, "is used with names"),  # type: ignore[arg-type]
        (lambda: require_scopes("a b"), ValueError, "has a space"),
        (lambda: require_scopes('a"'), ValueError, "character that headers cannot have"),
        (lambda: require_scopes(""), ValueError, "a name is empty"),
        (lambda: require_scopes(["a"]), TypeError, "needs text"),  # type: ignore[arg-type]
        (lambda: require_roles(), TypeError, "needs a name"),
        (lambda: require_roles(""), ValueError, "a name is empty"),
        (lambda: require("admin"), TypeError, "needs a plain function"),  # type: ignore[arg-type]
        (lambda: require_auth(public(lambda: "")), TypeError, "is public and guarded too"),
        (lambda: public(require_auth(_Thing())), TypeError, "is public and guarded too"),
        (lambda: public(type("Orders", (), {})), TypeError, "is for functions"),
    ],
)
def test_mistakes(decorate: Callable[[], Any], error: type[Exception], text: str) -> None:
    """What cannot be a guard is an error where it is written."""
    with pytest.raises(error, match=text):
        decorate()


def test_an_async_rule() -> None:
    """A rule that is async would always be true, and is an error."""

    async def rule(identity: Any) -> bool:
        return False

    with pytest.raises(TypeError, match="needs a plain function"):
        require(rule)
