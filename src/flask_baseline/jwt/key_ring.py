"""The keys of an app as its settings have them, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import SecretStr

from .keys import Fault, Key, key_of

SECRET_BYTES = 32
"""The least that RFC 7518 allows for HS256, section 3.2."""

_KNOWN = re.compile(
    r"(change|replace)[-_ ]?(me|this|it)|(your|my|jwt|super|top|default)[-_ ]?(\w+[-_ ])?secret"
    r"|secret[-_ ]?key|256[-_ ]?bit|example|placeholder|password|insecure|do[-_ ]?not[-_ ]?use",
    re.IGNORECASE,
)

_NEW = "set it to what `flask baseline keys generate` prints"


class Weakness(NamedTuple):
    """Why a key does not protect, in words that hold nothing of it."""

    what: str
    fix: str = _NEW


def read_keys(texts: Sequence[SecretStr], algorithm: str | None) -> tuple[list[Key], list[Fault]]:
    """Return the keys that *texts* are, and what is wrong with those that are none, or with all together."""
    keys: list[Key] = []
    faults: list[Fault] = []
    for number, text in enumerate(texts, 1):
        # No variable has the text: an error reporter prints those of every frame.
        found = key_of(text.get_secret_value(), algorithm)
        if isinstance(found, Key):
            keys.append(found)
        else:
            faults.append(Fault(f"{_which(number, texts)}{found.what}", found.fix))
    return keys, faults or [*_together(keys)]


def _which(number: int, texts: Sequence[SecretStr]) -> str:
    return f"key {number} " if len(texts) > 1 else ""


def _together(keys: Sequence[Key]) -> Iterator[Fault]:
    if keys and not keys[0].can_sign and any(key.can_sign for key in keys):
        yield Fault("has a public key first, which cannot sign", "put a private key in front")
    if len({key.is_secret for key in keys}) > 1:
        yield Fault(
            "has a secret beside keys that are not",
            "keep one of the two: who reads a public key could sign",
        )
    if len({key.kid for key in keys}) < len(keys):
        yield Fault("has a key twice, or two with one kid", "remove one of them")


def weaknesses(keys: Sequence[Key], app_secret: str | bytes | None) -> Iterator[Weakness]:
    """Yield why secrets in *keys* could be guessed, or are used for something else as well.

    Args:
        keys: of any kind.
        app_secret: the ``SECRET_KEY`` of the app.
    """
    other = app_secret.encode() if isinstance(app_secret, str) else app_secret
    for number, key in enumerate(keys, 1):
        if not key.is_secret:
            continue
        which = f"key {number} " if len(keys) > 1 else ""
        if key.native == other:
            yield Weakness(f"{which}is the SECRET_KEY of the app too: who learns one has both")
        if len(key.native) < SECRET_BYTES:
            yield Weakness(f"{which}is a secret of less than {SECRET_BYTES} bytes, which can be guessed")
        elif _KNOWN.search(key.native.decode("utf-8", "replace")) or len({*key.native}) < 8:
            yield Weakness(f"{which}is a secret that others have too, such as one of an example")
