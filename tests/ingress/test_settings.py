"""Settings of ingress that cannot be, and Flask's own keys for the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from flask_baseline import Baseline, ConfigError
from flask_baseline.ingress import max_body_bytes

from .asking import ask, chunked, sent


def app_with(config: dict[str, Any]) -> Flask:
    app = Flask("shop")
    app.config.update(config)
    Baseline(app)
    return app


NOT_A_HOST = (
    "BASELINE_INGRESS_TRUSTED_HOSTS (app.config): has something that is no host. Fix: list names such as "
    "shop.example.com, with a leading dot for all below one, without a scheme, a path or *, and "
    "international ones in their xn-- form."
)

_NUMBER = "Fix: set it to a whole number, at least 1."
_HOPS = "Fix: set it to a whole number, at least 0 and at most 10."
_ONE = "Fix: remove one of the two."

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "https-without-hosts": (
        {"BASELINE_INGRESS_HTTPS": True},
        "BASELINE_INGRESS_HTTPS, BASELINE_INGRESS_TRUSTED_HOSTS (app): would redirect to any host that a "
        "client names. Fix: list the app's own hosts in BASELINE_INGRESS_TRUSTED_HOSTS.",
    ),
    "prefix-without-hops": (
        {"BASELINE_INGRESS_PROXY_PREFIX": True},
        "BASELINE_INGRESS_PROXY_PREFIX, BASELINE_INGRESS_PROXY_HOPS (app.config, default): believes a header "
        "that any client can send. Fix: set BASELINE_INGRESS_PROXY_HOPS to the number of proxies.",
    ),
    "hops": (
        {"BASELINE_INGRESS_PROXY_HOPS": -1},
        f"BASELINE_INGRESS_PROXY_HOPS (app.config): is out of range. {_HOPS}",
    ),
    "hops-yes": (
        {"BASELINE_INGRESS_PROXY_HOPS": True},
        f"BASELINE_INGRESS_PROXY_HOPS (app.config): is true or false. {_HOPS}",
    ),
    "body": (
        {"BASELINE_INGRESS_MAX_BODY_BYTES": 0},
        f"BASELINE_INGRESS_MAX_BODY_BYTES (app.config): is out of range. {_NUMBER}",
    ),
    "flask-body": (
        {"MAX_CONTENT_LENGTH": "16MB"},
        f"MAX_CONTENT_LENGTH (app.config): has the wrong type. {_NUMBER}",
    ),
    "flask-no-body": (
        {"MAX_CONTENT_LENGTH": 0},
        f"MAX_CONTENT_LENGTH (app.config): is out of range. {_NUMBER}",
    ),
    "flask-parts": (
        {"MAX_FORM_PARTS": -1},
        f"MAX_FORM_PARTS (app.config): is out of range. {_NUMBER}",
    ),
    "flask-hosts": (
        {"TRUSTED_HOSTS": ["*.example.com"]},
        NOT_A_HOST.replace("BASELINE_INGRESS_TRUSTED_HOSTS", "TRUSTED_HOSTS"),
    ),
    "contradicted-body": (
        {"MAX_CONTENT_LENGTH": 5, "BASELINE_INGRESS_MAX_BODY_BYTES": 6},
        f"BASELINE_INGRESS_MAX_BODY_BYTES (app.config): contradicts MAX_CONTENT_LENGTH. {_ONE}",
    ),
    "contradicted-hosts": (
        {"TRUSTED_HOSTS": ["a.example"], "BASELINE_INGRESS_TRUSTED_HOSTS": ["b.example"]},
        f"BASELINE_INGRESS_TRUSTED_HOSTS (app.config): contradicts TRUSTED_HOSTS. {_ONE}",
    ),
    "contradicted-form": (
        {"MAX_FORM_MEMORY_SIZE": 5, "BASELINE_INGRESS_MAX_FORM_BYTES": 6},
        f"BASELINE_INGRESS_MAX_FORM_BYTES (app.config): contradicts MAX_FORM_MEMORY_SIZE. {_ONE}",
    ),
}


@pytest.mark.parametrize(("config", "text"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be(config: dict[str, Any], text: str) -> None:
    """It is refused at start with the key and the fix, and the app is left as it was."""
    app = Flask("shop")
    app.config.update(config)
    before = (app.wsgi_app, app.request_class)
    with pytest.raises(ConfigError) as caught:
        Baseline(app)
    assert [str(problem) for problem in caught.value.problems] == [text]
    assert (app.wsgi_app, app.request_class) == before


HOSTS = {
    "star": "*",
    "wildcard": "*.example.com",
    "scheme": "https://shop.example",
    "path": "shop.example/",
    "space": "shop .example",
    "dot": ".",
    "pattern": r"shop\.example",
    "international": "b\u00fccher.example",
    "user": "me@shop.example",
    "ipv6": "::1",
    "port": "shop.example:",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_a_host_that_is_none(host: str) -> None:
    """A host that no request could be for is refused at start, beside one that is good."""
    with pytest.raises(ConfigError) as caught:
        app_with({"BASELINE_INGRESS_TRUSTED_HOSTS": ["shop.example", host]})
    assert [str(problem) for problem in caught.value.problems] == [NOT_A_HOST]


def test_everything_at_once() -> None:
    """All that is wrong is reported together."""
    config = {"MAX_CONTENT_LENGTH": "x", "MAX_FORM_PARTS": 0, "BASELINE_INGRESS_HTTPS": True}
    with pytest.raises(ConfigError) as caught:
        app_with(config)
    keys = {problem.key.split(",")[0] for problem in caught.value.problems}
    assert keys == {"MAX_CONTENT_LENGTH", "MAX_FORM_PARTS", "BASELINE_INGRESS_HTTPS"}


def test_flasks_limit_of_bodies() -> None:
    """MAX_CONTENT_LENGTH is the limit of bodies without a length too, and a view may have more."""
    app = app_with({"MAX_CONTENT_LENGTH": 10})
    app.add_url_rule("/", "all", lambda: "read", methods=["POST"])
    app.add_url_rule("/all", "read", lambda: request.get_data(), methods=["POST"])
    app.add_url_rule("/more", "more", max_body_bytes(20)(lambda: request.get_data()), methods=["POST"])
    for framing in (sent, chunked):
        for path, limit in (("/all", 10), ("/more", 20)):
            assert ask(app, path, "POST", **framing(b"x" * limit)).body == b"x" * limit
            assert ask(app, path, "POST", **framing(b"x" * (limit + 1))).status == 413


def test_flasks_hosts() -> None:
    """TRUSTED_HOSTS is our list too, on versions of Flask that do not know it, and enough for HTTPS."""
    app = app_with({"TRUSTED_HOSTS": ["shop.example", ".api.example"], "BASELINE_INGRESS_HTTPS": True})
    statuses = {"shop.example": 308, "eu.api.example": 308, "evil.example": 400}
    assert {host: ask(app, HTTP_HOST=host).status for host in statuses} == statuses


def test_flasks_form_limits() -> None:
    """MAX_FORM_PARTS and MAX_FORM_MEMORY_SIZE are the limits of forms, on every version of Flask."""
    app = app_with({"MAX_FORM_PARTS": 2, "MAX_FORM_MEMORY_SIZE": 10})
    app.add_url_rule("/", "read", lambda: [*request.form], methods=["POST"])
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    for form, status in ((b"a=1&b=2", 200), (b"a=1&b=2&c=", 413), (b"a=123456789", 413)):
        assert ask(app, method="POST", **sent(form), **kind).status == status


def test_the_same_twice() -> None:
    """A key of Flask's that says the same as ours is no contradiction."""
    config = {"MAX_CONTENT_LENGTH": 10, "TRUSTED_HOSTS": ["a.example"]}
    ours = {"BASELINE_INGRESS_MAX_BODY_BYTES": "10", "BASELINE_INGRESS_TRUSTED_HOSTS": "a.example"}
    app_with(config | ours)


def test_a_request_class_of_the_app() -> None:
    """What the app's own class of requests has set itself, and what it adds, stays."""
    app = Flask("shop")
    own = type(
        "OwnRequest", (app.request_class,), {"max_content_length": 7, "max_form_parts": 1, "color": "red"}
    )
    app.request_class = own
    Baseline(app)
    app.add_url_rule("/", "read", lambda: [request.get_data(as_text=True), request.color], methods=["POST"])
    assert issubclass(app.request_class, own)
    assert app.request_class.__name__ == "OwnRequest"
    assert app.request_class.max_form_parts == 1
    for framing in (sent, chunked):
        assert ask(app, method="POST", **framing(b"x" * 7)).json == ["x" * 7, "red"]
        assert ask(app, method="POST", **framing(b"x" * 8)).status == 413


def test_off() -> None:
    """Turned off, it neither limits nor refuses anything."""
    app = app_with({"BASELINE_INGRESS_ENABLED": False, "BASELINE_INGRESS_TRUSTED_HOSTS": "shop.example"})
    app.add_url_rule("/", "read", lambda: "hello", methods=["POST", "TRACE"])
    assert ask(app, method="POST", HTTP_HOST="evil.example", **sent(b"x" * 2_000_000)).status == 200
    assert ask(app, method="TRACE").status == 200
