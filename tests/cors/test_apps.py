"""Apps, threads and processes do not mix."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.cors import cross_origin

from .asking import GOOD, PATTERN, ask, granted, preflight, shop

OTHER = "https://other.example"


def test_two_apps() -> None:
    """Each app has its own rules, for the view that they share as well."""

    @cross_origin(max_age=5)
    def shared() -> str:
        return ""

    first, second = Flask("first"), Flask("second")
    baseline = Baseline()
    for app, origin in ((first, GOOD), (second, OTHER)):
        app.config["BASELINE_CORS_ORIGINS"] = [origin]
        app.add_url_rule("/shared", "shared", shared)
        baseline.init_app(app)

    for app, own, others in ((first, GOOD, OTHER), (second, OTHER, GOOD)):
        assert granted(ask(app, "/shared", origin=own))["Allow-Origin"] == own
        assert granted(ask(app, "/shared", origin=others)) == {}
        assert preflight(app, "/shared", "GET", origin=own).status_code == 204
        assert preflight(app, "/shared", "GET", origin=others).status_code == 403


@pytest.mark.parametrize("make", [lambda: shop(origin_patterns=[PATTERN]), lambda: shop(origins=[GOOD])])
def test_threads(make: Callable[[], Flask]) -> None:
    """Many threads get right answers from the first request on."""
    app = make()
    app.add_url_rule("/own", "own", cross_origin(origins=OTHER)(lambda: ""))

    def both(number: int) -> bool:
        path, good, bad = ("/orders", GOOD, OTHER) if number % 2 else ("/own", OTHER, GOOD)
        return (
            granted(ask(app, path, origin=good)).get("Allow-Origin") == good
            and granted(ask(app, path, origin=bad)) == {}
            and preflight(app, path, "GET", origin=good).status_code == 204
            and preflight(app, path, "GET", origin=bad).status_code == 403
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, range(64)))
