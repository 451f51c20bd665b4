"""Read a small text file that an operator named, whatever it turns out to be."""

from __future__ import annotations

import stat
from pathlib import Path

MAX_BYTES = 64 * 1024


class UnreadableError(Exception):
    """Says why a file cannot be read, as the end of "the setting ...", without its path or content."""


def read_text(path: Path) -> str:
    """Return the text of the regular file *path*: UTF-8, at most `MAX_BYTES`, without a byte order mark.

    Raises:
        UnreadableError: it is missing, not readable, not a regular file, too large or not UTF-8.
    """
    try:
        # Before it is opened: to open a FIFO is to wait for a writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("names something that is not a regular file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"names a file that cannot be read ({reason(error)})") from None
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"names a file of more than {MAX_BYTES // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("names a file that is not UTF-8 text") from None


def reason(error: OSError | ValueError) -> str:
    """Return why a path was refused, without the path."""
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else "bad path"
