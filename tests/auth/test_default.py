"""Views that say nothing are open, or for known callers alone where the default is to deny."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from flask_jwt_extended import JWTManager, jwt_required

from flask_baseline import Baseline, ConfigError
from flask_baseline.auth import public, require_auth

from .conftest import expect_denied, make_app
from .minting import Mint, bearer


class Orders(MethodView):
    """One method for anybody, and one that says nothing."""

    @public
    def get(self) -> str:
        return "orders"

    def post(self) -> str:
        return "made"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Return an app that denies by default."""
    app = make_app("openapi", BASELINE_AUTH_DEFAULT="deny", BASELINE_OPENAPI_ENABLED=True)
    (tmp_path / "style.css").write_text("body {}")
    shop = Blueprint("pages", __name__, static_folder=tmp_path, static_url_path="/", url_prefix="/pages")
    app.register_blueprint(shop)
    app.add_url_rule("/silent", "silent", lambda: "silent")
    app.add_url_rule("/public", "public", public(lambda: "public"))
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    app.add_url_rule("/folder/", "folder", lambda: "in it")
    return app


@pytest.mark.parametrize("path", ["/silent", "/me", "/folder/"])
def test_what_is_denied(app: Flask, path: str) -> None:
    """A view that says nothing is for known callers alone."""
    expect_denied(app.test_client().get(path), "missing_credentials")
    assert app.test_client().get(path, headers=bearer(Mint().token())).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/public", 200),
        ("/orders", 200),
        ("/pages/style.css", 200),
        ("/openapi.json", 200),
        ("/missing", 404),
        ("/folder", 308),
    ],
)
def test_what_is_not(app: Flask, path: str, status: int) -> None:
    """Marked views, static files and our own pages are for anybody, and what is not there says so."""
    assert app.test_client().get(path, buffered=True).status_code == status


def test_the_methods_of_a_class(app: Flask) -> None:
    """A mark on one method says nothing of the others."""
    client = app.test_client()

    assert client.head("/orders").status_code == 200
    assert client.options("/orders").status_code == 200
    expect_denied(client.post("/orders"), "missing_credentials")


def test_a_bad_token_at_a_public_view(app: Flask) -> None:
    """A public view does not look at tokens."""
    assert app.test_client().get("/public", headers={"Authorization": "Bearer"}).text == "public"


def test_jwt_required(app: Flask) -> None:
    """Who may use a view that Flask-JWT-Extended guards is for it to say: it may take refresh tokens."""
    app.config["JWT_SECRET_KEY"] = "x" * 32
    JWTManager(app)
    app.add_url_rule("/its", "its", jwt_required(optional=True)(lambda: "its own answer"))

    assert app.test_client().get("/its").text == "its own answer"


def test_open() -> None:
    """By default a view that says nothing is for anybody."""
    app = make_app()
    app.add_url_rule("/silent", "silent", lambda: "silent")
    app.add_url_rule("/public", "public", public(lambda: "public"))

    assert [app.test_client().get(path).text for path in ("/silent", "/public")] == ["silent", "public"]


def test_nothing_verifies() -> None:
    """An app that denies by default and cannot tell anybody apart does not start, and is not touched."""
    app = Flask("shop")
    app.config["BASELINE_AUTH_DEFAULT"] = "deny"

    with pytest.raises(ConfigError) as caught:
        Baseline(app)

    assert "BASELINE_JWT_KEYS (default): is not set, and BASELINE_AUTH_DEFAULT is deny." in str(caught.value)
    assert "Fix: set JWT_SECRET_KEY or BASELINE_JWT_KEYS" in str(caught.value)
    assert "baseline" not in app.extensions


def test_a_guarded_view_without_verifiers() -> None:
    """A guarded view is never served where nothing can tell who calls, and the error names the fix."""
    app = Flask("shop")
    Baseline(app)
    app.testing = True
    app.add_url_rule("/view", "view", require_auth(lambda: "served"))

    with pytest.raises(ConfigError, match="set JWT_SECRET_KEY or BASELINE_JWT_KEYS"):
        app.test_client().get("/view", headers=bearer(Mint().token()))


def test_the_feature_off() -> None:
    """A guarded view is never served where the feature is off."""
    app = make_app(BASELINE_AUTH_ENABLED=False)
    app.testing = True

    with pytest.raises(RuntimeError, match="leave BASELINE_AUTH_ENABLED on"):
        app.test_client().get("/me", headers=bearer(Mint().token()))


def test_a_wrong_default() -> None:
    """Any other default is an error at the start."""
    with pytest.raises(ConfigError, match=r"BASELINE_AUTH_DEFAULT .* is not one of the choices"):
        make_app(BASELINE_AUTH_DEFAULT="closed")
