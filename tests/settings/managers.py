"""Stand-ins for cloud secret managers, which the vendors' own clients talk to."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PROJECT = "shop-project"


class Vault:
    """Answers as Google Secret Manager and as Azure Key Vault do.

    Args:
        secrets: by name; None for one that may be listed but not read.
        status: of every answer, where it is not 200.
    """

    def __init__(self, secrets: Mapping[str, str | None], status: int = 200) -> None:
        self.secrets = secrets
        self.status = status
        self.url = ""
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, Any]:
        """Return the status and the JSON for *path*."""
        self.asked.append(path)
        if self.status != 200:
            return self.status, {"error": {"code": self.status, "message": "no: planted-5ecr3t-value"}}
        google = f"/v1/projects/{PROJECT}/secrets"
        if path == google:
            return 200, {"secrets": [{"name": f"projects/{PROJECT}/secrets/{name}"} for name in self.secrets]}
        if path == "/secrets":
            entries = [
                {"id": f"{self.url}/secrets/{name}", "attributes": {"enabled": True}} for name in self.secrets
            ]
            return 200, {"value": entries}
        name = path.removeprefix(google).removeprefix("/secrets").split("/")[1]
        value = self.secrets[name]
        if value is None:
            return 403, {"error": {"code": 403, "message": "forbidden"}}
        if path.startswith(google):
            return 200, {"payload": {"data": base64.b64encode(value.encode()).decode()}}
        return 200, {"id": f"{self.url}/secrets/{name}/1", "value": value, "attributes": {"enabled": True}}


@contextmanager
def serve(vault: Vault, authority: Authority) -> Iterator[Vault]:
    """Serve *vault* over TLS on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = vault.answer(urlsplit(self.path).path.rstrip("/"))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep standard error clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    vault.url = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Authority(NamedTuple):
    """A certificate for 127.0.0.1 that signs itself."""

    certificate: Path
    key: Path


def make_authority(folder: Path) -> Authority:
    """Write a certificate and its key to *folder*."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority = Authority(folder / "certificate.pem", folder / "key.pem")
    authority.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    authority.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return authority
