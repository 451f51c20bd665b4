"""The life of a session: it begins with a login, and is refreshed until it ends."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from time import time
from typing import Any, cast

from flask import Flask, Response, after_this_request, current_app, has_request_context

from .._runtime import runtime_of
from ..auth.current import current_request
from ..auth.denied import Denied, denied
from ..auth.events import tell
from ..auth.gate import refuse
from ..auth.identity import Transport
from ..auth.store import Rotation, TokenStore
from ..auth.tokens import Subject, Tokens
from ..errors import NotInitializedError
from .asking import ask
from .cookies import clear_cookies, set_cookies
from .csrf import check_csrf
from .keys import Key
from .minting import COOKIE_BYTES, Session, mint, new_session, own_claims, role_texts, scope_text, session_of
from .presented import Presented, presented, presented_in_body
from .resolving import Resolved
from .revoking import end_previous, log_out, revoke
from .verifying import Verifiers, thawed

_log = logging.getLogger("flask_baseline.jwt")


@dataclass(frozen=True)
class Sessions:
    """Those of one app, kept in a store.

    The functions of `flask_baseline.auth` say what each method does.
    """

    resolved: Resolved
    store: TokenStore
    verifiers: Verifiers
    notices: list[str]
    """What a developer is told with the first token: commands, whose output is for programs, make none."""

    def signing(self) -> Key:
        """Return the key that signs.

        Raises:
            NotInitializedError: there is none.
        """
        key = self.resolved.signing
        if key is None:
            raise NotInitializedError(
                "The keys of this app are public, and sign nothing. Fix: put a private key first into "
                "BASELINE_JWT_KEYS, or issue tokens where there is one."
            )
        while self.notices:
            _log.warning(self.notices.pop(0))
        return key

    def issue(
        self,
        subject: Subject,
        scopes: Collection[str],
        roles: Collection[str],
        claims: Mapping[str, Any],
        *,
        fresh: bool,
        cookies: bool | None,
    ) -> Tokens:
        """Begin a session."""
        self.signing()
        now = int(time())
        longest = self.resolved.settings.refresh_max_seconds
        session = new_session(subject, scopes, roles, claims, now, longest, fresh=fresh)
        if cookies is None:
            cookies = self.resolved.settings.transport == "cookie" and has_request_context()
        tokens = self._minted(session, 0, now, fresh=fresh, cookies=cookies)
        ask(partial(self.store.open_session, session.id, session.subject, session.expires_at))
        if cookies and has_request_context():
            end_previous(self.store, self.verifiers, current_request())
        self._deliver(tokens, session, now, cookies=cookies)
        tell("login", subject=session.subject, provider="jwt")
        return tokens

    def begin(self, subject: str) -> dict[str, Any]:
        """Begin the session of a refresh token that Flask-JWT-Extended makes, and return its claims."""
        now = int(time())
        longest = self.resolved.settings.refresh_max_seconds
        session = new_session(subject, (), (), {}, now, longest, fresh=False)
        ask(partial(self.store.open_session, session.id, session.subject, session.expires_at))
        return {"sid": session.id, "gen": 0, "sxp": session.expires_at}

    def rotate(
        self,
        refresh_token: str | None,
        scopes: Collection[str] | None,
        roles: Collection[str] | None,
        claims: Mapping[str, Any] | None,
        *,
        cookies: bool | None,
    ) -> Tokens:
        """Use a refresh token up, and make the next pair."""
        self.signing()
        changed: dict[str, Any] = {}
        if scopes is not None:
            changed["scope"] = scope_text(scopes)
        if roles is not None:
            changed["roles"] = role_texts(roles)
        if claims is not None:
            changed["claims"] = own_claims(claims)
        try:
            found, transport = self._refreshing(refresh_token)
            session = session_of(found)
            if session is None:
                raise denied("invalid_token", "claims of a session")
            session = replace(session, **changed)
            sets = transport == "cookie" if cookies is None else cookies
            return self._next(session, found["gen"], cookies=sets)
        except Denied as refusal:
            if has_request_context():
                refuse(refusal)
                # In a cookie a token of the past would come again with each request.
                if refusal.reason == "session_ended" and self.resolved.settings.transport != "header":
                    after_this_request(partial(clear_cookies, names=self.resolved.cookies))
            raise

    def revoke(
        self, subject: Subject | None, session_id: str | None, token_id: str | None, *, everywhere: bool
    ) -> None:
        """Let tokens no longer count."""
        named = [each for each in (subject, session_id, token_id, everywhere or None) if each is not None]
        if len(named) > 1:
            raise TypeError("revoke takes one of subject, session_id, token_id and everywhere.")
        if subject is not None or session_id is not None or token_id is not None:
            revoke(self.store, subject, session_id, token_id)
            return
        try:
            log_out(self.store, self.verifiers, current_request(), everywhere=everywhere)
        except Denied as refusal:
            refuse(refusal)
            raise
        if self.resolved.settings.transport != "header":
            after_this_request(partial(clear_cookies, names=self.resolved.cookies))

    def _refreshing(self, token: str | None) -> tuple[dict[str, Any], Transport]:
        """Return the claims of the refresh token that is presented, and how it came."""
        verifier = self.verifiers.refresh
        found = None if token is None else Presented(token, "header")
        current = current_request() if found is None and has_request_context() else None
        if current is not None:
            found = presented(verifier, current)
            if verifier.takes_header and (found is None or found.transport == "cookie"):
                found = presented_in_body(current) or found
        if found is None:
            raise denied("missing_credentials")
        claims: dict[str, Any] = thawed(verifier.verify(*found).identity.claims)
        if current is not None and found.transport == "cookie":
            origins = frozenset(self.resolved.settings.cookie_origins)
            check_csrf(current, claims, self.resolved.cookies, origins, refresh=True)
        return claims, found.transport

    def _next(self, session: Session, generation: int, *, cookies: bool) -> Tokens:
        now = int(time())
        if session.expires_at <= now:
            raise denied("session_ended")
        # Before the token is used up: what cannot be made, with too many claims, costs nobody the session.
        tokens = self._minted(session, generation + 1, now, fresh=False, cookies=cookies)
        grace = self.resolved.settings.refresh_grace_seconds
        rotation = ask(partial(self.store.rotate, session.id, session.subject, generation, grace))
        if rotation is Rotation.REUSED:
            tell("refresh_reused", subject=session.subject, provider="jwt")
        if rotation in (Rotation.REUSED, Rotation.ENDED):
            raise denied("session_ended", rotation.value)
        self._deliver(tokens, session, now, cookies=cookies)
        tell("refreshed", subject=session.subject, provider="jwt")
        return tokens

    def _minted(self, session: Session, generation: int, now: int, *, fresh: bool, cookies: bool) -> Tokens:
        settings = self.resolved.settings
        if cookies and settings.transport == "header":
            raise ValueError("BASELINE_JWT_TRANSPORT is header: nobody would look at the cookies.")
        tokens = mint(session, generation, now, settings, fresh=fresh)
        limit = min(settings.max_token_bytes, COOKIE_BYTES) if cookies else settings.max_token_bytes
        longest = max(len(tokens.access_token), len(tokens.refresh_token))
        if longest > limit:
            raise ValueError(f"A token has {longest} bytes, and {limit} are taken. Give it fewer claims.")
        return tokens

    def _deliver(self, tokens: Tokens, session: Session, now: int, *, cookies: bool) -> None:
        """Let the response of this request set cookies, if they have the tokens, and let nobody keep it."""
        if not has_request_context():
            return
        names, csrf = self.resolved.cookies, session.csrf
        age = min(self.resolved.settings.refresh_idle_seconds, session.expires_at - now)

        def deliver(response: Response) -> Response:
            # RFC 6749, section 5.1.
            response.headers["Cache-Control"] = "no-store"
            if cookies and response.status_code < 400:
                set_cookies(response, tokens, csrf, names, age)
            return response

        after_this_request(deliver)
        if cookies:
            for name in ("access_token", "refresh_token", "token_type"):
                del tokens[name]


def sessions_of_app() -> Sessions | None:
    """Return those of the current app; None where it issues no tokens."""
    app: Flask = cast("Any", current_app)._get_current_object()
    found: Sessions | None = runtime_of(app, "jwt")
    return found
