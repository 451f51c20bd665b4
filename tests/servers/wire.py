"""Requests byte for byte, also those that no client would send."""

from __future__ import annotations

import socket
from contextlib import closing

from .server import LIMIT_SECONDS, Server


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT_SECONDS)


def head(path: str, *headers: str, host: str = "shop.example", method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def with_length(path: str, body: bytes, *headers: str) -> bytes:
    return head(path, f"Content-Length: {len(body)}", *headers) + body


def in_chunks(path: str, body: bytes, *headers: str, size: int = 5_000) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return head(path, "Transfer-Encoding: chunked", *headers) + chunks + b"0\r\n\r\n"


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Return the status and the body of the next answer on *connection*.

    Raises:
        ConnectionError: the server has closed it.
    """
    with closing(connection.makefile("rb")) as stream:
        line = stream.readline().decode()
        if not line:
            raise ConnectionError("closed without an answer")
        length = 0
        while header := stream.readline().strip():
            name, _, value = header.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        return int(line.split()[1]), stream.read(length)


def exchange(server: Server, request: bytes) -> tuple[int, bytes]:
    """Send all of *request* before anything of the answer is read."""
    with connect(server) as connection:
        connection.sendall(request)
        return read_answer(connection)
