"""Check the claims of a token whose signature is right, and read who it is about (RFC 7519, section 4.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from .denied import denied
from .identity import Identity, Kind, Transport, frozen
from .profile import Profile
from .verifier import Verified

_MAX_TIME = 253_402_300_799
"""The last second that calendars have, in the year 9999."""

_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What databases and headers cannot hold."""


class UnfitError(Exception):
    """A claim is wrong; the text is a fixed word."""


def verified(
    claims: dict[str, Any], profile: Profile, transport: Transport, now: float, version: Any
) -> Verified:
    """Return what *claims* say.

    Args:
        claims: of a token whose signature is right.
        profile: of its issuer.
        transport: how it came.
        now: seconds since 1970.
        version: of the keys.

    Raises:
        Denied: it has expired.
        UnfitError: something else is wrong.
    """
    if not profile.required <= claims.keys():
        raise UnfitError(f"{min(profile.required - claims.keys())} missing")
    if not profile.refused.isdisjoint(claims):
        raise UnfitError(min(profile.refused & claims.keys()))
    for name, value in profile.exact.items():
        if claims.get(name) != value:
            raise UnfitError(name)
    if claims.get("iss") != profile.issuer:
        raise UnfitError("iss")
    _check_audience(claims.get("aud"), profile)
    issued_at, expires_at = _check_times(claims, profile, now)
    auth_time = _time(claims, "auth_time") if "auth_time" in claims else None
    if auth_time is None and profile.has_fresh and claims.get("fresh") is True:
        auth_time = issued_at
    _check_texts(claims)
    subject, client_id = claims.get("sub", ""), claims.get("client_id")
    kind: Kind = "client" if client_id is not None and client_id == subject else "user"
    identity = Identity.of(
        issuer=profile.issuer or "",
        subject=subject,
        provider=profile.name,
        kind=kind,
        client_id=client_id,
        scopes=frozenset(_names(claims, profile.scope_claims)),
        roles=frozenset(_names(claims, profile.role_claims)),
        claims=frozen(claims),
        token_id=claims.get("jti"),
        session_id=claims.get("sid"),
        auth_time=auth_time,
        acr=claims.get("acr"),
        amr=tuple(_names(claims, ("amr",))) if "amr" in claims else (),
        expires_at=expires_at,
        transport=transport,
    )
    until = min(expires_at + profile.leeway, now + profile.cache_seconds) if profile.cache_seconds else 0.0
    return Verified(identity, issued_at, until, version)


_TEXTS = ("sub", "jti", "sid", "client_id", "acr")


def _check_texts(claims: Mapping[str, Any]) -> None:
    found = [claims[name] for name in _TEXTS if name in claims]
    try:
        # Most are of this kind, and one look at all of them is enough.
        if "" not in found and "".join(found).isprintable():
            return
    except TypeError:
        pass
    for name in _TEXTS:
        if name in claims and not _is_fit(claims[name]):
            raise UnfitError(name)


def _is_fit(value: object) -> bool:
    return isinstance(value, str) and value != "" and _UNFIT.search(value) is None


def _check_audience(audience: object, profile: Profile) -> None:
    if isinstance(audience, str):
        if audience not in profile.audiences:
            raise UnfitError("aud")
    elif isinstance(audience, list):
        named = cast("list[object]", audience)
        if not all(isinstance(each, str) for each in named) or profile.audiences.isdisjoint(named):
            raise UnfitError("aud")
    elif audience is not None or profile.audiences:
        raise UnfitError("aud")


def _check_times(claims: Mapping[str, Any], profile: Profile, now: float) -> tuple[float, float]:
    """Return when the token was issued and when it expires."""
    if "exp" not in claims:
        # A token that never expires cannot be withdrawn either.
        raise UnfitError("exp missing")
    expires_at = _time(claims, "exp")
    issued_at = _time(claims, "iat") if "iat" in claims else 0.0
    soon = now + profile.leeway
    if issued_at > soon:
        raise UnfitError("iat")
    if "nbf" in claims and _time(claims, "nbf") > soon:
        raise UnfitError("nbf")
    if profile.max_lifetime is not None and expires_at - issued_at > profile.max_lifetime:
        raise UnfitError("exp too far")
    if now >= expires_at + profile.leeway:
        raise denied("token_expired")
    return issued_at, expires_at


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    # True is a number in Python. What is no number is not less than another one either.
    if (type(value) is int or type(value) is float) and -_MAX_TIME <= value <= _MAX_TIME:
        return float(value)
    raise UnfitError(name)


def _names(claims: Mapping[str, Any], places: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for place in places:
        names = claims.get(place) if "." not in place else _inside(claims, place)
        if isinstance(names, str):
            found += names.split()
        elif isinstance(names, list) and all(isinstance(name, str) for name in cast("list[object]", names)):
            found += cast("list[str]", names)
        elif names is not None:
            raise UnfitError(place)
    return found


def _inside(claims: Mapping[str, Any], place: str) -> Any:
    found: Any = claims
    for part in place.split("."):
        found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
    return found
