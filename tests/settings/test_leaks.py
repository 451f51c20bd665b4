"""No value of a setting leaves through an error, whatever is wrong."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline.errors import MissingExtraError

SECRET = "planted-5ecr3t-value"


class Sources:
    """Puts one setting into one source of the app that is about to start."""

    def __init__(self, app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.folder, self.monkeypatch = app, folder, monkeypatch

    def config(self, name: str, value: Any) -> None:
        self.app.config[name] = value

    def environment(self, name: str, value: Any) -> None:
        self.monkeypatch.setenv(name, value)

    def file(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(value, encoding="utf-8")
        self.monkeypatch.setenv(f"{name}_FILE", str(self.folder / name))

    def secrets(self, name: str, value: Any) -> None:
        (self.folder / "run-secrets").mkdir(exist_ok=True)
        (self.folder / "run-secrets" / name).write_text(value, encoding="utf-8")

    def dotenv(self, name: str, value: Any) -> None:
        self.app.config["BASELINE_PROFILE"] = "dev"
        (self.folder / ".env").write_text(f"{name}='{value}'\n", encoding="utf-8")


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    return Sources(Flask("shop"), tmp_path, monkeypatch)


def what_a_reporter_sees(error: BaseException) -> Iterator[str]:
    """Yield all text that an error reporter such as Sentry would send for *error*."""
    seen: BaseException | None = error
    while seen is not None:
        yield from (str(seen), repr(seen), repr(seen.args), repr(vars(seen)))
        yield "".join(traceback.format_exception(seen))
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            if "flask_baseline" in frame.f_code.co_filename:
                yield repr(frame.f_locals)
                # Not hidden behind the repr of an object of ours.
                yield from (
                    repr(vars(value)) for value in frame.f_locals.values() if isinstance(value, Exception)
                )
        seen = seen.__cause__ or seen.__context__


def leaks(error: BaseException) -> list[str]:
    return [text for text in what_a_reporter_sees(error) if SECRET in text]


# Each makes the app fail to start, with the secret somewhere in its settings.
TEXT = {
    "right-place": ("BASELINE_HEALTH_TOKEN", SECRET, False),
    "short-secret": ("BASELINE_HEALTH_TOKEN", SECRET[:12], True),
    "wrong-name": ("BASELINE_HEALTH_TOKN", SECRET, False),
    "number": ("BASELINE_HEALTH_DRAIN_SECONDS", SECRET, False),
    "boolean": ("BASELINE_LOGGING_ACCESS", SECRET, False),
    "choice": ("BASELINE_LOGGING_FORMAT", SECRET, False),
    "pattern": ("BASELINE_HEALTH_LIVE_PATH", SECRET, False),
    "list": ("BASELINE_LOGGING_REDACT", f'["{SECRET}', False),
    "profile": ("BASELINE_PROFILE", SECRET, False),
    "folder": ("BASELINE_SECRETS_DIR", SECRET, False),
    "manager": ("BASELINE_SECRETS_MANAGER", SECRET, False),
    "file-variable": ("BASELINE_HEALTH_TOKEN_FILE", SECRET, False),
}


@pytest.mark.parametrize("source", ["config", "environment", "file", "secrets", "dotenv"])
@pytest.mark.parametrize(("name", "value", "is_short"), TEXT.values(), ids=TEXT)
def test_no_text_leaks(
    sources: Sources, source: str, name: str, value: str, is_short: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """A secret in any setting of any source is in no message, chain, frame or output."""
    getattr(sources, source)(name, value)
    # The app is refused in any case; next to it stands a secret that is right.
    sources.app.config["BASELINE_HEALTH_READY_PATH"] = "no path"
    sources.monkeypatch.setenv("BASELINE_SERVICE_VERSION", SECRET)
    with pytest.raises(ConfigError) as error:
        Baseline(sources.app)
    error.value.show(io.StringIO())
    assert leaks(error.value) == []
    if is_short:
        assert value not in "".join(what_a_reporter_sees(error.value))
    assert SECRET not in "".join(capfd.readouterr())


OBJECTS = {
    "list-for-a-secret": ("BASELINE_HEALTH_TOKEN", [SECRET]),
    "table-for-a-secret": ("BASELINE_HEALTH_TOKEN", {SECRET: SECRET}),
    "list-for-a-boolean": ("BASELINE_LOGGING_ACCESS", [SECRET]),
    "table-for-a-number": ("BASELINE_HEALTH_DRAIN_SECONDS", {"a": SECRET}),
    "nested-in-a-list": ("BASELINE_LOGGING_REDACT", [[SECRET]]),
    "bytes-for-a-number": ("BASELINE_HEALTH_CACHE_SECONDS", SECRET.encode()),
    "profile": ("BASELINE_PROFILE", [SECRET]),
}


@pytest.mark.parametrize(("name", "value"), OBJECTS.values(), ids=OBJECTS)
def test_no_object_leaks(sources: Sources, name: str, value: object) -> None:
    """A value of any type in the config stays out of the error that refuses it."""
    sources.config(name, value)
    with pytest.raises(ConfigError) as error:
        Baseline(sources.app)
    assert leaks(error.value) == []


def test_the_error_has_no_history(sources: Sources) -> None:
    """The error is raised on its own: no exception that quotes the value hangs on it."""
    sources.environment("BASELINE_LOGGING_REDACT", f'["{SECRET}')
    with pytest.raises(ConfigError) as error:
        Baseline(sources.app)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


def test_a_missing_extra_does_not_leak(sources: Sources) -> None:
    """The error for a library that is not installed is as silent as the others."""
    sources.environment("BASELINE_HEALTH_TOKEN", SECRET)
    sources.environment("BASELINE_SECRETS_MANAGER", f"aws:{SECRET}")
    sources.monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtraError) as error:
        Baseline(sources.app)
    assert leaks(error.value) == []


def test_settings_that_are_right_hide_their_secrets(sources: Sources) -> None:
    """The representation of the settings that the app keeps masks what is secret."""
    sources.environment("BASELINE_HEALTH_TOKEN", SECRET)
    Baseline(sources.app)
    state = sources.app.extensions["baseline"]
    assert SECRET not in repr(state) + str(state.settings)
