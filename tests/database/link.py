"""A wire to PostgreSQL that a test can cut, and that can be as picky as a pooler."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import make_url

_FIELDS = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
_REFUSAL = b"E" + (len(_FIELDS) + 4).to_bytes(4, "big") + _FIELDS
"""What PgBouncer says."""


class Link:
    """Forwards what clients and the server say.

    Args:
        url: of PostgreSQL.
        refuses_options: whether a connection must not begin with options.
    """

    def __init__(self, url: str, *, refuses_options: bool = False) -> None:
        parsed = make_url(url)
        self._server = (str(parsed.host), int(parsed.port or 0))
        self._refuses_options = refuses_options
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        self._flows = threading.Event()
        self._flows.set()
        self.url = parsed.set(port=self._listener.getsockname()[1]).render_as_string()

    def hang(self) -> None:
        """Accept all from now on, and forward nothing."""
        self._flows.clear()

    def close(self) -> None:
        """End all connections."""
        self._flows.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def serve(self) -> None:
        """Accept connections until it is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._flows.wait()
                if self._refuses_options and b"\0options\0" in data:
                    source.sendall(_REFUSAL)
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def linked(url: str, *, refuses_options: bool = False) -> Iterator[Link]:
    """Open a link to the server at *url* for the length of the block."""
    link = Link(url, refuses_options=refuses_options)
    thread = threading.Thread(target=link.serve)
    thread.start()
    try:
        yield link
    finally:
        link.close()
        thread.join()
