"""What remembers which tokens no longer count."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

KEEP_LONGER = 600
"""Seconds for which a store keeps a record past its time: verifiers have a leeway, and clocks differ."""


class Rotation(Enum):
    """What became of a refresh token that was presented."""

    ADVANCED = "advanced"
    """It was the latest of its session; the next generation is to be minted."""
    IN_GRACE = "in_grace"
    """It was used a moment ago, as by another tab; the same next generation is to be minted again."""
    REUSED = "reused"
    """It was used before, by whom is not known: the session has been ended."""
    ENDED = "ended"
    """There is no such session: it was ended, or its time is over."""


class StoreDownError(Exception):
    """The store cannot be asked, so that no token counts. The message has only the name of a cause."""


class TokenStore(Protocol):
    """Sessions, and the tokens that were revoked before their time.

    A session begins with a login. Its access and refresh tokens have its id, and its refresh tokens a
    generation, from 0. A session that the store does not have has ended: where records are lost nobody
    stays logged in.

    All methods are atomic across threads, and across processes where the store is shared. Times are
    seconds since 1970 by the clocks of the services. Ids are any text.

    Raises:
        StoreDownError: by every method, when the store cannot be asked. What was to be written may have
            been; every method may be called again.
    """

    def revoked(self, token_id: str | None, session_id: str | None, subject: str, issued_at: float) -> bool:
        """Whether an access token no longer counts, which takes one round trip.

        It does not when it was revoked, when its session has ended or is not one of *subject*, or when it
        has no session and was issued before all that *subject* had was ended.
        """
        ...

    def revoke_token(self, token_id: str, until: float) -> None:
        """Let one token no longer count, which expires at *until*."""
        ...

    def open_session(self, session_id: str, subject: str, until: float) -> None:
        """Begin a session with a new id, at generation 0, which is over at *until*, refreshed or not."""
        ...

    def rotate(self, session_id: str, subject: str, generation: int, grace: float) -> Rotation:
        """Use the refresh token of *generation*, once but for *grace* seconds.

        Of all that ask at the same time for one generation exactly one gets `Rotation.ADVANCED`. A
        generation that is not the latest, nor the one before within its grace, ends the session.
        """
        ...

    def end_session(self, session_id: str) -> None:
        """Log out: neither the refresh tokens nor the access tokens of the session count from now on."""
        ...

    def end_subject(self, subject: str, until: float) -> None:
        """Log out everywhere: end all sessions of *subject*, and all its tokens that have none.

        Sessions that are opened later are not concerned. Of a token without a session no more may be known
        than the second in which it was issued: one that is issued in the same second is ended too.

        Args:
            subject: whose.
            until: when the last of the tokens without a session expires.
        """
        ...

    def seen_once(self, kind: str, value: str, until: float) -> bool:
        """Whether *value* comes for the first time among those of its *kind*.

        It is remembered at least until *until*.
        """
        ...

    def prune(self) -> None:
        """Forget all that is over. Stores do so in passing too."""
        ...

    def check(self) -> None:
        """Do nothing, if the store can be asked and takes what is written to it."""
        ...
