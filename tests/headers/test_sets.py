"""Which headers an answer has, in full."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from flask_baseline.headers.policies import API_CSP, HTML_CSP, PERMISSIONS

from .conftest import API, HSTS, HTTPS, PAGE, MakeApp, sent


def test_the_words_of_the_sets() -> None:
    """The default policies allow what is written here, and nothing else."""
    assert API_CSP == (
        "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert HTML_CSP == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
    assert PERMISSIONS == (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
        "publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), web-share=(), "
        "xr-spatial-tracking=()"
    )


@pytest.mark.parametrize("profile", ["dev", "test", "prod"])
@pytest.mark.parametrize("base", ["http://localhost", HTTPS], ids=["http", "https"])
@pytest.mark.parametrize(
    ("path", "expected"), [("/page", PAGE), ("/json", API), ("/file", API)], ids=["page", "json", "file"]
)
def test_the_set(make: MakeApp, profile: str, base: str, path: str, expected: dict[str, str]) -> None:
    """A page and all else have their sets; only https is asked for again, and never in dev."""
    asks = HSTS if base == HTTPS and profile != "dev" else {}

    assert sent(make(profile).test_client().get(path, base_url=base)) == {**expected, **asks}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/html; charset=utf-8", PAGE),
        ("Text/HTML", PAGE),
        ("application/xhtml+xml", PAGE),
        ("image/svg+xml", PAGE),
        ("text/javascript; charset=utf-8", PAGE),
        ("application/javascript", PAGE),
        ("application/problem+json", API),
        ("text/plain", API),
        ("text/css", API),
        ("application/pdf", API),
    ],
)
def test_by_content_type(make: MakeApp, content_type: str, expected: dict[str, str]) -> None:
    """What a browser runs scripts of, a worker's included, has the set of pages, in whatever case."""
    app = make()
    app.add_url_rule("/any", "any", lambda: Response("x", content_type=content_type))

    assert sent(app.test_client().get("/any")) == expected


def test_no_content_type(make: MakeApp) -> None:
    """An answer that says not what it is has the set that allows nothing."""
    app = make()

    @app.get("/any")
    def any_view() -> Response:
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response

    assert sent(app.test_client().get("/any")) == API


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"strict_transport_security_max_age": 60}, "max-age=60; includeSubDomains", id="age"),
        pytest.param(
            {"strict_transport_security_include_subdomains": False}, "max-age=63072000", id="no-subdomains"
        ),
        pytest.param(
            {"strict_transport_security_preload": True},
            "max-age=63072000; includeSubDomains; preload",
            id="preload",
        ),
        pytest.param({"strict_transport_security": False}, None, id="off"),
    ],
)
def test_strict_transport(make: MakeApp, options: dict[str, object], expected: str | None) -> None:
    """Each part of what asks for https is a key, and preloading must be asked for."""
    answer = make(**options).test_client().get("/json", base_url=HTTPS)

    assert answer.headers.get("Strict-Transport-Security") == expected


@pytest.mark.parametrize(
    ("option", "value", "name", "expected"),
    [
        ("frame_options", "SAMEORIGIN", "X-Frame-Options", "SAMEORIGIN"),
        ("frame_options", "sameorigin", "X-Frame-Options", "SAMEORIGIN"),
        ("frame_options", "off", "X-Frame-Options", None),
        ("referrer_policy", "same-origin", "Referrer-Policy", "same-origin"),
        ("referrer_policy", "off", "Referrer-Policy", None),
        ("permissions_policy", "camera=(self)", "Permissions-Policy", "camera=(self)"),
        (
            "permissions_policy",
            {"camera": "()", "usb": ["self"]},
            "Permissions-Policy",
            "camera=(), usb=(self)",
        ),
        ("permissions_policy", "off", "Permissions-Policy", None),
        ("cross_origin_opener_policy", "off", "Cross-Origin-Opener-Policy", None),
        ("cross_origin_embedder_policy", "credentialless", "Cross-Origin-Embedder-Policy", "credentialless"),
        ("cross_origin_embedder_policy", "Off", "Cross-Origin-Embedder-Policy", None),
        ("cross_origin_resource_policy", "cross-origin", "Cross-Origin-Resource-Policy", "cross-origin"),
        ("content_security_policy", "off", "Content-Security-Policy", None),
        ("content_security_policy", "false", "Content-Security-Policy", None),
        ("x_content_type_options", False, "X-Content-Type-Options", None),
    ],
)
def test_a_setting_of_one_header(
    make: MakeApp, option: str, value: object, name: str, expected: str | None
) -> None:
    """Each header has a key for another value, or for none; the others stay."""
    answer = make(**{option: value}).test_client().get("/page")

    assert answer.headers.get(name) == expected
    if option != "frame_options":  # which the policy follows
        rest = {key: text for key, text in PAGE.items() if key != name}
        assert {key: text for key, text in sent(answer).items() if key != name} == rest


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch, make: MakeApp) -> None:
    """The environment takes the keys as text, and a table as JSON."""
    monkeypatch.setenv("BASELINE_HEADERS_CONTENT_SECURITY_POLICY", "default-src 'self';")
    monkeypatch.setenv("BASELINE_HEADERS_OVERRIDES", '{"/json": {"frame_options": false}}')
    client = make().test_client()

    assert client.get("/page").headers["Content-Security-Policy"] == "default-src 'self'"
    assert "X-Frame-Options" not in client.get("/json").headers


@pytest.mark.parametrize(
    "value",
    [
        {"default-src": "'self'", "img-src": ["'self'", "data:"], "upgrade-insecure-requests": ""},
        {"default-src": ("'self'",), "img-src": "'self' data:", "upgrade-insecure-requests": []},
        " default-src 'self'; img-src 'self' data:; upgrade-insecure-requests; ;",
    ],
    ids=["table", "tuples", "text"],
)
def test_a_policy_as_table_or_text(make: MakeApp, value: object) -> None:
    """A policy of the app's own is a table or text, and is sent as it is."""
    answer = make(content_security_policy=value).test_client().get("/page")

    expected = "default-src 'self'; img-src 'self' data:; upgrade-insecure-requests"
    assert answer.headers["Content-Security-Policy"] == expected


def test_off(make: MakeApp) -> None:
    """Without the feature, no answer has any of its headers."""
    app: Flask = make(enabled=False)

    assert sent(app.test_client().get("/page", base_url=HTTPS)) == {}
    assert app.config["SESSION_COOKIE_SECURE"] is False
