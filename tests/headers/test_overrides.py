"""Other headers for a view, a blueprint, or all below a path."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from flask import Blueprint, Flask, abort
from flask.views import MethodView, View

from flask_baseline import Baseline, endpoint
from flask_baseline.headers import security_headers
from tests.lines import lines_of

from .conftest import PAGE, MakeApp, bare, policy, sent

same_origin = security_headers(frame_options="SAMEORIGIN")


def frames(app: Flask, path: str, method: str = "GET") -> str | None:
    """Return who may frame the answer."""
    return app.test_client().open(path, method=method).headers.get("X-Frame-Options")


def test_a_view(make: MakeApp) -> None:
    """A decorator changes the headers of one view, and no others."""
    app = make()

    @app.get("/embed")
    @security_headers(content_security_policy="default-src 'self'", cross_origin_embedder_policy=False)
    def embed() -> str:
        return "<p>"

    expected = {**PAGE, "Content-Security-Policy": "default-src 'self'"}
    del expected["Cross-Origin-Embedder-Policy"]
    assert sent(app.test_client().get("/embed")) == expected
    assert sent(app.test_client().get("/page")) == PAGE


def test_a_policy_holds_for_whatever_the_view_answers(make: MakeApp) -> None:
    """The policy of a view is that of its JSON and of its errors too."""
    app = make()

    @app.get("/any/<kind>")
    @security_headers(content_security_policy="default-src 'self'")
    def any_view(kind: str) -> Any:
        return {} if kind == "json" else abort(404)

    for kind in ("json", "error"):
        assert policy(app.test_client().get(f"/any/{kind}")) == "default-src 'self'"


def test_decorators_add_up(make: MakeApp) -> None:
    """Of several decorators the upper one wins, option by option."""
    app = make()

    @app.get("/any")
    @security_headers(frame_options="SAMEORIGIN")
    @security_headers(frame_options="off", referrer_policy="origin")
    def any_view() -> str:
        return ""

    headers = app.test_client().get("/any").headers
    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("SAMEORIGIN", "origin")


def _endpoint_below() -> Any:
    @same_origin
    @endpoint()
    def view() -> dict[str, int]:
        return {}

    return view


def _endpoint_above() -> Any:
    @endpoint()
    @same_origin
    def view() -> dict[str, int]:
        return {}

    return view


def _wrapped() -> Any:
    @same_origin
    def view() -> str:
        return ""

    @functools.wraps(view)
    def wrapper() -> str:
        return view()

    return wrapper


def _method_view() -> Any:
    @same_origin
    class Page(MethodView):
        def get(self) -> str:
            return ""

    return Page.as_view("any")


def _derived_view() -> Any:
    @same_origin
    class Base(MethodView):
        def get(self) -> str:
            return ""

    class Page(Base):
        pass

    return Page.as_view("any")


def _decorators_of_a_class() -> Any:
    class Page(View):
        decorators = (same_origin,)

        def dispatch_request(self) -> str:
            return ""

    return Page.as_view("any")


@pytest.mark.parametrize(
    "make_view",
    [_endpoint_below, _endpoint_above, _wrapped, _method_view, _derived_view, _decorators_of_a_class],
)
def test_whatever_a_view_is(make: MakeApp, make_view: Any) -> None:
    """The decorator works on functions, above and below others, and on classes."""
    app = make()
    app.add_url_rule("/any", "any", make_view())

    assert frames(app, "/any") == "SAMEORIGIN"


def test_a_method_of_a_class(make: MakeApp) -> None:
    """Each method of a class may have its own, and one that is not marked has those of the class."""
    app = make()

    @security_headers(frame_options="off")
    class Page(MethodView):
        @same_origin
        def get(self) -> str:
            return ""

        def post(self) -> str:
            return ""

    app.add_url_rule("/any", view_func=Page.as_view("any"))
    assert [frames(app, "/any", method) for method in ("GET", "HEAD", "POST")] == [
        "SAMEORIGIN",
        "SAMEORIGIN",
        None,
    ]


def test_blueprints(make: MakeApp) -> None:
    """A blueprint's hold for its views and for blueprints in it; what is nearer to the view wins."""
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    security_headers(frame_options="off", referrer_policy="origin")(outer)
    same_origin(inner)
    outer.add_url_rule("/outer", "view", lambda: "")
    inner.add_url_rule("/inner", "view", lambda: "")
    inner.add_url_rule("/own", "own", security_headers(frame_options="DENY")(lambda: ""))
    outer.register_blueprint(inner)
    app = make()
    app.register_blueprint(outer)
    app.register_blueprint(outer, name="again", url_prefix="/again")

    for prefix in ("", "/again"):
        assert frames(app, f"{prefix}/outer") is None
        assert frames(app, f"{prefix}/inner") == "SAMEORIGIN"
        assert frames(app, f"{prefix}/own") == "DENY"
        assert app.test_client().get(f"{prefix}/own").headers["Referrer-Policy"] == "origin"
    assert frames(app, "/page") == "DENY"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/embed", "SAMEORIGIN"),
        ("/embed/", "SAMEORIGIN"),
        ("/embed/x", "SAMEORIGIN"),
        ("/embed/open", None),
        ("/embed/open/x", None),
        ("/embed/opener", "SAMEORIGIN"),
        ("/embedded", "DENY"),
        ("/Embed", "DENY"),
        ("/x/embed", "DENY"),
        ("/caf%C3%A9/x", "SAMEORIGIN"),
        ("/", "DENY"),
    ],
)
def test_paths(make: MakeApp, path: str, expected: str | None) -> None:
    """A path's hold for itself and for all below, a 404 included; the longest path wins."""
    overrides = {
        "/embed": {"frame_options": "SAMEORIGIN"},
        "/embed/open/": {"frame_options": False},
        "/café": {"frame_options": "SAMEORIGIN"},
    }
    assert frames(make(overrides=overrides), path) == expected


def test_the_path_of_everything(make: MakeApp) -> None:
    """The root's hold for all."""
    app = make(overrides={"/": {"frame_options": "SAMEORIGIN"}, "/json": {"referrer_policy": "origin"}})
    headers = app.test_client().get("/json").headers

    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("SAMEORIGIN", "origin")
    assert frames(app, "/page") == "SAMEORIGIN"


def test_what_wins(make: MakeApp) -> None:
    """The view wins, then its blueprint's decorator, its blueprint in the settings, the path, the rest."""
    options = ("frame_options", "referrer_policy", "permissions_policy", "cross_origin_opener_policy")
    values = ("off", "origin", "usb=()", "unsafe-none")
    by_path = dict(zip(options, values, strict=True))
    area = Blueprint("area", __name__, url_prefix="/area")
    security_headers(frame_options="SAMEORIGIN", referrer_policy="same-origin")(area)
    area.add_url_rule("/any", "any", security_headers(frame_options="DENY")(lambda: ""))
    by_name = {"frame_options": "off", "referrer_policy": "no-referrer", "permissions_policy": "midi=()"}
    app = make(overrides={"/area": by_path, "area": by_name})
    app.register_blueprint(area)

    found = sent(app.test_client().get("/area/any"))
    assert found["X-Frame-Options"] == "DENY"
    assert found["Referrer-Policy"] == "same-origin"
    assert found["Permissions-Policy"] == "midi=()"
    assert found["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_blueprint_that_is_not_there(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is no blueprint's is told of, once, since the settings come before the blueprints."""
    client = make(overrides={"oders": {"frame_options": "off"}}).test_client()
    for _ in range(2):
        client.get("/page").close()

    (line,) = [line for line in lines_of(capsys) if "oders" in line["body"]]
    assert line["severity_text"] == "WARNING"
    assert "BASELINE_HEADERS_OVERRIDES names the blueprint 'oders'" in line["body"]


def test_apps_share_nothing() -> None:
    """A view that two apps serve has the options of each app, in whatever order they are asked."""

    @security_headers(referrer_policy="origin")
    def shared() -> str:
        return "<p>"

    apps = [bare(frame_options=value) for value in ("DENY", "SAMEORIGIN")]
    for app in apps:
        Baseline(app)
        app.add_url_rule("/any", "any", shared)
    for _ in range(2):
        assert [frames(app, "/any") for app in apps] == ["DENY", "SAMEORIGIN"]
    for app in apps:
        assert app.test_client().get("/any").headers["Referrer-Policy"] == "origin"
