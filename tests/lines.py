"""What the apps of a test have logged."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCESS = "http.server.request"


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the log lines since the last call."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def access_lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the access events since the last call."""
    return [line for line in lines_of(capsys) if line["body"] == ACCESS]
