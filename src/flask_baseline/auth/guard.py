"""What a view demands of its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import time

from .denied import denied, insufficient_scope
from .identity import Identity


# Without the comparison of all fields: a guard is asked for on each request.
@dataclass(frozen=True, eq=False)
class Guard:
    """One demand. Several on a view must all be met."""

    is_optional: bool = False
    """Whether nobody need be known."""
    max_age: int | None = None
    """Seconds since the person has last proved who they are."""
    acr: tuple[str, ...] = ()
    """How strongly: one of these."""
    providers: frozenset[str] | None = None
    """Whose tokens are taken; None for all."""
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    any_of: bool = False
    """Whether one of the scopes or roles is enough."""
    allows: Callable[[Identity], object] | None = None
    """Whether this caller may, by the app's own rule, which is asked last, right before the view."""

    def check(self, identity: Identity) -> None:
        """Check all but the app's own rule.

        Raises:
            Denied: *identity*, who is known, does not meet it.
        """
        if self.providers is not None and identity.provider not in self.providers:
            raise denied("provider_not_allowed")
        if self.scopes and not self._has(self.scopes, identity.scopes):
            raise insufficient_scope(self.scopes)
        if self.roles and not self._has(self.roles, identity.roles):
            raise denied("insufficient_role")
        if self.max_age is not None or self.acr:
            self._check_login(identity)

    def _has(self, wanted: frozenset[str], held: frozenset[str]) -> bool:
        return not wanted.isdisjoint(held) if self.any_of else wanted <= held

    def _check_login(self, identity: Identity) -> None:
        parameters: dict[str, str] = {}
        is_old = False
        if self.max_age is not None:
            parameters["max_age"] = str(self.max_age)
            is_old = identity.auth_time is None or time() - identity.auth_time > self.max_age
        if self.acr:
            parameters["acr_values"] = " ".join(self.acr)
        if is_old or (self.acr and identity.acr not in self.acr):
            raise denied("fresh_login_required", **parameters)
