"""The decorators of views, and how a view tells which it has."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from functools import wraps
from inspect import isclass, iscoroutinefunction
from typing import Any, TypeVar, cast, overload

from .current import ensure
from .guard import Guard
from .identity import Identity

View = TypeVar("View", bound="Callable[..., Any]")

_MARK = "__baseline_auth__"

_SECURITY = "__baseline_security__"
"""Where the OpenAPI document looks for what a view demands."""

_BEARER = "bearer"

_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""A scope (RFC 6749, section 3.3). It stands in quotes in a header."""

PUBLIC = Guard(is_optional=True)
"""The mark of a view that anybody may use."""


@overload
def require_auth(view: View, /) -> View: ...


@overload
def require_auth(
    *,
    optional: bool = False,
    fresh: timedelta | None = None,
    acr: Collection[str] = (),
    providers: Collection[str] | None = None,
) -> Callable[[View], View]: ...


def require_auth(
    view: Callable[..., Any] | None = None,
    /,
    *,
    optional: bool = False,
    fresh: timedelta | None = None,
    acr: Collection[str] = (),
    providers: Collection[str] | None = None,
) -> Any:
    """Let only known callers use a view::

        @bp.delete("/account")
        @require_auth(fresh=timedelta(minutes=5))
        def close_account(): ...

    It stands below the route. `endpoint` may be above or below: who calls is checked before what they send.

    Args:
        view: the function, when there are no options.
        optional: whether a caller may come without a token. A wrong token is refused all the same.
        fresh: how long ago the person may have proved who they are (RFC 9470).
        acr: how strongly they must have, by one of these values of the token's ``acr`` (RFC 9470).
        providers: whose tokens are taken: ``jwt`` for the app's own, and names of the settings.

    Raises:
        TypeError, ValueError: an option is wrong, or what is decorated is no view.
    """
    if fresh is not None and not (isinstance(cast(object, fresh), timedelta) and fresh > timedelta(0)):
        raise TypeError("fresh of require_auth needs to be a timedelta above 0.")
    guard = Guard(
        is_optional=optional,
        max_age=None if fresh is None else int(fresh.total_seconds()),
        acr=tuple(_texts("acr of require_auth", acr, _TOKEN)),
        providers=None if providers is None else frozenset(_texts("providers of require_auth", providers)),
    )
    if optional and (fresh is not None or acr or providers is not None):
        raise TypeError("require_auth(optional=True) demands nothing; leave the other options out.")
    return _guarding(guard) if view is None else _guarding(guard)(view)


def require_scopes(*scopes: str, any_of: bool = False) -> Callable[[View], View]:
    """Let only callers with all of *scopes* use a view, or with *any_of* those with one of them.

    Raises:
        TypeError, ValueError: a scope is wrong, or there is none.
    """
    _check_some("require_scopes", scopes, '("orders:write")')
    return _guarding(Guard(scopes=frozenset(_texts("require_scopes", scopes, _TOKEN)), any_of=any_of))


def require_roles(*roles: str, any_of: bool = False) -> Callable[[View], View]:
    """Let only callers with all of *roles* use a view, or with *any_of* those with one of them.

    Raises:
        TypeError, ValueError: a role is wrong, or there is none.
    """
    _check_some("require_roles", roles, '("admin")')
    return _guarding(Guard(roles=frozenset(_texts("require_roles", roles)), any_of=any_of))


def require(allows: Callable[[Identity], object], /) -> Callable[[View], View]:
    """Let only callers use a view for whom *allows* returns something true::

        @require(lambda identity: identity.claims["tenant"] == g.tenant)

    It is called in the request, after the ``before_request`` functions of the app.

    Raises:
        TypeError: it is no plain function.
    """
    if not callable(allows) or isclass(allows) or iscoroutinefunction(allows):
        raise TypeError("require needs a plain function of the identity: @require(lambda identity: ...).")
    return _guarding(Guard(allows=allows))


def public(view: View) -> View:
    """Let anybody use a view, where ``BASELINE_AUTH_DEFAULT`` is ``deny``. It takes away no guard.

    Raises:
        TypeError: *view* has a guard, or is no view.
    """
    _check_view("public", view)
    if any(guards_on(view)):
        raise TypeError(f"{_named(view)} is public and guarded too. Keep one of the decorators.")
    setattr(view, _MARK, PUBLIC)
    return view


def _guarding(guard: Guard) -> Callable[[View], View]:
    requirements: list[dict[str, list[str]]] = [{_BEARER: sorted(guard.scopes)}]
    if guard.any_of and guard.scopes:
        requirements = [{_BEARER: [scope]} for scope in sorted(guard.scopes)]
    elif guard.is_optional:
        requirements.append({})

    def decorate(view: View) -> View:
        _check_view("A decorator of flask_baseline.auth", view)
        if PUBLIC in guards_on(view):
            raise TypeError(f"{_named(view)} is public and guarded too. Keep one of the decorators.")
        guarded = _guarded_async(guard, view) if iscoroutinefunction(view) else _guarded(guard, view)
        setattr(guarded, _MARK, guard)
        setattr(guarded, _SECURITY, [*requirements])
        return cast(View, guarded)

    return decorate


def _guarded(guard: Guard, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        ensure(guard)
        return view(*args, **kwargs)

    return guarded


def _guarded_async(guard: Guard, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        ensure(guard)
        return await view(*args, **kwargs)

    return guarded


def guards_on(view: object) -> Iterator[Guard]:
    """Yield the guards of *view*, the outermost first.

    Decorators may stand above and between when they use `functools.wraps` or set ``__wrapped__``.
    """
    last: Guard | None = None
    while view is not None:
        found: Guard | None = getattr(view, _MARK, None)
        # functools.wraps copies the mark to whatever is decorated around.
        if found is not None and found is not last:
            last = found
            yield found
        view = getattr(view, "__wrapped__", None)


def has_jwt_required(view: object) -> bool:
    """Whether Flask-JWT-Extended guards *view*."""
    module = sys.modules.get("flask_jwt_extended")
    if module is None:
        return False
    # All that its decorator returns have one code.
    code = module.jwt_required()(lambda: None).__code__
    while view is not None:
        if getattr(view, "__code__", None) is code:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _check_view(what: str, view: object) -> None:
    if isclass(view):
        raise TypeError(
            f"{what} is for functions. Give the class {_named(view)} a list: decorators = [require_auth]."
        )
    if not callable(view):
        raise TypeError(f"{what} is for views. Options are given by name: @require_auth(optional=True).")


def _named(view: Any) -> str:
    return f"{view.__module__}.{getattr(view, '__qualname__', type(view).__qualname__)}"


def _check_some(what: str, given: tuple[object, ...], example: str) -> None:
    if not given:
        raise TypeError(f"{what} needs a name, such as @{what}{example}.")
    if any(callable(each) for each in given):
        raise TypeError(f"{what} is used with names: @{what}{example}.")


def _texts(what: str, given: Collection[object], form: re.Pattern[str] | None = None) -> list[str]:
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise TypeError(f"{what} needs text, and several in a list.")
    texts = cast("list[str]", [*given])
    if not all(text and (form is None or form.fullmatch(text)) for text in texts):
        raise ValueError(f"{what}: a name is empty, or has a space or a character that headers cannot have.")
    return texts
