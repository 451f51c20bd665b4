"""Who calls in the current request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Request, current_app, has_request_context, request
from werkzeug.local import LocalProxy

from .._runtime import runtime_of
from ..errors import NotInitializedError
from .denied import denied
from .identity import ANONYMOUS, Identity

if TYPE_CHECKING:
    from .gate import Gate
    from .guard import Guard

_ATTRIBUTE = "_baseline_caller"

_request: Any = request


class Caller:
    """What is known about the caller of one request."""

    __slots__ = ("identity", "met")

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.met: tuple[Guard, ...] = ()
        """The guards that are met, but for the app's own rules."""


def caller_of(current: Request) -> Caller | None:
    """Return what is known about the caller of *current*; None where nobody has asked."""
    found: Caller | None = current.__dict__.get(_ATTRIBUTE)
    return found


def remember(current: Request, identity: Identity) -> Caller:
    """Let *identity* be the one of *current*."""
    caller = current.__dict__[_ATTRIBUTE] = Caller(identity)
    return caller


def current_request() -> Request:
    """Return the request itself: each look through the proxy costs more than what it finds."""
    found: Request = _request._get_current_object()
    return found


def ensure(guard: Guard) -> None:
    """Let the request go on if its caller meets *guard*.

    Raises:
        Denied: the caller does not.
        NotInitializedError: nothing in the app can tell.
    """
    # On each request: the calls of `current_request` and `caller_of` would cost as much as all the rest.
    current: Request = _request._get_current_object()
    caller: Caller | None = current.__dict__.get(_ATTRIBUTE)
    if caller is None or guard not in caller.met:
        current_gate().check(current, (guard,))
    if guard.allows is not None:
        ask(current, guard)


def ask(current: Request, guard: Guard) -> None:
    """Let the request go on if the app's own rule of *guard* lets its caller pass.

    Raises:
        Denied: it does not.
    """
    from .gate import refuse

    caller = caller_of(current)
    identity = ANONYMOUS if caller is None else caller.identity
    if guard.allows is not None and not guard.allows(identity):
        refusal = denied("not_allowed")
        refuse(refusal, identity)
        raise refusal


def current_gate() -> Gate:
    """Return the gate of the current app.

    Raises:
        NotInitializedError: it has none.
    """
    gate: Gate | None = runtime_of(current_app._get_current_object(), "auth")  # type: ignore[attr-defined]
    if gate is None:
        raise NotInitializedError(
            f"A view of the app {current_app.name!r} is guarded, and nothing can tell who calls. Fix: call "
            "Baseline(app) in the factory, and leave BASELINE_AUTH_ENABLED on."
        )
    return gate


def _current_identity() -> Identity:
    if not has_request_context():
        return ANONYMOUS
    caller = caller_of(current_request())
    return ANONYMOUS if caller is None else caller.identity


current_identity: Identity = LocalProxy(_current_identity)  # type: ignore[assignment]
"""The caller of this request. It is false, and its subject empty, where no guard has found one."""
