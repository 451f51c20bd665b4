"""Bad tokens and headers, each with the code of its answer, and the answer of each code.

Any verifier of the app's own tokens can be held to them: the rows make their tokens of a `Mint`.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from typing import Any

from .minting import ABSENT, Mint, encoded, hs256

Make = Callable[[Mint], str]

Row = tuple[str, Make, str]
"""A name, what makes the token or header, and the code."""

_INVALID = 'Bearer realm="api", error="invalid_token", error_description="{}"'

ANSWERS = {
    "missing_credentials": (401, 'Bearer realm="api"'),
    "invalid_request": (400, 'Bearer realm="api", error="invalid_request"'),
    "invalid_token": (401, _INVALID.format("The token is not valid.")),
    "token_expired": (401, _INVALID.format("The token has expired.")),
    "token_revoked": (401, _INVALID.format("The token is revoked.")),
    "session_ended": (401, _INVALID.format("The session has ended.")),
    "insufficient_role": (403, None),
    "not_allowed": (403, None),
    "provider_not_allowed": (403, None),
    "csrf_failed": (403, None),
    "auth_unavailable": (503, None),
}
"""The status and the challenge of each code."""


def _nothing(_signed: bytes) -> bytes:
    return b""


def _by_another(signed: bytes) -> bytes:
    return hs256(b"x" * 32, signed)


def _by_none(signed: bytes) -> bytes:
    return hs256(b"", signed)


def _now() -> int:
    return int(time.time())


def _raw(**claims: str) -> Make:
    """Return what makes a token whose *claims* are these texts of JSON."""

    def make(mint: Mint) -> str:
        good = {name: json.dumps(value) for name, value in mint.claims().items()} | claims
        return mint.token(body=("{" + ",".join(f'"{k}":{v}' for k, v in good.items()) + "}").encode())

    return make


def _twice(member: str) -> Make:
    def make(mint: Mint) -> str:
        text = json.dumps(mint.claims())
        return mint.token(body=f"{text[:-1]},{member}}}".encode())

    return make


def _header(**changes: Any) -> Make:
    return lambda mint: mint.token(header=changes)


def _claims(**changes: Any) -> Make:
    return lambda mint: mint.token(**changes)


def _header_twice(mint: Mint) -> str:
    header = f'{{"alg":"none","alg":"{mint.algorithm}","typ":"at+jwt","kid":"{mint.kid}"}}'
    return mint.token(header=header.encode())


def _own_key(mint: Mint) -> str:
    jwk = {"kty": "oct", "k": encoded(b"k" * 32)}
    return mint.token(
        header={"alg": "HS256", "jwk": jwk, "kid": ABSENT}, sign=lambda signed: hs256(b"k" * 32, signed)
    )


def _edited(mint: Mint) -> str:
    header, body, signature = mint.token().split(".")
    claims = json.dumps(mint.claims(sub="admin")).encode()
    return f"{header}.{encoded(claims)}.{signature}" if body else ""


def _last_bits(mint: Mint) -> str:
    """Return a good token whose last character has bits that stand for nothing, where there are some."""
    token = mint.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(token.rpartition(".")[2]) % 4 == 0:
        return token + "A"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def _compressed(mint: Mint) -> str:
    return mint.token(header={"zip": "DEF"}, body=zlib.compress(json.dumps(mint.claims()).encode()))


_NOT_VALID: list[tuple[str, Make]] = [
    # Form.
    ("not a token", lambda mint: "abc"),
    ("two parts", lambda mint: mint.token().rpartition(".")[0]),
    ("no signature", lambda mint: mint.token().rpartition(".")[0] + "."),
    ("four parts", lambda mint: mint.token() + ".x"),
    ("encrypted", lambda mint: f"{encoded(b'{}')}..a.b.c"),
    ("padded", lambda mint: mint.token() + "="),
    ("plus and slash", lambda mint: mint.token() + "+/"),
    ("another form of the signature", _last_bits),
    ("too large", _claims(more="x" * 12_000)),
    ("huge and forged", lambda mint: mint.token(more="x" * 5_000)[:-4] + "AAAA"),
    ("header is no JSON", lambda mint: mint.token(header=b"{")),
    ("header is a list", lambda mint: mint.token(header=b"[]")),
    ("header nests deeply", lambda mint: mint.token(header=b"[" * 5_000)),
    ("header is no UTF-8", lambda mint: mint.token(header=b'{"alg":"\xff"}')),
    ("header is UTF-16", lambda mint: mint.token(header='{"alg":"none"}'.encode("utf-16"))),
    ("header has alg twice", _header_twice),
    # Algorithms and keys.
    ("none", _header(alg="none")),
    ("none, and no signature", lambda mint: mint.token(header={"alg": "none"}, sign=_nothing)),
    ("none, in capitals", _header(alg="NONE")),
    ("no alg", _header(alg=ABSENT)),
    ("alg is null", _header(alg=None)),
    ("alg is a list", _header(alg=["HS256"])),
    ("alg in small letters", lambda mint: mint.token(header={"alg": mint.algorithm.lower()})),
    ("alg of the same family", _header(alg="HS512")),
    ("alg of another family", _header(alg="PS384")),
    ("alg that nobody knows", _header(alg="XX999")),
    ("signed by another key", lambda mint: mint.token(sign=_by_another)),
    ("signed with an empty secret", lambda mint: mint.token(header={"alg": "HS256"}, sign=_by_none)),
    ("empty signature", lambda mint: mint.token(sign=_nothing)),
    ("half a signature", lambda mint: mint.token(sign=lambda signed: mint.sign(signed)[:16])),
    ("claims of another token", _edited),
    ("kid unknown", _header(kid="other")),
    ("kid empty", _header(kid="")),
    ("kid null", _header(kid=None)),
    ("kid a number", _header(kid=1)),
    ("kid a list", lambda mint: mint.token(header={"kid": [mint.kid]})),
    ("kid a path", _header(kid="../../../../dev/null")),
    ("kid an injection", _header(kid="x' UNION SELECT 'k")),
    ("kid with NUL", lambda mint: mint.token(header={"kid": f"{mint.kid}\0"})),
    ("its own key in jwk", _own_key),
    ("jwk beside a good signature", _header(jwk={"kty": "oct", "k": "AAAA"})),
    ("jku", _header(jku="https://evil.example/jwks.json")),
    ("x5u", _header(x5u="https://evil.example/cert.pem")),
    ("x5c", _header(x5c=["MIIB"])),
    ("crit", _header(crit=["exp"], exp=1)),
    ("crit empty", _header(crit=[])),
    ("b64 false", _header(b64=False, crit=["b64"])),
    ("b64 false without crit", _header(b64=False)),
    ("compressed", _compressed),
    # Kinds.
    ("an ID token", _header(typ="JWT")),
    ("no typ", _header(typ=ABSENT)),
    ("typ a number", _header(typ=1)),
    ("a logout token", _header(typ="logout+jwt")),
    ("a token in a token", lambda mint: mint.token(body=mint.token().encode())),
    # Claims.
    ("claims are no JSON", lambda mint: mint.token(body=b"{")),
    ("claims are a list", lambda mint: mint.token(body=b"[]")),
    ("claims are a text", lambda mint: mint.token(body=b'"sub"')),
    ("claims are empty", lambda mint: mint.token(body=b"{}")),
    ("claims are no UTF-8", lambda mint: mint.token(body=b'{"sub":"\xe9"}')),
    ("sub twice", _twice('"sub":"admin"')),
    ("exp twice", _twice('"exp":99999999999')),
    ("a member twice, deeper", _twice('"more":{"a":1,"a":2}')),
    ("exp missing", _claims(exp=ABSENT)),
    ("exp null", _claims(exp=None)),
    ("exp text", lambda mint: mint.token(exp=str(_now() + 900))),
    ("exp true", _claims(exp=True)),
    ("exp a list", _claims(exp=[1])),
    ("exp NaN", _raw(exp="NaN")),
    ("exp Infinity", _raw(exp="Infinity")),
    ("exp infinite as a float", _raw(exp="1e999")),
    ("exp huge", _claims(exp=10**30)),
    ("exp of 5000 digits", _raw(exp="9" * 5_000)),
    ("nbf to come", lambda mint: mint.token(nbf=_now() + 120)),
    ("nbf text", _claims(nbf="0")),
    ("nbf null", _claims(nbf=None)),
    ("iat missing", _claims(iat=ABSENT)),
    ("iat to come", lambda mint: mint.token(iat=_now() + 120)),
    ("iat true", _claims(iat=True)),
    ("iss missing", _claims(iss=ABSENT)),
    ("iss of another", _claims(iss="https://evil.example")),
    ("iss with a slash", lambda mint: mint.token(iss=f"{mint.issuer}/")),
    ("iss in a list", lambda mint: mint.token(iss=[mint.issuer])),
    ("iss that begins alike", lambda mint: mint.token(iss=mint.issuer[:-1])),
    ("aud missing", _claims(aud=ABSENT)),
    ("aud of another", _claims(aud="other")),
    ("aud empty", _claims(aud=[])),
    ("aud of others", _claims(aud=["one", "two"])),
    ("aud with a number", lambda mint: mint.token(aud=[mint.audience, 1])),
    ("aud an object", lambda mint: mint.token(aud={mint.audience: 1})),
    ("aud that begins alike", lambda mint: mint.token(aud=f"{mint.audience}-admin")),
    ("sub missing", _claims(sub=ABSENT)),
    ("sub a number", _claims(sub=1)),
    ("sub null", _claims(sub=None)),
    ("sub empty", _claims(sub="")),
    ("sub a list", _claims(sub=["u1"])),
    ("sub with NUL", _claims(sub="u1\0")),
    ("sub with a lone surrogate", _claims(sub="\ud800")),
    ("jti missing", _claims(jti=ABSENT)),
    ("jti a number", _claims(jti=7)),
    ("sid a list", _claims(sid=["s1"])),
    ("scope a number", _claims(scope=5)),
    ("roles an object", _claims(roles={"admin": True})),
    ("roles with a number", _claims(roles=["admin", 1])),
    ("bound to a key", _claims(cnf={"jkt": "x"})),
]

_EXPIRED: list[tuple[str, Make]] = [
    ("exp past", lambda mint: mint.token(exp=_now() - 60)),
    ("exp past, a float", lambda mint: mint.token(exp=_now() - 60.5)),
    ("exp zero", _claims(exp=0)),
    ("exp negative", _claims(exp=-1)),
    ("exp past by more than the leeway", lambda mint: mint.token(exp=_now() - 31)),
]

TOKENS: list[Row] = [
    *((name, make, "invalid_token") for name, make in _NOT_VALID),
    *((name, make, "token_expired") for name, make in _EXPIRED),
]
"""Tokens that come as they should."""

CONFUSED: list[Row] = [
    (
        f"HS256 with the public key in form {number}",
        lambda mint, number=number: mint.token(  # type: ignore[misc]
            header={"alg": "HS256"}, sign=lambda signed: hs256(mint.public[number], signed)
        ),
        "invalid_token",
    )
    for number in range(3)
]
"""Tokens for a verifier whose key is not secret, of a `Mint` with the forms of its public key."""

HEADERS: list[Row] = [
    ("no header", lambda mint: "", "missing_credentials"),
    ("another scheme", lambda mint: "Basic dTE6cGFzcw==", "missing_credentials"),
    ("a scheme that begins alike", lambda mint: f"BearerX {mint.token()}", "missing_credentials"),
    ("no scheme", lambda mint: mint.token(), "missing_credentials"),
    ("scheme alone", lambda mint: "Bearer", "invalid_request"),
    ("scheme and spaces", lambda mint: "Bearer   ", "invalid_request"),
    ("two tokens", lambda mint: f"Bearer {mint.token()} {mint.token()}", "invalid_request"),
    ("two headers", lambda mint: f"Bearer {mint.token()},Bearer {mint.token()}", "invalid_request"),
    ("two schemes", lambda mint: f"Basic dTE6cGFzcw==, Bearer {mint.token()}", "invalid_request"),
    ("a comma at the end", lambda mint: f"Bearer {mint.token()},", "invalid_request"),
    ("a tab", lambda mint: f"Bearer\t{mint.token()}", "invalid_request"),
    ("in quotes", lambda mint: f'Bearer "{mint.token()}"', "invalid_request"),
    ("not of ASCII", lambda mint: f"Bearer {mint.token()}\xe9", "invalid_request"),
    ("a character of two bytes", lambda mint: "Bearer \xc3\xa9", "invalid_request"),
    ("NUL", lambda mint: f"Bearer {mint.token()}\0", "invalid_request"),
    ("an equals sign inside", lambda mint: "Bearer a=b", "invalid_request"),
]
"""Values of ``Authorization``."""
