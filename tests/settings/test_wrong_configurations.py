"""A service with a wrong configuration does not start, and says why in words for its operator."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECRET = "planted-5ecr3t-value"

APP = """
from flask import Flask
from flask_baseline import Baseline

def create_app():
    app = Flask("shop")
    app.config.from_pyfile("config.py", silent=True)
    Baseline(app)
    return app
"""


@dataclass(frozen=True)
class Wrong:
    """A configuration, and the lines that refuse it."""

    lines: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    config: dict[str, object] = field(default_factory=dict)
    dotenv: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


def env(*lines: str, **environ: str) -> Wrong:
    return Wrong(lines, environ)


def conf(*lines: str, **config: object) -> Wrong:
    return Wrong(lines, config=config)


WRONG = {
    "unknown-variable": env(
        "BASELINE_HEALTH_TOKN (environment): is not a setting. "
        "Fix: did you mean BASELINE_HEALTH_TOKEN? Rename or remove it.",
        BASELINE_HEALTH_TOKN=SECRET,
    ),
    "unknown-config-key": conf(
        "BASELINE_LOGING_LEVEL (app.config): is not a setting. "
        "Fix: did you mean BASELINE_LOGGING_LEVEL? Rename or remove it.",
        BASELINE_LOGING_LEVEL="INFO",
    ),
    "unknown-feature": env(
        "BASELINE_XYZZY (environment): is not a setting. Fix: remove it.", BASELINE_XYZZY="1"
    ),
    "unknown-in-dotenv": Wrong(
        (
            "BASELINE_LOGGING_LEVELS (.env): is not a setting. "
            "Fix: did you mean BASELINE_LOGGING_LEVEL? Rename or remove it.",
        ),
        {"BASELINE_PROFILE": "dev", "FLASK_SKIP_DOTENV": "1"},
        dotenv="BASELINE_LOGGING_LEVELS=INFO\n",
    ),
    "unknown-in-dotenv-of-flask": Wrong(
        (
            "BASELINE_LOGGING_LEVELS (environment): is not a setting. "
            "Fix: did you mean BASELINE_LOGGING_LEVEL? Rename or remove it.",
        ),
        dotenv="BASELINE_LOGGING_LEVELS=INFO\n",
    ),
    "wrong-profile": env(
        "BASELINE_PROFILE (environment): is not one of the choices. Fix: set it to one of dev, test, prod.",
        BASELINE_PROFILE="production",
    ),
    "wrong-boolean": env(
        "BASELINE_HEALTH_ENABLED (environment): has the wrong type. Fix: set it to true or false.",
        BASELINE_HEALTH_ENABLED="maybe",
    ),
    "wrong-number": env(
        "BASELINE_HEALTH_DRAIN_SECONDS (environment): has the wrong type. "
        "Fix: set it to a number, at least 0 and at most 600.",
        BASELINE_HEALTH_DRAIN_SECONDS="5s",
    ),
    "boolean-for-a-number": conf(
        "BASELINE_HEALTH_DRAIN_SECONDS (app.config): is true or false. "
        "Fix: set it to a number, at least 0 and at most 600.",
        BASELINE_HEALTH_DRAIN_SECONDS=True,
    ),
    "out-of-range": env(
        "BASELINE_HEALTH_DRAIN_SECONDS (environment): is out of range. "
        "Fix: set it to a number, at least 0 and at most 600.",
        BASELINE_HEALTH_DRAIN_SECONDS="-1",
    ),
    "infinite": env(
        "BASELINE_HEALTH_TOTAL_SECONDS (environment): is out of range. "
        "Fix: set it to a number, above 0 and at most 60.",
        BASELINE_HEALTH_TOTAL_SECONDS="inf",
    ),
    "wrong-choice": env(
        "BASELINE_LOGGING_FORMAT (environment): is not one of the choices. "
        "Fix: set it to one of json, console.",
        BASELINE_LOGGING_FORMAT="xml",
    ),
    "wrong-path": env(
        "BASELINE_HEALTH_LIVE_PATH (environment): has the wrong form. "
        "Fix: set it to text that matches ^/[A-Za-z0-9._~/-]+$.",
        BASELINE_HEALTH_LIVE_PATH="livez",
    ),
    "wrong-list": env(
        "BASELINE_LOGGING_REDACT (environment): is not JSON. "
        "Fix: set it to a list, in text separated by commas.",
        BASELINE_LOGGING_REDACT='["card"',
    ),
    "number-for-a-list": conf(
        "BASELINE_LOGGING_REDACT (app.config): has the wrong type. "
        "Fix: set it to a list, in text separated by commas.",
        BASELINE_LOGGING_REDACT=5,
    ),
    "number-for-a-text": conf(
        "BASELINE_SERVICE_VERSION (app.config): is not text. Fix: quote it.", BASELINE_SERVICE_VERSION=1.1
    ),
    "number-for-a-secret": conf(
        "BASELINE_HEALTH_TOKEN (app.config): is not text. Fix: quote it.",
        BASELINE_HEALTH_TOKEN=1234567890123456,
    ),
    "list-for-a-secret": conf(
        "BASELINE_HEALTH_TOKEN (app.config): has the wrong type. "
        "Fix: set it to text of at least 16 characters.",
        BASELINE_HEALTH_TOKEN=[SECRET],
    ),
    "short-secret": env(
        "BASELINE_HEALTH_TOKEN (environment): is too short. Fix: set it to text of at least 16 characters.",
        BASELINE_HEALTH_TOKEN=SECRET[:15],
    ),
    "empty-variable": env(
        "BASELINE_HEALTH_ENABLED (environment): is empty. Fix: set it to true or false, or unset it.",
        BASELINE_HEALTH_ENABLED="",
    ),
    "empty-secret": env(
        "BASELINE_HEALTH_TOKEN (environment): is empty. "
        "Fix: set it to text of at least 16 characters, or unset it.",
        BASELINE_HEALTH_TOKEN="",
    ),
    "missing-secret-file": env(
        "BASELINE_HEALTH_TOKEN_FILE (environment): "
        "names a file that cannot be read (no such file or directory). "
        "Fix: name a readable text file that holds only the value.",
        BASELINE_HEALTH_TOKEN_FILE=SECRET,
    ),
    "folder-for-a-secret-file": env(
        "BASELINE_HEALTH_TOKEN_FILE (environment): names something that is not a regular file. "
        "Fix: name a readable text file that holds only the value.",
        BASELINE_HEALTH_TOKEN_FILE=".",
    ),
    "binary-secret-file": Wrong(
        (
            "BASELINE_HEALTH_TOKEN_FILE (environment): names a file that is not UTF-8 text. "
            "Fix: name a readable text file that holds only the value.",
        ),
        {"BASELINE_HEALTH_TOKEN_FILE": "token"},
        files={"token": b"\xff\xfe" + SECRET.encode()},
    ),
    "short-secret-in-the-secrets-directory": Wrong(
        (
            "BASELINE_HEALTH_TOKEN (secrets directory): is too short. "
            "Fix: set it to text of at least 16 characters.",
        ),
        {"BASELINE_SECRETS_DIR": "secrets"},
        files={"secrets/baseline_health_token": SECRET[:15].encode()},
    ),
    "missing-secrets-directory": env(
        "BASELINE_SECRETS_DIR (environment): names a folder that cannot be read (no such file or directory). "
        "Fix: name a readable folder.",
        BASELINE_SECRETS_DIR="missing",
    ),
    "wrong-secret-manager": env(
        "BASELINE_SECRETS_MANAGER (environment): has the wrong form. "
        r"Fix: set it to text that matches ^(aws|gcp|azure):\S+$.",
        BASELINE_SECRETS_MANAGER=f"vault:{SECRET}",
    ),
    "probes-on-one-path": env(
        "BASELINE_HEALTH_LIVE_PATH, BASELINE_HEALTH_READY_PATH (environment): are the same path. "
        "Fix: give the two probes different paths.",
        BASELINE_HEALTH_LIVE_PATH="/health",
        BASELINE_HEALTH_READY_PATH="/health",
    ),
    "details-without-a-token": env(
        "BASELINE_HEALTH_DETAILS, BASELINE_HEALTH_TOKEN (environment, default): "
        "ask for a token that is not set. "
        "Fix: set BASELINE_HEALTH_TOKEN.",
        BASELINE_HEALTH_DETAILS="token",
    ),
    "two-features-at-once": Wrong(
        (
            "BASELINE_HEALTH_DETAILS (app.config): is not one of the choices. "
            "Fix: set it to one of never, token, always.",
            "BASELINE_LOGGING_LEVEL (environment): is not one of the choices. "
            "Fix: set it to one of DEBUG, INFO, WARNING, ERROR, CRITICAL.",
        ),
        {"BASELINE_LOGGING_LEVEL": "loud"},
        {"BASELINE_HEALTH_DETAILS": "sometimes"},
    ),
}


def flask_run(folder: Path, app: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``flask run`` in *folder*, without the settings of the machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "FLASK_"))}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", app, "run", "--port", "0"],
        cwd=folder,
        env=kept | environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_flask_run_refuses_a_wrong_configuration(wrong: Wrong, tmp_path: Path) -> None:
    """``flask run`` exits with 1 and prints each problem once: no traceback, no value."""
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    config = "".join(f"{key} = {value!r}\n" for key, value in wrong.config.items())
    (tmp_path / "config.py").write_text(config, encoding="utf-8")
    (tmp_path / ".env").write_text(wrong.dotenv, encoding="utf-8")
    for name, content in wrong.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = flask_run(tmp_path, "app", wrong.environ)
    profile = "dev" if wrong.environ.get("BASELINE_PROFILE") == "dev" else "prod"
    count = "1 problem" if len(wrong.lines) == 1 else f"{len(wrong.lines)} problems"
    assert done.stderr.splitlines() == [
        f"Error: flask-baseline: {count} in the configuration (profile {profile})",
        *(f"  {line}" for line in wrong.lines),
    ]
    assert done.stdout == ""
    assert done.returncode == 1
    assert SECRET[:15] not in done.stderr


def test_an_app_of_a_module_is_refused_in_the_same_way(tmp_path: Path) -> None:
    """An app that is built while its module is imported ends without a traceback too."""
    (tmp_path / "module.py").write_text(f"{APP}\napp = create_app()\n", encoding="utf-8")
    done = flask_run(tmp_path, "module", {"BASELINE_LOGGING_FORMAT": SECRET})
    assert done.stderr == (
        "Error: flask-baseline: 1 problem in the configuration (profile prod)\n"
        "  BASELINE_LOGGING_FORMAT (environment): is not one of the choices. "
        "Fix: set it to one of json, console.\n"
    )
    assert done.returncode == 1
