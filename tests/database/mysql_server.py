"""A server that speaks the protocol of MySQL, and writes down what it is asked.

https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_OK = b"\0\0\0\x02\0\0\0"
_EOF = b"\xfe\0\0\x02\0"
_QUIT, _QUERY = 1, 3


@dataclass
class MysqlServer:
    """Greets as *version*, accepts everybody and answers every question with one row of text."""

    version: str
    listener: socket.socket
    asked: list[str] = field(default_factory=list)
    falls_silent_at: str = "\0"
    """It answers no statement with this in it."""

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.listener.getsockname()[1]}/shop"

    def serve(self) -> None:
        """Serve one client after the other until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client, suppress(OSError, EOFError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        _send(client, 0, self._greeting())
        _receive(client)
        _send(client, 2, _OK)
        while (packet := _receive(client))[0] != _QUIT:
            statement = packet[1:].decode() if packet[0] == _QUERY else ""
            self.asked.append(statement)
            if self.falls_silent_at in statement:
                _receive(client)
            if statement.startswith(("SELECT", "SHOW")):
                answer = _text(self._answer(statement))
                for number, each in enumerate((b"\x01", _COLUMN, _EOF, answer, _EOF), start=1):
                    _send(client, number, each)
            else:
                _send(client, 1, _OK)

    def _greeting(self) -> bytes:
        # Protocol 4.1, transactions, secure connections, plugins.
        capabilities = (0x200 | 0x2000 | 0x8000 | 0x80000).to_bytes(4, "little")
        before = b"\x0a" + self.version.encode() + b"\0" + bytes(4) + b"12345678\0"
        between = capabilities[:2] + b"\x2d\x02\0" + capabilities[2:] + b"\x15" + bytes(10)
        return before + between + b"123456789012\0" + b"mysql_native_password\0"

    def _answer(self, statement: str) -> str:
        known = {"VERSION()": self.version, "isolation": "REPEATABLE-READ", "lower_case": "0"}
        return next((answer for part, answer in known.items() if part in statement), "")


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


_NAMES = b"".join(map(_text, ("def", "", "", "", "a", "")))
_COLUMN = _NAMES + b"\x0c\x2d\0" + (255).to_bytes(4, "little") + b"\xfd" + bytes(5)


def _send(client: socket.socket, number: int, content: bytes) -> None:
    client.sendall(len(content).to_bytes(3, "little") + bytes([number]) + content)


def _receive(client: socket.socket) -> bytes:
    length = int.from_bytes(_read(client, 4)[:3], "little")
    return _read(client, length)


def _read(client: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        part = client.recv(length - len(read))
        if not part:
            raise EOFError
        read += part
    return read


@contextmanager
def mysql_server(version: str) -> Iterator[MysqlServer]:
    """Run a server for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = MysqlServer(version, listener)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
