"""What tells whom a token is about."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, Protocol

from flask import Request

from .identity import Identity, Transport


class Verified(NamedTuple):
    """What a token says, once it is known to be true."""

    identity: Identity
    issued_at: float
    cached_until: float
    """When it has to be verified again, in seconds since 1970; 0 for each time.

    At the latest that is when the token expires, with the leeway.
    """
    version: Hashable = None
    """Of the keys that have verified it."""


class Verifier(Protocol):
    """Verifies the tokens of one issuer. It is called from many threads."""

    @property
    def name(self) -> str:
        """``jwt`` for tokens of the app itself, else the provider's name."""
        ...

    @property
    def issuer(self) -> str | None:
        """The ``iss`` of its tokens, exactly. None: all tokens whose issuer has no verifier of its own."""
        ...

    @property
    def takes_header(self) -> bool:
        """Whether a token may come in the ``Authorization`` header."""
        ...

    @property
    def version(self) -> Hashable:
        """Differs after each change of the keys: what others have verified is verified again."""
        ...

    def token_in_cookie(self, request: Request, /) -> str | None:
        """Return the token in the cookie of *request*; None where there is none, or none is taken."""
        ...

    def verify(self, token: str, transport: Transport, /) -> Verified:
        """Return what *token* says. The result may be kept, and used for other requests with it.

        Raises:
            Denied: it is not to be believed, or nobody can tell now.
        """
        ...

    def admit(self, verified: Verified, request: Request, /) -> None:
        """Check what holds for one request alone, such as that nothing is revoked.

        Raises:
            Denied: the request is refused.
        """
        ...
