"""Two apps in one process, or one Baseline on two apps, keep to themselves."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_baseline import Baseline

from .lines import access_lines_of
from .steps import call


def _app(name: str, baseline: Baseline, **options: object) -> Flask:
    app = Flask(name)
    app.config.update({f"BASELINE_{option}": value for option, value in options.items()})
    app.add_url_rule("/", view_func=lambda: name)
    baseline.init_app(app)
    return app


@pytest.mark.parametrize("is_shared", [True, False], ids=["one-instance", "two-instances"])
def test_settings(capsys: pytest.CaptureFixture[str], is_shared: bool) -> None:
    """Each app has its own probe paths, request id header and service name."""
    shared = Baseline()
    first, second = (
        _app(
            name,
            shared if is_shared else Baseline(),
            HEALTH_LIVE_PATH=f"/live-{name}",
            LOGGING_REQUEST_ID_HEADER=f"X-{name}",
            SERVICE_NAME=f"the-{name}",
        )
        for name in ("first", "second")
    )
    for app, own, other in ((first, "first", "second"), (second, "second", "first")):
        client = app.test_client()
        assert client.get(f"/live-{own}").json == {"status": "pass"}
        assert client.get(f"/live-{other}", buffered=True).status_code == 404
        answer = client.get("/", headers={f"X-{own}": "mine", f"X-{other}": "not-mine"}, buffered=True)
        assert (answer.text, answer.headers[f"X-{own}"]) == (own, "mine")
        assert f"X-{other}" not in answer.headers
        assert [line["service.name"] for line in access_lines_of(capsys)] == [f"the-{own}"] * 2


def test_checks_of_one_instance_hold_for_its_apps() -> None:
    """A check that is declared on a shared instance runs for each app, before or after ``init_app``."""
    baseline = Baseline()
    baseline.readiness_check("early")(lambda: True)
    apps = [_app(name, baseline, HEALTH_DETAILS="always") for name in ("first", "second")]
    baseline.readiness_check("late")(lambda: True)
    for app in apps:
        document = app.test_client().get("/readyz?verbose").get_json()
        assert [*document["checks"]] == ["early", "late"]


def test_checks_of_two_instances_do_not_mix() -> None:
    """A failing check takes the app of its own instance out of traffic, and no other."""
    sick, well = Baseline(), Baseline()
    sick.readiness_check("stock")(lambda: False)
    well.readiness_check("stock")(lambda: True)
    apps = [_app("sick", sick), _app("well", well)]
    assert [app.test_client().get("/readyz").status_code for app in apps] == [503, 200]


def test_one_is_off() -> None:
    """A feature that is off in one app is on in the other."""
    first = _app("first", Baseline(), LOGGING_ENABLED=False, HEALTH_ENABLED=False)
    second = _app("second", Baseline())
    assert "X-Request-ID" not in first.test_client().get("/").headers
    assert "X-Request-ID" in second.test_client().get("/").headers
    assert [app.test_client().get("/livez").status_code for app in (first, second)] == [404, 200]


def test_mounted(capsys: pytest.CaptureFixture[str]) -> None:
    """An app that is mounted below another logs with its own name and its whole path."""
    outer, inner = _app("outer", Baseline()), _app("inner", Baseline())
    mounted = DispatcherMiddleware(outer, {"/admin": inner})
    assert call(mounted, "/admin/").drain() == b"inner"
    (line,) = access_lines_of(capsys)
    assert (line["service.name"], line["http.route"], line["url.path"]) == ("inner", "/admin/", "/admin/")
