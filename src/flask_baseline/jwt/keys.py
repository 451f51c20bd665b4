"""Keys of any kind: read from text, generated, and their public half as others may read it."""

from __future__ import annotations

import json
import secrets
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias, cast, get_args

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc import jwk
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

AnyKey: TypeAlias = "OctKey | RSAKey | ECKey | OKPKey"

# Its methods have no complete types.
_jose: Any = jwk

Kind = Literal["ed25519", "p256", "rsa", "secret"]
KINDS: tuple[Kind, ...] = get_args(Kind)

RSA_BITS = 2_048
"""The least that RFC 7518 allows, section 3.3."""

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_HMAC = ("HS256", "HS384", "HS512")
_CURVES = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",), "Ed25519": ("EdDSA",)}

_EC_BYTES = {"P-256": 32, "P-384": 48, "P-521": 66}
_NUMBERS = {"x", "y", "d"}

_FIX = "give a PEM or a JWK of Ed25519, P-256 or RSA, or a secret; `flask baseline keys generate` makes one"


class Fault(NamedTuple):
    """What is wrong with a key, in words that hold nothing of it."""

    what: str
    fix: str = _FIX


_NOT_USED = Fault("is of a kind or a curve that is not used")

_KINDS_OF_PEM: tuple[tuple[Any, Any], ...] = (
    ((rsa.RSAPrivateKey, rsa.RSAPublicKey), RSAKey),
    ((ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey), ECKey),
    ((ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey), OKPKey),
)


@dataclass(frozen=True)
class Key:
    """One key, with the one algorithm that it is for."""

    kid: str
    algorithm: str
    jose: AnyKey = field(repr=False)
    """What it is to joserfc."""

    @property
    def is_secret(self) -> bool:
        """Whether who verifies can sign, too."""
        return isinstance(self.jose, OctKey)

    @property
    def can_sign(self) -> bool:
        """Whether it is more than the public half."""
        return self.jose.is_private

    @property
    def native(self) -> Any:
        """What it is to PyJWT: bytes, or a private key of cryptography."""
        return self.jose.raw_value if self.is_secret else self.jose.private_key

    def public(self) -> dict[str, Any]:
        """Return the public half as a JWK (RFC 7517)."""
        return {**self.jose.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def private(self) -> dict[str, Any]:
        """Return all of it as a JWK."""
        return {**self.jose.as_dict(private=True), "kid": self.kid, "use": "sig", "alg": self.algorithm}


def key_of(text: str, algorithm: str | None = None) -> Key | Fault:
    """Return the key that *text* is: a PEM, a JWK, else a secret.

    Nothing is raised, as a traceback could show the key.

    Args:
        text: of one key.
        algorithm: another one than that which follows from the kind, such as ``RS512``.
    """
    try:
        # joserfc warns of short secrets, which are refused or told of elsewhere.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _imported(text.strip())
            return found if isinstance(found, Fault) else _checked(found, algorithm)
    except Exception:
        # Of cryptography's and joserfc's many classes. What they say may quote the key.
        return Fault("cannot be read as a key")


def _imported(text: str) -> AnyKey | Fault:
    if text.startswith("{"):
        found: AnyKey = _jose.JWKRegistry.import_key(json.loads(text))
        return found
    if not text.startswith("-----BEGIN "):
        secret: AnyKey = _jose.OctKey.import_key(text.encode())
        return secret
    if "ENCRYPTED" in text:
        return Fault("is encrypted", "give it without a password, and keep it as a secret")
    # Some variables cannot have lines.
    pem = text.replace("\\n", "\n").encode()
    native = load_pem_public_key(pem) if b"PUBLIC" in pem else load_pem_private_key(pem, None)
    # Each class of joserfc takes a PEM of any kind, in its older releases.
    for own, kind in _KINDS_OF_PEM:
        if isinstance(native, own):
            key: AnyKey = kind.import_key(pem)
            return key
    return _NOT_USED


def _checked(jose: AnyKey, algorithm: str | None) -> Key | Fault:
    if isinstance(jose, RSAKey):
        possible: tuple[str, ...] = _RSA
        if jose.public_key.key_size < RSA_BITS:
            return Fault(f"is an RSA key of less than {RSA_BITS} bits")
    elif isinstance(jose, OctKey):
        possible = _HMAC
    else:
        possible = _CURVES.get(jose.curve_name, ())
    if not possible:
        return _NOT_USED
    if jose.get("use") not in (None, "sig"):
        return Fault("is a JWK with a use other than sig")
    wanted = algorithm or jose.alg or possible[0]
    # Its name in RFC 9864.
    wanted = "EdDSA" if wanted == "Ed25519" else wanted
    if wanted not in possible:
        what = "is not for the algorithm of JWT_ALGORITHM, or of its alg"
        return Fault(what, f"name one of {', '.join(possible)}, or none")
    bare = _bare(jose)
    kid = cast(object, jose.kid or bare.thumbprint())
    if not (isinstance(kid, str) and kid.isascii() and kid.isprintable() and len(kid) <= 255):
        return Fault("has a kid that is no short text", "give it another kid, or none")
    return Key(kid, wanted, bare)


def _bare(jose: AnyKey) -> AnyKey:
    """Return the key without the names that a JWK has: whoever verifies knows what it is for."""
    members = jose.as_dict(private=jose.is_private)
    kept = {name: value for name, value in members.items() if name in jose.value_registry}
    if isinstance(jose, ECKey):
        # Older releases of joserfc leave zeros out in front (RFC 7518, section 6.2.1.2).
        kept |= {
            name: _filled(str(kept[name]), _EC_BYTES[jose.curve_name]) for name in _NUMBERS & kept.keys()
        }
    found: AnyKey = _jose.JWKRegistry.import_key({**kept, "kty": jose.key_type})
    return found


def _filled(number: str, size: int) -> str:
    raw = urlsafe_b64decode(number + "=" * (-len(number) % 4))
    return urlsafe_b64encode(raw.rjust(size, b"\0")).rstrip(b"=").decode()


def generated(kind: Kind) -> Key:
    """Return a new key."""
    if kind == "secret":
        made: AnyKey = _jose.OctKey.import_key(secrets.token_urlsafe(48).encode())
    elif kind == "rsa":
        made = _jose.RSAKey.generate_key(3_072)
    elif kind == "p256":
        made = _jose.ECKey.generate_key("P-256")
    else:
        made = _jose.OKPKey.generate_key("Ed25519")
    key = _checked(made, None)
    assert isinstance(key, Key)  # noqa: S101  What is generated is fine.
    return key


def kind_of(key: Key) -> Kind:
    """Return the kind that is generated in the place of *key*."""
    if key.is_secret:
        return "secret"
    return "rsa" if key.algorithm[:2] in ("RS", "PS") else "p256" if key.algorithm == "ES256" else "ed25519"


def key_set(keys: Iterable[Key]) -> dict[str, Any]:
    """Return the JWK Set that others verify with (RFC 7517, section 5): of secrets it has nothing."""
    return {"keys": [key.public() for key in keys if not key.is_secret]}
