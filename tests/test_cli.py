"""``flask baseline config`` and ``flask-baseline config``: what an app runs with, and why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SECRET = "planted-5ecr3t-value"

APP = """
from flask import Flask
from flask_baseline import Baseline

def create_app(name="shop"):
    app = Flask(name)
    app.config["BASELINE_SERVICE_NAME"] = "shop\\x1b[2J"
    app.config["BASELINE_LOGGING_REDACT"] = ["card", "iban"]
    Baseline(app)
    return app

def create_bare():
    return Flask("bare")
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]

FLASK = ("-m", "flask", "--app", "service:create_app", "baseline", "config")
OWN = ("-c", "from flask_baseline.cli import main; main()", "config", "service:create_app()")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return what runs Python in the folder of a service, its output piped."""
    (tmp_path / "service.py").write_text(APP, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "FLASK_"))}

    def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=kept | environ,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", [FLASK, OWN], ids=["flask", "console-script"])
def test_text_is_a_table_with_secrets_masked(run: Run, command: tuple[str, ...]) -> None:
    """Every setting is a line of three aligned columns; a secret is masked, what is unset is a dash."""
    done = run(*command, BASELINE_HEALTH_TOKEN=SECRET, BASELINE_PROFILE="dev")
    title, blank, header, *rows = done.stdout.splitlines()
    assert (title, blank) == ("shop, profile dev", "")
    columns = [header.index(name) for name in ("KEY", "VALUE", "SOURCE")]
    table = {}
    for row in rows:
        assert all(row[column - 1] == " " for column in columns[1:])
        key, value, source = (row[a:b].strip() for a, b in zip(columns, [*columns[1:], None], strict=True))
        table[key] = (value, source)
    assert table["BASELINE_HEALTH_TOKEN"] == ("********", "environment")
    assert table["BASELINE_HEALTH_DRAIN_FILE"] == ("-", "default")
    assert table["BASELINE_HEALTH_DETAILS"] == ("always", "profile dev")
    assert table["BASELINE_LOGGING_ACCESS"] == ("true", "default")
    assert table["BASELINE_LOGGING_REDACT"] == ('["card", "iban"]', "app.config")
    assert table["BASELINE_SERVICE_NAME"] == (r'"shop\u001b[2J"', "app.config")
    assert SECRET not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    assert done.returncode == 0


def test_json_has_the_same_for_programs(run: Run) -> None:
    """JSON has every setting with its type kept, and null for what is unset."""
    done = run(*FLASK, "--format", "json", BASELINE_HEALTH_TOKEN=SECRET)
    document = json.loads(done.stdout)
    settings = {setting.pop("key"): setting for setting in document["settings"]}
    assert (document["app"], document["profile"]) == ("shop", "prod")
    assert settings["BASELINE_PROFILE"] == {"value": "prod", "source": "default", "secret": False}
    assert settings["BASELINE_HEALTH_TOKEN"] == {"value": "********", "source": "environment", "secret": True}
    assert settings["BASELINE_HEALTH_DRAIN_FILE"]["value"] is None
    assert settings["BASELINE_HEALTH_DRAIN_SECONDS"]["value"] == 5.0
    assert settings["BASELINE_LOGGING_REDACT"]["value"] == ["card", "iban"]
    assert SECRET not in done.stdout


def test_a_secret_that_is_unset_is_not_masked(run: Run) -> None:
    """The mask says that there is a secret."""
    document = json.loads(run(*FLASK, "--format", "json").stdout)
    (token,) = [setting for setting in document["settings"] if setting["key"] == "BASELINE_HEALTH_TOKEN"]
    assert token == {"key": "BASELINE_HEALTH_TOKEN", "value": None, "source": "default", "secret": True}


def test_defaults_can_be_left_out(run: Run) -> None:
    """``--set`` shows what some source or the profile has set."""
    done = run(*FLASK, "--set", "--format", "json", BASELINE_HEALTH_LIVE_PATH="/up")
    assert {setting["key"] for setting in json.loads(done.stdout)["settings"]} == {
        "BASELINE_SERVICE_NAME",
        "BASELINE_LOGGING_REDACT",
        "BASELINE_HEALTH_LIVE_PATH",
    }


LOADED = {
    "argument-with-call": ("config", "service:create_app('named')"),
    "group-option": ("--app", "service:create_app('named')", "config"),
}


@pytest.mark.parametrize("arguments", LOADED.values(), ids=LOADED)
def test_the_console_script_loads_an_app_as_flask_does(run: Run, arguments: tuple[str, ...]) -> None:
    """The app is named as in ``flask --app``, a factory's call with its arguments too."""
    done = run(*OWN[:2], *arguments)
    assert done.stdout.startswith("named, profile prod\n")


def test_the_console_script_finds_the_app_of_the_environment(run: Run) -> None:
    """``FLASK_APP`` names the app for every command of Flask, this one too."""
    assert run(*OWN[:3], FLASK_APP="service").stdout.startswith("shop, profile prod\n")


REFUSED = {
    "no-baseline": (
        "service:create_bare",
        "Error: Baseline is not on the app 'bare'. "
        "Fix: call Baseline(app) or baseline.init_app(app) in the factory.\n",
    ),
    "wrong-setting": (
        "service:create_app",
        "Error: flask-baseline: 1 problem in the configuration (profile prod)\n"
        "  BASELINE_LOGGING_LEVEL (environment): is not one of the choices. "
        "Fix: set it to one of DEBUG, INFO, WARNING, ERROR, CRITICAL.\n",
    ),
}


@pytest.mark.parametrize(("app", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_an_error_without_a_traceback(run: Run, app: str, message: str) -> None:
    """An app that has no settings to show ends the command with the reason and status 1."""
    done = run("-m", "flask", "--app", app, "baseline", "config", BASELINE_LOGGING_LEVEL="loud")
    assert (done.stderr, done.stdout, done.returncode) == (message, "", 1)


def test_the_command_is_light_to_import() -> None:
    """Every ``flask`` command imports the group, so that it may not bring the features along."""
    code = "import sys, flask_baseline.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"flask_baseline.logging.feature", "flask_baseline.health.feature", "pydantic_settings", "dotenv"}
    assert heavy.isdisjoint(done.stdout.split())
