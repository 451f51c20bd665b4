"""Where a request shows who calls, and is let pass or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from hashlib import sha256
from time import time

from flask import Request, Response, after_this_request

from ..errors import ConfigError, ConfigProblem
from .cache import Cache, Kept, Key
from .choosing import chosen
from .credentials import bearer_of
from .current import Caller, caller_of, current_request, remember
from .denied import Denied, denied
from .events import tell, tell_ok
from .guard import Guard
from .identity import ANONYMOUS, Identity, Transport
from .plans import Plans
from .verifier import Verifier


class Gate:
    """The checks of one app.

    Args:
        plans: what each view demands.
        verifiers: returns all there are, once every feature has its own.
        profile: of the settings, for messages.
        on_known: is called with whom each request turns out to be of.
    """

    def __init__(
        self,
        plans: Plans,
        verifiers: Callable[[], Sequence[Verifier]],
        profile: str,
        on_known: Callable[[Identity], None] | None,
    ) -> None:
        self._plans = plans
        self._find_verifiers = verifiers
        self._profile = profile
        self._on_known = on_known
        self._cache = Cache()

    def at_once(self) -> None:
        """Check who calls, before the ``before_request`` functions of the app, which may want to know."""
        current = current_request()
        rule = current.url_rule
        if rule is None or current.routing_exception is not None:
            return
        guards = self._plans.of(rule.endpoint, current.method)
        # What Flask answers itself, such as a preflight, never comes to the view.
        if guards and not (current.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False)):
            self.check(current, guards)

    def check(self, current: Request, guards: tuple[Guard, ...]) -> None:
        """Let *current* go on if its caller meets all *guards*, the app's own rules aside.

        Raises:
            Denied: the caller does not.
            ConfigError: nothing can tell who calls.
        """
        identity = ANONYMOUS
        try:
            caller = caller_of(current) or self._ask_who(current)
            identity = caller.identity
            if identity is not ANONYMOUS:
                for guard in guards:
                    guard.check(identity)
            elif not all(guard.is_optional for guard in guards):
                raise denied("missing_credentials")
        except Denied as refusal:
            refuse(refusal, identity)
            raise
        caller.met += guards
        if identity is not ANONYMOUS:
            tell_ok(identity)

    def _ask_who(self, current: Request) -> Caller:
        identity = self.identify(current)
        if identity is None:
            return remember(current, ANONYMOUS)
        if self._on_known is not None:
            self._on_known(identity)
        return remember(current, identity)

    def identify(self, current: Request) -> Identity | None:
        """Return whom the token of *current* names; None where there is none.

        Raises:
            Denied: it is not to be believed.
            ConfigError: nothing can tell.
        """
        authorization: str | None = current.environ.get("HTTP_AUTHORIZATION")
        if authorization is not None and self._header_verifiers:
            key = _key(authorization, "header")
            kept = self._cache.get(key, time())
            if kept is None and (token := bearer_of(authorization)) is not None:
                kept = self._verified(key, token, chosen(self._header_verifiers, token))
            if kept is not None:
                kept.verifier.admit(kept.verified, current)
                return kept.verified.identity
        for verifier in self._verifiers:
            cookie = verifier.token_in_cookie(current)
            if cookie is not None:
                key = _key(cookie, "cookie")
                kept = self._cache.get(key, time())
                if kept is None or kept.verifier is not verifier:
                    kept = self._verified(key, cookie, verifier)
                verifier.admit(kept.verified, current)
                return kept.verified.identity
        if not self._verifiers:
            raise ConfigError([nothing_verifies("a view is guarded")], self._profile)
        return None

    def _verified(self, key: Key, token: str, verifier: Verifier) -> Kept:
        kept = Kept(verifier.verify(token, key[1]), verifier)
        self._cache.put(key, kept)
        return kept

    @cached_property
    def _verifiers(self) -> Sequence[Verifier]:
        return tuple(self._find_verifiers())

    @cached_property
    def _header_verifiers(self) -> Sequence[Verifier]:
        return tuple(verifier for verifier in self._verifiers if verifier.takes_header)


def _key(text: str, transport: Transport) -> Key:
    return sha256(text.encode("utf-8", "surrogatepass")).digest(), transport


def nothing_verifies(because: str) -> ConfigProblem:
    """Return what is wrong where something is guarded and no token can be verified."""
    fix = "set JWT_SECRET_KEY or BASELINE_JWT_KEYS for tokens of the app's own"
    return ConfigProblem("BASELINE_JWT_KEYS", "default", f"is not set, and {because}", fix)


def refuse(refusal: Denied, identity: Identity = ANONYMOUS) -> None:
    """Tell that the request is refused, and give the challenge to the page that an app may show for it."""
    known = None if identity is ANONYMOUS else identity
    tell("denied", identity=known, code=refusal.reason, why=refusal.why)
    if refusal.challenge is not None:
        after_this_request(partial(_with_challenge, refusal.status, refusal.challenge))


def _with_challenge(status: int, challenge: str, response: Response) -> Response:
    if response.status_code == status:
        response.headers.setdefault("WWW-Authenticate", challenge)
    return response
