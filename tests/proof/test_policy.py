"""What a real browser makes of the policy."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.proof.front import served
from tests.proof.test_clients import run, tools

__all__ = ["tools"]


def key_of(path: Path) -> str:
    """Return what Chromium knows a certificate by: a digest of its public key."""
    key = x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return base64.b64encode(digest).decode()


def test_in_a_browser(tools: Path, tmp_path: Path) -> None:
    """The site works under its policy, and neither a script nor a handler that an attacker adds is run."""
    with served("examples.site", tmp_path, {}) as port:
        key = key_of(tmp_path / "certificate.pem")
        seen = json.loads(run(tools, "policy.js", f"https://localhost:{port}/", key))

    assert (seen["left"], seen["font"], seen["before"]) == ("197 left", "sans-serif", [])
    assert (seen["notes"], seen["visits"]) == (["abc"], "You have been here 2 times.")
    assert (seen["cookie"], seen["stolen"]) == ("", False)
    assert set(seen["after"]) == {"script-src-elem", "script-src-attr", "style-src-attr"}
