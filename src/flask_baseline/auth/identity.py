"""Who calls, whatever token has proved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, cast

Transport = Literal["header", "cookie"]
"""How a token came."""

Kind = Literal["user", "client", "anonymous"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Identity:
    """A caller that a verified token names. It is false where nobody is known.

    Times are seconds since 1970 in UTC. None stands for what the token does not say.
    """

    issuer: str
    """Who has made the token."""
    subject: str
    """Whom it is about: unique with that issuer, and not among all."""
    provider: str
    """The name of what has verified it: ``jwt`` for the app's own, else the provider's in the settings."""
    kind: Kind
    """A person, or a program that acts for itself."""
    client_id: str | None = None
    """The program that the token was made for."""
    scopes: frozenset[str] = frozenset()
    """What the caller lets the program do."""
    roles: frozenset[str] = frozenset()
    """What the caller is."""
    claims: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """All of the token. It cannot be changed, nor what is in it: lists are tuples."""
    token_id: str | None = None
    session_id: str | None = None
    auth_time: float | None = None
    """When the person has last proved who they are."""
    acr: str | None = None
    """How strongly they have (RFC 9470)."""
    amr: tuple[str, ...] = ()
    """By what they have (RFC 8176)."""
    expires_at: float = 0.0
    transport: Transport = "header"

    @classmethod
    def of(cls, **fields: Any) -> Identity:
        """Return the identity with all *fields*, faster: a frozen class sets each by itself."""
        made = object.__new__(cls)
        vars(made).update(fields)
        return made

    @property
    def key(self) -> tuple[str, str]:
        """What is unique among all callers: the issuer and the subject."""
        return self.issuer, self.subject

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is known."""
        return self.kind == "anonymous"

    def __bool__(self) -> bool:
        return self.kind != "anonymous"

    def __hash__(self) -> int:
        # By default all fields are hashed, and claims cannot be.
        return hash((self.issuer, self.subject, self.token_id))


ANONYMOUS = Identity(issuer="", subject="", provider="", kind="anonymous")
"""Nobody."""


def frozen(value: object) -> Any:
    """Return what JSON has given as *value*, such that it cannot be changed."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return MappingProxyType(
            {name: frozen(each) if type(each) in _CHANGEABLE else each for name, each in members}
        )
    if isinstance(value, list):
        return tuple(frozen(each) for each in cast("list[object]", value))
    return value


_CHANGEABLE = (dict, list)
