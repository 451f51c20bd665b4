"""What would let in more than was meant does not start, and is named all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError

from .asking import GOOD, shop
from .wrong import WRONG


def lines_of(**config: Any) -> list[str]:
    """Return the problems of an app with *config*, as they are printed."""
    app = Flask("shop")
    app.config.update({f"BASELINE_{name.upper()}": value for name, value in config.items()})
    with pytest.raises(ConfigError) as raised:
        Baseline(app)
    return [line.strip() for line in str(raised.value).splitlines()[1:]]


@pytest.mark.parametrize(("config", "line"), WRONG.values(), ids=WRONG)
def test_it_does_not_start(config: dict[str, Any], line: str) -> None:
    """Each is refused alone, in a line that says what to do and repeats no value."""
    assert lines_of(**config) == [f"BASELINE_CORS_{line}"]
    assert "5ecr3t" not in line


def test_all_at_once() -> None:
    """An operator learns of everything that is unsafe in one go."""
    found = lines_of(
        cors_origins=["null", "http://a.example", "https://A.example/", GOOD],
        cors_origin_patterns=[".*", r"https://[a-z]+\.example\.com", "("],
        cors_allow_headers=["*"],
        cors_credentials=True,
        cors_resources={"/open": {"origins": "*"}},
    )
    assert [line.partition(" (")[0].removeprefix("BASELINE_CORS_") for line in found] == [
        "ALLOW_HEADERS",
        *["ORIGINS"] * 3,
        *["ORIGIN_PATTERNS"] * 2,
        "RESOURCES",
    ]


@pytest.mark.parametrize("profile", ["dev", "test"])
def test_on_a_developers_machine(profile: str) -> None:
    """Outside of production plain http, the own machine and a star are fine, but not with credentials."""
    app = Flask("shop")
    app.config.update(
        BASELINE_PROFILE=profile,
        BASELINE_CORS_ORIGINS=["http://localhost:3000", "http://127.0.0.1:8080", "http://a.example"],
        BASELINE_CORS_ORIGIN_PATTERNS=[r"http://localhost:\d+", r"https://[a-z-]+\.vercel\.app"],
        BASELINE_CORS_RESOURCES={"/": {}, "/open": {"origins": "*"}},
    )
    Baseline(app)
    found = lines_of(profile=profile, cors_origins=["*"], cors_credentials=True)
    assert [line.partition(" ")[0] for line in found] == ["BASELINE_CORS_CREDENTIALS"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://xn--pp-example.com",
        "https://app.example.com:8443",
        "https://192.0.2.1",
        "https://[2001:db8::1]:8443",
        "https://intranet",
        "https://my_host.example",
        "capacitor://localhost",
        "chrome-extension://gcbommkclmclpchllfjekcdonpmejbdp",
    ],
)
def test_what_browsers_send(origin: str) -> None:
    """Whatever a browser can send as an origin can be listed."""
    shop(origins=[origin], credentials=True)


@pytest.mark.parametrize("source", ["environment", "settings"])
def test_where_it_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    """A line says where the value was found."""
    if source == "environment":
        monkeypatch.setenv("BASELINE_CORS_ORIGINS", f"{GOOD},null")
    else:
        (tmp_path / "BASELINE_CORS_ORIGINS").write_text(f"{GOOD},null")
        monkeypatch.setenv("BASELINE_SECRETS_DIR", str(tmp_path))
    (line,) = lines_of()
    assert line.startswith(f"BASELINE_CORS_ORIGINS ({source}): origin 2 is null")


def test_on_without_an_origin() -> None:
    """The feature can be on before there is an origin, and lets nobody in."""
    shop(enabled=True)
