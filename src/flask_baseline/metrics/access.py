"""Who may read the metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Whatever a proxy adds: the client is somebody else then, and may say what it likes.
_FORWARDING = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_",
    "HTTP_X_REAL_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_CLUSTER_CLIENT_IP",
    "HTTP_X_ORIGINAL_FORWARDED_FOR",
    "HTTP_X_ENVOY_EXTERNAL_ADDRESS",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FASTLY_CLIENT_IP",
)
"""What the names of such headers begin with."""


def permission(allow: Sequence[str], token: str | None) -> Callable[[WSGIEnvironment], bool]:
    """Return whether a request may read the metrics.

    Args:
        allow: networks whose clients may, when they ask directly.
        token: the bearer token with which everybody may.
    """
    networks = [ip_network(network) for network in allow]

    @lru_cache(maxsize=256)
    def is_near(text: str) -> bool:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            # A socket of the file system has no address, and a proxy in front.
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in networks)

    def may_read(environ: WSGIEnvironment) -> bool:
        if token is not None and _has_token(environ.get("HTTP_AUTHORIZATION", ""), token):
            return True
        return is_near(environ.get("REMOTE_ADDR", "")) and not any(
            name.startswith(_FORWARDING) for name in environ
        )

    return may_read


def _has_token(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    # As bytes, since text that is not ASCII cannot be compared in constant time. WSGI hands over those of
    # the header as Latin-1 (PEP 3333).
    sent = given.strip().encode("latin-1", "replace")
    return scheme.lower() == "bearer" and compare_digest(sent, token.encode())
