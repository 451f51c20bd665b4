"""End sessions, and tokens before their time."""

from __future__ import annotations

from functools import partial
from time import time

from flask import Request

from ..auth.current import caller_of
from ..auth.denied import Denied, denied
from ..auth.events import tell
from ..auth.identity import Identity
from ..auth.store import TokenStore
from ..auth.tokens import Subject
from .asking import ask
from .minting import LONGEST, subject_text
from .presented import presented
from .verifying import Verifiers


def revoke(store: TokenStore, subject: Subject | None, session_id: str | None, token_id: str | None) -> None:
    """Let all tokens of *subject*, of a session, or one token no longer count."""
    until = time() + LONGEST
    if subject is not None:
        subject = subject_text(subject)
        ask(partial(store.end_subject, subject, until))
    if session_id is not None:
        ask(partial(store.end_session, session_id))
    if token_id is not None:
        ask(partial(store.revoke_token, token_id, until))
    tell("revoked", subject=subject, provider="jwt")


def end_previous(store: TokenStore, verifiers: Verifiers, current: Request) -> None:
    """End the session whose cookies *current* has: a login takes their place (OWASP ASVS 5.0, 7.2.4).

    Nothing is asked against CSRF. Other sites cannot send the cookies with a form, and whoever could make
    somebody log in would take the session away all the same.
    """
    # The one that refreshes is not sent with a login that begins on another site.
    for verifier in (verifiers.refresh, verifiers.access):
        cookie = verifier.token_in_cookie(current)
        if cookie is None:
            continue
        try:
            identity = verifier.verify(cookie, "cookie").identity
        except Denied:
            continue
        if identity.session_id is not None:
            ask(partial(store.end_session, identity.session_id))
            tell("revoked", identity=identity)
            return


def log_out(store: TokenStore, verifiers: Verifiers, current: Request, *, everywhere: bool) -> None:
    """End the session of *current*, or all of its caller. Where there is none, nothing has to be done."""
    identity = _whose(verifiers, current)
    if identity is None:
        return
    if everywhere:
        ask(partial(store.end_subject, identity.subject, time() + LONGEST))
    elif identity.session_id is not None:
        ask(partial(store.end_session, identity.session_id))
    elif identity.token_id is not None:
        ask(partial(store.revoke_token, identity.token_id, identity.expires_at))
    tell("logout", identity=identity)


def _whose(verifiers: Verifiers, current: Request) -> Identity | None:
    """Return who asks, as a guard has found or as a token says, of either kind; None for one that is over."""
    caller = caller_of(current)
    if caller is not None and caller.identity:
        if caller.identity.provider != "jwt":
            raise denied("provider_not_allowed")
        return caller.identity
    # A refresh token lives longer.
    for verifier in (verifiers.refresh, verifiers.access):
        found = presented(verifier, current)
        if found is None:
            continue
        try:
            verified = verifier.verify(*found)
            verifier.admit(verified, current)
        except Denied as refusal:
            if refusal.reason not in ("invalid_token", "token_expired", "token_revoked"):
                raise
            continue
        return verified.identity
    return None
