"""A view that would let in more than was meant lets nobody in, and says so as early as it can."""

from __future__ import annotations

from typing import Any

import pytest

from flask_baseline.cors import cross_origin

from .asking import EVIL, GOOD, ask, granted, preflight
from .places import OTHER, app_with

WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "unknown": ({"orgins": OTHER}, TypeError, "there is no option orgins; did you mean origins"),
    "unlike-any": ({"xyzzy": 1}, TypeError, "there is no option xyzzy."),
    "null": ({"origins": "null"}, ValueError, "origins origin 1 is null, .* Fix: remove it."),
    "slash": ({"origins": [f"{OTHER}/"]}, ValueError, "origins origin 1 has a path or a slash"),
    "pattern": ({"origin_patterns": [r"https://.*"]}, ValueError, "origin_patterns pattern 1 takes any char"),
    "guessed-pattern": (
        {"origins": r"https://.*\.a\.test"},
        ValueError,
        "origin_patterns pattern 1 takes any",
    ),
    "star": ({"origins": "*", "supports_credentials": True}, ValueError, "credentials lets every site act"),
    "type": ({"max_age": "soon"}, ValueError, "max_age has the wrong type"),
    "no-list": ({"origins": 5}, ValueError, "origins has the wrong type"),
    "bytes": ({"origins": b"https://a.example"}, ValueError, "origins has the wrong type"),
    "method": ({"methods": ["GET POST"]}, ValueError, "methods has something that is no method"),
    "two": ({"origins": "null", "methods": "?"}, ValueError, "methods has something that is no method"),
}


@pytest.mark.parametrize(("options", "error", "text"), WRONG.values(), ids=WRONG)
def test_wrong_at_once(options: dict[str, Any], error: type[Exception], text: str) -> None:
    """What is wrong whatever the profile is an error where it is written."""
    with pytest.raises(error, match=f"^cross_origin: .*{text}"):
        cross_origin(**options)


LATE: dict[str, tuple[dict[str, Any], str]] = {
    "plain-http": ({"origins": "http://a.example"}, "origins origin 1 is plain http"),
    "localhost": ({"origins": "https://localhost"}, "origins origin 1 is the developer's own machine"),
    "star": ({"origins": "*", "credentials": False}, "origins lets every site read the answers"),
    "hoster": (
        {"origins": r"https://\w+\.github\.io"},
        "origin_patterns pattern 1 takes names below a domain",
    ),
    "with-the-settings": ({"origins": "*", "public": True}, "credentials lets every site act as its visitor"),
    "headers": ({"allow_headers": "*"}, "allow_headers has *, which means nothing with credentials"),
}


@pytest.mark.parametrize(("options", "text"), LATE.values(), ids=LATE)
def test_wrong_before_baseline(options: dict[str, Any], text: str) -> None:
    """What is not safe in production, or with the settings, is an error at the start for views there are."""
    with pytest.raises(ValueError, match="in the configuration") as raised:
        app_with(
            lambda app: app.add_url_rule("/own", "view", cross_origin(**options)(lambda: "")),
            is_early=True,
            BASELINE_CORS_CREDENTIALS=True,
        )
    lines = [line.strip() for line in str(raised.value).splitlines()[1:]]
    option = text.partition(" ")[0]
    assert any(
        line.startswith(f"cross_origin({option}=...) (view view): {text[len(option) + 1 :]}")
        for line in lines
    )


@pytest.mark.parametrize(("options", "text"), LATE.values(), ids=LATE)
def test_wrong_after_baseline(capsys: pytest.CaptureFixture[str], options: dict[str, Any], text: str) -> None:
    """For views that come later it is logged once with the first request, and lets nobody in."""
    app = app_with(
        lambda app: app.add_url_rule("/own", "view", cross_origin(**options)(lambda: "")),
        BASELINE_CORS_CREDENTIALS=True,
    )
    for origin in ("http://a.example", "https://localhost", "https://a.github.io", GOOD, EVIL):
        assert granted(ask(app, "/own", origin=origin)) == {}
        assert preflight(app, "/own", "GET", origin=origin).status_code == 403
    found = [line for line in capsys.readouterr().out.splitlines() if "cross_origin" in line]
    assert len(found) == 1
    assert "of the view view is not safe and lets nobody in" in found[0]
    assert text in found[0]
