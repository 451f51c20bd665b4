"""What is refused at the start, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from flask_baseline import ConfigError
from tests.surface import surface

from .conftest import MakeApp, bare

CSP = "BASELINE_HEADERS_CONTENT_SECURITY_POLICY"

TABLE: list[Any] = [
    pytest.param(
        {"content_security_policy": "default-src 'self'\r\nSet-Cookie: a=b"},
        f"{CSP} (app.config): cannot be the value of a header. "
        "Fix: write it in one line of ASCII, or set it to off.",
        id="two-lines",
    ),
    pytest.param(
        {"api_content_security_policy": "default-src none"},
        "BASELINE_HEADERS_API_CONTENT_SECURITY_POLICY (app.config): has none without quotes, which is a host "
        "of that name. Fix: write 'none' with the quotes.",
        id="no-quotes",
    ),
    pytest.param(
        {"content_security_policy": "img-src *", "content_security_policy_nonce_in": ["script-src"]},
        f"{CSP}, {CSP}_NONCE_IN (app.config): has no script-src, so that a nonce would be nowhere. "
        "Fix: add the directive to the policy, or remove it from the list.",
        id="nonce-nowhere",
    ),
    pytest.param(
        {"content_security_policy_report_only": True},
        f"{CSP}_REPORT_ONLY (app.config): allows all, and tells nobody. Fix: set "
        "BASELINE_HEADERS_REPORT_PATH, to have in the log what the policy would forbid.",
        id="report-nowhere",
    ),
    pytest.param(
        {"content_security_policy_report_uri": "/a; script-src *"},
        f"{CSP}_REPORT_URI (app.config): has the wrong form. Fix: set it to text that matches "
        r"^(/|https?://)[^\s;,\x22\\]+$.",
        id="report-injection",
    ),
    pytest.param(
        {"report_path": "reports"},
        "BASELINE_HEADERS_REPORT_PATH (app.config): has the wrong form. Fix: set it to text that matches "
        "^/[A-Za-z0-9._~/-]+$.",
        id="report-path",
    ),
    pytest.param(
        {"referrer_policy": "origin, never"},
        "BASELINE_HEADERS_REFERRER_POLICY (app.config): is not one of the choices. Fix: set it to one of "
        "no-referrer, no-referrer-when-downgrade, off, origin, origin-when-cross-origin, same-origin, "
        "strict-origin, strict-origin-when-cross-origin, unsafe-url.",
        id="referrer",
    ),
    pytest.param(
        {"frame_options": "SOMETIMES"},
        "BASELINE_HEADERS_FRAME_OPTIONS (app.config): is not one of the choices. Fix: set it to DENY, "
        "SAMEORIGIN, ALLOW-FROM with origins, or off.",
        id="frames",
    ),
    pytest.param(
        {"frame_options": "ALLOW-FROM https://a.example; script-src *"},
        "BASELINE_HEADERS_FRAME_OPTIONS (app.config): has more in it than origins. Fix: separate the origins "
        "by spaces.",
        id="frames-injection",
    ),
    pytest.param(
        {"cross_origin_embedder_policy": "require"},
        "BASELINE_HEADERS_CROSS_ORIGIN_EMBEDDER_POLICY (app.config): is not one of the choices. Fix: set it "
        "to one of require-corp, credentialless, unsafe-none, off.",
        id="embedder",
    ),
    pytest.param(
        {"strict_transport_security_preload": True, "strict_transport_security_max_age": 60},
        "BASELINE_HEADERS_STRICT_TRANSPORT_SECURITY_PRELOAD (app.config): is refused by browsers' lists. "
        "Fix: send the header, include subdomains, and set the age to at least 31536000.",
        id="preload",
    ),
    pytest.param(
        {"strict_transport_security_max_age": -1},
        "BASELINE_HEADERS_STRICT_TRANSPORT_SECURITY_MAX_AGE (app.config): is out of range. Fix: set it to a "
        "whole number, at least 0.",
        id="age",
    ),
    pytest.param(
        {"session_cookie_samesite": "None", "session_cookie_secure": False},
        "BASELINE_HEADERS_SESSION_COOKIE_SAMESITE, BASELINE_HEADERS_SESSION_COOKIE_SECURE (app.config): make "
        "a cookie that browsers refuse. Fix: set BASELINE_HEADERS_SESSION_COOKIE_SECURE to true.",
        id="cookie",
    ),
    pytest.param(
        {"overrides": {"/x": {"frame_option": "DENY"}}},
        "BASELINE_HEADERS_OVERRIDES (app.config): has the option frame_option, which no view can have. "
        "Fix: write frame_options.",
        id="override-name",
    ),
    pytest.param(
        {"overrides": {"/x": {"frame_options": "never"}}},
        "BASELINE_HEADERS_OVERRIDES (app.config): has a frame_options that is not one of the choices. Fix: "
        "set it to DENY, SAMEORIGIN, ALLOW-FROM with origins, or off.",
        id="override-value",
    ),
    pytest.param(
        {"overrides": {"/x": {"referrer_policy": 3}}},
        "BASELINE_HEADERS_OVERRIDES (app.config): has a referrer_policy of the wrong kind. Fix: set it to "
        "text.",
        id="override-kind",
    ),
    pytest.param(
        {"overrides": {"/x": "DENY"}},
        "BASELINE_HEADERS_OVERRIDES (app.config): has the wrong type. Fix: set it to a JSON object.",
        id="override-type",
    ),
]


@pytest.mark.parametrize(("options", "expected"), TABLE)
def test_it_is_refused(make: MakeApp, options: dict[str, object], expected: str) -> None:
    """A setting that cannot work is an error at the start, with key, source, reason and remedy."""
    with pytest.raises(ConfigError) as caught:
        make(**options)

    assert str(caught.value).splitlines()[1:] == [f"  {expected}"]


def test_all_at_once(make: MakeApp) -> None:
    """All that is wrong is told together, no value is, and the app is as it was."""
    from flask_baseline import Baseline

    wrong = "hunter2\n\N{SNOWMAN}"
    app = bare(frame_options=wrong, referrer_policy=wrong, overrides={"/x": {"frame_options": wrong}})
    before = surface(app)
    with pytest.raises(ConfigError) as caught:
        Baseline(app)

    assert len(str(caught.value).splitlines()) == 4
    assert "hunter2" not in str(caught.value)
    assert surface(app) == before
