"""What gunicorn makes of `flask_baseline.deploy.gunicorn`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

APP = """
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
app.config["BASELINE_HEALTH_DRAIN_SECONDS"] = 0
Baseline(app)
"""


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param([], {"worker_class": "gthread", "threads": "4", "workers": "3"}, id="defaults"),
        pytest.param(
            ["-k", "gevent", "--threads", "1", "--workers", "2"],
            {"worker_class": "gevent", "threads": "1", "workers": "2"},
            id="the command line wins",
        ),
    ],
)
def test_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], expected: dict[str, str]
) -> None:
    """It sets what it says and leaves the number of workers to WEB_CONCURRENCY and the command line."""
    (tmp_path / "served.py").write_text(APP)
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    command = [sys.executable, "-m", "gunicorn", "-c", "python:flask_baseline.deploy.gunicorn", *args]
    shown = subprocess.run(
        [*command, "--print-config", "served:app"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    settings = {
        name.strip(): value.strip()
        for name, equals, value in (line.partition("=") for line in shown.stdout.splitlines())
        if equals
    }
    assert settings["graceful_timeout"] == "25"
    assert settings["accesslog"] == "None"
    # A control socket is written below the home folder. gunicorn before 25.1 has none to turn off.
    assert settings.get("control_socket_disable", "True") == "True"
    assert {name: settings[name] for name in expected} == expected
