"""flask-cors' words keep their meaning where that is safe, and flask-cors itself must go."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, Response

from flask_baseline import Baseline, ConfigError
from flask_baseline.cors import cross_origin

from .asking import EVIL, GOOD, PATTERN, ask, granted, preflight


def shop(baseline: dict[str, Any] | None = None, **config: Any) -> Flask:
    """Return an app with flask-cors' keys, and some of ours."""
    app = Flask("shop")
    app.config.update({f"CORS_{name.upper()}": value for name, value in config.items()})
    app.config["BASELINE_CORS_ENABLED"] = True
    app.config.update({f"BASELINE_CORS_{name.upper()}": value for name, value in (baseline or {}).items()})
    for path in ("/orders", "/api/orders", "/apiadmin"):
        app.add_url_rule(path, path.replace("/", "-"), lambda: "", methods=["GET", "PUT"])
    Baseline(app)
    return app


def problems_of(baseline: dict[str, Any] | None = None, **config: Any) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        shop(baseline, **config)
    return [line.strip() for line in str(raised.value).splitlines()[1:]]


ORIGINS: dict[str, Any] = {
    "text": GOOD,
    "commas": f"https://a.example, {GOOD}",
    "list": [GOOD],
    "set": {GOOD},
    "pattern": PATTERN,
    "anchored-pattern": f"^{PATTERN}$",
    "pattern-with-a-comma": r"https://[a-z]{1,3}\.example\.com",
    "compiled": re.compile(PATTERN),
    "mixed": ["https://a.example", re.compile(PATTERN)],
}


@pytest.mark.parametrize("origins", ORIGINS.values(), ids=ORIGINS)
def test_origins(origins: Any) -> None:
    """Origins may be one or several, as text or as patterns."""
    app = shop(origins=origins)
    assert granted(ask(app))["Allow-Origin"] == GOOD
    assert granted(ask(app, origin=EVIL)) == {}


def test_the_other_keys() -> None:
    """Methods, headers, credentials and the age are those of the keys."""
    app = shop(
        origins=GOOD,
        methods="get, put",
        allow_headers=["X-Mine"],
        expose_headers="X-Shown",
        supports_credentials=True,
        max_age=timedelta(minutes=2),
    )
    assert granted(preflight(app, headers="x-mine")) == {
        "Allow-Origin": GOOD,
        "Allow-Credentials": "true",
        "Allow-Methods": "GET, PUT",
        "Allow-Headers": "X-Mine",
        "Max-Age": "120",
    }
    assert granted(ask(app))["Expose-Headers"] == "X-Shown"


RESOURCES: dict[str, tuple[Any, bool]] = {
    "prefix": ("/api/*", False),
    "list": (["/api/*"], False),
    "table": ({"/api/*": {"origins": GOOD}}, False),
    "regular-expression": ({r"/api/.*": {"origins": [GOOD], "supports_credentials": True}}, False),
    "compiled": ({re.compile("/api/.*"): {}}, False),
    "everything": ("/*", True),
    "star": ({"*": {}}, True),
}


@pytest.mark.parametrize(("resources", "has_others"), RESOURCES.values(), ids=RESOURCES)
@pytest.mark.parametrize("key", ["theirs", "ours"])
def test_resources(key: str, resources: Any, has_others: bool) -> None:
    """Resources are prefixes of paths, which end where a name in a path does."""
    if key == "ours" and not (
        isinstance(resources, dict) and all(isinstance(each, str) for each in resources)
    ):
        resources = {"/*" if has_others else "/api/*": {}}
    app = (
        shop({"resources": resources}, origins=GOOD)
        if key == "ours"
        else shop(origins=GOOD, resources=resources)
    )

    assert granted(ask(app, "/api/orders"))["Allow-Origin"] == GOOD
    assert bool(granted(ask(app, "/apiadmin"))) == has_others
    assert bool(granted(ask(app, "/orders"))) == has_others


def test_without_effect() -> None:
    """Options for which there is one right answer change nothing: there is always a ``Vary``."""
    keys = dict.fromkeys(("vary_header", "intercept_exceptions", "always_send", "automatic_options"), False)
    app = shop(origins=GOOD, send_wildcard=True, allow_private_network=True, **keys)
    app.add_url_rule(
        "/own", "own", cross_origin(origins=GOOD, vary_header=False, send_wildcard=True)(lambda: "")
    )

    for path in ("/orders", "/own"):
        assert granted(ask(app, path, origin=None)) == {}
        assert granted(ask(app, path))["Allow-Origin"] == GOOD
        assert ask(app, path).headers["Vary"] == "Origin"


def test_without_origins_nobody_is_let_in() -> None:
    """Where flask-cors would repeat any origin, with credentials, nobody is let in."""
    app = shop(supports_credentials=True)
    assert granted(ask(app)) == {}
    assert preflight(app).status_code == 403


def test_ours_beside_theirs() -> None:
    """Options of both kinds add up where they do not speak of the same thing."""
    app = shop({"max_age": 5, "origin_patterns": [r"https://[a-z]+\.example\.org"]}, origins=GOOD)
    assert granted(preflight(app))["Max-Age"] == "5"
    assert granted(ask(app, origin="https://a.example.org"))["Allow-Origin"] == "https://a.example.org"
    shop({"max_age": 5, "origins": [GOOD]}, origins=GOOD, max_age="5")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"origins": ["https://a.example"]}, {"origins": GOOD}),
        ({"max_age": 5}, {"max_age": 6}),
        ({"credentials": False}, {"supports_credentials": True}),
        ({"resources": {"/a": {}}}, {"resources": {"/b": {}}}),
    ],
    ids=["origins", "age", "credentials", "resources"],
)
def test_contradictions(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """One of ours and one of theirs that say different things do not start."""
    (our_name,), (their_name,) = ours, theirs
    assert problems_of(ours, **theirs) == [
        f"BASELINE_CORS_{our_name.upper()} (app.config): contradicts CORS_{their_name.upper()}. "
        "Fix: remove one of the two."
    ]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "everybody": ({"origins": "*"}, "CORS_ORIGINS (app.config): lets every site read the answers"),
    "everybody-with-credentials": (
        {"origins": "*", "supports_credentials": True},
        "CORS_SUPPORTS_CREDENTIALS (app.config): lets every site act as its visitor",
    ),
    "glob": ({"origins": "https://*.example.com"}, "CORS_ORIGINS (app.config): pattern 1 takes any"),
    "open-end": ({"origins": r"https://.*\.example\.com"}, "CORS_ORIGINS (app.config): pattern 1 takes any"),
    "type": ({"origins": 5}, "CORS_ORIGINS (app.config): has the wrong type"),
    "age": ({"origins": GOOD, "max_age": 10**6}, "CORS_MAX_AGE (app.config): is out of range"),
    "resource": ({"origins": GOOD, "resources": r"/v\d/.*"}, "CORS_RESOURCES (app.config): has a path twice"),
    "resources": (
        {"origins": GOOD, "resources": 5},
        "CORS_RESOURCES (app.config): has something that is nei",
    ),
    "resource-type": (
        {"origins": GOOD, "resources": {"/a": "all"}},
        "CORS_RESOURCES (app.config): has something that is neither",
    ),
    "number-for-a-path": (
        {"origins": GOOD, "resources": {5: {}}},
        "CORS_RESOURCES (app.config): has something",
    ),
}


@pytest.mark.parametrize(("config", "text"), WRONG.values(), ids=WRONG)
def test_what_is_not_safe(config: dict[str, Any], text: str) -> None:
    """The key that the user has written is named."""
    (line,) = problems_of(**config)
    assert text in line


def imitated(app: Flask | Blueprint) -> None:
    """Put on *app* what ``CORS(app)`` of flask-cors does, which allows any origin."""

    def cors_after_request(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    app.after_request(cors_after_request)


REMOVE = (
    "BASELINE_CORS_ENABLED (app): repeats the CORS(app) of flask-cors that is on the app. "
    "Fix: remove CORS(app), or set it to false."
)


@pytest.mark.parametrize("where", ["app", "blueprint"])
def test_flask_cors_on_the_app(where: str) -> None:
    """An app with flask-cors does not start with ours too, and is left alone while ours is off."""
    app, blueprint = Flask("shop"), Blueprint("inner", __name__)
    app.after_request(type("Hook", (), {"__call__": lambda _, response: response})())
    imitated(app if where == "app" else blueprint)
    blueprint.add_url_rule("/inner", "view", lambda: "")
    app.register_blueprint(blueprint)
    app.config.update(CORS_ORIGINS="*", BASELINE_CORS_ORIGINS=[GOOD])
    with pytest.raises(ConfigError) as raised:
        Baseline(app)
    assert REMOVE in str(raised.value)

    del app.config["BASELINE_CORS_ORIGINS"]
    Baseline(app)
    answer = ask(app, "/inner", origin=EVIL)
    assert (granted(answer), answer.headers.get("Vary")) == ({"Allow-Origin": "*"}, None)


def test_flask_cors_after_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    """Where flask-cors comes later it is logged with the first request."""
    app = shop(origins=GOOD)
    imitated(app)
    ask(app)
    ask(app)
    assert capsys.readouterr().out.count("CORS(app) of flask-cors was put on the app after Baseline") == 1
