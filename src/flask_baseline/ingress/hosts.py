"""The hosts that an app answers for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A name or an IP literal, and a port (RFC 9110, section 7.2). Docker makes names with an underscore.
_HOST = re.compile(
    r"([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?"
)

_MAX_KNOWN = 1_000


def is_pattern(text: str) -> bool:
    """Whether *text* can stand in the list of trusted hosts."""
    return _HOST.fullmatch(text.removeprefix(".")) is not None


def host_check(trusted: Sequence[str]) -> Callable[[WSGIEnvironment], bool]:
    """Return whether a request is for a host among *trusted*; where there are none, for any valid one.

    Case and a trailing dot do not matter. One that is listed without a port is trusted on every port.
    """
    exact = {form for host in trusted for form in _forms(host.removeprefix("."))[-1:]}
    below = tuple(f".{form}" for host in trusted if host[0] == "." for form in _forms(host[1:])[-1:])
    # Only good ones, and not too many: a client chooses the port and the case.
    known: set[str] = set()

    def is_trusted(host: str) -> bool:
        forms = _forms(host)
        if not exact:
            return bool(forms)
        return any(form in exact or form.endswith(below) for form in forms)

    def check(environ: WSGIEnvironment) -> bool:
        host = environ.get("HTTP_HOST")
        if host is None:
            # HTTP/1.0 knows none, and the server puts its own in its place.
            return not exact
        if host in known:
            return True
        if not is_trusted(host):
            return False
        if len(known) < _MAX_KNOWN:
            known.add(host)
        return True

    return check


def _forms(host: str) -> tuple[str, ...]:
    """Return the name of *host* as it is compared, then the same with its port, if it has one.

    Nothing where *host* is none.
    """
    match = _HOST.fullmatch(host)
    if match is None:
        return ()
    name = match[1].lower().removesuffix(".")
    return (name,) if match[2] is None else (name, f"{name}:{int(match[2])}")
