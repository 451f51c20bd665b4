"""Signals for whoever keeps a record of logins and refusals.

Each is sent with the app, and has ``identity``, an `Identity` or None, and ``subject``, ``provider``,
``code`` and ``why``, texts or None. The subject of a login that has failed is the name that was given. What
a receiver raises is an error of the request.
"""

from __future__ import annotations

from blinker import NamedSignal, Namespace

__all__ = [
    "denied",
    "keys_failed",
    "keys_refreshed",
    "login",
    "login_failed",
    "logout",
    "ok",
    "refresh_reused",
    "refreshed",
    "revoked",
]

_signals = Namespace()


def _signal(name: str, meaning: str) -> NamedSignal:
    return _signals.signal(f"auth.{name}", doc=meaning)


ok = _signal("ok", "A request of a known caller, whom every guard of its view lets pass.")
denied = _signal("denied", "A request was refused.")
login = _signal("login", "Somebody has logged in.")
login_failed = _signal("login_failed", "Somebody could not log in.")
logout = _signal("logout", "Somebody has logged out.")
refreshed = _signal("refreshed", "A refresh token was exchanged for new tokens.")
refresh_reused = _signal("refresh_reused", "A refresh token came a second time: its session was ended.")
revoked = _signal("revoked", "A token was revoked, or the sessions of somebody were ended.")
keys_refreshed = _signal("keys_refreshed", "The keys of a provider have changed.")
keys_failed = _signal("keys_failed", "The keys of a provider could not be had.")
