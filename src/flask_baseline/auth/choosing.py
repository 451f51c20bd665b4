"""Which verifier a token is for, by the issuer that it names and that nobody has verified yet."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Sequence

from .denied import denied
from .strict_json import object_of
from .verifier import Verifier

_MAX_BYTES = 65_536
"""More than any verifier takes."""


def chosen(verifiers: Sequence[Verifier], token: str) -> Verifier:
    """Return the one of *verifiers* that answers for the issuer of *token*.

    Raises:
        Denied: there is none. Nothing is fetched for an issuer that is not configured.
    """
    if len(verifiers) == 1:
        return verifiers[0]
    issuer = _issuer_of(token)
    by_issuer = {verifier.issuer: verifier for verifier in verifiers}
    found = by_issuer.get(issuer) or by_issuer.get(None)
    if found is None:
        raise denied("invalid_token", "iss")
    return found


def _issuer_of(token: str) -> str | None:
    parts = token.split(".")
    if len(token) > _MAX_BYTES or len(parts) != 3:
        raise denied("invalid_token", "form")
    try:
        issuer = object_of(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))).get("iss")
    except ValueError:
        raise denied("invalid_token", "claims") from None
    return issuer if isinstance(issuer, str) else None
