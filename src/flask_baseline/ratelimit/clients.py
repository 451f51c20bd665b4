"""Who is counted: an address, or whoever a key names."""

from __future__ import annotations

from hashlib import blake2b
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import cast

from .marks import Key

_MAPPED = bytes(10) + b"\xff\xff"
"""In front of an address of IPv4 in the form of IPv6 (RFC 4291, section 2.5.5.2)."""


def at_address(address: str | None) -> str:
    """Return who is counted for a client at *address*."""
    return _short(_network(address or ""), b"address")


def named_by(key: Key, address: str | None) -> str:
    """Return who is counted for the client that *key* names; without a name, its address is.

    Raises:
        TypeError: the key returns what is no name. Its text could be another one for each request.
    """
    name = cast(object, key())
    if name is None or name == "":
        return at_address(address)
    if not isinstance(name, (str, int)):
        raise TypeError(f"A key of rate_limit returned {type(name).__name__}, and not a text or a number.")
    return _short(str(name), b"key")


def _network(address: str) -> str:
    """Return what a client cannot change at will: of IPv6 it has a network of 64 bits for itself."""
    if ":" not in address:
        return address
    # Some proxies write the port of the client too, which is another one for each connection.
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        return address.partition(":")[0]
    try:
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return address
    return inet_ntop(AF_INET, packed[12:]) if packed.startswith(_MAPPED) else packed[:8].hex()


def _short(who: str, kind: bytes) -> str:
    # A name may be a token, which the store need not have; and of any length.
    return blake2b(who.encode("utf-8", "surrogatepass"), digest_size=16, person=kind).hexdigest()
