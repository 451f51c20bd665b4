"""Lines on a standard output that takes no more for a while: a pipe that does not block, and is full."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from flask_baseline.logging import stdout

LINE = b"x" * 300_000 + b"\n"
"""More than a pipe holds."""


@contextmanager
def pipe_as_stdout(*, is_full: bool) -> Iterator[int]:
    """Put a pipe that does not block in the place of standard output; return the end to read from."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    if is_full:
        with suppress(BlockingIOError):
            while os.write(writer, b"." * 65_536):
                pass
    # Not in a fixture: pytest puts its own stream back between the set-up and the test.
    replaced = sys.stdout
    with open(writer, "w") as sys.stdout:
        try:
            yield reader
        finally:
            sys.stdout = replaced
    os.close(reader)


@pytest.mark.parametrize("is_full", [False, True], ids=["line-larger-than-the-pipe", "full-pipe"])
def test_a_slow_reader_gets_the_whole_line(monkeypatch: pytest.MonkeyPatch, is_full: bool) -> None:
    """What does not fit at once is written as the reader makes room."""
    monkeypatch.setattr(stdout, "PATIENCE", 30)
    chunks: list[bytes] = []

    def read_to_the_end(reader: int) -> None:
        while not (chunks and chunks[-1][-1:] in (b"\n", b"")):
            chunks.append(os.read(reader, 65_536))

    with pipe_as_stdout(is_full=is_full) as reader:
        thread = threading.Thread(target=read_to_the_end, args=(reader,))
        thread.start()
        stdout.write(LINE)
        thread.join(30)

    read = b"".join(chunks).lstrip(b".")
    # By number, since pytest would explain a difference of this size for minutes.
    assert (len(read), read.count(b"x"), read[-1:]) == (len(LINE), len(LINE) - 1, b"\n")


def test_a_line_that_nobody_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that has stopped costs a line and not the request."""
    monkeypatch.setattr(stdout, "PATIENCE", 0.01)
    with pipe_as_stdout(is_full=True) as reader:
        stdout.write(b"lost\n")
        os.read(reader, 1 << 20)
        stdout.write(b"kept\n")
        assert os.read(reader, 1 << 20) == b"kept\n"


def test_a_closed_stream_is_not_written_to(tmp_path: Path) -> None:
    """A file that got the number of the closed standard output does not get its lines."""
    replaced = sys.stdout
    try:
        sys.stdout = (tmp_path / "closed").open("w")
        stdout.write(b"kept\n")
        number = sys.stdout.fileno()
        sys.stdout.close()
        with open(tmp_path / "other", "w") as other:
            assert other.fileno() == number
            stdout.write(b"lost\n")
    finally:
        sys.stdout = replaced

    assert (tmp_path / "closed").read_text() == "kept\n"
    assert (tmp_path / "other").read_text() == ""


def test_a_stream_that_logs_does_not_go_round_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is printed is logged, lines go to where the process began to write."""
    console = io.StringIO()

    class Logs(io.StringIO):
        def write(self, text: str) -> int:
            stdout.write(b"logged: " + text.encode())
            return len(text)

    replaced = sys.stdout
    monkeypatch.setattr(sys, "__stdout__", console)
    sys.stdout = Logs()
    try:
        stdout.write(b"line\n")
    finally:
        sys.stdout = replaced

    assert console.getvalue() == "logged: line\n"
