"""``flask baseline keys ...``."""

from __future__ import annotations

import inspect
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.auth.tokens import issue_tokens
from flask_baseline.cli import baseline

from .conftest import bare_app, bearer, expect_denied, sessions_of
from .test_jwt_required import view


def run(app: Flask, *arguments: str) -> Result:
    """Return what the command has printed for *app*."""
    # Older ones of click put both streams together, unless they are asked not to.
    is_older = "mix_stderr" in inspect.signature(CliRunner).parameters
    runner = app.test_cli_runner(**({"mix_stderr": False} if is_older else {}))
    return runner.invoke(baseline, ["keys", *arguments])


def with_keys(keys: Any) -> Flask:
    """Return an app with *keys*, as text of a variable or of a file, and a guarded view."""
    app = bare_app(BASELINE_JWT_KEYS=keys)
    view(app, "/")
    return app


def asks(app: Flask, token: str) -> int:
    """Return the status of a guarded request to *app*."""
    return app.test_client().get("/", headers=bearer(token)).status_code


def token_of(app: Flask) -> str:
    """Return an access token of *app* without a session, which any store takes."""
    from flask_jwt_extended import create_access_token

    with app.app_context():
        return str(create_access_token("u1"))


@pytest.mark.parametrize(
    ("arguments", "algorithm"),
    [
        ((), "EdDSA"),
        (("--kind", "ed25519", "--format", "pem"), "EdDSA"),
        (("--kind", "p256"), "ES256"),
        (("--kind", "p256", "--format", "pem"), "ES256"),
        (("--kind", "rsa"), "RS256"),
        (("--kind", "rsa", "--format", "pem"), "RS256"),
        (("--kind", "secret"), "HS256"),
    ],
)
def test_generate(arguments: tuple[str, ...], algorithm: str) -> None:
    """What is printed can be set as it is, and signs; beside it the algorithm and the kid are told."""
    done = run(Flask("none"), "generate", *arguments)

    app = with_keys(done.stdout.strip())
    (key,) = sessions_of(app).resolved.keys
    assert key.algorithm == algorithm
    assert done.stderr == f"The key {key.kid} is for {algorithm}.\n"
    assert asks(app, token_of(app)) == 200


def test_two_are_never_the_same() -> None:
    """Each key is a new one."""
    assert run(Flask("none"), "generate").stdout != run(Flask("none"), "generate").stdout


def test_rotate() -> None:
    """The key changes in three steps, at each of which old and new processes take the same tokens."""
    first = with_keys(run(Flask("none"), "generate").stdout)
    second = with_keys(run(first, "rotate").stdout)
    third = with_keys(run(second, "rotate", "--promote").stdout)
    fourth = with_keys(run(third, "rotate", "--drop").stdout)
    steps = [first, second, third, fourth]
    tokens = [token_of(app) for app in steps]

    taken = [[asks(app, token) for app in steps] for token in tokens]

    old, new = [200, 200, 200, 401], [401, 200, 200, 200]
    assert taken == [old, old, new, new]


def test_rotation_drops_what_signs() -> None:
    """Of a key that only verifies the private half is gone."""
    first = with_keys(run(Flask("none"), "generate", "--kind", "p256").stdout)
    second = with_keys(run(first, "rotate", "--kind", "ed25519").stdout)

    promoted = json.loads(run(second, "rotate", "--promote").stdout)

    assert [("d" in key, key["alg"]) for key in promoted] == [(True, "EdDSA"), (False, "ES256")]


def test_secrets_are_rotated() -> None:
    """A secret is rotated too, and one from JWT_SECRET_KEY keeps its name in tokens that are in use."""
    first = Flask("shop")
    first.config.update(BASELINE_PROFILE="test", JWT_SECRET_KEY="5b1f0c7e9a3d48d6b2e4f7a1c8d09e63")
    Baseline(first)
    second = with_keys(run(first, "rotate").stdout)
    third = with_keys(run(second, "rotate", "--promote").stdout)

    assert [asks(app, token_of(first)) for app in (second, third)] == [200, 200]
    assert asks(second, token_of(third)) == 200


@pytest.mark.parametrize(
    ("arguments", "keys", "text"),
    [
        (("rotate", "--promote"), 1, "There is no newer key. Make one with: flask baseline keys rotate."),
        (("rotate",), 0, "The app has no keys. Make one with: flask baseline keys generate."),
        (("rotate", "--kind", "secret"), 1, "Secrets and other keys cannot be together."),
        (("rotate", "--promote", "--drop"), 1, "--promote and --drop are two steps."),
    ],
)
def test_mistakes(arguments: tuple[str, ...], keys: int, text: str) -> None:
    """A step that cannot be made says why, and prints no key."""
    app = with_keys(run(Flask("none"), "generate").stdout) if keys else Flask("none")

    done = run(app, *arguments)

    assert done.exit_code != 0
    assert text in done.stderr
    assert done.stdout == ""


def test_public_keys_are_not_rotated() -> None:
    """An app that only verifies has no key to rotate."""
    signing = with_keys(run(Flask("none"), "generate").stdout)
    public = with_keys([json.dumps(sessions_of(signing).resolved.keys[0].public())])

    assert "Change them where tokens are issued" in run(public, "rotate").stderr
    assert asks(public, token_of(signing)) == 200


def test_a_file(tmp_path: Path) -> None:
    """A file is new, is for its owner alone, and is read by BASELINE_JWT_KEYS_FILE."""
    path = tmp_path / "keys.json"

    done = run(Flask("none"), "generate", "--out", str(path))

    assert done.stdout == ""
    assert f"{path} is written." in done.stderr
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    app = with_keys(path.read_text().rstrip("\n"))
    with app.app_context():
        assert issue_tokens("u1").expires_in == 900


@pytest.mark.parametrize("name", ["keys.json", "none/keys.json"])
def test_a_file_that_is_there(tmp_path: Path, name: str) -> None:
    """No file is overwritten, and one that cannot be written says why."""
    (tmp_path / "keys.json").write_text("precious")

    done = run(Flask("none"), "generate", "--out", str(tmp_path / name))

    assert done.exit_code == 1
    assert "is there already" in done.stderr or "cannot be written" in done.stderr
    assert (tmp_path / "keys.json").read_text() == "precious"


def test_a_key_that_is_gone() -> None:
    """A token of a key that has been dropped is not valid."""
    first = with_keys(run(Flask("none"), "generate").stdout)
    other = with_keys(run(Flask("none"), "generate").stdout)

    expect_denied(other.test_client().get("/", headers=bearer(token_of(first))), "invalid_token")
