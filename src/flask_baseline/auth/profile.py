"""What the tokens of an issuer look like, and which of them are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Profile:
    """How the tokens of one issuer are read. By default they are those of RFC 9068."""

    name: str
    """Of whoever makes them: ``jwt`` for the app itself."""
    issuer: str | None
    """Their ``iss``. None: they have none."""
    audiences: frozenset[str] = frozenset()
    """Of which a token has one in its ``aud``. Without any, a token with an audience is for somebody else."""
    types: frozenset[str] = frozenset({"at+jwt"})
    """Values of ``typ`` in small letters and without ``application/``; empty text where it may be missing."""
    is_kid_needed: bool = False
    required: frozenset[str] = frozenset({"exp", "iat", "jti", "sub"})
    """Claims that must be there."""
    exact: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Claims that must have this value, such as the ``type`` of an access token."""
    refused: frozenset[str] = frozenset({"cnf"})
    """Claims that must not be there. One with ``cnf`` is bound to a key, and no bearer token."""
    refused_headers: frozenset[str] = frozenset({"jku", "jwk", "x5c", "x5u"})
    """More than what is never taken. All of these are ignored where they are not refused."""
    scope_claims: tuple[str, ...] = ("scope",)
    """Where scopes are: claims with a list, or a text with spaces; ``a.b`` is ``b`` in the object ``a``."""
    role_claims: tuple[str, ...] = ("roles",)
    """Where roles are, likewise."""
    has_fresh: bool = False
    """Whether ``"fresh": true`` says that the person has proved who they are when the token was issued."""
    leeway: float = 30.0
    """Seconds by which clocks may differ."""
    max_lifetime: float | None = None
    """Seconds from ``iat`` to ``exp``."""
    max_bytes: int = 8_000
    """Of the whole token."""
    cache_seconds: float = 60.0
    """How long a verified token is not verified again; 0 for never."""
