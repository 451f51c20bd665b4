"""What is wrong in the settings is said at start."""

from __future__ import annotations

import sys
from traceback import walk_tb

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline._features import FEATURES
from flask_baseline.errors import MissingExtraError

from .conftest import make_app, statuses

NO_STORE = "Fix: set it to redis://HOST:PORT/NUMBER, or to memory where one process serves."


def start(profile: str = "prod", **options: object) -> Flask:
    """Start an app with these settings of ratelimit alone."""
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = profile
    app.config.update({f"BASELINE_RATELIMIT_{name.upper()}": value for name, value in options.items()})
    Baseline(app, features=[spec for spec in FEATURES if spec.name == "ratelimit"])
    return app


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            {"enabled": True},
            f"BASELINE_RATELIMIT_STORE (default): is not set, and each process would count alone. {NO_STORE}",
        ),
        *(
            (
                {"enabled": True, "store": url},
                f"BASELINE_RATELIMIT_STORE (app.config): is no URL of Redis. {NO_STORE}",
            )
            for url in (
                "redis://user:hunter2@store:port/0",
                "redis://:hunter2@[store/0",
                "redis://:hunter2@store/0?socket_timeout=soon",
                "redis://:hunter2@store/0?colour=red",
            )
        ),
        *(
            ({"store": url}, f"BASELINE_RATELIMIT_STORE (app.config): is no store. {NO_STORE}")
            for url in (
                "hunter2",
                "memory://hunter2",
                "memoryhunter2",
                "http://:hunter2@store",
                "Memory hunter2",
            )
        ),
        (
            {"default": "5/second, hunter2"},
            "BASELINE_RATELIMIT_DEFAULT (app.config): has something that is no limit. "
            "Fix: list limits such as 5/second, 100/15minute or 1000/day.",
        ),
        (
            {"on_failure": "hunter2"},
            "BASELINE_RATELIMIT_ON_FAILURE (app.config): is not one of the choices. "
            "Fix: set it to one of open, closed.",
        ),
        (
            {"headers": "hunter2"},
            "BASELINE_RATELIMIT_HEADERS (app.config): has the wrong type. Fix: set it to true or false.",
        ),
        (
            {"store": 5},
            "BASELINE_RATELIMIT_STORE (app.config): is not text. Fix: quote it.",
        ),
    ],
)
def test_errors(options: dict[str, object], line: str) -> None:
    """Each mistake is one line: the key, its source, what is wrong and the remedy, and never the value."""
    with pytest.raises(ConfigError) as caught:
        start(**options)

    assert str(caught.value).splitlines()[1:] == [f"  {line}"]
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


def test_all_at_once() -> None:
    """All mistakes are told together."""
    with pytest.raises(ConfigError) as caught:
        start(store="nowhere", default="often", on_failure="maybe")

    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("profile", ["dev", "test"])
def test_memory_by_profile(profile: str) -> None:
    """In dev and test the store is the memory where none is set."""
    app = start(profile, enabled=True, default="1/hour")
    app.add_url_rule("/", "index", lambda: "index")

    assert statuses(app) == [200, 429, 429]


@pytest.mark.parametrize("library", ["limits", "redis"])
def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Redis without its libraries is an error that names the extra; memory needs none of them."""
    monkeypatch.delitem(sys.modules, "flask_baseline.ratelimit.shared", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(MissingExtraError, match=r'pip install "flask-baseline\[ratelimit\]"') as caught:
        make_app(store="redis://:hunter2@store/0")
    frames = [frame.f_locals for frame, _ in walk_tb(caught.tb) if frame.f_code.co_name != "make_app"]
    assert not any("hunter2" in repr(value) for local in frames for value in local.values())
    assert statuses(make_app(default="1/hour")) == [200, 429, 429]


@pytest.mark.parametrize(
    "url", ["redis://store", "rediss://user:pw@store:6380/1", "unix:///run/redis.sock?db=2"]
)
def test_urls(url: str) -> None:
    """A URL is not connected to at start."""
    assert start(enabled=True, store=url)


def test_the_store_is_a_secret() -> None:
    """The URL is not shown with the settings."""
    app = start(enabled=True, store="redis://:hunter2@store/0")

    assert "hunter2" not in repr(app.extensions["baseline"])


def test_off_by_default() -> None:
    """Without ENABLED nothing is counted, whatever else is set."""
    app = start(default="1/hour", store="memory")
    app.add_url_rule("/", "index", lambda: "index")

    assert statuses(app) == [200] * 3
    assert app.before_request_funcs == {}
