"""Serve an app by http and by https on one port, as some testers ask for."""

from __future__ import annotations

import ipaddress
import os
import select
import socket
import socketserver
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).parents[2]

HANDSHAKE = b"\x16"
"""The first byte of TLS, which no method of HTTP begins with (RFC 8446, section 5.1)."""


def write_certificate(folder: Path) -> Path:
    """Write a certificate for this machine, which is its own authority, with its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    text = serialization.Encoding.PEM
    private = key.private_bytes(text, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(text) + private)
    return path


@contextmanager
def served(module: str, folder: Path, env: Mapping[str, str]) -> Iterator[int]:
    """Serve the app that *module*'s ``create_app`` makes, in production, and yield the port.

    Its output, and the certificate in ``certificate.pem``, are in *folder*.
    """
    certificate = write_certificate(folder)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "OTEL_"))}
    settings = {
        "BASELINE_PROFILE": "prod",
        "BASELINE_INGRESS_HTTPS": "true",
        "BASELINE_INGRESS_TRUSTED_HOSTS": "localhost",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [own.get("PYTHONPATH")])]),
        **env,
    }
    with (folder / "output").open("wb") as output, socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", __name__, module, str(listener.fileno()), str(certificate)]
        server = subprocess.Popen(
            command, env=own | settings, stdout=output, stderr=output, pass_fds=[listener.fileno()]
        )
        try:
            # Who connects before the server is ready waits in the queue of its socket.
            yield listener.getsockname()[1]
        finally:
            server.terminate()
            server.wait(30)


class _Handler(WSGIRequestHandler):
    """Says by what scheme a request came."""

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        # A connection is of TLS or it is not; wsgiref makes a scheme of this.
        environ["HTTPS"] = "on" if isinstance(self.connection, ssl.SSLSocket) else "off"
        return environ

    def log_message(self, format: str, *args: object) -> None:
        """Leave the log to the app."""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """Speaks TLS with whoever begins with it."""

    daemon_threads = True
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one connection, in its thread."""
        connection: socket.socket = request
        select.select([connection], [], [], 10)
        if connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
            connection = self.context.wrap_socket(connection, server_side=True)
        super().finish_request(connection, client_address)
        if isinstance(connection, ssl.SSLSocket):
            connection.close()


def main(module: str, listener: str, certificate: str) -> None:
    """Serve until somebody ends the process."""
    server = _Server(("127.0.0.1", 0), _Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=int(listener))
    server.server_name, server.server_port = "localhost", server.socket.getsockname()[1]
    server.setup_environ()
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate)
    server.set_app(import_module(module).create_app())
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
