"""Each algorithm, with a key that is for it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from flask_baseline.auth.keys import FixedKeys, VerifyingKey, verifying_key

from .bad_tokens import CONFUSED, TOKENS
from .conftest import PROFILE, expect_denied, make_app, verifier
from .minting import ABSENT, SECRET, Mint, bearer

KINDS: dict[str, Any] = {"RS256": RSAKey, "PS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}


@cache
def _private(family: str) -> Any:
    if family == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if family == "EC" else ed25519.Ed25519PrivateKey.generate()


def _family(algorithm: str) -> str:
    return {"RS": "RSA", "PS": "RSA", "ES": "EC"}.get(algorithm[:2], "OKP")


def _sign(algorithm: str) -> Callable[[bytes], bytes]:
    private = _private(_family(algorithm))
    if algorithm == "RS256":
        return lambda signed: private.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "PS256":
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return lambda signed: private.sign(signed, pss, hashes.SHA256())
    if algorithm == "ES256":
        return lambda signed: _raw(private.sign(signed, ec.ECDSA(hashes.SHA256())))
    return lambda signed: private.sign(signed)


def _raw(signature: bytes) -> bytes:
    r, s = utils.decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _public(algorithm: str, encoding: Encoding) -> bytes:
    key = _private(_family(algorithm)).public_key()
    form: bytes = key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return form


def _mint(algorithm: str) -> Mint:
    pem = _public(algorithm, Encoding.PEM)
    return Mint(
        algorithm=algorithm,
        sign=_sign(algorithm),
        public=(pem, pem.strip(), _public(algorithm, Encoding.DER)),
    )


def _client(algorithm: str) -> Any:
    key = KINDS[algorithm].import_key(_public(algorithm, Encoding.PEM))
    keys = FixedKeys([verifying_key(key, algorithm, "key-1")])
    return make_app(verifiers=[verifier(keys=keys)]).test_client()


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_good_token(algorithm: str) -> None:
    """A token of each algorithm is taken."""
    token = _mint(algorithm).token()

    assert _client(algorithm).get("/me", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize("make", [row[1] for row in CONFUSED], ids=[row[0] for row in CONFUSED])
@pytest.mark.parametrize("algorithm", KINDS)
def test_confusion(algorithm: str, make: Callable[[Mint], str]) -> None:
    """A public key is never taken for a secret, in any of its forms."""
    expect_denied(_client(algorithm).get("/me", headers=bearer(make(_mint(algorithm)))), "invalid_token")


@pytest.mark.parametrize(("make", "code"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
def test_bad_tokens(make: Callable[[Mint], str], code: str) -> None:
    """A bad token that is signed with a private key gets the same answer as one with a secret."""
    expect_denied(_client("ES256").get("/me", headers=bearer(make(_mint("ES256")))), code)


@pytest.mark.parametrize(
    ("algorithm", "sign"),
    [
        ("ES256", lambda signed: _private("EC").sign(signed, ec.ECDSA(hashes.SHA256()))),
        ("ES256", lambda signed: bytes(64)),
        ("ES256", lambda signed: b"\xff" * 64),
        ("RS256", _sign("PS256")),
        ("RS256", lambda signed: bytes(256)),
        ("PS256", _sign("RS256")),
        ("EdDSA", lambda signed: bytes(64)),
        ("EdDSA", lambda signed: _sign("EdDSA")(signed)[:63]),
    ],
    ids=[
        *("ES256 in DER", "ES256 zeros", "ES256 ones", "RS256 as PSS"),
        *("RS256 zeros", "PS256 as RSA", "EdDSA zeros", "EdDSA short"),
    ],
)
def test_signatures_that_are_none(algorithm: str, sign: Callable[[bytes], bytes]) -> None:
    """Bytes that are no signature of the algorithm are refused, and nothing fails."""
    token = _mint(algorithm).token(sign=sign)

    expect_denied(_client(algorithm).get("/me", headers=bearer(token)), "invalid_token")


@pytest.mark.parametrize(("algorithm", "other"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_another_algorithm_of_the_key(algorithm: str, other: str) -> None:
    """A key is for one algorithm, though it could do another one as well."""
    token = _mint(other).token()

    expect_denied(_client(algorithm).get("/me", headers=bearer(token)), "invalid_token")


@pytest.mark.parametrize(
    ("key", "algorithm", "error"),
    [
        (OctKey.import_key(SECRET), "none", ValueError),
        (OctKey.import_key(SECRET), "dir", ValueError),
        (ECKey.generate_key("P-384"), "ES256", JoseError),
        (OctKey.import_key(SECRET), "RS256", JoseError),
        (OKPKey.generate_key("X25519"), "ES256", JoseError),
        (RSAKey.generate_key(2048, {"use": "enc"}), "RS256", JoseError),
    ],
)
def test_keys_that_do_not_fit(key: Any, algorithm: str, error: type[Exception]) -> None:
    """A key for something else is an error where it is given."""
    with pytest.raises(error):
        verifying_key(key, algorithm, None)


def test_without_a_name() -> None:
    """Where a token names no key, the only one of its algorithm is the one, and of two none is."""
    one, two = (verifying_key(OctKey.import_key(SECRET), "HS256", kid) for kid in ("a", "b"))
    token = Mint().token(header={"kid": ABSENT})
    profile = replace(PROFILE, is_kid_needed=False)
    statuses = [
        make_app(verifiers=[verifier(profile, keys=FixedKeys(keys))])
        .test_client()
        .get("/me", headers=bearer(token))
        .status_code
        for keys in ([one], [one, two], [])
    ]
    assert statuses == [200, 401, 401]


def test_a_library_that_fails() -> None:
    """Whatever a library raises for hostile bytes, the token is refused, and nothing fails."""

    def verify(signed: bytes, signature: bytes) -> bool:
        raise OverflowError

    keys = FixedKeys([VerifyingKey("key-1", "HS256", verify)])
    client = make_app(verifiers=[verifier(keys=keys)]).test_client()

    expect_denied(client.get("/me", headers=bearer(Mint().token())), "invalid_token")


def test_many_headers() -> None:
    """Tokens of one key may have any number of different headers, and each is still looked at."""
    client = make_app().test_client()

    statuses = [
        client.get("/me", headers=bearer(Mint().token(header={"note": number, **more}))).status_code
        for number in range(70)
        for more in ({}, {"crit": ["note"]})
    ]

    assert statuses == [200, 401] * 70
