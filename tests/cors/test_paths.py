"""Paths bound where pages of other origins have a say, and what they may do there."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from .asking import EVIL, GOOD, ask, granted, preflight, shop

OTHER = "https://other.example"


@pytest.mark.parametrize(
    ("path", "is_covered"),
    [
        ("/api", True),
        ("/api/", True),
        ("/api/orders", True),
        ("/api/a/b", True),
        ("/v1/orders", True),
        ("/v1", True),
        ("/grüße/1", True),
        ("/apiadmin", False),
        ("/api-admin", False),
        ("/api.json", False),
        ("/API/orders", False),
        ("/v10", False),
        ("/", False),
        ("/other/api", False),
        ("/gr", False),
    ],
)
def test_the_boundary(path: str, is_covered: bool) -> None:
    """A path covers itself and all below it, and nothing that merely begins like it."""
    app = shop(origins=[GOOD], paths=["/api", "/v1/", "/grüße"])

    assert bool(granted(ask(app, path))) == is_covered
    assert ("Vary" in ask(app, path).headers) == is_covered
    assert bool(granted(preflight(app, path))) == is_covered


def test_below_a_prefix() -> None:
    """Paths are those of the app, wherever it is mounted."""
    mounted = DispatcherMiddleware(shop(), {"/shop": shop(origins=[GOOD], paths=["/orders"])})
    answer = Client(mounted).get("/shop/orders", headers={"Origin": GOOD})
    assert granted(answer)["Allow-Origin"] == GOOD


RESOURCES: dict[str, Any] = {
    "/api": {"origins": [GOOD], "methods": ["GET"]},
    "/api/admin": {"origins": [OTHER], "credentials": True, "max_age": 5},
    "/open": {"origins": ["*"], "public": True},
}

FOUND = {
    "its-own": ("/api/orders", GOOD, True),
    "the-other": ("/api/orders", OTHER, False),
    "the-longest-counts": ("/api/admin/users", OTHER, True),
    "not-the-shorter-one": ("/api/admin", GOOD, False),
    "begins-like-the-longer-one": ("/api/administrators", GOOD, True),
    "anybody": ("/open/data", EVIL, True),
    "in-none": ("/orders", GOOD, False),
}


@pytest.mark.parametrize(("path", "origin", "may"), FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("is_reversed", [False, True], ids=["", "reversed"])
def test_options_by_path(path: str, origin: str, may: bool, is_reversed: bool) -> None:
    """The longest path that covers a request says who may, in whatever order they are written."""
    resources = dict(reversed(RESOURCES.items())) if is_reversed else RESOURCES
    app = shop(resources=resources)

    assert bool(granted(ask(app, path, origin=origin))) == may
    assert bool(granted(preflight(app, path, "GET", origin=origin))) == may


def test_what_a_path_does_not_say() -> None:
    """Options that a path does not have are those of the app."""
    app = shop(resources={"/a": {"methods": ["GET"]}, "/b": {"origins": [OTHER]}}, origins=[GOOD], max_age=7)

    assert granted(preflight(app, "/a", "GET"))["Max-Age"] == "7"
    assert preflight(app, "/a", "PUT").status_code == 403
    assert granted(preflight(app, "/b", "PUT", origin=OTHER))["Max-Age"] == "7"
    assert preflight(app, "/b", "PUT").status_code == 403


def test_patterns_are_not_added_to_origins() -> None:
    """A path with origins of its own has not the patterns of the app as well."""
    app = shop(
        origin_patterns=[r"https://[a-z]+\.example\.com"],
        resources={"/a": {"origins": [OTHER]}, "/b": {}},
    )
    assert granted(ask(app, "/a", origin=GOOD)) == {}
    assert granted(ask(app, "/b", origin=GOOD))["Allow-Origin"] == GOOD


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are written with commas and options by path in JSON."""
    monkeypatch.setenv("BASELINE_CORS_ORIGINS", f"{GOOD}, {OTHER}")
    monkeypatch.setenv("BASELINE_CORS_RESOURCES", '{"/orders": {"methods": "GET, PUT", "max_age": 9}}')
    answer = preflight(shop(), origin=OTHER)
    assert granted(answer)["Allow-Methods"] == "GET, PUT"
    assert granted(answer)["Max-Age"] == "9"
